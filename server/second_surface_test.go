package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider/providertest/plain"
)

// plainWorld is a world with the plain surface beside Mattermost.
type plainWorld struct {
	*bridgeWorld
	chat *plain.Chat
}

// newPlainWorld returns one. The line that adds the surface is the one with its ID.
func newPlainWorld(t *testing.T) *plainWorld {
	t.Helper()
	w := &plainWorld{bridgeWorld: newBridgeWorld(t)}
	texts, err := catalogueOf(w.plugin.registry)
	require.NoError(t, err)
	w.chat = plain.New(func(m chat.Message) chat.Text { return texts.Text("en", m) }, w.mm.Now)
	require.NoError(t, w.plugin.OnDeactivate())
	w.plugin = w.starts(&Plugin{surfaces: func(p products) map[chat.SurfaceID]bridge.Product {
		all := surfaces(p)
		all[plain.ID] = w.chat
		return all
	}})
	w.mm.Attach(w.plugin)
	return w
}

// TestAFurtherSurfaceIsOnePackageAndOneLine shows what docs/architecture.md promises: a channel of a chat product that no other file of the
// plugin knows is connected, and has its cards, replies, forms and clicks, beside Mattermost.
func TestAFurtherSurfaceIsOnePackageAndOneLine(t *testing.T) {
	t.Parallel()
	w := newPlainWorld(t)
	lobby := w.chat.AddChannel("lobby", "ann", "ben")
	ann, eve := plain.Actor("ann", chat.PersonID(w.alice.ID)), plain.Actor("eve", chat.PersonID(w.bob.ID))

	w.types(ann, lobby, "/jenkins connect")
	h := w.handedPlainly(ann)
	w.press(ann, "Enter API access")
	w.jenkins.AddUser(ci.User{Name: "robot", Token: w.secret("an-api-token"), Build: true, Cancel: true})
	require.Contains(t, w.lastPlain(ann), "User:", "the form is readable")
	w.submits(ann, map[string]string{"url": w.jenkins.BaseURL(), "user": "robot", "token": "an-api-token", "jobs": "web"})

	job := w.jenkins.Job("web").Sends(zoomPlugin(h))
	build := job.Start(ci.Cause{Text: "Started by user Ada"})
	w.settle()
	shown := w.chat.In(lobby)
	require.Len(t, shown, 3, "who connected the channel and gave access to Jenkins, and a card: %q", shown)
	require.Contains(t, shown[2], "Running · web #1\n")
	require.Contains(t, shown[2], "[Abort]")
	w.zoom.Advance(time.Minute)
	build.Finish(ci.Failure, ci.Outcome{})
	w.settle()
	shown = w.chat.In(lobby)
	require.Len(t, shown, 3, "the card is brought up to date in place")
	require.Contains(t, shown[2], "Failed · web #1\n")
	click, ok := w.chat.Click(ann, lobby, "Rebuild")
	require.True(t, ok)
	said := w.chat.In(click.Message.Follow())
	require.Len(t, said, 1, "its thread says how the build ended")
	require.Contains(t, said[0], "Failed after 1 min")

	stranger := click
	stranger.Actor, stranger.Talk = eve, w.chat.Conversation(eve, lobby)
	require.True(t, fault.Is(w.plugin.app.Load().bridge.Act(t.Context(), stranger), fault.Forbidden), "rights are those of the surface")
	stranger.Actor = chat.PersonID(w.alice.ID).Actor()
	require.True(t, fault.Is(w.plugin.app.Load().bridge.Act(t.Context(), stranger), fault.Forbidden), "on another surface there are none")

	require.NoError(t, w.plugin.app.Load().bridge.Act(t.Context(), click))
	w.jenkins.Settle()
	w.settle()
	require.Contains(t, strings.Join(w.chat.In(click.Message.Follow()), "\n"), "alice")
	require.Contains(t, strings.Join(w.chat.In(lobby), "\n\n"), "Running · web #2\n")
	require.Empty(t, cards(w.town), "Mattermost has nothing of it")
	require.Empty(t, w.alice.DirectMessages(w.botID()), "and got no message")
}

// types has an actor type a command on the plain surface.
func (w *plainWorld) types(actor chat.Actor, at chat.Place, line string) {
	w.t.Helper()
	talk := w.chat.Conversation(actor, at)
	answer, err := w.plugin.app.Load().commands.tree(line).Execute(w.t.Context(), line, command.Call{Actor: actor, Place: at, Talk: talk})
	require.NoError(w.t, err, line)
	if !answer.Zero() {
		require.NoError(w.t, talk.Tell(w.t.Context(), chat.Note{Text: answer}))
	}
}

func (w *plainWorld) press(actor chat.Actor, label string) {
	w.t.Helper()
	click, ok := w.chat.Press(actor, label)
	require.True(w.t, ok, "no note has the button %q: %q", label, w.chat.Notes(actor))
	require.NoError(w.t, w.plugin.app.Load().bridge.Press(w.t.Context(), click))
}

func (w *plainWorld) submits(actor chat.Actor, values map[string]string) {
	w.t.Helper()
	answer, ok := w.chat.Answer(actor, values)
	require.True(w.t, ok, "no form was shown")
	slips, err := w.plugin.app.Load().bridge.Submit(w.t.Context(), answer)
	require.NoError(w.t, err)
	require.Empty(w.t, slips)
}

func (w *plainWorld) lastPlain(actor chat.Actor) string {
	w.t.Helper()
	notes := w.chat.Notes(actor)
	require.NotEmpty(w.t, notes)
	return notes[len(notes)-1]
}

var plainHandOver = regexp.MustCompile(`Webhook URL\n    (\S+)\n(?:.*\n)*?Token\n    (\S+)`)

// handedPlainly returns the URL and the token that the actor got.
func (w *plainWorld) handedPlainly(actor chat.Actor) hook {
	w.t.Helper()
	found := plainHandOver.FindStringSubmatch(strings.Join(w.chat.Notes(actor), "\n"))
	require.NotNil(w.t, found, "nothing was handed over: %q", w.chat.Notes(actor))
	return hook{address: found[1], token: found[2]}
}
