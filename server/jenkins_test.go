package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
)

// These stories go through the checklist of the Jenkins provider, J1 to J12, one by one.

func TestJ1BuildsAreShownInAChannelAndByDirectMessage(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	inTown := w.connects(w.alice, "/jenkins connect", w.town)
	direct := w.bob.DirectWith(w.botID())
	w.bob.Says("jenkins connect", direct)
	job := w.jenkins.Job("folder/web").Sends(zoomPlugin(inTown), zoomPlugin(w.handedTo(w.bob)))

	w.builds(job, ci.Success, time.Minute)
	require.Equal(t, "✅ Succeeded · folder » web #1", title(w.card(w.town)))
	require.Equal(t, "✅ Succeeded · folder » web #1", title(w.card(direct)), "the same, for bob alone")
	require.Equal(t, w.botID(), w.card(direct).UserId)
	require.Empty(t, cards(w.alice.DirectWith(w.botID())))
}

func TestJ2EveryoneCanUseItOnceAnAdminHasEnabledIt(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.bob, "/jenkins connect", w.town) // who has no special rights
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.builds(job, ci.Success, time.Minute)
	require.Len(t, cards(w.town), 1)

	w.mm.Set(map[string]any{"EnableJenkins": false})
	require.Eventually(t, func() bool { return w.mm.Command("jenkins") == nil }, patience, tick)
	w.bob.Types("/jenkins connect", w.backroom)
	requireSays(t, lastNote(w.bob), "trigger of that name not found")
	require.Equal(t, http.StatusNotFound, w.arrives(h.address, `{}`, map[string]string{"Authorization": h.token}).Status)
	w.builds(job, ci.Failure, time.Minute)
	require.Len(t, cards(w.town), 1)
	w.bob.Says("jenkins status", w.bob.DirectWith(w.botID()))
	requireSays(t, w.bob.DirectWith(w.botID()).LastPost().Message, "Unknown command. You can type")

	w.switches(map[string]any{"EnableJenkins": true}, "jenkins")
	w.builds(job, ci.Failure, time.Minute)
	require.Len(t, cards(w.town), 2, "it goes on where it was")
}

func TestJ3HelpListsAllCommands(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	offered := w.mm.Command("jenkins").AutocompleteData.SubCommands
	var words []string
	for _, sub := range offered {
		words = append(words, sub.Trigger)
	}
	require.Subset(t, words, []string{"connect", "disconnect", "configure", "list", "test", "status", "rotate", "help"})

	w.alice.Types("/jenkins help", w.town)
	for _, sub := range offered {
		if sub.RoleID == "" || sub.RoleID == "system_user" {
			requireSays(t, lastNote(w.alice), "/jenkins "+sub.Trigger, sub.HelpText)
		}
	}
	w.admin.Types("/jenkins help", w.town)
	for _, word := range words {
		requireSays(t, lastNote(w.admin), "/jenkins "+word)
	}
}

func TestJ4ConnectSendsURLAndTokenByDirectMessage(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town) // each in a block of its own, or it would not be found
	require.Equal(t, w.alice.DirectWith(w.botID()).ID, h.post.ChannelId)
	require.NotContains(t, h.address, h.token)
	requireSays(t, h.post.Message, "shown only once", // and with steps for each kind of job
		"Post-build Actions", "Zoom Build Notifier", "Test Connection", "post {", "zoomSend webhookUrl: '"+h.address+"'",
		"Job Notifications", h.withToken(), "curl -sS", "openssl dgst -sha256 -hmac '"+h.token+"'")

	requireSays(t, lastNote(w.alice), "are in your direct messages")
	require.NotContains(t, lastNote(w.alice), "hooks/")
	requireSays(t, w.town.LastPost().Message, "@alice connected this channel to Jenkins")
	require.Empty(t, w.bob.Notes())
	for _, line := range []string{"/jenkins connect", "/jenkins list", "/jenkins status", "/jenkins configure", "/jenkins test"} {
		w.alice.Types(line, w.town) // none of which shows it again, as is looked for when the story ends
		w.settle()
	}
	require.NotEqual(t, h.token, w.handedTo(w.alice).token, "connecting again makes another connection")
}

