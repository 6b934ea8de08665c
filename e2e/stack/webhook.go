package stack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

// Sign returns the x-zm-signature header for a body, as Zoom makes it:
// https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
func Sign(secret string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + strconv.FormatInt(at.Unix(), 10) + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// Signed returns the headers of an event that Zoom sent at a time.
func Signed(secret string, at time.Time, body []byte) http.Header {
	return http.Header{
		"Content-Type":           {"application/json; charset=utf-8"},
		"X-Zm-Request-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"X-Zm-Signature":         {Sign(secret, at, body)},
	}
}

// Event is the body of a meeting's event, as Zoom sends it.
func Event(name, meetingID, uuid string, began, ended time.Time) []byte {
	object := map[string]any{
		"id": meetingID, "uuid": uuid, "host_id": "host", "topic": "", "type": 1, "timezone": "", "duration": 0,
		"start_time": began.UTC().Format(time.RFC3339),
	}
	at := began
	if !ended.IsZero() {
		object["end_time"], at = ended.UTC().Format(time.RFC3339), ended
	}
	body, err := json.Marshal(map[string]any{
		"event": name, "event_ts": at.UnixMilli(),
		"payload": map[string]any{"account_id": zoomAccountID, "object": object},
	})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return body
}

// Deliver posts a body to the plugin's webhook on this server and returns the
// status and the answer.
func (v *Server) Deliver(ctx context.Context, header http.Header, body []byte) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.URL+"/plugins/"+PluginID+"/webhook", bytes.NewReader(body))
	if err != nil {
		return 0, "", errors.Wrap(err, "make a request")
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", errors.Wrap(err, "deliver an event")
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), errors.Wrap(err, "read the answer")
}
