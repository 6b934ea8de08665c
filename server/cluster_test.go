package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
	"mattermost-plugin-zoom/server/meeting"
)

type storeOp = kvtable.Op

// errOutage is the error of the database table during an outage.
var errOutage = errors.New("the table is out of order")

// typesOn has the user's command line arrive at this server of the cluster.
func (w *world) typesOn(p *Plugin, u *mmtest.User, line string, c *mmtest.Channel) {
	_, appErr := p.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{
		UserId: u.ID, ChannelId: c.ID, Command: line, ConnectionId: u.Connection,
	})
	if appErr != nil {
		w.t.Errorf("%q failed: %v", line, appErr)
	}
}

// startsOn reports whether the user can start a meeting through this server.
func (w *world) startsOn(p *Plugin, u *mmtest.User) bool {
	w.t.Helper()
	room := w.mm.AddChannel("room", mmtest.Private, u)
	w.typesOn(p, u, "/zoom start", room)
	return len(meetings(room)) == 1
}

func TestDefect21_FiftyStartsAtTokenExpiryRefreshOnce(t *testing.T) {
	t.Parallel()
	for mode, grants := range map[string]int{"user": 1, "account": 1, "s2s": 1} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			require.NoError(t, w.zoom.SetPolicy(sandbox.Policy{Plan: sandbox.PlanUnlimited, DailyMeetingRequests: -1}))
			servers := []*Plugin{w.plugin, w.newServer()}
			w.connectFor(w.alice, mode)
			require.True(t, w.canStart(w.alice))
			w.zoom.Advance(2 * time.Hour)
			w.zoom.ClearJournal()

			var rooms []*mmtest.Channel
			for i := range 50 {
				rooms = append(rooms, w.mm.AddChannel(fmt.Sprint("room", i), mmtest.Private, w.alice))
			}
			var all sync.WaitGroup
			for i, room := range rooms {
				all.Go(func() { w.typesOn(servers[i%2], w.alice, "/zoom start", room) })
			}
			all.Wait()
			for _, room := range rooms {
				require.Len(t, meetings(room), 1)
			}
			counts := w.zoom.Counts()
			require.Equal(t, []int{grants, 50}, []int{counts["POST /oauth/token"], counts["POST /v2/users/{userId}/meetings"]})

			w.zoom.Advance(2 * time.Hour)
			require.True(t, w.canStart(w.alice), "the grant is whole")
		})
	}
}

func TestTwoSimultaneousStartsOnTwoServersGetOneMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	second := w.newServer()
	for i := range 10 {
		room := w.mm.AddChannel(fmt.Sprint("room", i), mmtest.Private, w.alice, w.bob)
		var both sync.WaitGroup
		both.Go(func() { w.typesOn(w.plugin, w.alice, "/zoom start", room) })
		both.Go(func() { w.typesOn(second, w.bob, "/zoom start", room) })
		both.Wait()
		require.Len(t, meetings(room), 1)
		other := w.bob
		if meetings(room)[0].UserId == w.bob.ID {
			other = w.alice
		}
		require.Regexp(t, "already started a Zoom meeting here|already starting in this channel", other.LastNote().Text())
	}
}

func TestSimultaneousStartAndEndEventsOnTwoServersEndTheMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	require.NoError(t, w.zoom.SetPolicy(sandbox.Policy{Plan: sandbox.PlanUnlimited, DailyMeetingRequests: -1}))
	second := w.newServer()
	for i := range 40 {
		room := w.mm.AddChannel(fmt.Sprint("room", i), mmtest.Private, w.alice)
		w.alice.Types("/zoom start", room)
		post := meetings(room)[0]
		start, end := w.zoom.Now(), w.zoom.Now().Add(9*time.Minute)
		uuid := fmt.Sprintf("/session%d==", i)
		var both sync.WaitGroup
		both.Go(func() { w.deliver(w.plugin, w.event("meeting.started", post, uuid, start, time.Time{})) })
		both.Go(func() { w.deliver(second, w.event("meeting.ended", post, uuid, start, end)) })
		both.Wait()
		w.settle()
		over := post.Refreshed()
		require.Equal(t, "ENDED", over.Prop("meeting_status"), "round %d", i)
		require.InDelta(t, 540, over.Prop("meeting_duration"), 1)
	}
	require.Empty(t, w.openIn(w.town))
}

