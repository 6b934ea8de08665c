package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

func TestABuildIsOnePostFromStartToFailureWithItsHistoryInTheThread(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.entersAccess(w.alice, "robot", w.secret("an-api-token"))
	job := w.jenkins.Job("folder/web").Sends(zoomPlugin(h), notificationPlugin(h))
	build := job.Start(ci.Cause{
		Text: "Started by user Ada", Branch: "origin/main", Commit: "3c5a9d1e77aa",
		Changes: []ci.Change{{Author: "Ada", Message: "Count @channel twice", ID: "3c5a9d1e77aa", Files: []string{"a.go"}}},
	})
	w.settle()
	running := w.card(w.town)
	require.Equal(t, "⏳ Running · folder » web #1", title(running))
	require.Contains(t, running.Buttons(), "Abort")
	require.Equal(t, running.Id, w.town.LastPost().RootId, "the commits are in its thread")

	w.zoom.Advance(90 * time.Second)
	build.Finish(ci.Failure, ci.Outcome{Tests: &ci.Tests{Total: 12, Failed: []string{"CartTest.total"}}})
	w.settle()
	failed := w.card(w.town)
	require.Equal(t, running.Id, failed.Id)
	require.Equal(t, "❌ Failed · folder » web #1", title(failed))
	require.Contains(t, failed.Buttons(), "Rebuild")
	requireSays(t, failed.Text(), "Ada", "Branch: main", "Commit: 3c5a9d1", "Duration: 1 min 3", "Tests: 12 in all, 1 failed")
	said := thread(failed, w.town)
	require.Len(t, said, 2, "commits, and the end with its tests; although two plugins reported it six times: %q", said)
	requireSays(t, strings.Join(said, "\n"), "Count @channel twice", "Failed after 1 min 3", "CartTest.total")
	require.NotContains(t, strings.Join(said, "\n"), "@channel", "which mentions no one")
	require.NotContains(t, strings.Join(said, "\n")+failed.Text(), "a.go", "changed files are not shown")
}

func TestABuildFromStartToFailureToBackToNormalIsOnePostWithAThread(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("folder/web").Sends(zoomPlugin(h), notificationPlugin(h))
	w.builds(job, ci.Success, time.Minute)
	broken := job.Start(ci.Cause{Text: "Started by user Ada"})
	w.settle()
	card := cards(w.town)[1]
	require.Equal(t, "⏳ Running · folder » web #2", title(card))
	w.zoom.Advance(time.Minute)
	broken.Finish(ci.Failure, ci.Outcome{})
	w.settle()
	require.Equal(t, "❌ Failed · folder » web #2", title(card.Refreshed()))
	w.zoom.Advance(time.Hour)
	w.builds(job, ci.Success, time.Minute)

	mended := card.Refreshed()
	require.Equal(t, "☑️ Failed, fixed since · folder » web #2", title(mended))
	requireSays(t, mended.Text(), "Fixed by [#3](", ") after 1 failure, 1 h 1 min")
	said := thread(mended, w.town)
	require.Len(t, said, 2, "its result, and that it is fixed: %q", said)
	require.Len(t, cards(w.town), 3, "one for each build, and none for the fix")
}

func TestOnlyBuildsOfTheStreakAreFixed(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(notificationPlugin(h))
	for _, r := range []ci.Result{ci.Failure, ci.Success, ci.Unstable, ci.Aborted, ci.Failure, ci.Success} {
		w.builds(job, r, time.Minute)
	}
	require.Equal(t, []string{
		"☑️ Failed, fixed since · web #1", "✅ Back to normal · web #2", "☑️ Unstable, fixed since · web #3",
		"🛑 Aborted · web #4", "☑️ Failed, fixed since · web #5", "✅ Back to normal · web #6",
	}, titles(w.town))
	requireSays(t, cards(w.town)[0].Text(), "Fixed by [#2](", "after 1 failure")
	requireSays(t, cards(w.town)[2].Text(), "Fixed by [#6](", "after 2 failures")
}

