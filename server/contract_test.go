package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/openapi"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// Zoom's own documents hold what the plugin asks for in each mode.
func TestEveryCallIsAsZoomDocumentsIt(t *testing.T) {
	t.Parallel()
	documents := openapi.RequireEndpoints(t)
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorldBehind(t, mode, func(zoom http.Handler) http.Handler {
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

			w.deafens(mode, []string{pastScope[mode]})
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

// Whatever Zoom documents as an event is acknowledged, used or not: refused ones would make Zoom stop sending any.
func TestEveryEventThatZoomDocumentsIsAcknowledged(t *testing.T) {
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
