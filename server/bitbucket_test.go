package main

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
)

// These stories go through the checklist of the Bitbucket provider, B1 to B15, one by one. Details are in
// the other files of this package.

func TestB1BuildsAreShownInAChannelAndByDirectMessage(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.town)
	direct := h.alice.DirectWith(h.botID())
	h.alice.Says("bitbucket connect "+h.url(""), direct)
	h.passes()

	hash := h.pushes("main", "Round half up")
	h.reports(hash, "unit", code.Successful, "main")
	require.Equal(t, "✅ Passed · Round half up", title(h.card(h.town)))
	require.Equal(t, "✅ Passed · Round half up", title(h.card(direct)), "the same, for alice alone")
	require.Equal(t, h.botID(), h.card(direct).UserId)
	require.Len(t, h.repo.Hooks(), 1, "one webhook serves both")
}

func TestB2EveryoneCanUseItOnceAnAdminHasSetItUp(t *testing.T) {
	t.Parallel()
	h := newCodeHost(t, code.Options{Kind: code.Cloud}, "acme")
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	requireTells(t, lastNote(h.alice), "Bitbucket on "+h.site+" isn't set up yet", "/bitbucket setup")
	h.alice.Types("/bitbucket setup", h.backroom)
	require.Nil(t, h.alice.Dialog(), "that is for admins")
	h.register()
	h.follows(h.backroom)
	h.pushes("main", "One")
	require.Len(t, cards(h.backroom), 1)

	h.mm.Set(map[string]any{"EnableBitbucket": false})
	require.Eventually(t, func() bool { return h.mm.Command("bitbucket") == nil }, patience, tick)
	h.alice.Types("/bitbucket connect "+h.url(""), h.town)
	requireTells(t, lastNote(h.alice), "trigger of that name not found")
	h.pushes("main", "Two")
	require.Len(t, cards(h.backroom), 1)
	deliveries := h.bitbucket.Deliveries()
	require.Equal(t, http.StatusNotFound, deliveries[len(deliveries)-1].Attempts[0].Status)

	h.switches(map[string]any{"EnableBitbucket": true}, "bitbucket")
	h.pushes("main", "Three")
	require.Len(t, cards(h.backroom), 2, "it goes on where it was")
}

func TestB3TheBotsConversationAndAChannelAreConfiguredSeparately(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	direct := h.alice.DirectWith(h.botID())
	h.alice.Says("connect "+h.url(""), direct) // the URL identifies the provider
	h.passes()
	requireTells(t, direct.LastPost().Message, "This channel now follows acme/web")
	h.alice.Says("configure", direct)
	h.alice.Clicks("Configure")
	h.alice.Submits(map[string]any{"events": h.alice.Without("events", "push")})
	require.Nil(t, h.alice.Dialog())

	h.pushes("main", "Only in the channel")
	require.Len(t, cards(h.backroom), 1)
	require.Empty(t, cards(direct))
}