func TestOnOnePostPerJobFailureToBackToNormalIsOneThread(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.configures(w.alice, w.town, map[string]any{"style": "thread"})
	job := w.jenkins.Job("folder/web").Sends(zoomPlugin(h))
	for _, r := range []ci.Result{ci.Success, ci.Failure, ci.Failure, ci.Success} {
		w.builds(job, r, time.Minute)
	}
	all := cards(w.town)
	root := all[0].RootId
	require.NotEmpty(t, root)
	for _, p := range all {
		require.Equal(t, root, p.RootId)
	}
	require.Equal(t, []string{
		"✅ Succeeded · folder » web #1", "☑️ Failed, fixed since · folder » web #2", "☑️ Failed again, fixed since · folder » web #3", "✅ Back to normal · folder » web #4",
	}, titles(w.town))
}

func TestAStreakSaysHowManyFailuresAndForHowLong(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(notificationPlugin(h))
	w.builds(job, ci.Failure, time.Minute)
	w.zoom.Advance(time.Hour)
	w.builds(job, ci.Failure, time.Minute)
	w.builds(job, ci.Aborted, time.Minute) // says nothing about the code
	w.builds(job, ci.Failure, time.Minute)
	w.zoom.Advance(time.Hour + time.Minute)
	w.builds(job, ci.Success, 3*time.Minute)
	all := cards(w.town)
	requireSays(t, all[1].Text(), "Failed again", "2 failures in a row, for 1 h 2 min")
	requireSays(t, all[3].Text(), "Failed again", "3 failures in a row, for 1 h 6 min")
	requireSays(t, all[4].Text(), "Back to normal", "After 3 failures, 2 h 11 min")
}

func TestTheNotificationPluginOfJenkinsWorksUnchanged(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(hook) string{
		"the token in the address":  hook.withToken,
		"the token as the password": func(h hook) string { return strings.Replace(h.address, "://", "://jenkins:"+h.token+"@", 1) },
		"the token as the user":     func(h hook) string { return strings.Replace(h.address, "://", "://"+h.token+"@", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newBridgeWorld(t)
			h := w.connects(w.alice, "/jenkins connect", w.town)
			job := w.jenkins.Branch("folder/api", "feature/login").Sends(ci.NotificationPlugin{URL: address(h), Retries: 3})
			for _, r := range []ci.Result{ci.Success, ci.Unstable, ci.Failure, ci.NotBuilt, ci.Aborted, ci.Success} {
				require.NoError(t, w.jenkins.AddFault(kit.Fault{Match: kit.Match{Recipient: "notification"}, Action: kit.Action{Reset: true}})) // which the plugin makes three deliveries of
				w.builds(job, r, time.Minute)
			}
			require.Equal(t, []string{
				"✅ Succeeded", "☑️ Unstable, fixed since", "☑️ Failed, fixed since", "🚫 Not built", "🛑 Aborted", "✅ Back to normal",
			}, states(w.town), "its results are true")
			require.Contains(t, title(cards(w.town)[0]), "folder » api » feature/login #1")
			require.Empty(t, thread(cards(w.town)[0], w.town), "the card says that it succeeded")
			require.Len(t, thread(cards(w.town)[1], w.town), 2, "its result, and that it is fixed since; repetitions say nothing")
		})
	}
}

func TestSignedDeliveriesAreAccepted(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.builds(w.jenkins.Job("web").Sends(ci.Signed{URL: h.address, Secret: h.token}), ci.Unstable, time.Minute)
	require.Equal(t, "⚠️ Unstable · web #1", title(w.card(w.town)))
	requireSays(t, status(w.alice, w.town), "Shown – web #1 (Unstable, signed)")
	w.builds(w.jenkins.Job("web").Sends(ci.Signed{URL: h.withToken(), Secret: "wrong"}), ci.Failure, time.Minute)
	w.card(w.town)
	requireSays(t, status(w.alice, w.town), "Refused")
}

