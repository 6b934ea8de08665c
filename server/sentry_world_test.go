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
	bugs "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// bugHost is a Sentry of a company's own beside the world, with the organization Acme Inc: alice owns it, bob is a member, carol is none.
type bugHost struct {
	*bridgeWorld
	sentry *bugs.Sandbox
	site   string
	// web is the project "Web Shop".
	web   *bugs.ProjectHandle
	carol *mmtest.User
	// integration is the integration that its admins created for the plugin.
	integration bugs.Integration
}

// newSentry returns a Sentry that an admin has added.
func newSentry(t *testing.T) *bugHost {
	t.Helper()
	h := newUnknownSentry(t)
	h.register()
	return h
}

// newUnknownSentry returns one that the plugin does not know yet.
func newUnknownSentry(t *testing.T) *bugHost {
	t.Helper()
	w := newBridgeWorld(t)
	w.switches(map[string]any{"EnableSentry": true}, "sentry")
	h := &bugHost{bridgeWorld: w, carol: w.mm.AddUser("carol")}
	w.town.Join(h.carol)
	h.integration = bugs.Integration{Slug: "chat", Name: "Chat", Token: w.secret("sentry-integration-token-1"), ClientSecret: w.secret("sentry-integration-secret-1")}
	o := bugs.Options{
		Options: kit.Options{Now: w.mm.Now, RandomSeed: 7, Minted: w.minted, HTTPClient: &http.Client{Transport: w}, AnswerWithin: 5 * time.Second},
		Seed: bugs.Seed{
			Organizations: []bugs.Organization{{
				Slug: "acme", Name: "Acme Inc", Members: map[string]string{"alice": bugs.RoleOwner, "bob": bugs.RoleMember},
				Projects:     []bugs.Project{{Slug: "web", Name: "Web Shop"}, {Slug: "web-api", Name: "Web API"}, {Slug: "ops", Name: "Operations"}},
				Teams:        []bugs.Team{{Slug: "shop", Projects: []string{"web"}}},
				Integrations: []bugs.Integration{h.integration},
			}},
			Apps: []bugs.App{{Name: "Chat", ClientID: "sentry-client", ClientSecret: w.secret("sentry-client-secret-1"), RedirectURI: siteURL + "/plugins/zoom/oauth2/sentry/complete"}},
		},
	}
	for _, u := range []*mmtest.User{w.alice, w.bob, h.carol} {
		o.Seed.Users = append(o.Seed.Users, bugs.User{Login: u.Username, Token: w.secret("sentry-token-of-" + u.Username)})
	}
	h.sentry = bugs.New(o)
	server := httptest.NewServer(h.sentry)
	t.Cleanup(server.Close)
	t.Cleanup(h.sentry.Close)
	h.site = server.URL
	h.sentry.SetBaseURL(h.site)
	var err error
	h.web, err = h.sentry.Project("acme", "web")
	require.NoError(t, err)
	return h
}

// register has the admin add the server with "/sentry setup".
func (h *bugHost) register() {
	h.t.Helper()
	h.admin.Types("/sentry setup", h.town)
	require.NotNil(h.t, h.admin.Dialog(), lastNote(h.admin))
	h.admin.Submits(map[string]any{"kind": "selfhosted", "url": h.site, "client_id": "sentry-client", "client_secret": "sentry-client-secret-1"})
	require.Nil(h.t, h.admin.Dialog(), "the form stays open: %+v", h.admin.Dialog())
}

var sentrySignIn = regexp.MustCompile(`https://chat\.example\.com(/plugins/zoom/oauth2/sentry/connect\?[^)\s]+)`)

// asked returns the link with which the user is offered to sign in at Sentry by the newest note or direct message, "" for none.
func (h *bugHost) asked(u *mmtest.User) string {
	texts := []string{lastNote(u)}
	if direct := u.DirectMessages(h.botID()); len(direct) > 0 {
		texts = append(texts, direct[len(direct)-1].Message)
	}
	for _, text := range texts {
		if found := sentrySignIn.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}

// signsIn follows the link that the user was given through Sentry's pages.
func (h *bugHost) signsIn(u *mmtest.User) *mmtest.Response {
	h.t.Helper()
	link := h.asked(u)
	require.NotEmpty(h.t, link, "%s was offered no sign-in: %s", u.Username, lastNote(u))
	return h.follows(u, link)
}

// follows follows a link to a sign-in through Sentry's pages.
func (h *bugHost) follows(u *mmtest.User, link string) *mmtest.Response {
	h.t.Helper()
	begun := u.Get(link)
	require.Equal(h.t, http.StatusFound, begun.Status, begun.Body)
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(h.t, err)
	require.Equal(h.t, "S256", consent.Query().Get("code_challenge_method"))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(consent.String())
	require.NoError(h.t, err)
	shown, err := io.ReadAll(page.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, page.Body.Close())
	require.Equal(h.t, http.StatusOK, page.StatusCode, string(shown))
	form := consent.Query()
	form.Set("user", u.Username)
	form.Set("decision", "allow")
	answer, err := client.PostForm(consent.Scheme+"://"+consent.Host+consent.Path, form)
	require.NoError(h.t, err)
	require.NoError(h.t, answer.Body.Close())
	require.Equal(h.t, http.StatusFound, answer.StatusCode)
	return u.Get(strings.TrimPrefix(answer.Header.Get("Location"), siteURL))
}

// connects has the user connect the channel to a project, signing in and entering the integration's token if asked.
func (h *bugHost) connects(u *mmtest.User, what string, at *mmtest.Channel) {
	h.t.Helper()
	u.Types("/sentry connect "+what, at)
	if strings.Contains(lastNote(u), "sign in") || strings.Contains(lastNote(u), "Sign in") {
		page := h.signsIn(u)
		require.Equal(h.t, http.StatusOK, page.Status, page.Body)
	}
	if strings.Contains(lastNote(u), "isn't connected to this server yet") {
		u.Clicks("Enter token and secret")
		u.Submits(map[string]any{"token": h.integration.Token, "secret": h.integration.ClientSecret})
		require.Nil(h.t, u.Dialog(), "the form stays open: %+v", u.Dialog())
	}
	requireTells(h.t, lastNote(u), "This channel now follows")
	h.passes()
}

// settle waits until Sentry has sent everything and the plugin has handled what is due.
func (h *bugHost) settle() {
	h.t.Helper()
	h.sentry.Tick()
	h.looks()
}

// passes settles, and lets a moment pass.
func (h *bugHost) passes() {
	h.t.Helper()
	h.settle()
	h.zoom.Advance(2 * time.Second)
	h.settle()
}

// later lets this much time pass, and runs what is due then.
func (h *bugHost) later(d time.Duration) {
	h.t.Helper()
	h.zoom.Advance(d)
	h.passes()
}

// fails has an error happen in a project.
func (h *bugHost) fails(project *bugs.ProjectHandle, kind, value string) *bugs.Issue {
	h.t.Helper()
	issue, err := project.Error(bugs.Error{Type: kind, Value: value, Level: "error", Culprit: "shop.cart in total", Release: "shop@1.2", Environment: "production"})
	require.NoError(h.t, err)
	h.passes()
	return issue
}

// happens checks that an action in Sentry worked, and settles.
func (h *bugHost) happens(err error) {
	h.t.Helper()
	require.NoError(h.t, err)
	h.passes()
}
