package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

// answerWith has every request answered with this.
func answerWith(status int, contentType, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the recorder takes everything
		return true
	}
}

// askTogether has n people ask each grant for a token at once and returns the different answers.
func askTogether(t *testing.T, n int, rejected string, grants ...*oauth.Grant) map[string]int {
	t.Helper()
	var mu sync.Mutex
	answers := map[string]int{}
	var people sync.WaitGroup
	for _, g := range grants {
		for range n {
			people.Go(func() {
				access, err := g.Renew(context.Background(), rejected)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				answers[access]++
			})
		}
	}
	people.Wait()
	return answers
}

func TestDefect20_RotatedRefreshTokenIsPersisted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		last := ""
		for range 5 {
			access, err := s.tokens.Of("ann").Token(t.Context())
			require.NoError(t, err)
			require.NotEqual(t, last, access)
			last = access
			time.Sleep(time.Hour)
			s = w.server(firstKey) // the plugin restarts: only the table remembers
		}
		identity, err := s.tokens.Of("ann").Identity(t.Context())
		require.NoError(t, err)
		require.Equal(t, "ann@example.com", identity.Email)
	})
}

func TestDefect21_ConcurrentStartsRefreshOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		latency time.Duration
		life    time.Duration
		renew   bool
	}{
		"at expiry":                     {latency: 300 * time.Millisecond},
		"shortly before it":             {life: 59 * time.Second},
		"after Zoom rejected the token": {life: time.Hour, renew: true, latency: time.Second},
		"while Zoom is slow":            {latency: 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				one, two := w.server(firstKey), w.server(firstKey)
				token := w.connect(one, "account", "ann@example.com", tc.life)
				w.zoom.late = func(*http.Request) { time.Sleep(tc.latency) }
				time.Sleep(time.Millisecond)
				rejected := ""
				if tc.renew {
					rejected = token.Access
				}
				answers := askTogether(t, 50, rejected, one.tokens.Of("account"), two.tokens.Of("account"))
				require.Len(t, answers, 1, "everybody gets the one new token")
				require.NotContains(t, answers, token.Access)
				require.Equal(t, 1, w.zoom.count("refresh_token"))
			})
		})
	}
}

func TestDefect22_ADeadGrantSaysSoAndStaysSo(t *testing.T) {
	for name, codes := range map[string][2]string{
		"invalid_grant":               {"invalid_grant", "Invalid Token!"},
		"invalid_request for a token": {"invalid_request", "Invalid Token!"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(firstKey)
				w.connect(s, "ann", "ann@example.com", 0)
				w.connect(s, "account", "boss@example.com", 0)
				w.zoom.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
					w.zoom.calls["all"]++
					refuse(rw, http.StatusBadRequest, codes[0], codes[1])
					return true
				})
				for range 3 {
					_, err := s.tokens.Of("ann").Token(t.Context())
					wantFault(t, fault.Revoked, err)
					_, err = s.tokens.Of("account").Token(t.Context())
					wantFault(t, fault.AccountRevoked, err)
				}
				_, err := s.tokens.Of("ann").Identity(t.Context())
				wantFault(t, fault.Revoked, err)
				require.Equal(t, 2, w.zoom.calls["all"], "Zoom is asked once for each")
				require.Equal(t, 2, w.logged("no longer accepts"))

				w.zoom.breakWith(nil)
				w.connect(s, "ann", "ann@example.com", time.Hour)
				_, err = s.tokens.Of("ann").Token(t.Context())
				require.NoError(t, err, "connecting again fixes it")
			})
		})
	}
}

