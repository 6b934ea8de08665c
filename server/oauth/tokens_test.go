package oauth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

func TestAFreshTokenCostsOneStatement(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		token := w.connect(s, "ann", "ann@example.com", time.Hour)
		var access string
		calls := w.calls(func() {
			var err error
			access, err = s.tokens.Of("ann").Token(t.Context())
			require.NoError(t, err)
		})
		require.Equal(t, token.Access, access)
		require.Equal(t, []string{"Grants.Grant"}, calls)
		require.Zero(t, w.zoom.count("refresh_token"))
	})
}

func TestAnOperationReadsItsGrantOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s, other := w.server(firstKey), w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", time.Hour)
		calls := w.calls(func() {
			_, err := s.tokens.Of("ann").Identity(t.Context())
			require.NoError(t, err)
			for range 3 {
				_, err := s.tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
			}
		})
		require.Equal(t, []string{"Grants.Grant"}, calls)

		before, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		renewed, err := s.tokens.Of("ann").Renew(t.Context(), before)
		require.NoError(t, err)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, renewed, access, "its own changes count at once")

		require.NoError(t, other.tokens.Of("ann").Drop(t.Context(), true))
		access, err = s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "those of another server")
		_, err = s.tokens.Of("ann").Renew(t.Context(), access)
		wantFault(t, fault.NotConnected, err)
		time.Sleep(6 * time.Second)
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
	})
}

func TestAGrantThatWasReadWithOtherRecordsIsNotReadAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		token := w.connect(s, "ann", "ann@example.com", time.Hour)
		stored, err := w.db.Grants.Grant(t.Context(), s.tokens.Of("ann").Key())
		require.NoError(t, err)
		for _, useless := range []string{"", "v1.gone.AAAA", stored.Sealed[:len(stored.Sealed)-2]} {
			s.tokens.Read(t.Context(), "ann", useless)
			s.tokens.Read(t.Context(), "bob", stored.Sealed)
		}
		_, err = s.tokens.Of("bob").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
		calls := w.calls(func() {
			s.tokens.Read(t.Context(), "ann", stored.Sealed)
			access, err := s.tokens.Of("ann").Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, token.Access, access)
		})
		require.Empty(t, calls)
	})
}

func TestWithoutTheDatabaseTheLastTokenServes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		token := w.connect(s, "ann", "ann@example.com", time.Hour)
		w.connect(s, "bob", "bob@example.com", time.Hour)
		_, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		w.db.OnCall(func(string, string) error { return fault.New(fault.DatabaseUnavailable) })
		time.Sleep(10 * time.Minute)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, token.Access, access)
		_, err = s.tokens.Of("ann").Renew(t.Context(), access)
		wantFault(t, fault.DatabaseUnavailable, err)
		_, err = s.tokens.Of("bob").Token(t.Context())
		wantFault(t, fault.DatabaseUnavailable, err)
		time.Sleep(50 * time.Minute)
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.DatabaseUnavailable, err)
		require.Zero(t, w.zoom.count("refresh_token"), "no refresh token is spent that can't be stored")

		got := askTogether(t, 20, "", s.tokens.Server())
		require.Len(t, got, 1)
		require.Equal(t, 1, w.zoom.count("account_credentials"), "the server's own token needs no record")
		time.Sleep(30 * time.Minute)
		again, err := s.tokens.Server().Token(t.Context())
		require.NoError(t, err)
		require.Contains(t, got, again)
		renewed, err := s.tokens.Server().Renew(t.Context(), again)
		require.NoError(t, err)
		require.NotEqual(t, again, renewed)

		w.db.OnCall(nil)
		access, err = s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, token.Access, access)
	})
}

