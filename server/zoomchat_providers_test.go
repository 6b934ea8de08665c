package main

import (
	"html"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// inZoom adds Zoom Team Chat to a world: a channel #ops with Alice and Bob, and the bot of a provider.
func inZoom(w *bridgeWorld, bot, command string) *chatWorld {
	w.t.Helper()
	c := &chatWorld{bridgeWorld: w}
	c.bot = c.setsUp(bot, command)
	c.asks("/channels", teamchat.NewChannel{Name: "ops", Members: []string{address(w.alice), address(w.bob)}}, &c.ops)
	return c
}

func TestTheSentryBotOfZoomTeamChat(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	w := inZoom(h.bridgeWorld, "sentry", "sentry")
	w.says(w.alice, "ops", "/sentry help")
	requireSays(t, w.hears(w.alice, "ops"), "`/sentry connect", "`/sentry disconnect", "`/sentry configure")

	w.says(w.alice, "ops", "/sentry connect “Acme Inc> “Web Shop>")
	requireSays(t, w.hears(w.alice, "ops"), "A link to sign in to Sentry is in your direct messages")
	link := sentrySignIn.FindStringSubmatch(w.linkIn(w.alice, w.bot.Bot.JID))
	require.NotNil(t, link, w.hears(w.alice, w.bot.Bot.JID))
	page := h.follows(w.alice, link[1])
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	w.settle()
	w.presses(w.alice, "ops", "Enter token and secret")
	secret := formAddress.FindStringSubmatch(string(w.lastIn(w.alice, "ops").Content))
	require.NotNil(t, secret, w.hears(w.alice, "ops"))
	project := regexp.MustCompile(`name="address" type="text" value="([^"]+)"`).FindStringSubmatch(w.alice.Get(secret[1]).Body)
	require.NotNil(t, project, "the page begins with what was typed")
	require.JSONEq(t, `{}`, w.alice.Post(secret[1], map[string]string{"address": html.UnescapeString(project[1]), "token": h.integration.Token, "secret": h.integration.ClientSecret}).Body)
	h.passes()
	requireSays(t, w.allIn(w.alice, "ops"), "This channel now follows", "alice connected this channel to Sentry")

	h.fails(h.web, "ValueError", "discount twice")
	requireSays(t, w.allIn(w.bob, "ops"), "ValueError")
	w.says(w.alice, "ops", "/sentry configure all")
	requireSays(t, w.hears(w.alice, "ops"), "Web Shop")
	w.says(w.alice, "ops", "/sentry disconnect acme web")
	w.presses(w.alice, "ops", "Disconnect")
	requireSays(t, w.allIn(w.bob, "ops"), "ended this channel's connection to Sentry")
}

func TestThePagerDutyBotOfZoomTeamChat(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	w := inZoom(h.bridgeWorld, "pagerduty", "pduty")
	w.says(w.alice, "ops", "/pduty trigger")
	w.fills(w.alice, "ops", "Trigger", card.Values{"title": {"Disk is full"}, "urgency": {"low"}, "details": {"Since *noon*"}})
	h.passes()
	require.Len(t, h.pager.Incidents(), 1)
	require.Equal(t, "Since *noon*", h.pager.Incidents()[0].Details)
	requireSays(t, w.allIn(w.alice, "ops"), "Disk is full", "Acknowledge", "Add note", "Resolve")
	require.NotContains(t, w.allIn(w.bob, "ops"), "Disk is full", "only the creator sees the confirmation")

	w.presses(w.alice, "ops", "Acknowledge")
	require.Equal(t, "acknowledged", h.pager.Incidents()[0].Status)
	require.Equal(t, addressOf(h.alice), h.pager.Incidents()[0].ChangedBy)
	w.presses(w.alice, "ops", "Post to chat")
	requireSays(t, w.allIn(w.bob, "ops"), "acknowledged", "Disk is full")

	w.says(w.alice, "ops", "/pduty to signout")
	w.presses(w.alice, "ops", "Sign out")
	requireSays(t, w.allIn(w.alice, "ops"), "Sign in to PagerDuty")
}

func TestAClickInZoomChangesTheCardInMattermostToo(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.signed(h.bob)
	w := inZoom(h.bridgeWorld, "pagerduty", "pduty")
	h.follows(h.alice, "", h.town)
	w.says(w.alice, "ops", "/pduty connect")
	h.passes()
	id := h.triggers("Database", "Disk is full")
	h.passes()
	requireSays(t, title(w.card(w.town)), "Triggered", "Disk is full")
	requireSays(t, w.allIn(w.bob, "ops"), "Triggered", "Disk is full")

	w.presses(w.alice, "ops", "Acknowledge")
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status)
	requireSays(t, title(w.card(w.town)), "Acknowledged")
	requireSays(t, w.allIn(w.bob, "ops"), "Acknowledged")
	h.clicksCard(h.bob, w.card(w.town), "resolve")
	h.passes()
	requireSays(t, w.allIn(w.bob, "ops"), "Resolved · #1 Disk is full")
}

func TestTheConfigurePageAndTheOnCallListInZoomTeamChat(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	w := inZoom(h.bridgeWorld, "pagerduty", "pduty")
	w.says(w.alice, "ops", "/pduty connect")
	w.says(w.alice, "ops", "/pduty configure")
	form := w.zoomSees(w.alice, "ops")
	var asked *teamchat.Message
	for _, m := range form {
		if content, err := card.Parse(m.Content); err == nil && content.Settings.Form {
			asked = m
		}
	}
	require.NotNil(t, asked, "the configuration is a form")
	w.asks("/click", teamchat.UserAction{As: address(w.alice), Message: asked.ID, Element: "Save", Values: card.Values{"rule_name": {"Loud"}, "events": {"triggered"}}}, nil)
	w.settle()
	require.NotContains(t, w.allIn(w.alice, "ops"), "Minimum urgency", "the form is closed")
	w.says(w.alice, "ops", "/pduty list")
	requireSays(t, w.hears(w.alice, "ops"), "Events: Triggered\n")

	w.says(w.alice, "ops", "/pduty oncall")
	w.fills(w.alice, "ops", "Save", card.Values{"name": {"Ops"}, "by": {"name"}, "schedule": {"no such schedule"}, "time": {"09:00"}})
	requireSays(t, w.hears(w.alice, "ops"), "On-call rule", "Ops")
	w.says(w.alice, "ops", "/pduty search")
	requireSays(t, w.hears(w.alice, "ops"), "No results in PagerDuty")
}
