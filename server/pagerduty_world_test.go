package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	pager "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// pagerHost is a PagerDuty beside the world: alice is its admin, bob manages services, carol responds and eve may only look. Everyone has
// the same address there as in Mattermost; dave has no account.
type pagerHost struct {
	*bridgeWorld
	pager *pager.Sandbox
	// site is its address.
	site             string
	carol, dave, eve *mmtest.User
}

// newPager returns a PagerDuty that an admin has added.
func newPager(t *testing.T) *pagerHost {
	t.Helper()
	return newPagerBehind(t, func(next http.Handler) http.Handler { return next })
}

// newPagerBehind returns one in which all requests to PagerDuty pass the gate.
func newPagerBehind(t *testing.T, gate func(http.Handler) http.Handler) *pagerHost {
	t.Helper()
	w := newBridgeWorld(t)
	w.switches(map[string]any{"EnablePagerduty": true}, "pduty")
	h := &pagerHost{bridgeWorld: w, carol: w.mm.AddUser("carol"), dave: w.mm.AddUser("dave"), eve: w.mm.AddUser("eve")}
	for _, u := range []*mmtest.User{h.carol, h.dave, h.eve} {
		w.town.Join(u)
		w.backroom.Join(u)
	}
	person := func(u *mmtest.User, id, name, role string) pager.User {
		return pager.User{ID: id, Name: name, Email: addressOf(u), Role: role}
	}
	h.pager = pager.New(pager.Options{
		Options: kit.Options{Now: w.mm.Now, RandomSeed: 7, Minted: w.minted, HTTPClient: &http.Client{Transport: w}},
		Seed: pager.Seed{
			Users: []pager.User{
				person(h.alice, "PALICE1", "Alice Ames", pager.RoleAdmin), person(h.bob, "PBOB123", "Bob Kahn", pager.RoleManager),
				person(h.carol, "PCAROL1", "Carol Reyes", pager.RoleResponder), person(h.eve, "PEVE123", "Eve", pager.RoleObserver),
			},
			Teams:     []pager.Team{{ID: "PTEAM01", Name: "Platform", Members: []string{"PALICE1", "PBOB123"}}},
			Schedules: []pager.Schedule{{ID: "PSCHED1", Name: "Primary", Rotation: []string{"PALICE1", "PBOB123"}, Start: w.mm.Now().Truncate(24 * time.Hour)}},
			Policies: []pager.EscalationPolicy{
				{ID: "PPOLDB1", Name: "Database on-call", Levels: [][]string{{"Primary"}, {"PCAROL1"}}},
				{ID: "PPOLWEB", Name: "Web on-call", Levels: [][]string{{"PCAROL1"}}},
			},
			Services: []pager.Service{
				{ID: "PDBSERV", Name: "Database", Policy: "PPOLDB1", Teams: []string{"PTEAM01"}},
				{ID: "PWEBSHP", Name: "Web shop", Policy: "PPOLWEB"},
			},
			Priorities: []pager.Priority{{ID: "PP1PRIO", Name: "P1"}, {ID: "PP2PRIO", Name: "P2"}},
			Apps:       []pager.App{{Name: "Chat", ClientID: "pd-client", ClientSecret: w.secret("pd-client-secret-1"), RedirectURI: siteURL + "/plugins/zoom/oauth2/pagerduty/complete"}},
		},
	})
	server := httptest.NewServer(gate(h.pager))
	t.Cleanup(server.Close)
	t.Cleanup(h.pager.Close)
	t.Cleanup(h.pager.Settle)
	h.site = server.URL
	h.pager.SetBaseURL(h.site)
	h.register()
	return h
}

