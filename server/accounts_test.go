package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// page requires that the page is a refusal with this text.
func requireRefused(t *testing.T, page *mmtest.Response, says string) {
	t.Helper()
	require.GreaterOrEqual(t, page.Status, http.StatusBadRequest, page.Body)
	requireSays(t, html.UnescapeString(page.Body), "Not connected", says)
}

const (
	onlyAdmins = "Only a system admin can connect this server"
	usedUp     = "This link has expired, was already used, or was made for another user"
)

func TestDefect03_OnlyAnAdminConnectsTheServer(t *testing.T) {
	t.Parallel()
	connects := func(w *world) string {
		w.admin.Types("/zoom connect", w.town)
		return w.connectLink(w.admin)
	}
	for name, story := range map[string]func(t *testing.T, w *world){
		"others get no link": func(t *testing.T, w *world) {
			w.alice.Types("/zoom connect", w.town)
			requireSays(t, w.alice.LastNote().Text(), onlyAdmins)
			w.alice.Types("/zoom start", w.town)
			require.NotRegexp(t, links, w.alice.LastNote().Text())
			w.alice.Types("/zoom disconnect", w.town)
			requireSays(t, w.alice.LastNote().Text(), onlyAdmins)
		},
		"the admin's link is no use to others": func(t *testing.T, w *world) {
			requireRefused(t, w.alice.Get(connects(w)), onlyAdmins)
		},
		"nor to another admin": func(t *testing.T, w *world) {
			w.bob.Becomes(mmtest.Admin)
			requireRefused(t, w.bob.Get(connects(w)), usedUp)
		},
		"what Zoom sends the admin back with is no use to others": func(t *testing.T, w *world) {
			back := w.allows(w.admin, connects(w))
			requireRefused(t, w.alice.Get(back), usedUp)
			w.bob.Becomes(mmtest.Admin)
			requireRefused(t, w.bob.Get(back), usedUp)
			require.Equal(t, http.StatusOK, w.admin.Get(back).Status, "and still good for the admin")
		},
		"an admin no longer is none": func(t *testing.T, w *world) {
			link := connects(w)
			back := w.allows(w.admin, link)
			w.admin.Becomes(func(u *model.User) { u.Roles = model.SystemUserRoleId })
			requireRefused(t, w.admin.Get(link), onlyAdmins)
			w.zoom.ClearJournal()
			requireRefused(t, w.admin.Get(back), onlyAdmins)
			require.Empty(t, w.zoom.Counts(), "the code was not even exchanged")
		},
		"a link of another mode does not count": func(t *testing.T, w *world) {
			w.mm.Set(map[string]any{"AuthorizationMode": "user"})
			w.alice.Types("/zoom connect", w.town)
			back := w.allowsAs(w.alice, w.admin, w.connectLink(w.alice))
			w.mm.Set(map[string]any{"AuthorizationMode": "account"})
			w.alice.Becomes(mmtest.Admin)
			requireRefused(t, w.alice.Get(back), usedUp)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "account")
			story(t, w)
			w.bob.Types("/zoom start", w.town)
			if name != "what Zoom sends the admin back with is no use to others" {
				require.Empty(t, meetings(w.town), "no one is connected")
			}
		})
	}
}

func TestAnAdminConnectsTheServerAndDisconnectsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "account")
	w.admin.Types("/zoom start Kick-off", w.town)
	page := w.authorizes(w.admin)
	require.Equal(t, http.StatusOK, page.Status)
	require.Len(t, meetings(w.town), 1, "the admin's start went on")
	w.alice.Types("/zoom start", w.backroom)
	require.Len(t, meetings(w.backroom), 1)

	w.admin.Types("/zoom connect", w.town)
	requireSays(t, w.admin.LastNote().Text(), "You're connected as root@example.com")
	requireSays(t, html.UnescapeString(w.authorizes(w.admin).Body), "connected to Zoom for all users")
	w.admin.Types("/zoom disconnect", w.town)
	w.admin.Clicks("Disconnect")
	requireSays(t, w.admin.LastNote().Text(), "Disconnected")
	require.Equal(t, 1, w.zoom.Counts()["POST /oauth/revoke"])
	w.bob.Types("/zoom start", w.mm.AddChannel("den", mmtest.Private, w.bob))
	requireSays(t, w.bob.LastNote().Text(), "Ask a system admin")
}