func TestTheURLFormWorksWhereTheServerStripsTheHeader(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.strips.Store(true)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	require.Equal(t, "Connect failed", job.TestConnection())
	w.builds(job, ci.Success, time.Minute)
	require.Empty(t, cards(w.town))
	requireSays(t, status(w.alice, w.town), "Refused", "removes the Authorization header; use the address that contains the token")
	require.Eventually(t, func() bool { return len(w.alice.DirectMessages(w.botID())) == 2 }, patience, tick)
	requireSays(t, w.alice.DirectMessages(w.botID())[1].Message, "are refused", "removes the Authorization header")

	form := zoomPlugin(h)
	form.URL = h.withToken()
	require.Equal(t, "Connect ok", job.Sends(form).TestConnection())
	w.builds(job, ci.Success, time.Minute)
	require.Equal(t, "✅ Succeeded · web #2", title(w.card(w.town)))
	requireSays(t, status(w.alice, w.town), "Updated – web #2 (Success, secret in the address)", "keep the address with the secret")
}

func TestSeveralControllersAndSeveralChannels(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	here, other := w.jenkins, w.newJenkins()
	east := w.connects(w.alice, "/jenkins connect east", w.town)
	west := w.connects(w.alice, "/jenkins connect west", w.town)
	w.alice.Types("/jenkins connect east", w.backroom)
	requireSays(t, lastNote(w.alice), "now gets notifications about")
	require.Equal(t, west.token, w.handedTo(w.alice).token, "the secret is not shown again")

	w.builds(here.Job("web").Sends(zoomPlugin(east)), ci.Failure, time.Minute)
	w.builds(other.Job("web").Sends(zoomPlugin(west)), ci.Success, time.Minute)
	require.Equal(t, []string{"❌ Failed · web #1", "✅ Succeeded · web #1"}, titles(w.town), "jobs of one name are distinguished")
	require.Equal(t, []string{"❌ Failed · web #1"}, titles(w.backroom))
	require.NotEqual(t, cards(w.town)[0].Attachments()[0].Footer, cards(w.town)[1].Attachments()[0].Footer, "the footer says which Jenkins")

	crossed := zoomPlugin(west)
	crossed.URL = east.address
	require.Equal(t, "Connect failed", other.Job("web").Sends(crossed).TestConnection(), "a token is good for its own address only")

	w.alice.Types("/jenkins disconnect east", w.town)
	requireSays(t, lastNote(w.alice), "Other channels stay connected to it")
	w.alice.Clicks("Disconnect")
	w.builds(here.Job("web"), ci.Success, time.Minute)
	require.Len(t, cards(w.town), 2)
	require.Equal(t, []string{"☑️ Failed, fixed since · web #1", "✅ Back to normal · web #2"}, titles(w.backroom))
}

func TestEventsInAnyOrderEndInTheSameCard(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(notificationPlugin(h))
	require.NoError(t, w.jenkins.AddFault(kit.Fault{Match: kit.Match{Event: "QUEUED"}, Action: kit.Action{Hold: true, Duplicate: 2}}))
	require.NoError(t, w.jenkins.AddFault(kit.Fault{Match: kit.Match{Event: "STARTED"}, Action: kit.Action{Hold: true}}))
	w.builds(job, ci.Failure, time.Minute)
	require.Equal(t, "❌ Failed · web #1", title(w.card(w.town)))
	w.jenkins.Release()
	w.settle()
	require.Equal(t, "❌ Failed · web #1", title(w.card(w.town)))
	requireSays(t, status(w.alice, w.town), "No change")
}

func TestABurstOfEventsMakesFewEditsOfOneCard(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(notificationPlugin(h))
	build := job.Start(ci.Cause{})
	for n := range 30 {
		require.NoError(t, build.NotifyEndpoints(ci.None, fmt.Sprintf("step %d", n)))
	}
	build.Finish(ci.Success, ci.Outcome{})
	w.settle()
	require.Equal(t, "✅ Succeeded · web #1", title(w.card(w.town)))
	said := thread(w.card(w.town), w.town)
	require.LessOrEqual(t, len(said), 12, "simultaneous events are combined: %d", len(said))
	requireSays(t, strings.Join(said, "\n"), "step 29")
}