func TestJ5AfterDisconnectingNothingIsPostedAndTheURLIsDisabled(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.builds(job, ci.Success, time.Minute)

	w.bob.Types("/jenkins disconnect", w.town)
	w.bob.Clicks("Disconnect")
	requireSays(t, lastNote(w.bob), "no longer gets notifications", "its webhook address no longer works")
	requireSays(t, w.town.LastPost().Message, "@bob ended this channel's connection to Jenkins")
	require.Equal(t, "Connect failed", job.TestConnection())
	w.builds(job, ci.Failure, time.Minute)
	require.Len(t, cards(w.town), 1, "the card of before stays, and no other comes")
	w.alice.Types("/jenkins list", w.town)
	requireSays(t, lastNote(w.alice), "isn't connected to Jenkins yet")
	require.Empty(t, w.memory.Connections.Dump(), "the record with the secret is gone")
}

func TestJ6TheZoomPluginOfJenkinsWorksUnchanged(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	web, api := w.jenkins.Job("web").Sends(zoomPlugin(h)), w.jenkins.Job("api").Sends(zoomPlugin(h))
	require.Equal(t, "Connect ok", web.TestConnection(), "which it says for nothing but 200")
	tested := w.jenkins.Journal(kit.Filter{})
	require.Equal(t, http.StatusOK, tested[len(tested)-1].Status)
	require.Empty(t, tested[len(tested)-1].RequestBody)
	require.Empty(t, cards(w.town), "a test is no build")
	requireSays(t, status(w.alice, w.town), "Connection test (secret in a header)")

	wrong := zoomPlugin(h)
	wrong.Token = "guessed"
	require.Equal(t, "Connect failed", w.jenkins.Job("stranger").Sends(wrong).TestConnection())
	w.builds(web, ci.Success, time.Minute)
	w.builds(api, ci.Failure, time.Minute)
	require.Equal(t, []string{"✅ Succeeded · web #1", "❌ Failed · api #1"}, titles(w.town), "many jobs, one channel")
	for _, entry := range w.jenkins.Journal(kit.Filter{})[2:] {
		require.Equal(t, http.StatusOK, entry.Status)
	}
}

func TestJ7EachEventIsDistinguished(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	running := job.Start(ci.Cause{Text: "Started by user Ada", Changes: []ci.Change{{Author: "Ada", Message: "Mend <it>", ID: "3c5a9d1e77"}}})
	w.settle()
	started := w.card(w.town)
	w.zoom.Advance(time.Minute)
	running.Finish(ci.Failure, ci.Outcome{Tests: &ci.Tests{Total: 120, Failed: []string{"CartTest.total"}, Skipped: 1}})
	w.settle()
	require.Equal(t, started.Id, w.card(w.town).Id, "one build is one post")
	said := strings.Join(thread(started, w.town), "\n")
	requireSays(t, said, "1 new commit", "3c5a9d1", "Mend <it", "– Ada", "Failed after 1 min", "120 in all, 1 failed, 1 skipped", "CartTest.total")

	failed := w.card(w.town).Refreshed()
	require.Equal(t, "❌ Failed · web #1", title(failed))
	w.zoom.Advance(time.Minute)
	w.builds(job, ci.Failure, time.Minute)
	require.Equal(t, "❌ Failed again · web #2", titles(w.town)[1])
	for _, result := range []ci.Result{ci.Aborted, ci.NotBuilt, ci.Success, ci.Success, ci.Unstable} {
		w.builds(job, result, time.Minute)
	}
	require.Equal(t, "⏳ Running · web #1", title(started))
	require.Equal(t, []string{
		"☑️ Failed, fixed since · web #1", "☑️ Failed again, fixed since · web #2", "🛑 Aborted · web #3", "🚫 Not built · web #4", "✅ Back to normal · web #5",
		"✅ Succeeded · web #6", "⚠️ Unstable · web #7",
	}, titles(w.town))
	colours := map[string]bool{}
	for _, p := range append(cards(w.town), started, failed) {
		a := p.Attachments()[0]
		colours[a.Color] = true
		word, _, _ := strings.Cut(strings.SplitN(a.Title, " ", 2)[1], " · ")
		require.True(t, strings.HasPrefix(a.Fallback, word+": web #"), "a notification says it in words: %s", a.Fallback)
	}
	require.Len(t, colours, 5, "similar colors are distinguished by emoji and word")
}