func TestAnotherServerRewritesThePostWhenOneDiesAfterTheReceipt(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"GetPost", "UpdatePost"} {
		t.Run("in "+in, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			w.begins(post)
			w.zoom.Advance(5 * time.Minute)

			dead := w.dies(w.plugin, in)
			require.NoError(t, w.zoom.EndMeeting(w.meetingID(post)))
			<-dead
			require.Equal(t, kit.DeliveryDone, w.zoom.Deliveries()[len(w.zoom.Deliveries())-1].State, "Zoom has its receipt")
			require.Equal(t, "STARTED", post.Refreshed().Prop("meeting_status"))

			survivor := w.newServer()
			w.mm.Attach(survivor)
			w.zoom.Advance(3 * time.Minute) // the dead one's leases run out
			survivor.app.Load().queue.Wake()
			require.Eventually(t, func() bool { return post.Refreshed().Prop("meeting_status") == "ENDED" }, patience, tick)
			require.InDelta(t, 300, post.Refreshed().Prop("meeting_duration"), 2, "Zoom's own length, however late the event arrives")
			w.settle()
			w.bob.Types("/zoom start", w.town)
			require.Len(t, meetings(w.town), 2, "the channel is free")
		})
	}
}

// A start is answered as soon as the post is there. If the server is killed at that moment, another finds the post.
func TestAMeetingIsTrackedWhenItsServerDiesAfterThePost(t *testing.T) {
	t.Parallel()
	for name, finds := range map[string]func(w *world){
		"by the clock": func(w *world) { w.passes(0) },
		"by the next start in the channel": func(w *world) {
			w.bob.Types("/zoom start", w.town)
			require.Len(w.t, meetings(w.town), 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			dies := w.starts(&Plugin{background: func(func()) {}})
			w.typesOn(dies, w.alice, "/zoom start", w.town)
			post := meetings(w.town)[0]
			require.Empty(t, w.openIn(w.town), "no one knows of it")
			w.zoom.Advance(meeting.UnderWayFor + time.Second)
			finds(w)
			w.begins(post)
			w.ends(post)
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		})
	}
}

// Zoom may report a meeting in the moment between its post and its record.
func TestAnEventAheadOfTheRecordIsHandledAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	var store func()
	hasty := w.starts(&Plugin{background: func(f func()) { store = f }})
	w.typesOn(hasty, w.alice, "/zoom start", w.town)
	post := meetings(w.town)[0]
	require.NoError(t, w.zoom.StartMeeting(w.meetingID(post)))
	w.zoom.Settle()
	require.Equal(t, false, post.Refreshed().Prop("meeting_started"))
	store()
	w.zoom.Advance(2 * time.Second)
	w.plugin.app.Load().queue.Wake()
	require.Eventually(t, func() bool { return post.Refreshed().Prop("meeting_started") == true }, patience, tick)
}

// openIn returns the post of the newest meeting that is open in the channel, "" for none.
func (w *world) openIn(c *mmtest.Channel) string {
	w.t.Helper()
	begun, err := w.memory.Meetings.Begin(w.t.Context(), meeting.Attempt{Place: mattermost.Place(c.ID, ""), Choice: meeting.Ask})
	require.NoError(w.t, err)
	if begun.Open == nil {
		return ""
	}
	return begun.Open.Message.ID
}

func TestAServerThatStopsHandsItsJobsToAnotherAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	second := w.newServer()
	w.hinted = true
	working, release := make(chan struct{}), make(chan struct{})
	w.plugin.meddle(func(call string) *model.AppError {
		if call == "UpdatePost" {
			close(working)
			<-release
		}
		return nil
	})
	start := w.zoom.Now()
	w.deliver(w.plugin, w.event("meeting.started", post, "/session==", start, time.Time{}))
	<-working
	w.deliver(w.plugin, w.event("meeting.ended", post, "/session==", start, start.Add(9*time.Minute)))
	stopped := make(chan error)
	go func() { stopped <- w.plugin.OnDeactivate() }()
	require.Eventually(t, func() bool { return post.Refreshed().Prop("meeting_status") == "ENDED" }, time.Second, tick, "without waiting for a look")
	close(release)
	require.NoError(t, <-stopped)
	w.plugin = second
	w.mm.Attach(second)
	w.looks()
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
}