func TestRebuildAbortAndLogCallTheEnteredJenkins(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.entersAccess(w.alice, "robot", w.secret("an-api-token"))
	requireSays(t, w.town.LastPost().Message, "@alice entered API access to Jenkins")
	job := w.jenkins.Job("folder/web").Takes("ENV").Sends(notificationPlugin(h))
	first := job.Start(ci.Cause{Text: "Started by user Ada", Parameters: map[string]string{"ENV": "prod"}})
	first.Log("compiling @here\n")
	w.settle()

	w.zoom.Advance(time.Minute)
	w.bob.Clicks("Log")
	requireSays(t, w.town.LastPost().Message, "bob requested the end of the log", "compiling @here")
	w.bob.Clicks("Abort")
	w.jenkins.Settle()
	w.settle()
	require.Equal(t, ci.Aborted, first.Result())
	require.Equal(t, "🛑 Aborted · folder » web #1", title(w.card(w.town)))
	requireSays(t, strings.Join(thread(w.card(w.town), w.town), "\n"), "bob is aborting this build")

	w.zoom.Advance(time.Minute)
	w.bob.Clicks("Rebuild")
	w.jenkins.Settle()
	w.settle()
	require.Equal(t, []string{"🛑 Aborted · folder » web #1", "⏳ Running · folder » web #2"}, titles(w.town))
	for _, entry := range w.jenkins.Journal(kit.Filter{}) {
		if strings.Contains(entry.Path, "buildWithParameters") {
			require.Contains(t, entry.Query, "ENV=prod")
		}
	}
	w.refusesElsewhere(h)
}

// refusesElsewhere shows that no delivery can choose where the API token goes.
func (w *bridgeWorld) refusesElsewhere(h hook) {
	w.t.Helper()
	other := w.newJenkins()
	w.builds(other.Job("web").Sends(notificationPlugin(h)), ci.Failure, time.Minute)
	w.bob.Clicks("Rebuild")
	requireSays(w.t, lastNote(w.bob), "isn't on the Jenkins of this connection's API token")
	for _, entry := range other.Journal(kit.Filter{}) {
		require.Equal(w.t, kit.EntryDelivery, entry.Kind)
	}
}

func TestAfterRotationBothSecretsWorkForADay(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	old := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web").Sends(zoomPlugin(old))
	w.alice.Types("/jenkins rotate", w.town)
	requireSays(t, lastNote(w.alice), "Do you want to create a new secret")
	require.Equal(t, "Connect ok", job.TestConnection())
	w.alice.Clicks("Create new secret")
	fresh := w.handedTo(w.alice)
	require.NotEqual(t, old.token, fresh.token)
	require.Equal(t, old.address, fresh.address, "only the token changes")

	w.zoom.Advance(23 * time.Hour)
	w.builds(job, ci.Success, time.Minute)
	requireSays(t, status(w.alice, w.town), "with the old secret", "still uses the replaced secret")
	w.builds(job.Sends(zoomPlugin(fresh)), ci.Success, time.Minute)
	require.Len(t, cards(w.town), 2, "both work")

	w.zoom.Advance(2 * time.Hour)
	require.Equal(t, "Connect ok", job.TestConnection())
	require.Equal(t, "Connect failed", job.Sends(zoomPlugin(old)).TestConnection(), "the old one has ended")
	require.Equal(t, http.StatusUnauthorized, w.jenkins.Journal(kit.Filter{})[len(w.jenkins.Journal(kit.Filter{}))-1].Status)
}

// states returns the states of the cards in the channel.
func states(c *mmtest.Channel) []string {
	var found []string
	for _, heading := range titles(c) {
		state, _, _ := strings.Cut(heading, " · ")
		found = append(found, state)
	}
	return found
}
