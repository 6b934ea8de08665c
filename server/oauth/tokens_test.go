package oauth

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/store/storetest"
)

func TestAFreshTokenCostsOneRead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		token := w.connect(s, "ann", "ann@example.com", time.Hour)
		w.kv.ResetCounts()
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, token.Access, access)
		require.Equal(t, 1, w.kv.Count(storetest.Get))
		require.Zero(t, w.kv.Count(storetest.Swap)+w.kv.Count(storetest.Set))
		require.Zero(t, w.zoom.count("refresh_token"))
	})
}

func TestDefect01_RefreshTokensAreSealed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		_, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		w.keepsSecrets()
	})
}

func TestDefect02_TheAccountTokenAndTheServersTokenAreSealed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "account", "ann@example.com", 0)
		_, err := s.tokens.Of("account").Token(t.Context())
		require.NoError(t, err)
		_, err = s.tokens.Server().Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"sec.zoom.account", "sec.zoom.server"}, w.kv.Keys("sec."))
		w.keepsSecrets()
	})
}

func TestDefect12_DisconnectRevokes(t *testing.T) {
	t.Run("a fresh token", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			token := w.connect(s, "ann", "ann@example.com", time.Hour)
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Equal(t, []string{token.Access}, w.zoom.revoked)
			_, err := s.tokens.Of("ann").Token(t.Context())
			wantFault(t, fault.NotConnected, err)
			require.Empty(t, w.kv.Keys("sec."))
		})
	})
	t.Run("an expired token is renewed for it", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			w.connect(s, "ann", "ann@example.com", 0)
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Len(t, w.zoom.revoked, 1)
			require.Empty(t, w.kv.Keys("sec."))
		})
	})
	t.Run("Zoom being down does not keep anybody connected", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			w.connect(s, "ann", "ann@example.com", time.Hour)
			w.zoom.breakWith(answerWith(503, "text/html", "down"))
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Equal(t, 1, w.logged("couldn't be revoked"))
			require.Empty(t, w.kv.Keys("sec."))
			w.keepsSecrets()
		})
	})
	t.Run("a grant that Zoom ended itself is only forgotten", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			w.connect(s, "ann", "ann@example.com", time.Hour)
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), false))
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true), "twice does no harm")
			require.Zero(t, w.zoom.count("revoke"))
		})
	})
	t.Run("a record that no longer opens", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			require.NoError(t, w.kv.Set("sec.zoom.ann", []byte("v1.other.AAAA"), 0))
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Equal(t, 1, w.logged("couldn't be revoked"))
			require.Empty(t, w.kv.Keys("sec."))
		})
	})
}

// The peer kept tokens and their owner in two records and could mix up two accounts.
func TestDefect34_ReconnectingReplacesTheWholeGrant(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", time.Hour)
		second := w.zoom.grant("ann@private.example", time.Hour)
		require.NoError(t, s.tokens.Of("ann").Save(t.Context(), second, Identity{Email: "ann@private.example"}))
		identity, err := s.tokens.Of("ann").Identity(t.Context())
		require.NoError(t, err)
		require.Equal(t, Identity{Email: "ann@private.example"}, identity)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, second.Access, access)
	})
}

func TestDefect35_AFailedSaveChangesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		first := w.connect(s, "ann", "ann@example.com", time.Hour)
		token, identity := w.zoom.grant("bob@example.com", time.Hour), Identity{Email: "bob@example.com"}
		given := token
		w.kv.OnCall(func(op storetest.Op, _ string) error {
			if op == storetest.Set {
				return errors.New("database gone")
			}
			return nil
		})
		require.ErrorContains(t, s.tokens.Of("ann").Save(t.Context(), token, identity), "database gone")
		require.Equal(t, given, token)
		require.Equal(t, "bob@example.com", identity.Email)
		w.kv.OnCall(nil)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, first.Access, access)
	})
}

