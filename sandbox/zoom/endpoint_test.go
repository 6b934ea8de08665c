package zoom_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/openapi"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// schemas loads Zoom's documents about notifications once for all tests.
var schemas = sync.OnceValues(func() (*openapi.Events, error) {
	dir, found := openapi.Find()
	if !found {
		return nil, nil
	}
	return openapi.LoadEvents(dir, zoom.EventMeetingStarted, zoom.EventMeetingEnded, zoom.EventMeetingDeleted,
		zoom.EventParticipantJoined, zoom.EventParticipantLeft, zoom.EventAppDeauthorized,
		teamchat.EventInstalled, teamchat.EventNotification, teamchat.EventActions, teamchat.EventSelect, teamchat.EventEditable,
		teamchat.EventLinkShared)
})

// unspecified are the notifications that no schema fits: one is described nowhere, and the
// examples of two contradict their schemas, which have text for a number and a boolean, and
// no room for the time of a mention.
var unspecified = []string{zoom.EventURLValidation, teamchat.EventSubmit, teamchat.EventFieldsEditable, teamchat.EventMention}

// received is one notification as it arrived.
type received struct {
	header http.Header
	body   []byte
	event  string
	ts     int64
	object map[string]any // payload.object
}

// participant is the person in the notification.
func (r received) participant() map[string]any {
	p, _ := r.object["participant"].(map[string]any)
	return p
}

// endpoint is the notification endpoint of an app.
type endpoint struct {
	url    string
	secret string

	mu     sync.Mutex
	got    []received
	status []int // of the next answers; 200 when used up
	// hold makes the endpoint answer nothing until the request is given up.
	hold bool
	// rude makes it answer a validation with rubbish.
	rude bool
	// loose switches off the check against the documents.
	loose bool
	// forged counts requests whose signature does not fit.
	forged int
}

// listen opens an endpoint that checks signatures and, where Zoom's documents
// are present, every notification against them.
func listen(t *testing.T, answers ...int) *endpoint {
	t.Helper()
	e := &endpoint{secret: "wh-secret", status: answers}
	docs, err := schemas()
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.genuine(r.Header, body) {
			e.forged++
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		n := parse(r.Header, body)
		if docs != nil && !e.loose && !slices.Contains(unspecified, n.event) {
			if err := docs.Check(body); err != nil {
				t.Errorf("Zoom's documents do not know this notification: %v\n%s", err, body)
			}
		}
		e.got = append(e.got, n)
		e.answer(rw, r, body)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL + "/webhook"
	return e
}

// genuine verifies a signature with code of its own.
func (e *endpoint) genuine(h http.Header, body []byte) bool {
	m := hmac.New(sha256.New, []byte(e.secret))
	m.Write([]byte("v0:" + h.Get("x-zm-request-timestamp") + ":"))
	m.Write(body)
	return h.Get("x-zm-signature") == "v0="+hex.EncodeToString(m.Sum(nil))
}

// parse decodes a notification.
func parse(h http.Header, body []byte) received {
	var n struct {
		Event   string `json:"event"`
		Payload struct {
			Object map[string]any `json:"object"`
		} `json:"payload"`
	}
	_ = json.Unmarshal(body, &n)
	ts, _ := strconv.ParseInt(h.Get("x-zm-request-timestamp"), 10, 64)
	return received{h, body, n.Event, ts, n.Payload.Object}
}

// answer answers as told, or as a good endpoint.
func (e *endpoint) answer(rw http.ResponseWriter, r *http.Request, body []byte) {
	if e.hold {
		e.mu.Unlock()
		<-r.Context().Done()
		e.mu.Lock()
		return
	}
	status := http.StatusOK
	if len(e.status) > 0 {
		status, e.status = e.status[0], e.status[1:]
	}
	var challenge struct {
		Event   string `json:"event"`
		Payload struct {
			PlainToken string `json:"plainToken"`
		} `json:"payload"`
	}
	_ = json.Unmarshal(body, &challenge)
	if challenge.Event != zoom.EventURLValidation || status != http.StatusOK {
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(status)
		return
	}
	m := hmac.New(sha256.New, []byte(e.secret))
	m.Write([]byte(challenge.Payload.PlainToken))
	token := hex.EncodeToString(m.Sum(nil))
	if e.rude {
		token = "rubbish"
	}
	_ = json.NewEncoder(rw).Encode(map[string]string{"plainToken": challenge.Payload.PlainToken, "encryptedToken": token})
}

// all returns what arrived so far.
func (e *endpoint) all() []received {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]received(nil), e.got...)
}

// events returns the types of what arrived so far.
func (e *endpoint) events() []string {
	names := []string{}
	for _, n := range e.all() {
		names = append(names, n.event)
	}
	return names
}

// set changes the endpoint's manners.
func (e *endpoint) set(f func(*endpoint)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f(e)
}

// at subscribes an app to an endpoint.
func at(e *endpoint) func(*zoom.App) {
	return func(a *zoom.App) { a.WebhookURL = e.url }
}
