package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	bugs "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// These stories go through the checklist of Sentry, S1 to S15, one by one.

func TestS1AChannelFollowsAProject(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.fails(h.web, "ValueError", "discount twice")
	require.Contains(t, heading(h.card(h.town)), "ValueError")
	ops, err := h.sentry.Project("acme", "ops")
	require.NoError(t, err)
	h.fails(ops, "IOError", "not for this channel")
	require.Len(t, cards(h.town), 1)
}

func TestS2EveryoneCanUseItOnceAnAdminHasSetItUp(t *testing.T) {
	t.Parallel()
	h := newUnknownSentry(t)
	h.alice.Types("/sentry connect "+h.site+"/organizations/acme/projects/web/", h.town)
	requireTells(t, lastNote(h.alice), "Sentry on "+h.site+" isn't set up yet", "/sentry setup")
	h.register()
	h.connects(h.alice, "acme web", h.town)
	h.mm.Set(map[string]any{"EnableSentry": false})
	require.Eventually(t, func() bool { return h.mm.Command("sentry") == nil }, patience, tick)
}

func TestS3HelpListsAllCommands(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.alice.Types("/sentry help", h.town)
	for _, sub := range h.mm.Command("sentry").AutocompleteData.SubCommands {
		if sub.RoleID == "" || sub.RoleID == "system_user" {
			requireTells(t, lastNote(h.alice), "/sentry "+sub.Trigger, sub.HelpText)
		}
	}
}

