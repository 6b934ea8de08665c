package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// Zoom's events that the meeting started and ended get lost. When the meeting is next
// looked up, after a restart of the plugin, the card ends and the channel is free.
func TestC1_AMeetingWithALostEndEventIsLookedUpAfterARestart(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	channel := w.private(alice)
	post := w.starts(alice, channel, "Standup")
	id := meetingID(post)
	require.NoError(t, w.Lose(w.ctx, stack.UserApp))
	require.NoError(t, w.Sandbox.StartMeeting(w.ctx, id))
	require.NoError(t, w.Sandbox.EndMeeting(w.ctx, id))
	require.NoError(t, w.DB.HurryLook(w.ctx, post.Id))
	require.NoError(t, w.Server(1).RestartPlugin(w.ctx))
	w.becomes(alice, post, ended)
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom start Again"))
	w.meetingPost(alice, channel, 1)
}
