package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// event is Zoom's event about the session of the post's meeting; a zero end is left out.
func (w *world) event(name string, post *mmtest.Post, uuid string, start, end time.Time) []byte {
	object := map[string]any{
		"id": post.Prop("meeting_id"), "uuid": uuid, "host_id": "host", "topic": "Weekly", "type": 1, "duration": 60,
		"timezone": "UTC", "start_time": start.UTC().Format(time.RFC3339),
	}
	at := start
	if !end.IsZero() {
		object["end_time"], at = end.UTC().Format(time.RFC3339), end
	}
	body, err := json.Marshal(map[string]any{
		"event": name, "event_ts": at.UnixMilli(), "payload": map[string]any{"account_id": zoomAccount, "object": object},
	})
	if err != nil {
		w.t.Error(err)
	}
	return body
}

// signed is the header of a notification that Zoom signs at this time.
func signed(secret string, at time.Time, body []byte) http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "X-Zm-Request-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"X-Zm-Signature": {sandbox.Sign(secret, at.Unix(), body)},
	}
}

// deliver sends the event, signed now, to this server of the cluster and requires that it is taken.
func (w *world) deliver(p *Plugin, body []byte) {
	if status := w.sends(p, "/webhook", signed(webhookSecret, w.zoom.Now(), body), body); status != http.StatusOK {
		w.t.Errorf("the event got %d", status)
	}
}

// sends has a request from outside arrive at this server and returns the status of the answer.
func (w *world) sends(p *Plugin, path string, header http.Header, body []byte) int {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header = header
	recorder := httptest.NewRecorder()
	p.ServeHTTP(&plugin.Context{}, recorder, r)
	require.NotContains(w.t, recorder.Body.String(), "encryptedToken")
	return recorder.Code
}
