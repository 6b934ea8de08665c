package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	compare "mattermost-plugin-zoom/sandbox/openapi"
	"mattermost-plugin-zoom/sandbox/zoom/openapi"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// Zoom's own documents are the reference for the plugin's calls in each mode.
func TestEveryCallMatchesZoomsDocuments(t *testing.T) {
	t.Parallel()
	documents := openapi.RequireEndpoints(t)
	folder, _ := openapi.Find()
	meetingsAPI, err := compare.Load(filepath.Join(folder, "endpoints", "Meetings.json"))
	require.NoError(t, err)
	usersAPI, err := compare.Load(filepath.Join(folder, "endpoints", "Users.json"))
	require.NoError(t, err)
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorldBehind(t, mode, func(zoom http.Handler) http.Handler {
				zoom = holdAnswers(t, zoom, meetingsAPI, usersAPI)
				return documents.Strict(t, documents.Answers(zoom, func(v openapi.Violation) {
					t.Errorf("Zoom's documents do not know this answer to %s %s: %v", v.Method, v.Path, v.Err)
				}))
			})
			switch mode {
			case "user":
				w.connect(w.alice)
			case "account":
				w.connect(w.admin)
			}
			w.alice.Types("/zoom start With a topic", w.town)
			w.begins(meetings(w.town)[0])
			w.ends(meetings(w.town)[0])
			w.alice.Types("/zoom settings", w.town)
			w.alice.Clicks("My personal meeting ID")
			w.alice.Types("/zoom start", w.backroom)
			require.Len(t, meetings(w.backroom), 1)

			w.losesOthers(mode, []string{pastScope[mode]})
			w.connectFor(w.alice, mode) // with the new scope
			den := w.mm.AddChannel("den", mmtest.Private, w.alice)
			w.alice.Types("/zoom settings", den)
			w.alice.Clicks("A unique meeting ID")
			w.alice.Types("/zoom start", den)
			w.begins(meetings(den)[0])
			w.passes(16 * time.Minute)
			w.ends(meetings(den)[0])
			w.passes(time.Hour)
			require.Equal(t, "ENDED", meetings(den)[0].Refreshed().Prop("meeting_status"))
			for _, call := range []string{
				"POST /v2/users/{userId}/meetings", "GET /v2/meetings/{meetingId}", "GET /v2/past_meetings/{meetingId}", "GET /v2/users/{userId}",
			} {
				require.NotZero(t, w.zoom.Counts()[call], "%s is held against the documents", call)
			}
		})
	}
}

// notDocumented are the differences between the sandbox's answers and Zoom's documents that are known, with the reason for each.
var notDocumented = map[string]string{}

// holdAnswers fails the test for each field of a simulated Zoom's answers that none of its documents knows: validators let those pass.
func holdAnswers(t *testing.T, zoom http.Handler, meetings, users *compare.Document) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		zoom.ServeHTTP(answer, r)
		if path, isAPI := strings.CutPrefix(r.URL.Path, "/v2"); isAPI && answer.Code/100 == 2 {
			document := meetings
			if strings.HasPrefix(path, "/users/") && !strings.HasSuffix(path, "/meetings") {
				document = users
			}
			for _, problem := range document.Answer(r.Method, path, answer.Code, answer.Body.Bytes()) {
				if notDocumented[problem] == "" {
					t.Errorf("Zoom's documents do not know this: %s", problem)
				}
			}
		}
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

// Every event that Zoom documents is acknowledged, used or not: refusals would make Zoom stop sending events.
func TestEveryDocumentedZoomEventIsAcknowledged(t *testing.T) {
	t.Parallel()
	folder, found := openapi.Find()
	if !found {
		t.Skip("Zoom's documents are not here: the example events are not tried")
	}
	examples, err := filepath.Glob(filepath.Join(folder, "webhook-examples", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	w := newWorld(t, "s2s")
	for _, example := range examples {
		body, err := os.ReadFile(example)
		require.NoError(t, err)
		headers := map[string]string{}
		for name, values := range signed(webhookSecret, w.zoom.Now(), body) {
			headers[name] = values[0]
		}
		require.Equal(t, http.StatusOK, w.mm.Webhook("/webhook", string(body), headers).Status, filepath.Base(example))
	}
	w.settle()
	require.Empty(t, meetings(w.town))
}
