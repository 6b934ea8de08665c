package session_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

var errGone = errors.New("database gone")

var annsToken = provider.Credential{Scheme: provider.BearerToken, Secret: anns}

func TestAPersonalTokenIsAnAccountAsWell(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		_, err := s.SaveToken(t.Context(), "hub", cloud, "ann", provider.Credential{Scheme: provider.BearerToken, Secret: "a slip"})
		wantFault(t, fault.AccountRejected, err)
		require.Empty(t, w.stored("hub"), "what the tool does not accept is not kept")

		for _, c := range []provider.Credential{annsToken, {Scheme: provider.Basic, User: "ann", Secret: anns}} {
			account, err := s.SaveToken(t.Context(), "hub", cloud, "ann", c)
			require.NoError(t, err)
			require.Equal(t, provider.Account{ID: "id-ann", Name: "ann"}, account)
			opened, err := w.server().ForUser(t.Context(), "hub", cloud, "ann")
			require.NoError(t, err)
			require.Equal(t, account, opened.Account)
			name, err := w.whoAmI(s, cloud, "ann")
			require.NoError(t, err)
			require.Equal(t, "ann", name)
			require.Len(t, w.stored("hub"), 1, "the later one takes the place of the earlier")
		}
		w.keepsSecrets()
		_, err = w.whoAmI(s, company, "ann")
		wantFault(t, fault.AccountNeeded, err)

		require.NoError(t, s.SignOut(t.Context(), "hub", cloud, "ann"))
		require.NoError(t, s.SignOut(t.Context(), "hub", cloud, "ann"), "twice does no harm")
		_, err = w.whoAmI(s, cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		require.Empty(t, w.stored("hub"))
	})
}

func TestOneAccountForEachPersonAndSite(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		_, err := s.SaveToken(t.Context(), "hub", cloud, "ann", annsToken)
		require.NoError(t, err)
		require.Len(t, w.stored("hub"), 1)
		require.Len(t, w.tool.revoked, 1, "what was authorized is ended at the tool")

		w.connect(s, cloud, "ann")
		require.Len(t, w.stored("hub"), 1)
		require.Equal(t, []string{"ann"}, w.stored("hub"))

		code, state := w.consent(s, cloud, "ann", "")
		w.tool.codes[code] = consent{login: "bob", challenge: w.tool.codes[code].challenge, host: "cloud.test", redirect: s.RedirectURL("hub")}
		account, _, err := s.Complete(t.Context(), "hub", "ann", code, state)
		require.NoError(t, err)
		require.Equal(t, "bob", account.Name, "who is signed in at the tool as someone else")
		require.Len(t, w.tool.revoked, 2, "does not leave the earlier account behind")
		require.NoError(t, s.SignOut(t.Context(), "hub", cloud, "ann"))
		require.Len(t, w.tool.revoked, 3)
		require.Empty(t, w.tool.refresh)
		require.Empty(t, w.stored("hub"))
	})
}

func TestSigningOutWorksWithoutTheRegistration(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, company)
		w.connect(s, company, "ann")
		require.NoError(t, s.RemoveSite(t.Context(), "hub", company.URL))
		require.Len(t, w.stored("hub"), 1, "what ann authorized is still there")
		require.NoError(t, s.SignOut(t.Context(), "hub", company, "ann"))
		require.Empty(t, w.stored("hub"))
	})
}

func TestAConnectionsCredentialIsShownToItsSite(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		for shows, c := range map[string]provider.Credential{
			"Bearer " + anns: annsToken, "Basic YTpi": {Scheme: provider.Basic, User: "a", Secret: "b"},
		} {
			opened, err := s.With(t.Context(), "builder", company, c)
			require.NoError(t, err)
			require.Zero(t, opened.Account)
			_ = opened.Call(t.Context(), http.MethodGet, "/api/json", nil, nil)
			require.Equal(t, shows, w.tool.shown[len(w.tool.shown)-1])
		}
		for _, c := range []provider.Credential{
			{},
			{Scheme: provider.BearerToken},
			{Scheme: "digest", Secret: "x"},
			{Scheme: provider.BearerToken, Secret: "x\r\nHost: y"},
			{Scheme: provider.Basic, User: "a:b", Secret: "x"},
		} {
			_, err := s.With(t.Context(), "builder", company, c)
			wantFault(t, fault.InvalidInput, err)
		}
		_, err := s.With(t.Context(), "builder", provider.Site{URL: "http://builder.example.com"}, annsToken)
		wantFault(t, fault.HostUnknown, err)
		_, err = s.SaveToken(t.Context(), "builder", company, "ann", annsToken)
		wantFault(t, fault.InvalidInput, err)
		_, err = s.With(t.Context(), "nobody", company, annsToken)
		wantFault(t, fault.Internal, err)
	})
}

func TestATableThatFailsIsNotAMissingAccount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		w.setUp(s, cloud)
		w.connect(s, cloud, "ann")
		time.Sleep(time.Minute)
		for reads := range 2 { // the sites and the grant
			w.db.OnCall(func(string, string) error {
				if reads--; reads < 0 {
					return errGone
				}
				return nil
			})
			_, err := w.whoAmI(s, cloud, "ann")
			w.db.OnCall(nil)
			require.ErrorIs(t, err, errGone)
			wantFault(t, fault.Internal, err)
		}
		opened, err := s.ForUser(t.Context(), "hub", cloud, "ann")
		require.NoError(t, err)
		time.Sleep(time.Minute)
		w.db.OnCall(func(string, string) error { return errGone })
		_, err = hub{}.WhoAmI(t.Context(), opened) // reads the grant again
		w.db.OnCall(nil)
		require.ErrorIs(t, err, errGone)
		wantFault(t, fault.Internal, err)
		_, err = w.whoAmI(s, cloud, "ann")
		require.NoError(t, err)
	})
}