// Whatever goes wrong on the way to Zoom, or in Zoom, the grant stays, and the next try succeeds.
func TestDefect23_TransientFailuresNeverDropAGrant(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	for name, tc := range map[string]struct {
		intercept func(http.ResponseWriter, *http.Request) bool
		code      fault.Code
		takes     time.Duration
	}{
		"500":                       {answerWith(500, "application/json", `{"error":"invalid_grant"}`), fault.ZoomUnavailable, 0},
		"502 from a proxy":          {answerWith(502, "text/html", "<html>bad gateway"), fault.ZoomUnavailable, 0},
		"429":                       {answerWith(429, "application/json", `{"code":429,"message":"slow down"}`), fault.RateLimited, 0},
		"no answer":                 {hang, fault.ZoomTimeout, oauth.CallTimeout},
		"a page instead of a token": {answerWith(200, "text/html", "<html>log in to the hotel"), fault.ZoomUnreachable, 0},
		"text instead of a token":   {answerWith(200, "text/plain", "%zz=1;secret"), fault.ZoomUnreachable, 0},
		"JSON without a token":      {answerWith(200, "application/json", `{}`), fault.ZoomUnreachable, 0},
		"an address that is not it": {answerWith(404, "text/html", "not found"), fault.ZoomUnreachable, 0},
		"a redirect":                {redirectElsewhere, fault.ZoomUnreachable, 0},
		"another client secret":     {answerWith(401, "application/json", `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`), fault.ClientRejected, 0},
		"a 401 without words":       {answerWith(401, "text/html", ""), fault.ClientRejected, 0},
		"a refusal of the request":  {answerWith(400, "application/json", `{"reason":"Bad Request","error":"invalid_request"}`), fault.ZoomRefused, 0},
		"a code that is not one":    {answerWith(400, "application/json", `{"error":"<script>"}`), fault.ZoomUnreachable, 0},
		"an error in a 200":         {answerWith(200, "application/json", `{"error":"unsupported_grant_type"}`), fault.ZoomRefused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(firstKey)
				w.connect(s, "ann", "ann@example.com", 0)
				w.zoom.breakWith(tc.intercept)
				asked := time.Now()
				_, err := s.tokens.Of("ann").Token(t.Context())
				wantFault(t, tc.code, err)
				require.Equal(t, tc.takes, time.Since(asked))
				require.NotContains(t, err.Error(), "1;secret")
				require.NotContains(t, err.Error(), clientSecret)
				w.zoom.breakWith(nil)
				asked = time.Now()
				_, err = s.tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
				require.Zero(t, time.Since(asked), "no lease blocks it")
				w.keepsSecrets()
			})
		})
	}
}

func redirectElsewhere(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Host != "zoom.test" {
		panic("a refresh token was sent to " + r.URL.Host)
	}
	http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
	return true
}

func TestANetworkThatIsDownIsNotZoomsNo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		broken := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })}
		tokens := oauth.NewTokens(w.dependencies(s, broken))
		_, err := tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.ZoomUnreachable, err)
		require.Equal(t, "https://zoom.test", fault.ParamsOf(err)["URL"])
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHowLongATokenLives(t *testing.T) {
	for name, tc := range map[string]struct {
		expires any
		life    time.Duration
	}{
		"a number": {3599, 3599 * time.Second}, "a text": {"3599", 3599 * time.Second}, "not said": {nil, time.Hour}, "zero": {0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(firstKey)
				w.zoom.answer = func(a map[string]any) {
					if a["expires_in"] = tc.expires; tc.expires == nil {
						delete(a, "expires_in")
					}
				}
				w.connect(s, "ann", "ann@example.com", 0)
				for _, g := range []*oauth.Grant{s.tokens.Server(), s.tokens.Of("ann")} {
					_, err := g.Token(t.Context())
					require.NoError(t, err)
					stored, err := g.Stored(t.Context())
					require.NoError(t, err)
					require.Equal(t, time.Now().Add(tc.life).UTC(), stored.Expiry.UTC())
				}
			})
		})
	}
}

func TestAUserWhoLeavesDoesNotStopTheRenewal(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		w.zoom.late = func(*http.Request) { time.Sleep(3 * time.Second) }
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.tokens.Of("ann").Token(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(5 * time.Second)
		_, err = s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, w.zoom.count("refresh_token"))
	})
}

func TestATableThatFailsIsNotAMissingGrant(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		for _, broken := range []string{"Grants.Grant", "Grants.LeaseGrant"} {
			w.fail(broken)
			_, err := s.tokens.Of("ann").Token(t.Context())
			wantFault(t, fault.Internal, err)
			require.Zero(t, w.zoom.count("refresh_token"), "no refresh token is spent that cannot be stored")
		}
	})
}
