package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// Each call of the plugin API is a round trip to the server. These are as few as each operation's promise allows: the post itself, and
// for users who act what they may do at this moment. A rewritten post is read before: the server would take the plugin's word for
// whether it is pinned and has reactions.
func TestEachOperationAsksTheServerAsLittleAsItCan(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	job := w.jenkins.Job("web").Sends(zoomPlugin(w.connects(w.alice, "/jenkins connect", w.town)))
	w.builds(job, ci.Success, time.Minute)
	start := func() *ci.Build {
		b := job.Start(ci.Cause{Text: "Started by user Ada"})
		w.settle()
		return b
	}

	w.mm.Calls()
	build := start()
	require.Equal(t, map[string]int{"CreatePost": 1, "GetChannel": 1, "GetUser": 1, "GetChannelMember": 1, "HasPermissionToChannel": 1}, w.mm.Calls(),
		"a new card after a while: is who connected the channel still in it?")
	broken := start()
	require.Equal(t, map[string]int{"CreatePost": 1}, w.mm.Calls(), "the next new card")

	w.zoom.Advance(time.Minute)
	w.mm.Calls()
	build.Finish(ci.Success, ci.Outcome{})
	w.settle()
	require.Equal(t, map[string]int{"GetPost": 1, "UpdatePost": 1}, w.mm.Calls(), "a rewritten card")
	broken.Finish(ci.Failure, ci.Outcome{Tests: &ci.Tests{Total: 9, Failed: []string{"TestCart"}}})
	w.settle()
	require.Equal(t, map[string]int{"GetPost": 1, "UpdatePost": 1, "CreatePost": 1}, w.mm.Calls(), "a rewritten card, and one reply in its thread")

	w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.backroom.ID})
	require.Equal(t, map[string]int{"GetChannel": 1, "GetUser": 1, "GetChannelMember": 1, "HasPermissionToChannel": 1, "CreatePost": 1}, w.mm.Calls(),
		"a start")
	meeting := meetings(w.backroom)[0]
	w.alice.Types("/zoom start", w.mm.AddChannel("third", mmtest.Private, w.alice))
	require.Equal(t, map[string]int{
		"GetChannel": 1, "GetUser": 1, "GetChannelMember": 1, "HasPermissionToChannel": 1, "CreatePost": 1, "PublishWebSocketEvent": 1,
	}, w.mm.Calls(), "a start by command, which opens the join page")
	w.begins(meeting)
	w.mm.Calls()
	w.ends(meeting)
	require.Equal(t, map[string]int{"GetPost": 1, "UpdatePost": 1}, w.mm.Calls(), "the end of a meeting")

	w.arrives("https://chat.example.com/plugins/zoom/hooks/unknown.key", "{}", nil)
	require.Empty(t, w.mm.Calls(), "a delivery that isn't shown")
}

// A user who leaves the channel for which they connected a provider is noticed at the next event, however recent the last one is.
func TestTheNextCardAfterTheCreatorLeavesIsNotShown(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]func(w *bridgeWorld){
		"the channel": func(w *bridgeWorld) { w.town.Leave(w.alice) },
		"the server":  func(w *bridgeWorld) { w.alice.Becomes(mmtest.Deactivated) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newBridgeWorld(t)
			job := w.jenkins.Job("web").Sends(zoomPlugin(w.connects(w.alice, "/jenkins connect", w.town)))
			w.builds(job, ci.Success, 0)
			job.Start(ci.Cause{})
			w.settle()
			require.Len(t, cards(w.town), 2)
			leaves(w)
			job.Start(ci.Cause{})
			w.settle()
			require.Len(t, cards(w.town), 2)
		})
	}
}
