package openapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/openapi"
)

// endpoints loads Zoom's documents once for all tests.
var endpoints = sync.OnceValues(func() (*openapi.Endpoints, error) {
	dir, found := openapi.Find()
	if !found {
		return nil, nil
	}
	return openapi.LoadEndpoints(dir)
})

// requireEndpoints is openapi.RequireEndpoints with the documents shared.
func requireEndpoints(t *testing.T) *openapi.Endpoints {
	t.Helper()
	docs, err := endpoints()
	require.NoError(t, err)
	if docs == nil {
		return openapi.RequireEndpoints(t) // which skips the test and says why
	}
	return docs
}

func TestRequestsThatZoomWouldNotUnderstandAreFound(t *testing.T) {
	t.Parallel()
	docs := requireEndpoints(t)
	for _, c := range []struct {
		name, method, path, body string
		wrong                    bool
	}{
		{"a plain create", "POST", "/v2/users/me/meetings", `{"type":1,"topic":"Plan"}`, false},
		{"no length", "POST", "/v2/users/me/meetings", `{"duration":0}`, true},
		{"a type that is text", "POST", "/v2/users/me/meetings", `{"type":"1"}`, true},
		{"a type that is no type", "POST", "/v2/users/me/meetings", `{"type":4}`, true},
		{"a long topic", "POST", "/v2/users/me/meetings", `{"topic":"` + strings.Repeat("x", 201) + `"}`, true},
		{"ending", "PUT", "/v2/meetings/85746065000/status", `{"action":"end"}`, false},
		{"finishing", "PUT", "/v2/meetings/85746065000/status", `{"action":"finish"}`, true},
		{"a meeting named by text", "GET", "/v2/meetings/abc", ``, true},
		{"a UUID encoded twice", "GET", "/v2/past_meetings/%252FMy%252F%252F4T%253D%253D/participants", ``, false},
		{"a path that is none", "GET", "/v2/meeting/85746065", ``, true},
		{"a method that is none", "POST", "/v2/meetings/85746065", `{}`, true},
		{"a user by email", "GET", "/v2/users/priya@example.com", ``, false},
		{"outside the API", "POST", "/oauth/token", ``, false},
	} {
		var found []openapi.Violation
		served := ""
		h := docs.Requests(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			b := make([]byte, 300)
			n, _ := r.Body.Read(b)
			served = string(b[:n])
		}), func(v openapi.Violation) { found = append(found, v) })
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, c.wrong, len(found) == 1, "%s: %v", c.name, found)
		require.Equal(t, c.body, served, "the request is served anyway")
	}
}

func TestAnswersThatZoomWouldNotGiveAreFound(t *testing.T) {
	t.Parallel()
	docs := requireEndpoints(t)
	for body, wrong := range map[string]bool{
		`{"id":85746065000,"status":"waiting","type":4,"pmi":"2345678901"}`: false,
		`{"id":"85746065000"}`:        true,
		`{"status":"running"}`:        true,
		`{"pmi":2345678901}`:          true,
		`{"created_at":"yesterday"}`:  true,
		`{"settings":{"jbh_time":1}}`: true,
	} {
		var found []openapi.Violation
		h := docs.Answers(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
			_, _ = rw.Write([]byte(body))
		}), func(v openapi.Violation) { found = append(found, v) })
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, "/v2/meetings/85746065000", nil))
		require.Equal(t, wrong, len(found) == 1, "%s: %v", body, found)
		require.Equal(t, body, rw.Body.String())
	}
}

func TestNotificationsThatZoomWouldNotSendAreFound(t *testing.T) {
	t.Parallel()
	docs := openapi.RequireEvents(t, "meeting.started")
	const start = `{"event":"meeting.started","event_ts":1626230691572,"payload":{"account_id":"A","object":{`
	const rest = `"uuid":"4444AAAiAAAAAiAiAiiAii==","host_id":"h","topic":"t","type":8,"start_time":"2021-07-13T21:44:51Z","duration":60}}}`
	require.NoError(t, docs.Check([]byte(start+`"id":"1234567890",`+rest)))
	require.Error(t, docs.Check([]byte(start+`"id":1234567890,`+rest)), "a number")
	require.Error(t, docs.Check([]byte(start+rest)), "missing")
	require.Error(t, docs.Check([]byte(`{"event":"meeting.ended"}`)), "not loaded")
	require.Error(t, docs.Check([]byte(`{`)))
}
