package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

func TestTheFormChoosesEventsAndFilters(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.alice.Types("/jenkins configure", w.town)
	require.Contains(t, w.alice.Field("events").Default, "success")
	w.alice.Submits(map[string]any{"events": w.alice.Without("events", "started", "success"), "filter_job": "team/**, !team/nightly/**", "filter_branch": "main, release/**"})
	require.Nil(t, w.alice.Dialog())
	requireSays(t, lastNote(w.alice), "Saved", "team/, !team/nightly/", "main, release/")
	requireSays(t, w.town.LastPost().Message, "@alice changed the events, the filters")

	told := notificationPlugin(h)
	for _, branch := range []*ci.Job{
		w.jenkins.Branch("team/web", "main"), w.jenkins.Branch("team/web", "release/1.0"), w.jenkins.Branch("team/web", "feature/x"),
		w.jenkins.Branch("team/nightly", "main"), w.jenkins.Branch("other/web", "main"),
	} {
		branch.Sends(told)
		w.builds(branch, ci.Success, time.Minute)
		w.builds(branch, ci.Failure, time.Minute)
	}
	require.Equal(t, []string{"❌ Failed · team » web » main #2", "❌ Failed · team » web » release/1.0 #2"}, titles(w.town))
	said := status(w.alice, w.town)
	requireSays(t, said, "Filtered out (")
	require.NotContains(t, said, "other » web", "what the filters keep out has no name")
	w.alice.Types("/jenkins configure", w.town)
	require.NotContains(t, w.alice.Field("events").Default, "success")
	require.Equal(t, "main, release/**", w.alice.Field("filter_branch").Default)
}

func TestInvalidInputKeepsTheFormOpen(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.connects(w.alice, "/jenkins connect", w.town)
	w.alice.Types("/jenkins configure", w.town)
	w.alice.Submits(map[string]any{"filter_job": "team/[", "filter_branch": strings.Repeat("{a,b}", 10)})
	require.Contains(t, w.alice.Dialog().Errors["filter_job"], "isn't a valid pattern")
	require.Contains(t, w.alice.Dialog().Errors["filter_branch"], "isn't a valid pattern")
}

func TestOnlyResultChangesAreShown(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.configures(w.alice, w.town, map[string]any{"only_turns": true})
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	for _, r := range []ci.Result{ci.Success, ci.Success, ci.Failure, ci.Failure, ci.Success, ci.Success} {
		w.builds(job, r, time.Minute)
	}
	require.Equal(t, []string{"☑️ Failed, fixed since · web #3", "✅ Back to normal · web #5"}, titles(w.town))
}

func TestEachEventIsASeparatePostIfSelected(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.configures(w.alice, w.town, map[string]any{"style": "each"})
	w.builds(w.jenkins.Job("web").Sends(zoomPlugin(h)), ci.Failure, time.Minute)
	require.Equal(t, []string{"⏳ Running · web #1", "❌ Failed · web #1"}, titles(w.town))
}

func TestPeopleAreMentionedWhenAResultGetsWorse(t *testing.T) {
	t.Parallel()
	for style, called := range map[string]int{"live": 1, "each": 1, "thread": 1} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			w := newBridgeWorld(t)
			h := w.connects(w.alice, "/jenkins connect", w.town)
			w.configures(w.alice, w.town, map[string]any{"mention": "here", "style": style})
			job := w.jenkins.Job("web").Sends(zoomPlugin(h))
			for _, r := range []ci.Result{ci.Success, ci.Failure, ci.Failure, ci.Success} {
				w.builds(job, r, time.Minute)
			}
			calls := 0
			for _, p := range w.town.Posts() {
				if strings.HasPrefix(p.Message, "@here") {
					calls++
				}
			}
			require.Equal(t, called, calls, "once, and not for a repeated failure or a success")
		})
	}
}