func TestB4ConnectTakesAnyFormOfURLOrAsks(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	host := strings.TrimPrefix(h.site, "http://")
	name, _, _ := strings.Cut(host, ":")
	for _, address := range []string{
		h.url("/"), h.url(".git"), "<" + h.url("") + ">", "“" + h.url("") + "”", host + "/acme/web",
		h.url("/src/main/README.md?at=main#lines-3"), h.url("/pull-requests/7/overview"), h.url("/branch/feature/x"),
		h.url("/addon/pipelines/home#!/results/4"), h.url("/pipelines/results/4"), h.url("/commits/1234567"),
		"ssh://git@" + name + ":7999/acme/web.git", "git@" + name + ":acme/web.git", h.site + "/2.0/repositories/acme/web",
		strings.Replace(h.url(""), "http://", "https://", 1), strings.ToUpper(h.url("")),
	} {
		h.alice.Types("/bitbucket connect "+address, h.backroom)
		requireTells(t, lastNote(h.alice), "This channel is already connected to acme/web")
	}
	h.alice.Types("/bitbucket connect acme/web", h.backroom)
	requireTells(t, lastNote(h.alice), "Not a valid Bitbucket URL", "https://bitbucket.org/acme/web")
	h.alice.Types("/bitbucket connect https://git.elsewhere.example.com/projects/A/repos/b", h.backroom)
	requireTells(t, lastNote(h.alice), "Bitbucket on https://git.elsewhere.example.com isn't set up yet")
	h.alice.Types("/bitbucket connect "+h.site+"/acme/none", h.backroom)
	requireTells(t, lastNote(h.alice), "doesn't have this, or the account that was used can't see it")

	h.addRepo("acme", "api", false)
	h.alice.Types("/bitbucket connect", h.backroom)
	requireTells(t, h.alice.Field("address").HelpText, "Any page of the repository works")
	h.alice.Submits(map[string]any{"address": "the web thing"})
	require.Contains(t, h.alice.Dialog().Errors["address"], "Not a valid Bitbucket URL")
	h.alice.Submits(map[string]any{"address": h.site + "/acme/api/src"})
	require.Nil(t, h.alice.Dialog())
	requireTells(t, lastNote(h.alice), "This channel now follows acme/api")
}

func TestB5ConnectContinuesAfterAuthorization(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	requireTells(t, lastNote(h.alice), "Sign in to Bitbucket", "the channel is connected right after that")
	link := offered(h.alice)
	require.Equal(t, http.StatusBadRequest, h.bob.Get(link).Status, "it is for alice alone")
	require.Contains(t, h.signsInAs(h.alice, "alice", "decline").Body, "You didn&#39;t allow access")
	require.Empty(t, h.repo.Hooks())

	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	page := h.signsIn(h.alice)
	require.Equal(t, http.StatusOK, page.Status)
	requireTells(t, html.UnescapeString(page.Body), "You're signed in to Bitbucket. You can close this page and see the result in Mattermost")
	requireTells(t, lastNote(h.alice), "This channel now follows acme/web", "Build failed or stopped", "Pull requests")
	requireTells(t, h.backroom.LastPost().Message, "@alice connected this channel to Bitbucket: ", "acme/web")
	h.passes()
	h.pushes("main", "It arrives")
	require.Equal(t, "⬆️ Pushed · It arrives", title(h.card(h.backroom)))
	h.alice.Types("/bitbucket connect "+h.url(""), h.town)
	require.Empty(t, offered(h.alice), "once is enough")
}

func TestB6HelpListsAllCommands(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	offered := h.mm.Command("bitbucket").AutocompleteData.SubCommands
	var words []string
	for _, sub := range offered {
		words = append(words, sub.Trigger)
	}
	require.Subset(t, words, []string{"connect", "disconnect", "configure", "list", "test", "status", "rotate", "setup", "help"})
	h.alice.Types("/bitbucket help", h.town)
	h.alice.Says("bitbucket help", h.alice.DirectWith(h.botID()))
	for _, told := range []string{lastNote(h.alice), h.alice.DirectWith(h.botID()).LastPost().Message} {
		for _, sub := range offered {
			if sub.RoleID == "" || sub.RoleID == "system_user" {
				requireTells(t, told, "/bitbucket "+sub.Trigger, sub.HelpText)
			}
		}
	}
}

