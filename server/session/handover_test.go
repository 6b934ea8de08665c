package session_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

// handed takes a user from the link in a message through the provider, in a browser in which no one is signed in, and returns the code
// shown at the end.
func (w *world) handed(s *session.Sessions, site provider.Site, userID, next string) string {
	w.t.Helper()
	link, err := s.ConnectURL(w.t.Context(), "hub", site, chat.PersonID(userID), next)
	require.NoError(w.t, err)
	parsed, err := url.Parse(link)
	require.NoError(w.t, err)
	page, err := s.BeginElsewhere(w.t.Context(), "hub", parsed.Query().Get("t"))
	require.NoError(w.t, err)
	code, state := w.tool.agree(w.t, page, userID)
	handed, typed, err := s.HandOver(w.t.Context(), "hub", code, state)
	require.NoError(w.t, err)
	require.Equal(w.t, chat.PersonID(userID), handed.Person)
	require.Equal(w.t, userID, handed.Who.Name)
	require.Equal(w.t, "/hub signin "+handed.Code, typed)
	_, _, err = s.HandOver(w.t.Context(), "hub", code, state)
	wantFault(w.t, fault.LinkExpired, err)
	return handed.Code
}

func TestACodeSignsItsPersonInAtItsSite(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		asked, answered := w.server(), w.server()
		w.setUp(asked, cloud)
		w.setUp(asked, company)
		require.NoError(t, asked.SaveSite(t.Context(), "mirror", company, clientID, clientSecret))
		code := w.handed(asked, company, "ann", "next")
		_, err := w.whoAmI(asked, company, "ann")
		wantFault(t, fault.AccountNeeded, err)
		w.keepsSecrets()
		for _, other := range [][2]string{{"mirror", "ann"}, {"hub", "bob"}, {"hub", ""}} {
			_, _, err := answered.Redeem(t.Context(), other[0], chat.PersonID(other[1]), code)
			wantFault(t, fault.CodeWrong, err)
			require.Equal(t, "/"+other[0], fault.ParamsOf(err)["Command"])
		}
		account, next, err := answered.Redeem(t.Context(), "hub", "ann", code)
		require.NoError(t, err)
		require.Equal(t, provider.Account{ID: "id-ann", Name: "ann"}, account)
		require.Equal(t, "next", next)
		name, err := w.whoAmI(asked, company, "ann")
		require.NoError(t, err)
		require.Equal(t, "ann", name)
		_, err = w.whoAmI(asked, cloud, "ann")
		wantFault(t, fault.AccountNeeded, err)
		_, _, err = answered.Redeem(t.Context(), "hub", "ann", code)
		wantFault(t, fault.CodeWrong, err)
		w.keepsSecrets()
	})
}

func TestACodeEnds(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, w *world, s *session.Sessions){
		"after ten minutes":      func(*testing.T, *world, *session.Sessions) { time.Sleep(10 * time.Minute) },
		"with a newer one":       func(_ *testing.T, w *world, s *session.Sessions) { w.handed(s, cloud, "ann", "") },
		"after five wrong tries": func(t *testing.T, _ *world, s *session.Sessions) { guess(t, s, 5) },
		"not after four of them": func(t *testing.T, _ *world, s *session.Sessions) { guess(t, s, 4) },
		"with the site it is for": func(t *testing.T, _ *world, s *session.Sessions) {
			require.NoError(t, s.RemoveSite(t.Context(), "hub", cloud.URL))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server()
				w.setUp(s, cloud)
				code := w.handed(s, cloud, "ann", "")
				end(t, w, s)
				_, _, err := s.Redeem(t.Context(), "hub", "ann", code)
				switch name {
				case "not after four of them":
					require.NoError(t, err)
				case "with the site it is for":
					wantFault(t, fault.SetupNeeded, err)
				default:
					wantFault(t, fault.CodeWrong, err)
				}
			})
		})
	}
}

func guess(t *testing.T, s *session.Sessions, times int) {
	t.Helper()
	for range times {
		_, _, err := s.Redeem(t.Context(), "hub", "ann", "ABCD-EFGH-JKMN")
		wantFault(t, fault.CodeWrong, err)
	}
}
