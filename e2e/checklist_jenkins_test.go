package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// These stories go through the checklist of Jenkins (docs/checklists.md) on the
// real server: the simulated Jenkins sends what its public plugins send.

// job creates a job that reports its builds to the hook.
func (w *story) job(name string, hook stack.Hook) *stack.Job {
	w.Helper()
	job, err := w.Sandbox.NewJob(w.ctx, name, hook)
	require.NoError(w, err)
	return job
}

// builds runs a build of the job and ends it with this result.
func (w *story) builds(job *stack.Job, result string) {
	w.Helper()
	number, err := job.Start(w.ctx, stack.Cause{Text: "Started by user Ada", Changes: []stack.Change{
		{ID: "3c5a9d1e7b22f00d", Author: "Ada", Message: "Count the <discount> once"},
	}})
	require.NoError(w, err)
	ending := stack.Ending{Result: result, After: time.Minute, Tests: 120}
	if result == "FAILURE" {
		ending.Failed = []string{"CartTest.total"}
	}
	require.NoError(w, job.Finish(w.ctx, number, ending))
}

// commandShows waits until the person reads these words in the note that a command shows to them alone.
func (w *story) commandShows(p *stack.Person, ear *stack.Ear, channel *model.Channel, command string, words ...string) *model.Post {
	w.Helper()
	note := w.answer(p, ear, channel, command, words[0])
	said := texts([]*model.Post{note})
	for _, word := range words {
		require.Contains(w, said, word)
	}
	w.Logf("%s types %s and alone sees:\n%s", p.User.Username, command, said)
	return note
}

// titles returns the titles of the channel's cards, once there are this many.
func (w *story) titles(p *stack.Person, channel *model.Channel, count int) []string {
	w.Helper()
	w.settled()
	w.card(p, channel, count)
	cards, err := p.Cards(w.ctx, channel.Id)
	require.NoError(w, err)
	var all []string
	for _, card := range cards {
		all = append(all, card.Title)
	}
	return all
}

// switched changes the plugin's settings and waits until a command exists, or not. No other story may run.
func (w *story) switched(settings stack.Settings, p *stack.Person, word string, there bool) {
	w.Helper()
	require.True(w, w.alone, "other stories need the settings as they are")
	require.NoError(w, w.Set(w.ctx, settings))
	w.eventually(func() error {
		commands, _, err := p.API.ListCommands(w.ctx, w.Team.Id, false)
		if err != nil {
			return err
		}
		for _, command := range commands {
			if command.Trigger == word && !there {
				return errors.Errorf("there is still a /%s", word)
			}
			if command.Trigger == word {
				return nil
			}
		}
		if there {
			return errors.Errorf("there is no /%s", word)
		}
		return nil
	})
}

func TestJ1OnTheRealServerBuildsAreShownInAChannelAndByDirectMessage(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	conversation, err := alice.WithBot(w.ctx)
	require.NoError(t, err)
	there := w.job("j1-there", w.jenkins(alice, ear, channel, ""))
	_, _, err = alice.API.CreatePost(w.ctx, &model.Post{ChannelId: conversation.Id, Message: "jenkins connect"})
	require.NoError(t, err)
	var mine stack.Hook
	w.eventually(func() error {
		hook, err := alice.Handed(w.ctx)
		if mine = hook; err == nil && hook.URL == there.Hook().URL {
			err = errors.New("the second address is not there yet")
		}
		return err
	})
	w.builds(there, "SUCCESS")
	w.builds(w.job("j1-here", mine), "FAILURE")
	require.Equal(t, []string{"✅ Succeeded · j1-there #1"}, w.titles(alice, channel, 1))
	require.Equal(t, []string{"❌ Failed · j1-here #1"}, w.titles(alice, conversation, 1))
	require.NotEqual(t, alice.User.Id, w.card(alice, conversation, 1).UserId, "the bot writes it")
}

