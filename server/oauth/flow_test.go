package oauth_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

const next = `{"channel":"channel-1","root":"post-1","topic":"Züri am Montag"}`

// begin takes the user from a message with a link to Zoom's page and to the address that Zoom redirects to.
func (w *world) begin(s *server, user string) (code, state string) {
	w.t.Helper()
	return w.zoom.agree(w.t, w.consentPage(s, user), user+"@example.com")
}

func (w *world) consentPage(s *server, user string) string {
	w.t.Helper()
	ticket, err := s.flow.Ticket(w.t.Context(), chat.PersonID(user), "user", next)
	require.NoError(w.t, err)
	page, err := s.flow.AuthURL(w.t.Context(), chat.PersonID(user), ticket)
	require.NoError(w.t, err)
	return page
}

func TestAuthorizing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		asked, answered := w.server(firstKey), w.server(firstKey)
		code, state := w.begin(asked, "ann")
		require.Empty(t, w.db.SignIns.Dump(), "nothing is stored before the user comes back")

		app, after, err := answered.flow.Peek(t.Context(), "ann", state)
		require.NoError(t, err)
		require.Equal(t, []string{"user", next}, []string{app, after})

		done, err := answered.flow.Complete(t.Context(), "ann", code, state)
		require.NoError(t, err)
		require.Equal(t, "user", done.App)
		require.Equal(t, next, done.Next)
		require.Equal(t, "meeting:write user:read", done.Token.Scope)
		require.Equal(t, time.Now().Add(time.Hour).UTC(), done.Token.Expiry.UTC())
		require.NoError(t, answered.tokens.Of("ann").Save(t.Context(), done.Token, oauth.Identity{Email: "ann@example.com"}))
		access, err := asked.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, done.Token.Access, access)
		w.keepsSecrets()
	})
}

func TestDefect03_NoOneCompletesForSomeoneElse(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		code, state := w.begin(s, "ann")
		for _, other := range []string{"bob", ""} {
			_, err := s.flow.Complete(t.Context(), chat.PersonID(other), code, state)
			wantFault(t, fault.LinkExpired, err)
			_, _, err = s.flow.Peek(t.Context(), chat.PersonID(other), state)
			wantFault(t, fault.LinkExpired, err)
		}
		ticket, err := s.flow.Ticket(t.Context(), "ann", "account", "")
		require.NoError(t, err)
		_, err = s.flow.AuthURL(t.Context(), "bob", ticket)
		wantFault(t, fault.LinkExpired, err)
		require.Zero(t, w.zoom.count("authorization_code"), "the code was not even tried")
		_, err = s.flow.Complete(t.Context(), "ann", code, state)
		require.NoError(t, err, "and nothing of it was used up")
	})
}

func TestDefect12_StateCarriesNoInternalIDs(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		page, err := url.Parse(w.consentPage(w.server(firstKey), "ann-user-id"))
		require.NoError(t, err)
		require.Less(t, len(page.String()), 1500)
		seen := page.String()
		for part := range strings.SplitSeq(page.Query().Get("state"), ".") {
			if decoded, err := base64.RawURLEncoding.DecodeString(part); err == nil {
				seen += string(decoded)
			}
		}
		for _, internal := range []string{"ann-user-id", "channel-1", "post-1", "Montag", clientSecret} {
			require.NotContains(t, seen, internal)
		}
	})
}

func TestDefect12_PKCE(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		// A code issued for another browser's request doesn't work with this state, even for the same user.
		foreign, _ := w.begin(s, "ann")
		_, state := w.begin(s, "ann")
		_, err := s.flow.Complete(t.Context(), "ann", foreign, state)
		wantFault(t, fault.LinkExpired, err)

		first, err := url.Parse(w.consentPage(s, "ann"))
		require.NoError(t, err)
		require.Len(t, first.Query().Get("code_challenge"), 43)
		require.NotContains(t, w.consentPage(s, "ann"), first.Query().Get("code_challenge"), "each request has its own")
	})
}

func TestAStateWorksOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := []*server{w.server(firstKey), w.server(firstKey)}
		code, state := w.begin(servers[0], "ann")
		var completed, refused atomic.Int32
		var tabs sync.WaitGroup
		for n := range 10 {
			tabs.Go(func() {
				switch _, err := servers[n%2].flow.Complete(context.Background(), "ann", code, state); {
				case err == nil:
					completed.Add(1)
				case fault.Is(err, fault.LinkExpired):
					refused.Add(1)
				}
			})
		}
		tabs.Wait()
		require.EqualValues(t, 1, completed.Load())
		require.EqualValues(t, 9, refused.Load())
		require.Equal(t, 1, w.zoom.count("authorization_code"))
		_, _, err := servers[0].flow.Peek(t.Context(), "ann", state)
		wantFault(t, fault.LinkExpired, err)
	})
}

