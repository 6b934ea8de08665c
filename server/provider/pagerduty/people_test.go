package pagerduty

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func namesOf(all []provider.Resource) []string {
	found := []string{}
	for _, r := range all {
		found = append(found, r.Name)
	}
	return found
}

func TestOnlyTheUsersServicesAreOffered(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for login, want := range map[string][]string{
		"ada": {"Database"}, "bob": {"Database"}, // by their team
		"cyd": {"Database", "Web shop", "Web site"}, // by the policies that page them
		"eve": {},
	} {
		all, err := New().Services(t.Context(), w.sessionOf(login), "")
		require.NoError(t, err)
		require.Equal(t, want, namesOf(all), login)
	}
	all, err := New().Services(t.Context(), w.sessionOf("cyd"), " SHOP ")
	require.NoError(t, err)
	require.Equal(t, []string{"Web shop"}, namesOf(all))
	all, err = New().Services(t.Context(), w.sessionOf("ada"), "shop")
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestAServiceIsFoundByWhatAUserTypes(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for text, want := range map[string][]string{
		`"Web shop"`: {"Web shop"}, "“web SHOP”": {"Web shop"}, "«Database»": {"Database"}, "PWEBSHOP": {"Web shop"},
		"https://acme.pagerduty.com/services/PDBSERVICE/activity":       {"Database"},
		"https://acme.pagerduty.com/service-directory/PDBSERVICE?x=y#z": {"Database"},
		"web": {"Web shop", "Web site"}, "": {"Database"}, "PNONEATALL": {}, "https://acme.pagerduty.com/teams/X": {}, "../users": {},
	} {
		found, err := New().FindServices(t.Context(), w.sessionOf("ada"), text)
		require.NoError(t, err, text)
		require.Equal(t, want, namesOf(found), text)
	}
	found, err := New().FindServices(t.Context(), w.sessionOf("ada"), "Database")
	require.NoError(t, err)
	require.Equal(t, provider.Resource{
		ID: "PDBSERVICE", Name: "Database", URL: w.site.URL + "/web/services/PDBSERVICE", Path: "PDBSERVICE",
		SettingsURL: w.site.URL + "/web/services/PDBSERVICE/integrations",
	}, found[0])
	_, err = New().Service(t.Context(), w.sessionOf("ada"), "a/b")
	wantFault(t, fault.ResourceUnknown, err)
	_, err = New().FindServices(t.Context(), w.sessionOf("nobody"), "PWEBSHOP")
	wantFault(t, fault.AccountRejected, err)
}

func TestPeopleAreFoundByNameAddressAndTeam(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	people, err := New().People(t.Context(), w.sessionOf("cyd"), "kahn")
	require.NoError(t, err)
	require.Len(t, people, 1)
	require.Equal(t, "bob@example.com", people[0].Email)
	for text, want := range map[string]string{"bob@": "PBOB", "CYD@example.com": "PCYD", "b@example": "PBOB"} {
		people, err = New().People(t.Context(), w.sessionOf("cyd"), text)
		require.NoError(t, err)
		require.Len(t, people, 1, "PagerDuty itself finds names only, not %s", text)
		require.Equal(t, want, people[0].ID)
	}
	people, err = New().People(t.Context(), w.sessionOf("cyd"), "ada@example.com", "PTEAM")
	require.NoError(t, err)
	require.Len(t, people, 1)
	people, err = New().People(t.Context(), w.sessionOf("cyd"), "example.com")
	require.NoError(t, err)
	require.Len(t, people, 4, "no name contains it, but addresses do")
	people, err = New().People(t.Context(), w.sessionOf("cyd"), "", "PTEAM")
	require.NoError(t, err)
	require.Len(t, people, 2)
}

func FuzzLocate(f *testing.F) {
	for _, text := range []string{`"Web shop"`, "https://x/services/P1", "PABCDEF", "“"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if id := serviceID(trimQuotes(text)); id != "" {
			require.Regexp(t, idForm, id)
		}
	})
}