func TestB7ConnectingVerifiesTheRightAndCreatesTheWebhook(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.bob.Types("/bitbucket connect "+h.url(""), h.backroom)
	page := h.signsIn(h.bob)
	requireTells(t, html.UnescapeString(page.Body), "This Bitbucket account can read acme/web, but isn't an admin there. Ask an admin to connect it")
	h.bob.Types("/bitbucket connect "+h.url(""), h.backroom)
	requireTells(t, lastNote(h.bob), "but isn't an admin there")
	require.Empty(t, h.repo.Hooks())
	h.bob.Types("/bitbucket list", h.backroom)
	requireTells(t, lastNote(h.bob), "isn't connected to Bitbucket yet")
	require.Empty(t, h.memory.Connections.Dump(), "nothing is left behind")

	h.follows(h.backroom)
	hooks := h.repo.Hooks()
	require.Len(t, hooks, 1)
	require.True(t, hooks[0].SecretSet, "it is signed")
	require.True(t, hooks[0].Active)
	require.Equal(t, "Mattermost (Zoom plugin)", hooks[0].Name)
	require.True(t, strings.HasPrefix(hooks[0].URL, siteURL+"/plugins/zoom/hooks/"), hooks[0].URL)
	h.alice.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.alice), "The webhook in Bitbucket is OK", "Nothing has arrived yet")
}

func TestB8DisconnectAsksWhetherToSignOutAndIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.alice.Types("/bitbucket disconnect", h.backroom)
	requireTells(t, lastNote(h.alice), "Do you want to end this connection?", "webhook in Bitbucket is removed", "You can also sign out")
	require.Equal(t, []string{"Disconnect", "Disconnect and sign out", "Cancel"}, h.alice.LastNote().Buttons())
	require.Len(t, h.repo.Hooks(), 1, "nothing has happened yet")
	h.alice.Clicks("Cancel")
	requireTells(t, lastNote(h.alice), "Nothing changed")
	require.Len(t, h.repo.Hooks(), 1)

	h.alice.Types("/bitbucket disconnect", h.backroom)
	h.alice.Clicks("Disconnect and sign out")
	requireTells(t, lastNote(h.alice), "the webhook in Bitbucket is removed", "You're signed out of Bitbucket")
	require.Empty(t, h.repo.Hooks())
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	require.NotEmpty(t, offered(h.alice), "who signed out is asked again")

	// A user without a subscription can still sign out.
	h.signsIn(h.alice)
	h.alice.Types("/bitbucket disconnect", h.backroom)
	h.alice.Clicks("Disconnect")
	h.alice.Types("/bitbucket disconnect", h.backroom)
	requireTells(t, lastNote(h.alice), "has no connection to Bitbucket", "Do you want to sign out?")
	h.alice.Clicks("Sign out")
	requireTells(t, lastNote(h.alice), "You're signed out of Bitbucket")
	h.alice.Types("/bitbucket disconnect", h.backroom)
	requireTells(t, lastNote(h.alice), "no such connection to Bitbucket")
}

func TestB9ConfigureTakesARepositoryByItsURL(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.addRepo("acme", "api", true)
	h.follows(h.backroom)
	h.followsAs(h.alice, h.site+"/acme/api", h.backroom)
	h.alice.Types("/bitbucket configure "+h.url("/src/main"), h.backroom)
	requireTells(t, h.alice.Dialog().IntroductionText, "Choose which notifications about acme/web")
	h.alice.Submits(map[string]any{"filter_branch": "main"})
	requireTells(t, lastNote(h.alice), "Saved", "Branches: main")
	requireTells(t, h.backroom.LastPost().Message, "@alice changed the filters for acme/web")
	h.pushes("main", "Wanted")
	h.happens(h.repo.Status(code.Status{Hash: h.pushes("other", "Unwanted"), Key: "unit", State: code.Failed, Ref: "other"}))
	require.Equal(t, []string{"⬆️ Pushed · Wanted"}, titles(h.backroom))

	h.alice.Types("/bitbucket configure", h.backroom)
	requireTells(t, lastNote(h.alice), "Which connection")
	require.Equal(t, []string{"acme/api", "acme/web"}, slices.Sorted(slices.Values(h.alice.LastNote().Buttons())))

	h.addRepo("acme", "new", true)
	h.alice.Types("/bitbucket configure "+h.site+"/acme/new", h.backroom)
	requireTells(t, lastNote(h.alice), "isn't connected to", "Do you want to connect it?")
	h.alice.Clicks("Connect")
	requireTells(t, lastNote(h.alice), "This channel now follows acme/new")
}