func TestJ2OnTheRealServerEveryoneCanUseItOnceAnAdminHasEnabledIt(t *testing.T) {
	w := alone(t, stack.UserApp)
	bob, ear := w.person("bob") // who has no special rights
	channel := w.private(bob)
	w.switched(stack.Settings{"EnableJenkins": false}, bob, "jenkins", false)
	require.Error(t, bob.Type(w.ctx, channel.Id, "/jenkins connect"), "there is no such command")
	w.switched(stack.Settings{"EnableJenkins": true}, bob, "jenkins", true)
	hook := w.jenkins(bob, ear, channel, "")
	w.switched(stack.Settings{"EnableJenkins": false}, bob, "jenkins", false)
	w.sends(hook, 1, hook.Raw(), nil, http.StatusNotFound)
	w.switched(stack.Settings{"EnableJenkins": true}, bob, "jenkins", true)
	w.sends(hook, 1, hook.Raw(), nil, http.StatusOK)
}

func TestJ3OnTheRealServerHelpListsAllCommands(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	w.commandShows(alice, ear, w.private(alice), "/jenkins help", "/jenkins connect", "/jenkins disconnect", "/jenkins configure",
		"/jenkins list", "/jenkins test", "/jenkins status", "/jenkins rotate", "/jenkins help")
	suggested, _, err := alice.API.ListCommandAutocompleteSuggestions(w.ctx, "jenkins ", w.Team.Id)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(suggested), 8, "and all are suggested while one types")
}

func TestJ4OnTheRealServerConnectSendsURLAndTokenAsSeparateBlocks(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "") // each in a separate block, or it would not be found
	require.NotContains(t, hook.URL, hook.Token)
	said := w.botMessages(alice)
	message := said[len(said)-1].Message
	for _, part := range []string{"Zoom Build Notifier", "Test Connection", "post {", "Job Notifications", "curl -sS", hook.WithSecret().URL} {
		require.Contains(t, message, part)
	}
	posts, err := alice.Posts(w.ctx, channel.Id)
	require.NoError(t, err)
	require.NotContains(t, texts(posts), "hooks/")
	t.Logf("the direct message has %d characters, with blocks for URL and token", len(message))
}

func TestJ5OnTheRealServerDisconnectRemovesTheChannel(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "")
	job := w.job("j5", hook)
	w.builds(job, "SUCCESS")
	w.titles(alice, channel, 1)
	question := w.commandShows(alice, ear, channel, "/jenkins disconnect", "Do you want to end this connection?")
	require.NoError(t, alice.Click(w.ctx, question, "Disconnect"))
	w.commandShows(alice, ear, channel, "/jenkins list", "isn't connected to Jenkins yet")
	w.sends(hook, 1, hook.Raw(), nil, http.StatusNotFound)
	w.builds(job, "FAILURE")
	require.Len(t, w.titles(alice, channel, 1), 1)
}

func TestJ6OnTheRealServerTheZoomPluginWorksUnchanged(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "")
	web, api := w.job("j6-web", hook), w.job("j6-api", hook)
	answer, err := web.TestConnection(w.ctx)
	require.NoError(t, err)
	require.Equal(t, "Connect ok", answer)
	answer, err = w.job("j6-wrong", stack.Hook{URL: hook.URL, Token: "guessed"}).TestConnection(w.ctx)
	require.NoError(t, err)
	require.Equal(t, "Connect failed", answer)
	w.builds(web, "SUCCESS")
	w.builds(api, "FAILURE")
	require.ElementsMatch(t, []string{"✅ Succeeded · j6-web #1", "❌ Failed · j6-api #1"}, w.titles(alice, channel, 2))
	w.commandShows(alice, ear, channel, "/jenkins status", "Connection test", "j6-web #1", "Refused")
}

