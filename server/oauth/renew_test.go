package oauth

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/store/storetest"
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
func askTogether(t *testing.T, n int, rejected string, grants ...*Grant) map[string]int {
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
		lag     time.Duration
		latency time.Duration
		life    time.Duration
		renew   bool
	}{
		"at expiry": {latency: 300 * time.Millisecond},
		"at expiry, with a replica that is behind": {latency: 100 * time.Millisecond, lag: 150 * time.Millisecond},
		"shortly before it":                        {life: 59 * time.Second},
		"after Zoom rejected the token":            {life: time.Hour, renew: true, latency: time.Second},
		"while Zoom is slow":                       {latency: 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				one, two := w.server(firstKey), w.server(firstKey)
				token := w.connect(one, "account", "ann@example.com", tc.life)
				w.kv.Lag(tc.lag)
				w.zoom.late = func(*http.Request) { time.Sleep(tc.latency) }
				time.Sleep(time.Millisecond + tc.lag)
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
		"no answer":                 {hang, fault.ZoomTimeout, callTimeout},
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
		tokens := NewTokens(w.dependencies(s, broken))
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
				for _, g := range []*Grant{s.tokens.Server(), s.tokens.Of("ann")} {
					if g.name != serverName {
						w.connect(s, "ann", "ann@example.com", 0)
					}
					_, err := g.Token(t.Context())
					require.NoError(t, err)
					read, err := g.read(t.Context())
					require.NoError(t, err)
					require.Equal(t, time.Now().Add(tc.life).UTC(), read.Token.Expiry.UTC())
				}
			})
		})
	}
}

func TestAServerThatDiesWhileItRenews(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		w.zoom.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
			one.kv.cut.Store(true)
			<-r.Context().Done() // the request never left
			return true
		})
		go func() { _, _ = one.tokens.Of("ann").Token(context.Background()) }()
		synctest.Wait()
		w.zoom.breakWith(nil)
		asked := time.Now()
		_, err := two.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.InDelta(t, leaseTime, time.Since(asked), float64(time.Second))
		time.Sleep(time.Minute)
	})
}

// The holder of the lease got the new token but can't store it for a while; another server tries the dead refresh token meanwhile.
func TestASlowServerStillStoresItsToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		w.zoom.late = func(*http.Request) { one.kv.cut.Store(true) }
		var fromOne string
		var finished sync.WaitGroup
		finished.Go(func() { fromOne, _ = one.tokens.Of("ann").Token(context.Background()) })
		time.Sleep(2 * time.Second)
		one.kv.cut.Store(false)
		finished.Wait()
		require.NotEmpty(t, fromOne)
		fromTwo, err := two.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, fromOne, fromTwo)
		require.Zero(t, w.logged("couldn't be stored"))
	})
}

func TestATokenThatCannotBeStoredIsUsedAndLogged(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		w.zoom.late = func(*http.Request) { s.kv.cut.Store(true) }
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, access)
		require.Equal(t, 1, w.logged("couldn't be stored"))
		w.keepsSecrets()
	})
}

func TestWhatHappensToTheGrantWhileItIsRenewed(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(t *testing.T, w *world, other *server)
		want      func(t *testing.T, w *world, s *server, access string, err error)
	}{
		"another server takes the lease over": {
			meanwhile: func(t *testing.T, _ *world, other *server) {
				g := other.tokens.Of("ann")
				found, err := g.read(t.Context())
				require.NoError(t, err)
				_, taken, err := g.takeLease(t.Context(), found)
				require.NoError(t, err)
				require.True(t, taken)
			},
			want: func(t *testing.T, w *world, _ *server, access string, err error) {
				require.NoError(t, err)
				stored, err := w.server(firstKey).tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, stored, access, "the server with the new token stores it")
				require.Equal(t, 1, w.zoom.count("refresh_token"))
			},
		},
		"its owner connects again": {
			meanwhile: func(_ *testing.T, w *world, other *server) { w.connect(other, "ann", "ann@example.com", time.Hour) },
			want: func(t *testing.T, w *world, s *server, access string, err error) {
				require.NoError(t, err)
				stored, err := w.server(firstKey).tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, stored, access, "the newer consent counts")
				require.Equal(t, 1, w.zoom.count("refresh_token"))
			},
		},
		"its owner disconnects": {
			meanwhile: func(t *testing.T, _ *world, other *server) {
				require.NoError(t, other.tokens.Of("ann").Drop(t.Context(), false))
			},
			want: func(t *testing.T, w *world, _ *server, _ string, err error) {
				wantFault(t, fault.NotConnected, err)
				require.Empty(t, w.kv.Keys("sec."))
			},
		},
		"Zoom ends it, and its owner connects again": {
			meanwhile: func(_ *testing.T, w *world, other *server) {
				w.connect(other, "ann", "ann@example.com", time.Hour)
				w.zoom.breakWith(func(rw http.ResponseWriter, _ *http.Request) bool {
					refuse(rw, http.StatusBadRequest, "invalid_grant", "Invalid Token!")
					return true
				})
			},
			want: func(t *testing.T, w *world, _ *server, _ string, err error) {
				require.NoError(t, err)
				require.Zero(t, w.logged("no longer accepts"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				one, two := w.server(firstKey), w.server(firstKey)
				w.connect(one, "ann", "ann@example.com", 0)
				w.zoom.late = func(*http.Request) {
					tc.meanwhile(t, w, two)
				}
				time.Sleep(10 * time.Second)
				access, err := one.tokens.Of("ann").Token(t.Context())
				time.Sleep(10 * time.Second)
				tc.want(t, w, one, access, err)
			})
		})
	}
}

func TestSomebodyWhoLeavesDoesNotStopTheRenewal(t *testing.T) {
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
		for _, broken := range []storetest.Op{storetest.Get, storetest.Swap} {
			w.kv.OnCall(func(op storetest.Op, _ string) error {
				if op == broken {
					return errors.New("database gone")
				}
				return nil
			})
			_, err := s.tokens.Of("ann").Token(t.Context())
			wantFault(t, fault.Internal, err)
			require.Zero(t, w.zoom.count("refresh_token"), "no refresh token is spent that cannot be stored")
		}
	})
}
