package session_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

func TestAUserAuthorizesAndActsAsThemselves(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		asked, answered := w.server(), w.server()
		w.setUp(asked, cloud)
		_, err := w.whoAmI(asked, cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		require.Equal(t, map[string]string{"Provider": "Hub", "Command": "/hub"}, fault.ParamsOf(err))

		code, state := w.consent(asked, cloud, "ann", `{"channel":"dev"}`)
		account, next, err := answered.Complete(t.Context(), "hub", "ann", code, state)
		require.NoError(t, err)
		require.Equal(t, provider.Account{ID: "id-ann", Name: "ann"}, account)
		require.Equal(t, `{"channel":"dev"}`, next)

		opened, err := asked.ForUser(t.Context(), "hub", cloud, "ann")
		require.NoError(t, err)
		require.Equal(t, account, opened.Account)
		require.Equal(t, "Hub", opened.Provider)
		require.Equal(t, "https://api.cloud.test", opened.Site.API)
		name, err := w.whoAmI(asked, cloud, "ann")
		require.NoError(t, err)
		require.Equal(t, "ann", name)
		_, err = w.whoAmI(asked, cloud, "bob")
		wantFault(t, fault.AccountNeeded, err)
		_, err = w.whoAmI(asked, cloud, "")
		wantFault(t, fault.AccountNeeded, err)
		w.keepsSecrets()
		require.Len(t, w.stored("hub"), 1)
	})
}

func TestALinkIsGoodForOnePersonOneProviderAndOneSite(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.setUp(s, company)
		require.NoError(t, s.SaveSite(t.Context(), "mirror", cloud, clientID, clientSecret))
		link, err := s.ConnectURL(t.Context(), "hub", cloud, "ann", "")
		require.NoError(t, err)
		parsed, err := url.Parse(link)
		require.NoError(t, err)
		ticket := parsed.Query().Get("t")
		code, state := w.consent(s, company, "ann", "next")
		for _, other := range [][2]string{{"mirror", "ann"}, {"hub", "bob"}, {"hub", ""}} {
			_, err = s.Begin(t.Context(), other[0], chat.PersonID(other[1]), ticket)
			wantFault(t, fault.LinkExpired, err)
			_, _, err = s.Complete(t.Context(), other[0], chat.PersonID(other[1]), code, state)
			wantFault(t, fault.LinkExpired, err)
			_, err = s.Declined(t.Context(), other[0], chat.PersonID(other[1]), state)
			wantFault(t, fault.LinkExpired, err)
			require.Equal(t, "/"+other[0], fault.ParamsOf(err)["Command"])
		}
		next, err := s.Declined(t.Context(), "hub", "ann", state)
		require.NoError(t, err)
		require.Equal(t, "next", next)
		_, _, err = s.Complete(t.Context(), "hub", "ann", code, state)
		require.NoError(t, err)
		require.Equal(t, 1, w.tool.count("POST dc.test/oauth/token authorization_code"), "the code goes to the site that gave it")
		require.Zero(t, w.tool.count("POST cloud.test/oauth/token authorization_code"))
		_, err = w.whoAmI(s, cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		_, _, err = s.Complete(t.Context(), "hub", "ann", code, state)
		wantFault(t, fault.LinkExpired, err)
	})
}

func TestWithoutARegistrationNoOneAuthorizes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		for _, site := range []provider.Site{cloud, company, {URL: "nonsense"}} {
			_, err := s.ConnectURL(t.Context(), "hub", site, "ann", "")
			wantFault(t, fault.SetupNeeded, err)
		}
		w.setUp(s, company)
		_, err := s.ConnectURL(t.Context(), "hub", company, "ann", strings.Repeat("x", session.MaxNext+1))
		wantFault(t, fault.InvalidInput, err)
		link, err := s.ConnectURL(t.Context(), "hub", company, "ann", strings.Repeat("x", session.MaxNext))
		require.NoError(t, err)
		code, state := w.consent(s, company, "ann", "")
		require.NoError(t, s.RemoveSite(t.Context(), "hub", company.URL))
		_, ticket, _ := strings.Cut(link, "?t=")
		_, err = s.Begin(t.Context(), "hub", "ann", ticket)
		wantFault(t, fault.SetupNeeded, err)
		_, _, err = s.Complete(t.Context(), "hub", "ann", code, state)
		wantFault(t, fault.SetupNeeded, err)
		require.NoError(t, s.SaveSite(t.Context(), "builder", company, clientID, clientSecret))
		_, err = s.ConnectURL(t.Context(), "builder", company, "ann", "")
		wantFault(t, fault.SetupNeeded, err)
	})
}

func TestTwoServersRenewOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := []*session.Sessions{w.server(), w.server()}
		w.setUp(servers[0], cloud)
		w.connect(servers[0], cloud, "ann")
		time.Sleep(time.Hour)
		var calls sync.WaitGroup
		for n := range 20 {
			calls.Go(func() {
				if name, err := w.whoAmI(servers[n%2], cloud, "ann"); err != nil || name != "ann" {
					t.Error(name, err)
				}
			})
		}
		calls.Wait()
		require.Equal(t, 1, w.tool.count("POST cloud.test/oauth/token refresh_token"))
		time.Sleep(time.Hour)
		_, err := w.whoAmI(servers[1], cloud, "ann")
		require.NoError(t, err, "the refresh token that the tool did not replace is kept")
		w.keepsSecrets()
	})
}

func TestARejectedTokenIsRenewedOnceAndTheRequestRepeated(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		opened, err := s.ForUser(t.Context(), "hub", cloud, "ann")
		require.NoError(t, err)
		w.tool.reject(false)
		w.tool.bodies = nil
		require.NoError(t, opened.Call(t.Context(), http.MethodPost, "/comment", map[string]string{"text": "hi"}, nil))
		require.Equal(t, []string{`{"text":"hi"}`, `{"text":"hi"}`}, w.tool.bodies)
		require.Equal(t, 1, w.tool.count("POST cloud.test/oauth/token refresh_token"))

		w.tool.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			return r.URL.Host == "api.cloud.test" && answerWith(http.StatusUnauthorized, "")(rw, r)
		})
		err = opened.Call(t.Context(), http.MethodPost, "/approve", nil, nil)
		wantFault(t, fault.AccountRejected, err)
		require.Equal(t, 2, w.tool.count("POST api.cloud.test/approve"), "once more, and no more")
	})
}

func TestARevokedGrantSaysSoUntilItsOwnerConnectsAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		w.tool.reject(true)
		for range 3 {
			_, err := w.whoAmI(s, cloud, "ann")
			wantFault(t, fault.AccountRejected, err)
			require.Equal(t, "Hub", fault.ParamsOf(err)["Provider"])
		}
		require.Equal(t, 1, w.tool.count("POST cloud.test/oauth/token refresh_token"), "the tool is asked once")
		require.Contains(t, strings.Join(w.log, "\n"), "Hub no longer accepts a grant")
		w.connect(s, cloud, "ann")
		_, err := w.whoAmI(s, cloud, "ann")
		require.NoError(t, err)
	})
}

func TestErrorsNameTheProvider(t *testing.T) {
	for name, tc := range map[string]struct {
		intercept func(http.ResponseWriter, *http.Request) bool
		code      fault.Code
	}{
		"a code that is old":      {answerWith(400, `{"error":"invalid_grant"}`), fault.LinkExpired},
		"a wrong client secret":   {answerWith(401, `{"error":"invalid_client"}`), fault.SetupNeeded},
		"a wrong redirect URL":    {answerWith(400, `{"error":"redirect_uri_mismatch"}`), fault.ProviderRefused},
		"too many requests":       {answerWith(429, ``), fault.ProviderLimited},
		"the provider is down":    {answerWith(503, ``), fault.ProviderUnavailable},
		"a page instead":          {answerWith(200, `<html>`), fault.ProviderUnavailable},
		"it takes too long":       {func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }, fault.ProviderUnavailable},
		"it hides who authorized": {hideUser, fault.ProviderUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server()
				w.setUp(s, cloud)
				code, state := w.consent(s, cloud, "ann", "")
				w.tool.breakWith(tc.intercept)
				_, _, err := s.Complete(t.Context(), "hub", "ann", code, state)
				wantFault(t, tc.code, err)
				require.Equal(t, "Hub", fault.ParamsOf(err)["Provider"])
				require.Empty(t, w.stored("hub"), "nothing is kept")
			})
		})
	}
}

func hideUser(w http.ResponseWriter, r *http.Request) bool {
	return r.URL.Path == "/user" && answerWith(200, `{}`)(w, r)
}

func TestAnotherClientNeedsEveryoneToAuthorizeAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		require.NoError(t, s.SaveSite(t.Context(), "hub", cloud, "another-client", "another-secret"))
		_, err := w.whoAmI(s, cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		w.setUp(s, cloud)
		_, err = w.whoAmI(s, cloud, "ann")
		require.NoError(t, err)
	})
}

func TestALostEncryptionKeyIsReported(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		for _, key := range w.db.Grants.Keys() {
			require.NoError(t, w.db.Grants.SaveGrant(t.Context(), key, "", "v1.gone.AAAA"))
		}
		_, err := w.whoAmI(w.server(), cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		sites, err := w.db.Sites.Sites(t.Context(), "hub")
		require.NoError(t, err)
		sites[0].Sealed = "v1.gone.AAAA"
		saved, err := w.db.Sites.SaveSite(t.Context(), "hub", sites[0])
		require.NoError(t, err)
		require.True(t, saved)
		_, err = w.whoAmI(s, cloud, "ann")
		wantFault(t, fault.SetupNeeded, err)
		require.NoError(t, s.SignOut(t.Context(), "hub", cloud, "ann"), "nobody is kept from signing out")
		require.Empty(t, w.stored("hub"))
	})
}