// register has the admin add the server with "/pduty setup".
func (h *pagerHost) register() {
	h.t.Helper()
	h.admin.Types("/pduty setup", h.town)
	require.NotNil(h.t, h.admin.Dialog(), lastNote(h.admin))
	requireSays(h.t, strings.ReplaceAll(h.admin.Dialog().IntroductionText, "\u200b", ""), siteURL+"/plugins/zoom/oauth2/pagerduty/complete", "incidents.write")
	h.admin.Submits(map[string]any{"kind": "us", "url": h.site, "client_id": "pd-client", "client_secret": "pd-client-secret-1"})
	require.Nil(h.t, h.admin.Dialog(), "the form stays open: %+v", h.admin.Dialog())
}

var pagerSignIn = regexp.MustCompile(`https://chat\.example\.com(/plugins/zoom/oauth2/pagerduty/connect\?[^)\s]+)`)

// invited returns the link with which the user's newest note offers to sign in to PagerDuty, "" for none.
func invited(u *mmtest.User) string {
	if found := pagerSignIn.FindStringSubmatch(lastNote(u)); found != nil {
		return found[1]
	}
	return ""
}

// signsIn follows the link of the user's newest note through PagerDuty's pages.
func (h *pagerHost) signsIn(u *mmtest.User) *mmtest.Response {
	h.t.Helper()
	link := invited(u)
	require.NotEmpty(h.t, link, "%s was offered no sign-in: %s", u.Username, lastNote(u))
	begun := u.Get(link)
	require.Equal(h.t, http.StatusFound, begun.Status, begun.Body)
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(h.t, err)
	require.Equal(h.t, "S256", consent.Query().Get("code_challenge_method"), "PagerDuty wants PKCE")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(consent.String())
	require.NoError(h.t, err)
	shown, err := io.ReadAll(page.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, page.Body.Close())
	require.Equal(h.t, http.StatusOK, page.StatusCode, string(shown))
	form := consent.Query()
	form.Set("user", addressOf(u))
	form.Set("decision", "allow")
	answer, err := client.PostForm(consent.Scheme+"://"+consent.Host+consent.Path, form)
	require.NoError(h.t, err)
	require.NoError(h.t, answer.Body.Close())
	require.Equal(h.t, http.StatusFound, answer.StatusCode)
	return u.Get(strings.TrimPrefix(answer.Header.Get("Location"), siteURL))
}

// follows has the user connect the channel, signing in if they have to.
func (h *pagerHost) follows(u *mmtest.User, what string, at *mmtest.Channel) {
	h.t.Helper()
	u.Types("/pduty connect "+what, at)
	if invited(u) != "" {
		page := h.signsIn(u)
		require.Equal(h.t, http.StatusOK, page.Status, page.Body)
	}
	requireTells(h.t, lastNote(u), "This channel now follows")
	h.passes()
}

// settle waits until PagerDuty has sent everything and the plugin has handled what is due.
func (h *pagerHost) settle() {
	h.t.Helper()
	h.pager.Settle()
	h.looks()
}

// passes settles, and lets a moment pass: no card changes twice within one.
func (h *pagerHost) passes() {
	h.t.Helper()
	h.settle()
	h.zoom.Advance(2 * time.Second)
	h.settle()
}

// triggers creates an incident, as a monitoring tool does.
func (h *pagerHost) triggers(service, title string) string {
	h.t.Helper()
	made, err := h.pager.Trigger(pager.Trigger{Service: service, Title: title, Urgency: "high"})
	require.NoError(h.t, err)
	h.passes()
	return made.ID
}

// happens makes something happen to an incident in PagerDuty.
func (h *pagerHost) happens(id string, what pager.Happening) {
	h.t.Helper()
	require.NoError(h.t, h.pager.Happen(id, what))
	h.passes()
}

// current returns the incident's current state in PagerDuty.
func (h *pagerHost) current(id string) pager.Incident {
	h.t.Helper()
	found, err := h.pager.Incident(id)
	require.NoError(h.t, err)
	return found
}

// addressOf is the user's address, here and at PagerDuty.
func addressOf(u *mmtest.User) string { return u.Username + "@example.com" }