func TestS4ConnectTakesQuotedNamesAndSlugsOrAsks(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	for _, typed := range []string{
		`"Acme Inc" "Web Shop"`, "“Acme Inc” “Web Shop”", "“Acme Inc> “Web Shop>", "'acme inc' 'web shop'", "ACME web", "acme/web", "Acme Inc Web Shop",
		h.site + "/organizations/acme/projects/web/",
	} {
		h.alice.Types("/sentry connect "+typed, h.town)
		requireTells(t, lastNote(h.alice), "already connected to Acme Inc / Web Shop")
	}
	h.alice.Types("/sentry connect acme", h.town)
	requireSays(t, lastNote(h.alice), "Which one do you mean?")
	require.ElementsMatch(t, []string{"Acme Inc / Web Shop", "Acme Inc / Web API", "Acme Inc / Operations", "Cancel"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Acme Inc / Operations")
	requireTells(t, lastNote(h.alice), "This channel now follows Acme Inc / Operations")
	h.alice.Types("/sentry connect acme nothing", h.town)
	requireTells(t, lastNote(h.alice), "doesn't have this")
}

func TestS5ALinkIsSentByDirectMessageAndTheConnectContinues(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.alice.Types(`/sentry connect “Acme Inc> “Web Shop>`, h.town)
	requireSays(t, lastNote(h.alice), "A link to sign in to Sentry is in your direct messages")
	require.NotContains(t, lastNote(h.alice), "/oauth2/")
	require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
	requireTells(t, lastNote(h.alice), "Acme Inc in Sentry isn't connected to this server yet")
	h.alice.Clicks("Enter token and secret")
	require.Equal(t, `"acme" "web"`, h.alice.Field("address").Default, "what was typed is not typed again")
	h.alice.Submits(map[string]any{"token": h.integration.Token, "secret": "x"})
	require.NotEmpty(t, h.alice.Dialog().Errors["secret"])
	h.alice.Submits(map[string]any{"token": h.integration.Token, "secret": h.integration.ClientSecret})
	require.Nil(t, h.alice.Dialog())
	requireTells(t, lastNote(h.alice), "This channel now follows Acme Inc / Web Shop")
	made, err := h.sentry.IntegrationState("chat")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(made.WebhookURL, siteURL+"/plugins/zoom/hooks/"), "we have set the hook")

	h.connects(h.bob, "acme ops", h.backroom) // who only has to see the project
}

func TestS6TheChannelIsToldWhichEventsItGets(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	requireTells(t, h.town.LastPost().Message, "@alice connected this channel to Sentry", "Acme Inc / Web Shop", "Regressions", "Resolved issues")
	h.carol.Types("/sentry connect acme ops", h.town)
	h.signsIn(h.carol)
	h.carol.Types("/sentry list", h.town)
	require.NotContains(t, lastNote(h.carol), "Operations", "who cannot see it connects nothing")
}

// followsTwo connects the town to two projects.
func followsTwo(t *testing.T) *bugHost {
	t.Helper()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.connects(h.alice, "acme ops", h.town)
	return h
}

func TestS7DisconnectingOneProjectKeepsTheOther(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	h.alice.Types(`/sentry disconnect “Acme Inc” “Web Shop”`, h.town)
	requireTells(t, lastNote(h.alice), "stop notifications about Acme Inc / Web Shop in this channel?")
	h.alice.Clicks("Disconnect")
	h.fails(h.web, "ValueError", "not any more")
	require.Empty(t, cards(h.town))
	ops, err := h.sentry.Project("acme", "ops")
	require.NoError(t, err)
	h.fails(ops, "IOError", "still")
	require.Len(t, cards(h.town), 1)
}

func TestS8DisconnectWithoutArgumentsEndsAllSubscriptions(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	h.alice.Types("/sentry disconnect", h.town)
	requireTells(t, lastNote(h.alice), "Do you want to end this connection?", "Acme Inc")
	h.alice.Clicks("Disconnect")
	h.fails(h.web, "ValueError", "not any more")
	require.Empty(t, cards(h.town))
	made, err := h.sentry.IntegrationState("chat")
	require.NoError(t, err)
	require.Empty(t, made.WebhookURL, "the last one out takes the hook along")
}

func TestS9ConfigureShowsTheSubscriptionsOfTheChannel(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	h.alice.Types("/sentry configure", h.town)
	require.ElementsMatch(t, []string{"Acme Inc / Web Shop", "Acme Inc / Operations"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Acme Inc / Web Shop")
	h.alice.Submits(map[string]any{"filter_level": "fatal"})
	require.Nil(t, h.alice.Dialog())
	h.fails(h.web, "ValueError", "only an error")
	require.Empty(t, cards(h.town))
}

func TestS10ConfigureAllShowsWhatTheRequesterCanSee(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	h.connects(h.alice, "acme web-api", h.backroom)
	h.alice.Types("/sentry configure all", h.town)
	requireTells(t, lastNote(h.alice), "~town", "Acme Inc / Web Shop", "Acme Inc / Operations", "~backroom", "Acme Inc / Web API")
	h.carol.Types("/sentry configure all", h.town) // who is not in the backroom
	requireTells(t, lastNote(h.carol), "~town", "Acme Inc / Operations")
	require.NotContains(t, lastNote(h.carol), "backroom")
	require.NotContains(t, lastNote(h.carol), "Web API")
}

func TestS11RemovalAsksForConfirmation(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	h.alice.Types("/sentry disconnect", h.town)
	h.alice.Clicks("Cancel")
	h.fails(h.web, "ValueError", "still heard")
	require.Len(t, cards(h.town), 1)
}

func TestS12IssuesAreResolvedAssignedArchivedAndRegressAsTheUserWhoClicks(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	issue := h.fails(h.web, "ValueError", "discount twice")
	card := h.card(h.town)
	h.bob.Clicks("Resolve")
	if h.asked(h.bob) != "" {
		require.Equal(t, http.StatusOK, h.signsIn(h.bob).Status)
	}
	if h.bob.Dialog() != nil {
		h.bob.Submits(nil)
	}
	h.passes()
	state, err := issue.State()
	require.NoError(t, err)
	require.Equal(t, "resolved", state.Status)
	require.Contains(t, heading(h.card(h.town)), "Resolved")
	requireSays(t, strings.Join(thread(card, h.town), "\n"), "Bob resolved this issue")

	h.later(time.Hour)
	h.happens(issue.Regress())
	all := cards(h.town)
	require.Len(t, all, 2, "a regression surfaces again")
	require.Contains(t, heading(all[1]), "Regressed")
	require.Contains(t, all[1].Text(), "/_redirect/pl/"+all[0].Id, "and links the card before")
}

func TestS13AMeetingIsStartedFromACardInItsThread(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.fails(h.web, "ValueError", "discount twice")
	h.bob.Clicks("Start Zoom meeting")
	require.Len(t, meetings(h.town), 1)
	require.Equal(t, h.card(h.town).Id, meetings(h.town)[0].RootId)
}

func TestS14CallsToSentryAreSafeInTransit(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	door := newDoor(t)
	h.admin.Types("/sentry setup", h.town)
	h.admin.Submits(map[string]any{"kind": "selfhosted", "url": door.url})
	require.Nil(t, h.admin.Dialog())
	h.alice.Types("/sentry connect "+door.url+"/organizations/acme/projects/web/", h.backroom)
	h.alice.Submits(map[string]any{"token": h.integration.Token, "secret": h.integration.ClientSecret})
	door.requireSafe()
}

func TestS15CredentialsOfAdminsAndUsersAreSealed(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.fails(h.web, "ValueError", "discount twice")
	kinds := map[string]bool{}
	for what := range h.memory.Dump() {
		kind, _, _ := strings.Cut(what, " ")
		kinds[kind] = true
	}
	for _, kind := range []string{"connection", "site", "grant"} {
		require.True(t, kinds[kind], "%s: what was minted is looked for in all records when the story ends", kind)
	}
}

// A user who creates an alert rule in Sentry selects one of the channels that follow the organization.
func TestASentryAlertRuleSendsToTheSelectedChannel(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme ops", h.town)
	h.connects(h.alice, "acme ops", h.backroom)
	made, err := h.sentry.IntegrationState("chat")
	require.NoError(t, err)
	below := strings.TrimPrefix(made.WebhookURL, siteURL)
	signed := func(body string) map[string]string {
		mac := hmac.New(sha256.New, []byte(h.integration.ClientSecret))
		mac.Write([]byte(body))
		return map[string]string{"Sentry-App-Signature": hex.EncodeToString(mac.Sum(nil))}
	}
	ask := func(headers map[string]string) *mmtest.Response {
		r := httptest.NewRequest(http.MethodGet, below+"/channels", nil)
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		return h.mm.Request(r, nil)
	}
	offered := ask(signed(""))
	require.Equal(t, http.StatusOK, offered.Status, offered.Body)
	require.Contains(t, offered.Body, h.town.ID)
	require.Contains(t, offered.Body, "~backroom")
	require.Equal(t, http.StatusUnauthorized, ask(nil).Status)
	chosen := `{"fields":[{"name":"channel","value":"mattermost.` + h.backroom.ID + `"}]}`
	require.Equal(t, http.StatusOK, h.mm.Webhook(below+"/check", chosen, signed(chosen)).Status)
	foreign := `{"fields":[{"name":"channel","value":"channelofsomebodyelse00000"}]}`
	require.Equal(t, http.StatusBadRequest, h.mm.Webhook(below+"/check", foreign, signed(foreign)).Status)

	require.NoError(t, h.web.SetRules(bugs.AlertRule{Name: "Shop is down", Integration: "chat", Settings: map[string]string{"channel": "mattermost." + h.backroom.ID}}))
	h.fails(h.web, "ValueError", "chosen at Sentry")
	require.Len(t, cards(h.backroom), 1)
	require.Empty(t, cards(h.town))
}

// What Sentry sent while no server was up is lost: it tries once. A poll finds it.
func TestEventsMissedDuringADowntimeAreFetched(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.mm.Set(map[string]any{"EnableSentry": false}) // so that deliveries are answered 404, as with no server
	require.Eventually(t, func() bool { return h.mm.Command("sentry") == nil }, patience, tick)
	h.fails(h.web, "ValueError", "while it was down")
	require.Empty(t, cards(h.town))
	h.switches(map[string]any{"EnableSentry": true}, "sentry")
	h.later(11 * time.Minute)
	h.later(time.Minute)
	require.Len(t, cards(h.town), 1)
	require.Contains(t, heading(h.card(h.town)), "ValueError")
	h.later(11 * time.Minute)
	h.later(time.Minute)
	require.Len(t, cards(h.town), 1, "and told once")
}

// Sentry notifies about a resolution once, and no time that can be searched for changes with it.
func TestAnIssueResolvedDuringADowntimeIsShownResolved(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	issue := h.fails(h.web, "ValueError", "before")
	h.mm.Set(map[string]any{"EnableSentry": false})
	require.Eventually(t, func() bool { return h.mm.Command("sentry") == nil }, patience, tick)
	h.happens(issue.Resolve("alice", ""))
	h.fails(h.web, "KeyError", "while off")
	h.later(time.Hour) // in which the looks find it off
	h.switches(map[string]any{"EnableSentry": true}, "sentry")
	h.later(11 * time.Minute)
	h.later(time.Minute)
	shown := cards(h.town)
	require.Len(t, shown, 2)
	require.Contains(t, heading(shown[0]), "Resolved")
	require.Contains(t, heading(shown[1]), "KeyError")
}

// Two people may be asked the same, and both agree.
func TestDisconnectingOneProjectTwiceKeepsTheOther(t *testing.T) {
	t.Parallel()
	h := followsTwo(t)
	ops, err := h.sentry.Project("acme", "ops")
	require.NoError(t, err)
	h.alice.Types("/sentry disconnect acme web", h.town)
	h.bob.Types("/sentry disconnect acme web", h.town)
	h.alice.Clicks("Disconnect")
	h.bob.Clicks("Disconnect")
	requireTells(t, lastNote(h.bob), "no such connection to Sentry")
	h.fails(ops, "KeyError", "still told")
	require.Len(t, cards(h.town), 1)
}

func TestAFailedConnectOfASecondProjectKeepsTheFirst(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	_, err := h.sentry.AddIntegration("acme", bugs.Integration{
		Slug: "weak", Name: "Weak", Token: h.secret("sentry-weak-token-1"), ClientSecret: h.secret("sentry-weak-secret-1"),
		Scopes: []string{"org:read", "project:read", "event:read"},
	})
	require.NoError(t, err)
	require.NoError(t, h.sentry.RemoveIntegration("chat"))
	h.bob.Types("/sentry connect acme ops", h.town)
	h.bob.Clicks("Use an access token")
	h.bob.Submits(map[string]any{"address": "acme ops", "token": "sentry-weak-token-1", "secret": "sentry-weak-secret-1"})
	h.alice.Types("/sentry list", h.town)
	require.Contains(t, lastNote(h.alice), "Web Shop")
}

// The legacy webhook is unsigned: its URL is the secret, and cards say so.
func TestTheLegacyWebhookOfSentryWorksAndIsMarkedUnsigned(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.alice.Types("/sentry connect acme web", h.town)
	require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
	h.alice.Clicks("Use a webhook without signature")
	address := legacyAddress(h, h.alice)
	require.NoError(t, h.web.SetLegacyHook(address))
	require.NoError(t, h.web.SetRules(bugs.AlertRule{Name: "New issues", Integration: "webhooks"}))
	h.fails(h.web, "ValueError", "discount twice")
	requireSays(t, h.card(h.town).Text(), "ValueError")
	require.Contains(t, strings.ToLower(h.card(h.town).Text()+h.card(h.town).Attachments()[0].Footer), "unsigned")
}

// legacyAddress is the address that the bot has handed over, with its secret.
func legacyAddress(h *bugHost, u *mmtest.User) string {
	h.t.Helper()
	direct := u.DirectMessages(h.botID())
	message := direct[len(direct)-1].Message
	at := strings.Index(message, siteURL+"/plugins/zoom/hooks/")
	require.GreaterOrEqual(h.t, at, 0, message)
	address := strings.FieldsFunc(message[at:], func(r rune) bool { return r == '`' || r == '\n' || r == ' ' || r == ')' })[0]
	id, key, _ := strings.Cut(strings.TrimPrefix(address, siteURL+"/plugins/zoom/hooks/"), ".")
	key, secret, _ := strings.Cut(key, "/")
	h.mu.Lock()
	defer h.mu.Unlock()
	where := "post " + direct[len(direct)-1].Id + ":"
	h.handed[secret], h.handed[key] = []string{where}, []string{where, "connection " + id + ":"}
	return address
}
