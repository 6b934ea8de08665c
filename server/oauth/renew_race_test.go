package oauth_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

func TestAServerThatDiesWhileItRenews(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		w.zoom.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
			one.grants.cut.Store(true)
			<-r.Context().Done() // the request never left
			return true
		})
		go func() { _, _ = one.tokens.Of("ann").Token(context.Background()) }()
		synctest.Wait()
		w.zoom.breakWith(nil)
		asked := time.Now()
		_, err := two.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.InDelta(t, oauth.LeaseTime, time.Since(asked), float64(time.Second))
		time.Sleep(time.Minute)
	})
}

// The holder of the lease got the new token but can't store it for a while; another server tries the dead refresh token meanwhile.
func TestASlowServerStillStoresItsToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		w.zoom.late = func(*http.Request) { one.grants.cut.Store(true) }
		var fromOne string
		var finished sync.WaitGroup
		finished.Go(func() { fromOne, _ = one.tokens.Of("ann").Token(context.Background()) })
		time.Sleep(2 * time.Second)
		one.grants.cut.Store(false)
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
		w.zoom.late = func(*http.Request) { s.grants.cut.Store(true) }
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, access)
		require.Equal(t, 1, w.logged("couldn't be stored"))
		w.keepsSecrets()
	})
}

func TestWhatHappensToTheGrantWhileItIsRenewed(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(t *testing.T, w *world, one, other *server)
		want      func(t *testing.T, w *world, s *server, access string, err error)
	}{
		"its lease runs out, and another server takes it over": {
			meanwhile: func(t *testing.T, _ *world, one, other *server) {
				one.grants.stall.Store(int64(oauth.LeaseTime + 10*time.Second))
				go func() {
					time.Sleep(oauth.LeaseTime)
					key := other.tokens.Of("ann").Key()
					found, err := other.grants.Grant(t.Context(), key)
					assert.NoError(t, err)
					leased, err := other.grants.LeaseGrant(t.Context(), key, found.Version, "another server", oauth.LeaseTime)
					assert.NoError(t, err)
					assert.NotZero(t, leased)
				}()
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
			meanwhile: func(_ *testing.T, w *world, _, other *server) { w.connect(other, "ann", "ann@example.com", time.Hour) },
			want: func(t *testing.T, w *world, s *server, access string, err error) {
				require.NoError(t, err)
				stored, err := w.server(firstKey).tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, stored, access, "the newer consent counts")
				require.Equal(t, 1, w.zoom.count("refresh_token"))
			},
		},
		"its owner disconnects": {
			meanwhile: func(t *testing.T, _ *world, _, other *server) {
				require.NoError(t, other.tokens.Of("ann").Drop(t.Context(), false))
			},
			want: func(t *testing.T, w *world, _ *server, _ string, err error) {
				wantFault(t, fault.NotConnected, err)
				require.Empty(t, w.stored())
			},
		},
		"Zoom ends it, and its owner connects again": {
			meanwhile: func(_ *testing.T, w *world, _, other *server) {
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
					tc.meanwhile(t, w, one, two)
				}
				time.Sleep(10 * time.Second)
				access, err := one.tokens.Of("ann").Token(t.Context())
				time.Sleep(10 * time.Second)
				tc.want(t, w, one, access, err)
			})
		})
	}
}

// The database stored the new token, but the connection broke before it could say so.
func TestALostAnswerOfTheDatabaseLosesNoToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		one.grants.lost.Store(1)
		_, err := one.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Internal, err)
		require.Zero(t, w.zoom.count("refresh_token"), "a lease that may not be held spends no refresh token")
		time.Sleep(oauth.LeaseTime)

		w.zoom.late = func(*http.Request) { one.grants.lost.Store(1) }
		fromOne, err := one.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		fromTwo, err := two.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, fromOne, fromTwo)
		require.Equal(t, 1, w.zoom.count("refresh_token"))
		require.Zero(t, w.logged("couldn't be stored"))
	})
}

// Zoom has replaced the refresh token, but the server that asked died before it could store the new one: the old one is dead.
func TestAServerThatDiesWithTheNewTokenAsksItsOwnerToConnectAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		w.connect(one, "ann", "ann@example.com", 0)
		w.zoom.late = func(*http.Request) { one.grants.cut.Store(true) }
		_, err := one.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "as long as it lives")
		time.Sleep(oauth.LeaseTime)
		_, err = two.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Revoked, err)
		w.connect(two, "ann", "ann@example.com", time.Hour)
		_, err = two.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
	})
}