func TestJ7OnTheRealServerEachEventIsDistinguished(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	job := w.job("j7", w.jenkins(alice, ear, channel, ""))
	number, err := job.Start(w.ctx, stack.Cause{Text: "Started by user Ada"})
	require.NoError(t, err)
	started := w.card(alice, channel, 1, "⏳ Running · j7 #1")
	require.NoError(t, job.Finish(w.ctx, number, stack.Ending{Result: "SUCCESS", After: time.Minute}))
	for _, result := range []string{"FAILURE", "FAILURE", "ABORTED", "NOT_BUILT", "SUCCESS", "UNSTABLE"} {
		w.builds(job, result)
		w.settled()
	}
	require.Equal(t, []string{
		"✅ Succeeded · j7 #1", "☑️ Failed, fixed since · j7 #2", "☑️ Failed again, fixed since · j7 #3", "🛑 Aborted · j7 #4",
		"🚫 Not built · j7 #5", "✅ Back to normal · j7 #6", "⚠️ Unstable · j7 #7",
	}, w.titles(alice, channel, 7))
	cards, err := alice.Cards(w.ctx, channel.Id)
	require.NoError(t, err)
	require.Equal(t, started.Id, cards[0].Id)
	said := texts(w.replies(alice, cards[1].Post, 2))
	for _, part := range []string{"1 new commit", "Count the <discount> once", "120 in all, 1 failed", "CartTest.total"} {
		require.Contains(t, said, part)
	}
	t.Logf("the thread of the second build:\n%s", said)
}

func TestJ8OnTheRealServerRemovalAsksForConfirmation(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "")
	question := w.commandShows(alice, ear, channel, "/jenkins disconnect", "Do you want to end this connection?", "its secret is deleted")
	require.NoError(t, alice.Click(w.ctx, question, "Cancel"))
	w.sends(hook, 1, hook.Raw(), nil, http.StatusOK)
}

func TestJ9OnTheRealServerJenkinsOnlySendsNotifications(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	job := w.job("j9", w.jenkins(alice, ear, channel, ""))
	calls := func() (count int) {
		counts, err := w.Sandbox.Counts(w.ctx)
		require.NoError(t, err)
		for operation, n := range counts {
			if strings.Contains(operation, "/jenkins/") && !strings.Contains(operation, "/_sandbox") {
				count += n
			}
		}
		return count
	}
	before := calls()
	w.builds(job, "FAILURE")
	w.titles(alice, channel, 1)
	card := w.card(alice, channel, 1, "Failed")
	require.Error(t, alice.Click(w.ctx, card.Post, "Rebuild"), "there is no such button without an API token")
	require.Equal(t, before, calls(), "nobody called Jenkins")
}

func TestJ10OnTheRealServerAMeetingIsStartedFromACard(t *testing.T) {
	w := begin(t)
	alice, ear := w.connected("alice")
	channel := w.private(alice)
	w.builds(w.job("j10", w.jenkins(alice, ear, channel, "")), "FAILURE")
	w.titles(alice, channel, 1)
	card := w.card(alice, channel, 1, "Failed")
	require.NoError(t, alice.Click(w.ctx, card.Post, "Start Zoom meeting"))
	meeting := w.meetingPost(alice, channel, 0)
	require.Equal(t, card.Id, meeting.RootId)
	require.Equal(t, "j10 #1", meeting.GetProp("meeting_topic"))
}

func TestJ11OnTheRealServerNoTokenGoesToAServerWithoutJenkinsCertificate(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	w.jenkins(alice, ear, channel, "CI")
	door := newDoor(t)
	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/jenkins configure"))
	w.submits(alice, channel, w.dialog(ear, from, "Notifications"), nil)
	more := w.ephemeral(ear, from, "More settings for")
	from = ear.Count()
	require.NoError(t, alice.Click(w.ctx, more, "Enter API access"))
	complaints, err := alice.Submit(w.ctx, channel.Id, w.dialog(ear, from, "API access"),
		map[string]any{"url": door.url, "user": "robot", "token": stack.JenkinsToken, "jobs": "web"})
	require.NoError(t, err)
	require.Contains(t, complaints["url"], "can't be reached")
	door.requireSafe()
}

func TestJ12OnTheRealServerSecretsAreStoredSealed(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	hook := w.jenkins(alice, ear, w.private(alice), "")
	records, err := w.DB.Records(w.ctx, "zoom_connection")
	require.NoError(t, err)
	require.NotEmpty(t, records)
	for _, record := range records {
		require.Empty(t, stack.Leak(record.Text, hook.Token), record.Table)
	}
	t.Logf("the token is in none of %d connections; all records, posts and logs are looked through at the end", len(records))
}
