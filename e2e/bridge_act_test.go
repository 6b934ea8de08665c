package e2e

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// dialog waits until a dialog with this title opens.
func (w *story) dialog(ear *stack.Ear, from int, title string) *model.OpenDialogRequest {
	w.Helper()
	opened, err := ear.Dialog(w.ctx, from)
	require.NoError(w, err)
	require.Equal(w, title, opened.Dialog.Title)
	return opened
}

// submits answers a dialog, which closes.
func (w *story) submits(p *stack.Person, channel *model.Channel, opened *model.OpenDialogRequest, changes map[string]any) {
	w.Helper()
	complaints, err := p.Submit(w.ctx, channel.Id, opened, changes)
	require.NoError(w, err)
	require.Empty(w, complaints)
}

// A card's button starts a meeting: it is posted in the card's thread, named after
// the build.
func TestAMeetingStartedFromACardIsInItsThread(t *testing.T) {
	w := begin(t)
	alice, ear := w.connected("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	body := build(12).Notification("FINALIZED", "FAILURE")
	w.sends(hook, 1, hook.Signed(body), body, 200)
	card := w.card(alice, channel, 1, "Failed", "#12")
	w.settled()
	require.NoError(t, alice.Click(w.ctx, card.Post, "Start Zoom meeting"))
	meeting := w.meetingPost(alice, channel, 0)
	require.Equal(t, card.Id, meeting.RootId)
	require.Contains(t, meeting.GetProp("meeting_topic"), "folder » web #12")
	require.Equal(t, alice.User.Id, meeting.UserId)
}

// Configuring asks in a dialog which events a channel gets, and how they look.
func TestADialogSelectsWhatAChannelGets(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/jenkins configure"))
	opened := w.dialog(ear, from, "Notifications")
	complaints, err := alice.Submit(w.ctx, channel.Id, opened, map[string]any{"filter_branch": "rel[ease"})
	require.NoError(t, err)
	require.Contains(t, complaints["filter_branch"], "isn't a valid pattern")
	w.submits(alice, channel, opened, map[string]any{
		"events": stack.EventsWithout(opened, "started", "success"), "filter_branch": "main, release/*", "style": "each", "mention": "here",
	})
	// The confirmation of the dialog can arrive later than the answer to the request, and names the events as well.
	list := stack.Text(w.answer(alice, ear, channel, "/jenkins list", "a new post for each event"))
	require.Contains(t, list, "Failure")
	require.Contains(t, list, "release/*")

	wanted, unwanted, elsewhere := build(1), build(2), build(3)
	elsewhere.Branch = "feature/x"
	for _, body := range [][]byte{
		unwanted.Notification("FINALIZED", "SUCCESS"), elsewhere.Notification("FINALIZED", "FAILURE"),
		wanted.Notification("STARTED", ""), wanted.Notification("FINALIZED", "FAILURE"),
	} {
		w.sends(hook, 1, hook.Signed(body), body, 200)
	}
	w.card(alice, channel, 1, "Failed", "#1")
	w.settled()
	card := w.card(alice, channel, 1, "Failed", "#1")
	require.Contains(t, card.Message, "@here")
	w.answer(alice, ear, channel, "/jenkins status", "Filtered out")
}

// A user enters an API token of a Jenkins in a dialog. Then a build's card has
// buttons to build it again; the token is checked before it is stored.
func TestABuildIsBuiltAgainFromItsCard(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	require.NoError(t, w.Sandbox.Jenkins(w.ctx, "users", map[string]any{"name": "mattermost", "token": stack.JenkinsToken, "build": true, "cancel": true}, nil))
	job := map[string]any{"name": "shop", "notification": []map[string]any{{"url": hook.WithSecret().URL}}}
	require.NoError(t, w.Sandbox.Jenkins(w.ctx, "jobs", job, nil))

	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/jenkins configure"))
	w.submits(alice, channel, w.dialog(ear, from, "Notifications"), nil)
	more := w.ephemeral(ear, from, "More settings for")
	from = ear.Count()
	require.NoError(t, alice.Click(w.ctx, more, "Enter API access"))
	opened := w.dialog(ear, from, "API access")
	entered := map[string]any{"url": w.Sandbox.JenkinsURL() + "/", "user": "mattermost", "token": "wrong-" + stack.JenkinsToken, "jobs": "shop"}
	complaints, err := alice.Submit(w.ctx, channel.Id, opened, entered)
	require.NoError(t, err)
	require.NotEmpty(t, complaints["token"], complaints)
	entered["token"] = stack.JenkinsToken
	w.submits(alice, channel, opened, entered)
	w.ephemeral(ear, from, "accepts the API access")

	require.NoError(t, w.Sandbox.Jenkins(w.ctx, "start", map[string]any{"job": "shop", "cause": "Started by user Ada"}, nil))
	require.NoError(t, w.Sandbox.Jenkins(w.ctx, "finish", map[string]any{"job": "shop", "number": 1, "result": "FAILURE", "seconds": 60}, nil))
	w.card(alice, channel, 1, "Failed", "shop #1")
	w.settled()
	card := w.card(alice, channel, 1, "Failed", "shop #1")
	require.NoError(t, alice.Click(w.ctx, card.Post, "Rebuild"))
	again := w.card(alice, channel, 2, "Running", "shop #2")
	w.eventually(func() error {
		if said := texts(w.replies(alice, card.Post, 1)); !strings.Contains(said, "started this build again") {
			return errors.Errorf("the thread says %q", said)
		}
		return nil
	})
	require.NoError(t, w.Sandbox.Jenkins(w.ctx, "log", map[string]any{"job": "shop", "number": 2, "text": "compiling\nlinking\n"}, nil))
	require.NoError(t, alice.Click(w.ctx, again.Post, "Log"))
	w.eventually(func() error {
		if said := texts(w.replies(alice, again.Post, 1)); !strings.Contains(said, "linking") {
			return errors.Errorf("the thread says %q", said)
		}
		return nil
	})
	require.NoError(t, alice.Click(w.ctx, again.Post, "Abort"))
	w.card(alice, channel, 2, "Aborted", "shop #2")
}

// In the conversation with the bot, commands work without a slash, and
// notifications arrive there.
func TestCommandsWithoutASlashWorkInTheBotsConversation(t *testing.T) {
	w := begin(t)
	alice, _ := w.person("alice")
	conversation, err := alice.WithBot(w.ctx)
	require.NoError(t, err)
	says := func(words string) {
		_, _, err := alice.API.CreatePost(w.ctx, &model.Post{ChannelId: conversation.Id, Message: words})
		require.NoError(t, err)
	}
	says("help")
	w.eventually(func() error {
		if said := texts(w.botMessages(alice)); !strings.Contains(said, "connect") || !strings.Contains(said, "Jenkins") {
			return errors.Errorf("the bot says %q", said)
		}
		return nil
	})
	says("jenkins connect My builds")
	hook := w.handed(alice)
	body := build(5).Notification("FINALIZED", "SUCCESS")
	w.sends(hook, 2, hook.Signed(body), body, 200)
	w.card(alice, conversation, 1, "Succeeded", "#5")
}
