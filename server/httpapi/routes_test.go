package httpapi_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/meeting"
)

func TestAStartIsHandedOnAsItWasAsked(t *testing.T) {
	t.Parallel()
	d := &desk{}
	d.asks(t, http.MethodPost, "/api/v1/meetings", startBody)
	d.asks(t, http.MethodPost, "/api/v1/meetings?force=true", `{"channel_id":"town"}`)
	require.Equal(t, []meeting.StartRequest{
		// The window opens the join page itself; the connection is for a start that continues later.
		{Actor: actor("alice"), Place: place("town").In("root"), Topic: "Weekly", Choice: meeting.Personal, AllTheSame: true, Window: "w1", OpensItself: true},
		{Actor: actor("alice"), Place: place("town"), AllTheSame: true, OpensItself: true},
	}, d.started)
}

func TestAClickIsOfWhoIsSignedInWhateverItSays(t *testing.T) {
	t.Parallel()
	d := &desk{}
	d.asks(t, http.MethodPost, "/action", `{"user_id":"root","channel_id":"town","post_id":"note",
		"context":{"action":"start","root_id":["x"],"values":{"choice":"unique","topic":7}}}`)
	require.Equal(t, []chat.Click{{
		Actor: actor("alice"), Place: place("town"), Message: message("note", place("town")), Action: "start", Values: map[string]string{"choice": "unique", "topic": ""},
		Talk: &exchange{desk: d, actor: actor("alice"), at: place("town"), note: message("note", place("town"))},
	}}, d.clicked)
}

func TestEachFailureHasItsStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[fault.Code]int{
		fault.InvalidInput: 400, fault.ThreadElsewhere: 400, fault.LinkExpired: 400, fault.Forbidden: 403, fault.Restricted: 403,
		fault.NotConnected: 403, fault.EmailUntrusted: 403, fault.Busy: 409, fault.RateLimited: 429, fault.DailyLimit: 429,
		fault.Internal: 500, fault.NotPosted: 500, fault.NotConfigured: 501, fault.ZoomUnavailable: 502, fault.ZoomUserUnknown: 502,
		fault.ClientRejected: 502, fault.ZoomTimeout: 504, fault.ConnectForbidden: 403, fault.CardUnknown: 404, fault.TooLate: 409,
		fault.ProviderLimited: 429, fault.SetupNeeded: 501, fault.ProviderUnavailable: 502,
	} {
		d := &desk{err: fault.New(code)}
		require.Equal(t, want, d.asks(t, http.MethodPost, "/api/v1/meetings", `{}`).Code, code)
	}
}

func TestWhatIsNoFaultIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/v1/config", "/api/v1/setup"} {
		d := &desk{admin: true, err: errors.New("secret internals")}
		answer := d.asks(t, http.MethodGet, path, "")
		require.Equal(t, http.StatusInternalServerError, answer.Code)
		require.NotContains(t, answer.Body.String(), "internals")
		require.Equal(t, []string{"A request failed"}, d.logged)
	}
	d := &desk{err: errors.New("secret internals")}
	d.asks(t, http.MethodPost, "/action", `{}`)
	require.Contains(t, d.told[0], "Something went wrong on the server")
	require.NotContains(t, d.told[0], "internals")
	require.Equal(t, []string{"A click failed"}, d.logged)
}

func TestPagesRunNoScriptButTheirOwnAndAreNotKept(t *testing.T) {
	t.Parallel()
	d := &desk{connected: account.Connected{Email: "<b>alice</b>@example.com"}}
	seen := map[string]bool{}
	for range 2 {
		answer := d.asks(t, http.MethodGet, "/oauth2/complete?code=c&state=s", "")
		policy := answer.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.Equal(t, "no-referrer", answer.Header().Get("Referrer-Policy"))
		require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
		require.NotContains(t, answer.Body.String(), "<b>alice")
		require.Contains(t, answer.Body.String(), "window.close()")
		nonce := policy[strings.Index(policy, "script-src 'nonce-"):]
		require.False(t, seen[nonce], "a nonce of its own each time")
		seen[nonce] = true
	}
	away := d.asks(t, http.MethodGet, "/oauth2/connect?t=ticket", "")
	require.Equal(t, http.StatusFound, away.Code)
	require.Equal(t, "no-store", away.Header().Get("Cache-Control"))
}

