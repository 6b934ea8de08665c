package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// The meeting starts and ends in Zoom: the same post shows it, with Zoom's own
// times.
func TestThePostShowsThatTheMeetingStartedAndEnded(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	channel := w.private(alice)
	post := w.starts(alice, channel, "Standup")
	id := meetingID(post)

	began := w.zoomTime()
	require.NoError(t, w.Sandbox.StartMeeting(w.ctx, id))
	live := w.becomes(alice, post, begun)
	require.Equal(t, "STARTED", live.GetProp("meeting_status"))

	require.NoError(t, w.Sandbox.PutAhead(w.ctx, 3*time.Minute))
	stopped := w.zoomTime()
	require.NoError(t, w.Sandbox.EndMeeting(w.ctx, id))
	over := w.becomes(alice, post, ended)
	const slack = 3 * 1000 // milliseconds: Zoom's events carry whole seconds
	require.InDelta(t, began.UnixMilli(), over.GetProp("meeting_start_time").(float64), slack)
	require.InDelta(t, stopped.UnixMilli(), over.GetProp("meeting_end_time").(float64), slack)
	require.InDelta(t, stopped.Sub(began).Seconds(), over.GetProp("meeting_duration").(float64), 3, "the length is in seconds")
	require.Len(t, over.Attachments(), 1)
	require.Empty(t, over.Attachments()[0].Actions, "nobody can join any more")
	require.Equal(t, post.Message, over.Message, "alice's own words stay")
	require.Len(t, w.meetings(alice, channel), 1)
}

// An event arrives twice and late, the second time after the end: the post still
// says what it said.
func TestRepeatedAndOutOfOrderEventsChangeNothing(t *testing.T) {
	w := begin(t)
	alice, _ := w.connected("alice")
	channel := w.private(alice)
	post := w.starts(alice, channel, "Standup")
	id, uuid := meetingID(post), "twice/"+post.Id+"=="
	began := time.Now().Add(-10 * time.Minute).Truncate(time.Second)
	stopped := began.Add(9 * time.Minute)

	end := stack.Event("meeting.ended", id, uuid, began, stopped)
	start := stack.Event("meeting.started", id, uuid, began, time.Time{})
	w.deliver(1, end, time.Now())
	over := w.becomes(alice, post, ended)
	require.InDelta(t, 540, over.GetProp("meeting_duration").(float64), 1)

	w.deliver(2, end, time.Now())                      // Zoom's other subscription
	w.deliver(1, start, time.Now())                    // overtaken by the end
	w.deliver(1, end, time.Now().Add(-85*time.Minute)) // the last retry, with its first timestamp
	w.deliver(1, stack.Event("meeting.participant_left", id, uuid, began, stopped), time.Now())
	w.settled()
	same, err := alice.Post(w.ctx, post.Id)
	require.NoError(t, err)
	require.Equal(t, over.UpdateAt, same.UpdateAt, "the post was written again")
	require.Equal(t, ended, same.GetProp("meeting_status"))
	require.Len(t, w.meetings(alice, channel), 1)
}

// The plugin is killed after it acknowledged that the meeting ended and before it rewrote the post. The other server takes over, and the post is right.
func TestAnAcknowledgedEventSurvivesAKill(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	channel := w.private(alice)
	post := w.starts(alice, channel, "Standup")
	id := meetingID(post)
	began := time.Now().Add(-5 * time.Minute)

	frozen, err := w.DB.FreezePost(w.ctx, post.Id)
	require.NoError(t, err)
	w.deliver(1, stack.Event("meeting.ended", id, "killed"+post.Id, began, began.Add(4*time.Minute)), time.Now())
	blocked := frozen.AwaitBlocked(w.ctx)
	killed := w.Server(1).KillPlugin(w.ctx)
	require.NoError(t, frozen.Thaw(w.ctx))
	require.NoError(t, blocked, "no worker was writing when the plugin was killed")
	require.NoError(t, killed)

	now, err := alice.Post(w.ctx, post.Id)
	require.NoError(t, err)
	require.Equal(t, "STARTED", now.GetProp("meeting_status"), "the post was rewritten before the kill")
	waiting, err := w.DB.Waiting(w.ctx)
	require.NoError(t, err)
	require.NotZero(t, waiting, "the acknowledged event is kept")

	require.NoError(t, w.DB.EndLeases(w.ctx))
	over := w.becomes(alice, post, ended) // the other server takes the event over
	require.NoError(t, w.Server(1).RestartPlugin(w.ctx))
	require.InDelta(t, 240, over.GetProp("meeting_duration").(float64), 1)
	w.settled()
}

// zoomTime is the time on Zoom's clock.
func (w *story) zoomTime() time.Time {
	w.Helper()
	now, err := w.Sandbox.Now(w.ctx)
	require.NoError(w, err)
	return now
}

// deliver sends a signed event to a server, which must acknowledge it.
func (w *story) deliver(server int, body []byte, at time.Time) {
	w.Helper()
	require.True(w, json.Valid(body))
	status, answer, err := w.Server(server).Deliver(w.ctx, stack.Signed(stack.WebhookSecret, at, body), body)
	require.NoError(w, err)
	require.Equal(w, 200, status, answer)
}

// settled waits until every acknowledged event is handled.
func (w *story) settled() {
	w.Helper()
	require.NoError(w, w.DB.AwaitIdle(w.ctx))
}