func TestJ8RemovalAsksForConfirmation(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.alice.Types("/jenkins disconnect", w.town)
	requireSays(t, lastNote(w.alice), "Do you want to end this connection?", "its secret is deleted")
	require.Equal(t, []string{"Disconnect", "Cancel"}, w.alice.LastNote().Buttons())
	require.Equal(t, "Connect ok", job.TestConnection(), "nothing has happened yet")
	w.alice.Clicks("Cancel")
	requireSays(t, lastNote(w.alice), "Nothing changed")
	require.Equal(t, "Connect ok", job.TestConnection())

	w.connects(w.alice, "/jenkins connect nightly", w.town)
	w.alice.Types("/jenkins disconnect all", w.town)
	requireSays(t, lastNote(w.alice), "end these 2 connections?")
	w.alice.Clicks("Disconnect")
	require.Equal(t, "Connect failed", job.TestConnection())
}

func TestJ9JenkinsOnlySendsNotifications(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h), notificationPlugin(h))
	w.builds(job, ci.Failure, time.Minute)
	w.alice.Types("/jenkins test", w.town)
	status(w.alice, w.town)
	for _, entry := range w.jenkins.Journal(kit.Filter{}) {
		require.Equal(t, kit.EntryDelivery, entry.Kind, "%s %s", entry.Method, entry.Path)
	}
	require.Equal(t, []string{"Start Zoom meeting"}, cards(w.town)[0].Buttons(), "without API access no button would work")
	w.clicksCard(w.alice, cards(w.town)[0], "rebuild")
	requireSays(t, lastNote(w.alice), "needs API access", "/jenkins configure")
	require.Empty(t, w.jenkins.Journal(kit.Filter{Kind: kit.EntryRequest}))
}

func TestJ10AMeetingIsStartedFromACardInItsThread(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.builds(w.jenkins.Job("folder/web").Sends(zoomPlugin(h)), ci.Failure, time.Minute)
	card := w.card(w.town)
	require.Contains(t, card.Buttons(), "Start Zoom meeting")
	w.bob.Clicks("Start Zoom meeting")
	require.Len(t, meetings(w.town), 1)
	post := meetings(w.town)[0]
	require.Equal(t, card.Id, post.RootId, "in the card's thread")
	require.Equal(t, "folder » web #1", post.Prop("meeting_topic"), "named after the build")
	require.Equal(t, w.bob.ID, post.UserId)
	w.bob.Clicks("Start Zoom meeting")
	require.Len(t, meetings(w.town), 1, "twice at once is a slip")
}

func TestJ11CallsToJenkinsAreSafeInTransit(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.connects(w.alice, "/jenkins connect", w.town)
	door := newDoor(t)

	w.alice.Clicks("Enter API access")
	w.alice.Submits(map[string]any{"url": door.url, "user": "robot", "token": w.secret("a-token-of-the-api"), "jobs": "web"})
	require.Contains(t, w.alice.Dialog().Errors["url"], "can't be reached")
	door.requireSafe()
}

func TestJ12SecretsAndTokensAreSealed(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.entersAccess(w.alice, "robot", w.secret("an-api-token"))
	w.builds(w.jenkins.Job("web").Sends(zoomPlugin(h), notificationPlugin(h)), ci.Failure, time.Minute)
	require.Len(t, w.mm.Reveals(h.token), 1, "in the message that handed it over")
	for key, value := range w.mm.KV.Dump() {
		require.NotContains(t, string(value), h.token, key)
		require.NotContains(t, string(value), "an-api-token", key)
	}
}