func TestThePageSaysWhatBecameOfTheMeeting(t *testing.T) {
	t.Parallel()
	for says, d := range map[string]*desk{
		"a question about your meeting":                                           {outcome: meeting.Outcome{Prompted: true}},
		`<a href="https://zoom.us/j/1?pwd=a.1" rel="noreferrer">Join meeting</a>`: {outcome: meeting.Outcome{JoinURL: "https://zoom.us/j/1?pwd=a.1"}},
		`<a href="https://zoom.us/j/2"`:                                           {err: fault.New(fault.NotPosted).With("Link", "https://zoom.us/j/2")},
		"too many requests":                                                       {err: fault.New(fault.RateLimited)},
		"Something went wrong on the server":                                      {err: errors.New("secret internals")},
		"connected to Zoom for all users":                                         {connected: account.Connected{ForAll: true}},
		"Your Zoom account a@example.com is connected":                            {connected: account.Connected{Email: "a@example.com"}},
	} {
		body := html.UnescapeString(d.asks(t, http.MethodGet, "/oauth2/complete?code=c&state=s", "").Body.String())
		require.Contains(t, body, says)
		require.NotContains(t, body, "internals")
		require.NotContains(t, body, "`")
	}
}

// signs returns a request with this body, signed by Zoom.
func signs(secret, body string) *http.Request {
	timestamp := strconv.FormatInt(noon.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + timestamp + ":" + body))
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	r.Header.Set("X-Zm-Request-Timestamp", timestamp)
	r.Header.Set("X-Zm-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func TestAnEventThatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	const ended = `{"event":"meeting.ended","payload":{"object":{"id":"85746065432","uuid":"u"}}}`
	for want, accepts := range map[int]error{http.StatusOK: nil, http.StatusServiceUnavailable: errors.New("full")} {
		d := &desk{accepts: accepts}
		recorder := httptest.NewRecorder()
		d.handler(t).ServeHTTP(recorder, signs("token", ended))
		require.Equal(t, want, recorder.Code)
		require.Empty(t, recorder.Body.String())
	}
}

func TestABodyThatBreaksOffIsRefused(t *testing.T) {
	t.Parallel()
	d := &desk{}
	r := signs("token", `{"event":"meeting.ended"}`)
	r.Body = http.MaxBytesReader(nil, r.Body, 3)
	recorder := httptest.NewRecorder()
	d.handler(t).ServeHTTP(recorder, r)
	require.Equal(t, http.StatusRequestEntityTooLarge, recorder.Code)
}

// FuzzRoutes sends random requests: no handler panics, and nothing that Zoom didn't sign is acknowledged.
func FuzzRoutes(f *testing.F) {
	for _, path := range []string{"/webhook", "/deauthorization", "/action", "/api/v1/meetings", "/oauth2/complete", "/hooks/c1.key/secret", "/form", "/oauth2/jenkins/complete"} {
		f.Add(path, startBody, "v0=00", "1")
	}
	f.Add("/webhook?secret=x", `{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}`, "", "")
	f.Fuzz(func(t *testing.T, path, body, signature, timestamp string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \x00\n\r\t%") {
			return
		}
		d := &desk{}
		handler := d.handler(t)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r, err := http.NewRequest(method, "http://chat.example.com"+path, strings.NewReader(body))
			if err != nil {
				return
			}
			r.Header.Set("Mattermost-User-Id", "alice")
			r.Header.Set("X-Zm-Signature", signature)
			r.Header.Set("X-Zm-Request-Timestamp", timestamp)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r)
			require.NotContains(t, d.logged, "A request caused a panic")
			if strings.HasPrefix(r.URL.Path, "/hooks/") || r.URL.Path == "/webhook" || r.URL.Path == "/deauthorization" {
				require.NotEqual(t, http.StatusOK, recorder.Code)
			}
		}
	})
}