func TestWhoIsNotConnected(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		for name, code := range map[string]fault.Code{"ann": fault.NotConnected, "account": fault.AccountNotConnected} {
			g := s.tokens.Of(name)
			_, err := g.Token(t.Context())
			wantFault(t, code, err)
			_, err = g.Renew(t.Context(), "old")
			wantFault(t, code, err)
			_, err = g.Identity(t.Context())
			wantFault(t, code, err)
		}
	})
}

func TestAGrantForAnotherAppDoesNotCount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", time.Hour)
		before, err := s.tokens.Server().Token(t.Context())
		require.NoError(t, err)

		s.app = func() App { app := w.zoom.app(); app.TokenURL = "https://zoom.example.com/oauth/token"; return app }
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
		after, err := s.tokens.Server().Token(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, before, after, "the server's own token is got for the other app")

		s.app = func() App { app := w.zoom.app(); app.ClientID = ""; return app }
		_, err = s.tokens.Server().Token(t.Context())
		wantFault(t, fault.NotConfigured, err)
		require.Equal(t, "Zoom OAuth client ID", fault.ParamsOf(err)["Setting"])

		s.app = w.zoom.app
		_, err = s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "back to the first app, everybody is connected still")
	})
}

func TestAReplicaThatIsBehindOurOwnWrites(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.kv.Lag(time.Second)
		token := w.connect(s, "ann", "ann@example.com", time.Hour)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "the start that a consent was for goes on at once")
		require.Equal(t, token.Access, access)
		time.Sleep(10 * time.Second)
		require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), false))
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
	})
}

func TestTheServersToken(t *testing.T) {
	t.Run("is got once for all servers and kept while it is fresh", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			got := askTogether(t, 25, "", w.server(firstKey).tokens.Server(), w.server(firstKey).tokens.Server())
			require.Len(t, got, 1)
			require.Equal(t, 1, w.zoom.count("account_credentials"))
			time.Sleep(58 * time.Minute)
			s := w.server(firstKey)
			_, err := s.tokens.Server().Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, w.zoom.count("account_credentials"))
			time.Sleep(90 * time.Second)
			_, err = s.tokens.Server().Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, 2, w.zoom.count("account_credentials"))
		})
	})
	t.Run("is replaced when Zoom rejects it", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			g := w.server(firstKey).tokens.Server()
			first, err := g.Token(t.Context())
			require.NoError(t, err)
			second, err := g.Renew(t.Context(), first)
			require.NoError(t, err)
			require.NotEqual(t, first, second)
			again, err := g.Renew(t.Context(), first)
			require.NoError(t, err)
			require.Equal(t, second, again, "one that asks late gets the new one")
			require.Equal(t, 2, w.zoom.count("account_credentials"))
		})
	})
	t.Run("is replaced when the encryption key is lost", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			require.NoError(t, w.kv.Set("sec.zoom.server", []byte("v1.lost.AAAA"), 0))
			_, err := w.server(firstKey).tokens.Server().Token(t.Context())
			require.NoError(t, err)
		})
	})
	t.Run("is refused to an account that ended the app, and comes back with it", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			s.app = func() App { app := w.zoom.app(); app.AccountID = "gone"; return app }
			_, err := s.tokens.Server().Token(t.Context())
			wantFault(t, fault.AccountRevoked, err)
			w.zoom.breakWith(answerWith(400, "application/json", `{"reason":"Bad request","error":"invalid_request"}`))
			_, err = s.tokens.Server().Token(t.Context())
			wantFault(t, fault.ClientRejected, err)
			w.zoom.breakWith(nil)
			s.app = w.zoom.app
			_, err = s.tokens.Server().Token(t.Context())
			require.NoError(t, err)
			s.app = func() App { app := w.zoom.app(); app.AccountID = ""; return app }
			_, err = s.tokens.Server().Token(t.Context())
			wantFault(t, fault.NotConfigured, err)
		})
	})
}