func TestAnArchivedChannelIsRemovedAndItsCreatorNotifiedOnce(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect both", w.town)
	w.alice.Types("/jenkins connect both", w.backroom)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.backroom.Archive()
	for range 3 {
		w.builds(job, ci.Failure, time.Minute)
	}
	require.Len(t, cards(w.town), 3, "the other channel goes on")
	require.Empty(t, cards(w.backroom))
	messages := w.alice.DirectMessages(w.botID())
	require.Len(t, messages, 2, "once")
	requireSays(t, messages[1].Message, "no longer go to backroom", "archived or deleted")
	w.alice.Types("/jenkins list", w.town)
	require.NotContains(t, lastNote(w.alice), "Also in", "it is disconnected")
}

func TestAConnectionNoLongerActsForACreatorWhoHasLeft(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.backroom)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.builds(job, ci.Success, time.Minute)
	w.backroom.Leave(w.alice)
	for range 3 {
		w.builds(job, ci.Failure, time.Minute)
	}
	require.Len(t, cards(w.backroom), 1)
	requireSays(t, w.backroom.LastPost().Message, "the user who connected it can no longer post in this channel", "/jenkins connect")
	messages := w.alice.DirectMessages(w.botID())
	require.Len(t, messages, 2, "once")
	requireSays(t, messages[1].Message, "no longer go to backroom")
}

func TestThePolicyDecidesWhoCanConnect(t *testing.T) {
	t.Parallel()
	for policy, may := range map[string][]string{
		"": {"bob", "carol", "root"}, "channel_admins": {"carol", "root"}, "system_admins": {"root"},
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			w := newBridgeWorld(t)
			carol := w.mm.AddUser("carol")
			w.town.Join(carol)
			w.town.Promote(carol)
			w.connects(w.alice, "/jenkins connect first", w.town)
			w.mm.Set(map[string]any{"BridgePolicy": policy})
			people := map[string]*mmtest.User{"bob": w.bob, "carol": carol, "root": w.admin}
			for name, u := range people {
				allowed := false
				for _, m := range may {
					allowed = allowed || m == name
				}
				for _, line := range []string{"connect " + name, "disconnect", "configure", "test", "rotate"} {
					u.Types("/jenkins "+line, w.town)
					if refused := u.Dialog() == nil && strings.Contains(lastNote(u), "can change what this channel is connected to"); refused == allowed {
						t.Errorf("%s: /jenkins %s: %s", name, line, lastNote(u))
					}
				}
				require.Equal(t, allowed, len(u.DirectMessages(w.botID())) > 0)
				before := len(u.DirectMessages(w.botID()))
				direct := u.DirectWith(w.botID())
				u.Says("jenkins connect", direct)
				if !allowed { // the user's own conversation with the bot does not bypass the policy
					requireSays(t, lastNote(u)+direct.LastPost().Message, "can change what this channel is connected to")
					continue
				}
				require.Greater(t, len(u.DirectMessages(w.botID())), before)
				w.handedTo(u)
			}
		})
	}
}

func TestATriggerOfAnotherPluginIsKeptAndAnAlternativeCanBeSet(t *testing.T) {
	t.Parallel()
	w := &bridgeWorld{world: newWorld(t, "s2s")}
	w.mm.RegisterElsewhere("jenkins", &model.Command{Trigger: "jenkins", AutoComplete: true, DisplayName: "Jenkins of others"})
	w.mm.Set(map[string]any{"EnableJenkins": true})
	require.Eventually(t, func() bool {
		return strings.Contains(strings.Join(w.mm.Logs(), "\n"), "already uses this slash command")
	}, patience, tick)
	require.Nil(t, w.mm.Command("jenkins"))
	w.alice.Types("/jenkins connect", w.town)
	require.Equal(t, "jenkins", lastNote(w.alice), "the other plugin answers")
	clash := w.providerAnswer(w.admin)
	require.Equal(t, "Jenkins of others", clash["clash"])
	require.Equal(t, http.StatusForbidden, w.alice.Get("/api/v1/providers").Status, "which is for admins")

	w.switches(map[string]any{"JenkinsTrigger": "/ci"}, "ci")
	w.alice.Types("/ci connect", w.town)
	require.NotNil(t, w.mm.CommandOf("jenkins", "jenkins"), "what is the other plugin's stays")
	h := w.handedTo(w.alice)
	requireSays(t, h.post.Message, "/ci rotate")
	requireSays(t, lastNote(w.alice), "/ci status")
	require.NotContains(t, lastNote(w.alice), "/jenkins")
	require.Empty(t, w.providerAnswer(w.admin)["clash"])
	w.alice.Says("ci list", w.alice.DirectWith(w.botID()))
	requireSays(t, w.alice.DirectWith(w.botID()).LastPost().Message, "isn't connected to Jenkins yet")
}