func TestB10EventsAreSelectedInAFormAndAppearInBitbucket(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.alice.Types("/bitbucket configure", h.backroom)
	require.Contains(t, h.alice.Field("events").Default, "build_failed")
	require.NotContains(t, h.alice.Field("events").Default, "branch")
	h.alice.Submits(map[string]any{"events": h.alice.Without("events", "push", "build_passed", "build_running")})
	requireTells(t, lastNote(h.alice), "Saved", "open the settings of acme/web")

	_, below, _ := strings.Cut(lastNote(h.alice), "]("+h.site)
	below, _, _ = strings.Cut(below, ")")
	require.Equal(t, "/acme/web/admin/webhooks", below)
	page, err := http.Get(h.site + below)
	require.NoError(t, err)
	require.NoError(t, page.Body.Close())
	require.Equal(t, http.StatusOK, page.StatusCode, "the link leads there")
	require.Subset(t, h.repo.Hooks()[0].Events, []string{"repo:push", "repo:commit_status_updated", "pullrequest:fulfilled"})

	hash := h.pushes("main", "Quiet")
	h.reports(hash, "unit", code.InProgress, "main")
	h.reports(hash, "unit", code.Successful, "main")
	require.Empty(t, cards(h.backroom))
	h.reports(hash, "lint", code.Failed, "main")
	require.Equal(t, "❌ Failed · Quiet", title(h.card(h.backroom)))
}

func TestB11RemovalAsksForConfirmation(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.addRepo("acme", "api", true)
	h.follows(h.backroom)
	h.followsAs(h.alice, h.site+"/acme/api", h.backroom)
	h.alice.Types("/bitbucket disconnect", h.backroom)
	requireTells(t, lastNote(h.alice), "Which connection do you want to end?")
	h.alice.Types("/bitbucket disconnect all", h.backroom)
	requireTells(t, lastNote(h.alice), "end these 2 connections?", "acme/web", "acme/api")
	h.alice.Clicks("Disconnect")
	require.Empty(t, h.repo.Hooks())
	require.Empty(t, h.repository("acme", "api").Hooks())

	h.admin.Types("/bitbucket setup", h.town)
	h.admin.Cancels()
	h.admin.Clicks("Remove " + h.site)
	requireTells(t, lastNote(h.admin), "users have to sign in again")
	h.admin.Clicks("Remove")
	requireTells(t, lastNote(h.admin), "is removed")
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	requireTells(t, lastNote(h.alice), "Bitbucket on "+h.site+" isn't set up yet")
}

func TestB12NoContentIsStored(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.pushes("feature/rounding", "Round\n\nbody of the commit, which says too much")
	pull, err := h.repo.OpenPullRequest(code.PullRequest{
		By: "bob", Title: "Round", Description: "description of the pull request, which says too much", Source: "feature/rounding",
	})
	h.happens(err)
	_, err = pull.Comment(code.Comment{By: "alice", Text: strings.Repeat("word ", 200) + "end of the comment, which says too much", Path: "a.go", Line: 3})
	h.happens(err)
	for key, value := range h.mm.KV.Dump() {
		require.NotContains(t, string(value), "says too much", key)
		require.NotContains(t, string(value), "word word", key)
	}
	for _, p := range h.backroom.Posts() {
		require.NotContains(t, p.Text(), "says too much")
	}
}

func TestB13AMeetingIsStartedFromACardInItsThread(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	card := h.cardOf("#1 Round half up", h.backroom)
	h.bob.Clicks("Start Zoom meeting")
	require.Len(t, meetings(h.backroom), 1)
	post := meetings(h.backroom)[0]
	require.Equal(t, card.Id, post.RootId, "in the card's thread")
	require.Equal(t, "#1 Round half up", post.Prop("meeting_topic"), "named after the pull request")
	require.Equal(t, h.bob.ID, post.UserId, "and bob needs no account at Bitbucket for that")
}