func TestAnotherAppFindsNothingOfTheEarlierOneEvenAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", time.Hour)
		_, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		s.app = func() oauth.App { app := w.zoom.app(); app.ClientID = "another"; return app }
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
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
		require.Equal(t, []string{"zoom/account", "zoom/server"}, w.stored())
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
			require.Empty(t, w.stored())
		})
	})
	t.Run("an expired token is renewed for it", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			w.connect(s, "ann", "ann@example.com", 0)
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Len(t, w.zoom.revoked, 1)
			require.Empty(t, w.stored())
		})
	})
	t.Run("Zoom being down does not keep anybody connected", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			w.connect(s, "ann", "ann@example.com", time.Hour)
			w.zoom.breakWith(answerWith(503, "text/html", "down"))
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Equal(t, 1, w.logged("couldn't be revoked"))
			require.Empty(t, w.stored())
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
			require.NoError(t, w.db.Grants.SaveGrant(t.Context(), s.tokens.Of("ann").Key(), "", "v1.other.AAAA"))
			require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
			require.Equal(t, 1, w.logged("couldn't be revoked"))
			require.Empty(t, w.stored())
		})
	})
}

// The peer kept tokens and their owner in two records and could mix up two accounts.
func TestDefect34_ReconnectingReplacesTheWholeGrant(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", time.Hour)
		second := w.zoom.grant("ann@private.example", time.Hour)
		require.NoError(t, s.tokens.Of("ann").Save(t.Context(), second, oauth.Identity{Email: "ann@private.example"}))
		identity, err := s.tokens.Of("ann").Identity(t.Context())
		require.NoError(t, err)
		require.Equal(t, oauth.Identity{Email: "ann@private.example"}, identity)
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, second.Access, access)
	})
}

func TestDefect35_AFailedSaveChangesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		first := w.connect(s, "ann", "ann@example.com", time.Hour)
		token, identity := w.zoom.grant("bob@example.com", time.Hour), oauth.Identity{Email: "bob@example.com"}
		given := token
		w.fail("Grants.SaveGrant")
		require.ErrorContains(t, s.tokens.Of("ann").Save(t.Context(), token, identity), "database gone")
		require.Equal(t, given, token)
		require.Equal(t, "bob@example.com", identity.Email)
		w.fail()
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

		s.app = func() oauth.App {
			app := w.zoom.app()
			app.TokenURL = "https://zoom.example.com/oauth/token"
			return app
		}
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.NotConnected, err)
		after, err := s.tokens.Server().Token(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, before, after, "the server's own token is got for the other app")

		s.app = func() oauth.App { app := w.zoom.app(); app.ClientID = ""; return app }
		_, err = s.tokens.Server().Token(t.Context())
		wantFault(t, fault.NotConfigured, err)
		require.Equal(t, "Zoom OAuth client ID", fault.ParamsOf(err)["Setting"])

		s.app = w.zoom.app
		_, err = s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "back to the first app, everybody is connected still")
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
			grant := w.server(firstKey).tokens.Server()
			require.NoError(t, w.db.Grants.SaveGrant(t.Context(), grant.Key(), "", "v1.lost.AAAA"))
			_, err := grant.Token(t.Context())
			require.NoError(t, err)
		})
	})
	t.Run("is refused to an account that ended the app, and comes back with it", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			s.app = func() oauth.App { app := w.zoom.app(); app.AccountID = "gone"; return app }
			_, err := s.tokens.Server().Token(t.Context())
			wantFault(t, fault.AccountRevoked, err)
			w.zoom.breakWith(answerWith(400, "application/json", `{"reason":"Bad request","error":"invalid_request"}`))
			_, err = s.tokens.Server().Token(t.Context())
			wantFault(t, fault.ClientRejected, err)
			w.zoom.breakWith(nil)
			s.app = w.zoom.app
			_, err = s.tokens.Server().Token(t.Context())
			require.NoError(t, err)
			s.app = func() oauth.App { app := w.zoom.app(); app.AccountID = ""; return app }
			_, err = s.tokens.Server().Token(t.Context())
			wantFault(t, fault.NotConfigured, err)
		})
	})
}