// providerAnswer is Jenkins as the System Console shows it to the user.
func (w *bridgeWorld) providerAnswer(u *mmtest.User) map[string]any {
	w.t.Helper()
	var answer []map[string]any
	response := u.Get("/api/v1/providers")
	require.NoError(w.t, response.JSON(&answer), response.Body)
	for _, p := range answer {
		if p["id"] == "jenkins" {
			return p
		}
	}
	require.FailNow(w.t, "there is no Jenkins", response.Body)
	return nil
}

func TestCommandsWithoutASlashWorkInADirectMessage(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	direct := w.bob.DirectWith(w.botID())
	answer := func() string { return direct.LastPost().Message }
	w.bob.Says("help", direct)
	requireSays(t, answer(), "jenkins", "bitbucket")
	w.bob.Says("connect", direct)
	requireSays(t, lastNote(w.bob), "Which integration do you mean?")
	w.bob.Clicks("Jenkins")
	h := w.handedTo(w.bob)
	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	w.builds(job, ci.Failure, time.Minute)
	require.Equal(t, "❌ Failed · web #1", title(w.card(direct)))

	w.bob.Says("Status", direct)
	requireSays(t, answer(), "Shown – web #1") // Jenkins is the only one connected here
	w.bob.Says("list", direct)
	requireSays(t, answer(), "Jenkins of @bob")
	w.bob.Says("configure", direct)
	w.bob.Clicks("Configure")
	w.bob.Submits(map[string]any{"events": w.bob.Without("events", "started")})
	require.Nil(t, w.bob.Dialog())
	w.bob.Says("test", direct)
	w.settle()
	require.Len(t, cards(direct), 2)
	w.bob.Says("disconnect", direct)
	require.Equal(t, "Connect ok", job.TestConnection(), "it asks first")
	w.bob.Clicks("Disconnect")
	require.Equal(t, "Connect failed", job.TestConnection())
	w.bob.Says("Thanks!", direct)
	requireSays(t, answer(), "Unknown command. You can type")
	w.bob.Says("disconnect", w.town)
	require.Equal(t, "disconnect", w.town.LastPost().Message, "in a channel they are words like any other")
}

func TestStatusSaysWhyNothingArrived(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	requireSays(t, status(w.alice, w.town), "isn't connected to Jenkins yet")
	h := w.connects(w.alice, "/jenkins connect", w.town)
	requireSays(t, status(w.alice, w.town), "Nothing has arrived yet", "What to check", "https://chat.example.com/plugins/zoom/hooks/")
	token := map[string]string{"Authorization": h.token}
	require.Equal(t, http.StatusBadRequest, w.arrives(h.address, `{"half`, token).Status)
	requireSays(t, status(w.alice, w.town), "Not readable", "sends JSON")
	require.Equal(t, http.StatusUnauthorized, w.arrives(h.address, `{}`, map[string]string{"Authorization": "x"}).Status)
	requireSays(t, status(w.alice, w.town), "Refused", "token or signature was wrong")
}

func TestTheTestCommandPostsASampleAndShowsTheLastDelivery(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.alice.Types("/jenkins test", w.town)
	requireSays(t, lastNote(w.alice), "sample card is posted", "Nothing has arrived yet")
	requireSays(t, w.card(w.town).Text(), "This is a test. It shows that the connection works")
	w.builds(w.jenkins.Job("web").Sends(zoomPlugin(h)), ci.Failure, time.Minute)
	w.alice.Types("/jenkins test", w.town)
	requireSays(t, lastNote(w.alice), "last delivery from Jenkins", "Shown – web #1")
}