func TestLinksExpire(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		ticket, err := s.flow.Ticket(t.Context(), "ann", "user", "")
		require.NoError(t, err)
		time.Sleep(oauth.TicketLife - time.Second)
		page, err := s.flow.AuthURL(t.Context(), "ann", ticket)
		require.NoError(t, err, "a link in a message works for an hour, several times")
		code, state := w.zoom.agree(t, page, "ann@example.com")
		time.Sleep(time.Second)
		_, err = s.flow.AuthURL(t.Context(), "ann", ticket)
		wantFault(t, fault.LinkExpired, err)
		time.Sleep(oauth.StateLife - time.Second)
		_, err = s.flow.Complete(t.Context(), "ann", code, state)
		wantFault(t, fault.LinkExpired, err)
	})
}

func TestATicketIsNoStateAndAStateIsNoTicket(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		ticket, err := s.flow.Ticket(t.Context(), "ann", "user", "")
		require.NoError(t, err)
		_, err = s.flow.Complete(t.Context(), "ann", "code", ticket)
		wantFault(t, fault.LinkExpired, err)
		_, state := w.begin(s, "ann")
		_, err = s.flow.AuthURL(t.Context(), "ann", state)
		wantFault(t, fault.LinkExpired, err)
		_, err = s.flow.AuthURL(t.Context(), "ann", strings.Repeat("x", oauth.MaxSealed+1))
		wantFault(t, fault.LinkExpired, err)
		_, err = s.flow.Ticket(t.Context(), "ann", "user", strings.Repeat("x", oauth.MaxNext+1))
		wantFault(t, fault.InvalidInput, err)
	})
}

func TestAnAuthorizationOutlivesARegeneratedKey(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		code, state := w.begin(s, "ann")
		s.vault.SetKey(secondKey)
		require.NoError(t, s.vault.Rewrap(t.Context()))
		_, err := w.server(secondKey).flow.Complete(t.Context(), "ann", code, state)
		require.NoError(t, err)
	})
}

// repeatsTheCode is a response that repeats the request.
func repeatsTheCode(w http.ResponseWriter, r *http.Request) bool {
	refuse(w, http.StatusBadRequest, "invalid_request", "Invalid authorization code "+r.PostFormValue("code"))
	return true
}

func TestWhatCanGoWrongAtTheExchange(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			intercept func(http.ResponseWriter, *http.Request) bool
			code      fault.Code
		}{
			"an old code":           {repeatsTheCode, fault.LinkExpired},
			"a wrong redirect URL":  {answerWith(400, "application/json", `{"reason":"Redirect URI mismatch","error":"invalid_request"}`), fault.ZoomRefused},
			"a wrong client secret": {answerWith(401, "application/json", `{"error":"invalid_client"}`), fault.ClientRejected},
			"Zoom is down":          {answerWith(500, "text/html", "oops"), fault.ZoomUnavailable},
		} {
			s := w.server(firstKey)
			code, state := w.begin(s, "ann")
			w.zoom.breakWith(tc.intercept)
			_, err := s.flow.Complete(t.Context(), "ann", code, state)
			require.Equal(t, tc.code, fault.CodeOf(err), name)
			require.NotContains(t, err.Error(), code)
			w.zoom.breakWith(nil)
		}
	})
}

func TestWithoutAnAppThereIsNoConsentPage(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		for setting, app := range map[string]oauth.App{"Zoom OAuth client ID": {}, "Zoom OAuth client secret": {ClientID: clientID}} {
			s.app = func() oauth.App { return app }
			ticket, err := s.flow.Ticket(t.Context(), "ann", "user", "")
			require.NoError(t, err)
			_, err = s.flow.AuthURL(t.Context(), "ann", ticket)
			wantFault(t, fault.NotConfigured, err)
			require.Equal(t, setting, fault.ParamsOf(err)["Setting"])
		}
		_, err := w.server("").flow.Ticket(t.Context(), "ann", "user", "")
		wantFault(t, fault.NotConfigured, err)
	})
}

func FuzzState(f *testing.F) {
	w := newWorld(f)
	s := w.server(firstKey)
	ticket, err := s.flow.Ticket(f.Context(), "ann", "user", next)
	require.NoError(f, err)
	page, err := s.flow.AuthURL(f.Context(), "ann", ticket)
	require.NoError(f, err)
	address, err := url.Parse(page)
	require.NoError(f, err)
	good := address.Query().Get("state")
	known, _, _ := strings.Cut(strings.TrimPrefix(good, "v1."), ".")
	blob, err := s.vault.Seal(f.Context(), oauth.StateName, []byte(`{"u":"ann","x":7}`))
	require.NoError(f, err)
	f.Add(good, "ann")
	f.Add(ticket, "ann")
	f.Add(string(blob), "ann")
	f.Add("v1."+known+".", "")
	f.Fuzz(func(t *testing.T, state, user string) {
		_, _, err := s.flow.Peek(t.Context(), chat.PersonID(user), state)
		if (err == nil) != (state == good && user == "ann") {
			t.Fatalf("state %q of %q: %v", state, user, err)
		}
		if err != nil && !fault.Is(err, fault.LinkExpired) {
			t.Fatalf("unexpected: %v", err)
		}
	})
}