func TestLinksToConnectWorkOnceForOneUserAndForATime(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]func(t *testing.T, w *world, link string){
		"another user's ticket": func(t *testing.T, w *world, link string) {
			requireRefused(t, w.bob.Get(link), usedUp)
		},
		"nobody's": func(t *testing.T, w *world, link string) {
			requireRefused(t, w.browses(strings.Replace(link, "?t=", "?t=x", 1)), usedUp)
			back := w.allows(w.alice, link)
			requireRefused(t, w.browses(strings.Replace(back, "state=", "state=x", 1)), usedUp)
			w.code(w.browses(back)) // and no more than a code, which no one types here
			requireRefused(t, w.browses(back), usedUp)
		},
		"an old ticket": func(t *testing.T, w *world, link string) {
			w.zoom.Advance(61 * time.Minute)
			requireRefused(t, w.alice.Get(link), usedUp)
		},
		"no ticket": func(t *testing.T, w *world, _ string) {
			requireRefused(t, w.alice.Get("/oauth2/connect"), usedUp)
			requireRefused(t, w.alice.Get("/oauth2/connect?t="+strings.Repeat("A", 100000)), usedUp)
		},
		"a ticket as state": func(t *testing.T, w *world, link string) {
			ticket, _ := url.Parse(link)
			requireRefused(t, w.alice.Get("/oauth2/complete?code=x&state="+url.QueryEscape(ticket.Query().Get("t"))), usedUp)
		},
		"another user's state": func(t *testing.T, w *world, link string) {
			requireRefused(t, w.bob.Get(w.allows(w.alice, link)), usedUp)
		},
		"an old state": func(t *testing.T, w *world, link string) {
			back := w.allows(w.alice, link)
			w.zoom.Advance(11 * time.Minute)
			requireRefused(t, w.alice.Get(back), usedUp)
		},
		"an altered state": func(t *testing.T, w *world, link string) {
			back := w.allows(w.alice, link)
			requireRefused(t, w.alice.Get(back[:len(back)-2]+"xx"), usedUp)
		},
		"declined": func(t *testing.T, w *world, link string) {
			requireRefused(t, w.alice.Get(w.decides(w.alice, link, "decline")), "You didn't authorize the app in Zoom")
		},
		"declined by another user": func(t *testing.T, w *world, link string) {
			requireRefused(t, w.bob.Get(w.decides(w.alice, link, "decline")), usedUp)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.alice.Types("/zoom connect", w.town)
			story(t, w, w.connectLink(w.alice))
			for _, u := range []*mmtest.User{w.alice, w.bob} {
				u.Types("/zoom start", w.town)
				require.Empty(t, meetings(w.town), "no one is connected")
			}
		})
	}
}

func TestAReplayedStateStartsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom start", w.town)
	back := w.allows(w.alice, w.connectLink(w.alice))
	require.Equal(t, http.StatusOK, w.alice.Get(back).Status)
	requireRefused(t, w.alice.Get(back), usedUp)
	require.Len(t, meetings(w.town), 1)
}

func TestDefect12_ZoomLearnsNothingOfMattermostFromTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom start Secret plans", w.town)
	consent, err := url.Parse(w.alice.Get(w.connectLink(w.alice)).Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "S256", consent.Query().Get("code_challenge_method"))
	for _, private := range []string{w.alice.ID, w.town.ID, "Secret"} {
		require.NotContains(t, consent.String(), private)
	}
	require.Empty(t, consent.Query().Get("scope"))
}

func TestDefect12_DisconnectingRevokesTheGrantInZoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom disconnect", w.town)
	requireSays(t, w.alice.LastNote().Text(), "Your Zoom account isn't connected")
	w.connect(w.alice)
	w.zoom.Advance(2 * time.Hour) // revoking needs a token that works

	w.alice.Types("/zoom disconnect", w.town)
	requireSays(t, w.alice.LastNote().Text(), "Disconnect from Zoom ("+address(w.alice)+")?")
	require.Zero(t, w.zoom.Counts()["POST /oauth/revoke"], "it asks first")
	w.alice.Clicks("Disconnect")
	requireSays(t, w.alice.LastNote().Text(), "Disconnected from Zoom")
	require.Equal(t, 1, w.zoom.Counts()["POST /oauth/revoke"])
	require.Empty(t, w.memory.Grants.Keys())
	w.alice.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town))
}

func TestADeadGrantCanBeDisconnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	require.NoError(t, w.zoom.RevokeGrant(address(w.alice), clientID))
	w.alice.Types("/zoom start", w.town)
	w.alice.Types("/zoom disconnect", w.town)
	w.alice.Clicks("Disconnect")
	requireSays(t, w.alice.LastNote().Text(), "Disconnected from Zoom")

	// The Zoom user is free for others, and its earlier owner gets no message.
	w.connectAs(w.bob, w.alice)
	require.Empty(t, w.alice.DirectMessages(w.botID()))
}

func TestAnotherPluginCannotActAsAUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for from, want := range map[string]int{"com.example.other": http.StatusUnauthorized, "com.mattermost.server": http.StatusOK} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/meetings", strings.NewReader(`{"channel_id":"`+w.town.ID+`"}`))
		r.Header.Set("Mattermost-User-Id", w.alice.ID)
		r.Header.Set("Mattermost-Plugin-ID", from)
		r.Header.Set("X-Requested-With", "XMLHttpRequest")
		recorder := httptest.NewRecorder()
		w.plugin.ServeHTTP(&plugin.Context{}, recorder, r)
		require.Equal(t, want, recorder.Code, from)
	}
	r := httptest.NewRequest(http.MethodGet, "/oauth2/connect?t=x", nil)
	r.Header.Set("Mattermost-User-Id", w.alice.ID)
	r.Header.Set("Mattermost-Plugin-ID", "com.example.other")
	recorder := httptest.NewRecorder()
	w.plugin.ServeHTTP(&plugin.Context{}, recorder, r)
	require.Equal(t, http.StatusBadRequest, recorder.Code, "no one is signed in, and this is no ticket")
	require.Len(t, meetings(w.town), 1)
}

func TestDefect10_OnlyVerifiedAddressesCount(t *testing.T) {
	t.Parallel()
	const untrusted, unverified = "doesn't verify email addresses", "Your email address isn't verified"
	for _, row := range []struct {
		name              string
		trait             mmtest.Trait
		verifies, trusted bool
		refusal           string
	}{
		{"verified", func(*model.User) {}, false, false, ""},
		{"single sign-on", func(u *model.User) { mmtest.Unverified(u); mmtest.SignsInWith("saml")(u) }, false, false, ""},
		{"not verified where others are", mmtest.Unverified, true, false, unverified},
		{"the switch does not help where the server verifies", mmtest.Unverified, true, true, unverified},
		{"not verified where no one is", mmtest.Unverified, false, false, untrusted},
		{"not verified where no one is, but trusted", mmtest.Unverified, false, true, ""},
	} {
		for _, mode := range []string{"account", "s2s"} {
			t.Run(row.name+" "+mode, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, mode)
				w.connectFor(w.admin, mode)
				w.mm.Configure(func(c *model.Config) { *c.EmailSettings.RequireEmailVerification = row.verifies })
				w.mm.Set(map[string]any{"TrustUnverifiedEmail": row.trusted})
				require.Eventually(t, func() bool { return w.plugin.app.Load().client.VerifiesEmail() == row.verifies }, time.Second, time.Millisecond)
				w.alice.Becomes(row.trait)
				w.zoom.ClearJournal()

				w.alice.Types("/zoom start", w.town)
				if row.refusal == "" {
					require.Len(t, meetings(w.town), 1)
					return
				}
				require.Empty(t, meetings(w.town))
				requireSays(t, w.alice.LastNote().Text(), row.refusal)
				require.Empty(t, w.zoom.Counts(), "Zoom was not asked about a stranger's address")
			})
		}
	}
}

// botID returns the user id of the plugin's bot.
func (w *world) botID() string { return w.plugin.app.Load().client.BotID() }
