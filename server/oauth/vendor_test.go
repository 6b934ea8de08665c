package oauth_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

// other is the app of a provider that wants its credentials in the body and lets refresh tokens stay as they are.
func (w *world) other() oauth.App {
	app := w.zoom.app()
	app.Name, app.Site, app.Vendor, app.InBody, app.Scopes = "bitbucket", "site", "Bitbucket", true, []string{"repository", "webhook"}
	return app
}

// keeper answers as that tool does, and notes what it was asked.
func keeper(asked *[]url.Values) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _, basic := r.BasicAuth()
		if basic || r.PostFormValue("client_id") != clientID || r.PostFormValue("client_secret") != clientSecret {
			refuse(w, http.StatusUnauthorized, "invalid_client", "")
			return true
		}
		*asked = append(*asked, r.PostForm)
		if r.URL.Path == "/oauth/token" {
			reply(w, http.StatusOK, map[string]any{"access_token": "fresh-" + time.Now().Format(time.RFC3339), "token_type": "bearer", "expires_in": 7200})
		}
		return true
	}
}

func TestAnotherToolsGrantKeepsItsRefreshToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		s.app = w.other
		var asked []url.Values
		w.zoom.breakWith(keeper(&asked))
		token := w.connect(s, "ann", "ann@example.com", 0)
		for range 3 {
			_, err := s.tokens.Of("ann").Token(t.Context())
			require.NoError(t, err)
			time.Sleep(2 * time.Hour)
		}
		require.Len(t, asked, 3)
		for _, form := range asked {
			require.Equal(t, token.Refresh, form.Get("refresh_token"))
		}
		require.Equal(t, []string{"bitbucket/site/ann"}, w.stored())
		w.keepsSecrets()

		require.NoError(t, s.tokens.Of("ann").Drop(t.Context(), true))
		require.Len(t, asked, 4)
		require.Equal(t, token.Refresh, asked[3].Get("token"), "ending the refresh token ends all that came of it")
		require.Empty(t, w.stored())
		require.Zero(t, w.logged("couldn't be revoked"))
	})
}

func TestAGrantWithoutARefreshTokenEndsWithItsAccessToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		s.app = w.other
		require.NoError(t, s.tokens.Of("ann").Save(t.Context(), oauth.Token{Access: "only", Expiry: time.Now().Add(time.Hour)}, oauth.Identity{UserID: "a"}))
		access, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "only", access)
		time.Sleep(time.Hour)
		_, err = s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Revoked, err)
		require.Equal(t, 1, w.logged("Bitbucket no longer accepts a grant"))
	})
}

func TestOneToolsLinksAreNothingToAnother(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		ours, state := "", ""
		for _, app := range []func() oauth.App{w.zoom.app, w.other} {
			s.app = app
			if ours != "" {
				_, err := s.flow.AuthURL(t.Context(), "ann", ours)
				wantFault(t, fault.LinkExpired, err)
				_, err = s.flow.Holds(t.Context(), "ann", ours)
				wantFault(t, fault.LinkExpired, err)
				_, _, err = s.flow.Peek(t.Context(), "ann", state)
				wantFault(t, fault.LinkExpired, err)
				_, err = s.flow.Complete(t.Context(), "ann", "code", state)
				wantFault(t, fault.LinkExpired, err)
			}
			ticket, err := s.flow.Ticket(t.Context(), "ann", "site", next)
			require.NoError(t, err)
			whose, err := s.flow.Holds(t.Context(), "ann", ticket)
			require.NoError(t, err)
			require.Equal(t, "site", whose)
			_, err = s.flow.Holds(t.Context(), "bob", ticket)
			wantFault(t, fault.LinkExpired, err)
			page, err := s.flow.AuthURL(t.Context(), "ann", ticket)
			require.NoError(t, err)
			address, err := url.Parse(page)
			require.NoError(t, err)
			ours, state = ticket, address.Query().Get("state")
		}
		require.Zero(t, w.zoom.count("authorization_code"))
		page, err := url.Parse(w.consentPage(s, "ann"))
		require.NoError(t, err)
		require.Equal(t, "repository webhook", page.Query().Get("scope"))
	})
}
