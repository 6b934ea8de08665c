package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/zoom"
)

// pastScope lets an app read meetings that are over.
var pastScope = map[string]string{"user": "meeting:read:past_meeting", "account": "meeting:read:past_meeting:admin", "s2s": "meeting:read:past_meeting:admin"}

// slack is how many seconds a story may take by itself: the sandbox's clock goes on.
const slack = 20

// newLossyWorld is newWorld in which Zoom sends only these events, as if all others got lost.
func newLossyWorld(t *testing.T, mode string, further []string, told ...string) *world {
	t.Helper()
	w := newWorld(t, mode)
	w.losesOthers(mode, further, told...)
	w.connectFor(w.alice, mode)
	return w
}

// losesOthers has Zoom send only these events from now on.
func (w *world) losesOthers(mode string, further []string, told ...string) {
	w.t.Helper()
	_, err := w.zoom.SetApp(sandbox.App{
		Name: "Mattermost", Kind: sandbox.Kind(mode), ClientID: clientID, ClientSecret: clientSecret, AccountID: zoomAccount,
		RedirectURIs: []string{"https://chat.example.com/plugins/zoom/oauth2/complete"}, Scopes: append(further, scopes[mode]...),
		WebhookSecret: webhookSecret, WebhookURL: w.hook, Validate: true, Events: append(told, "app_deauthorized"),
	})
	require.NoError(w.t, err)
}

func TestC1_AMissedEndEventEndsWithZoomsTimes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newLossyWorld(t, mode, []string{pastScope[mode]}, "meeting.started")
			w.alice.Types("/zoom start Weekly", w.town)
			post := meetings(w.town)[0]
			w.begins(post)
			began := w.zoom.Now()
			w.passes(20 * time.Minute)
			require.Equal(t, "STARTED", post.Refreshed().Prop("meeting_status"), "it goes on")

			w.ends(post)
			w.passes(30 * time.Minute)
			shown := post.Refreshed()
			require.Equal(t, "ENDED", shown.Prop("meeting_status"))
			require.InDelta(t, began.UnixMilli(), shown.Prop("meeting_start_time"), slack*1000)
			require.InDelta(t, 1200, shown.Prop("meeting_duration"), slack)

			w.alice.Types("/zoom start", w.town)
			require.Len(t, meetings(w.town), 2, "the channel is free")
		})
	}
}

func TestC1_WithoutTheScopeForPastMeetingsTheCardEndsWithoutItsEndTime(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "user", nil, "meeting.started")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.ends(post)
	w.passes(20 * time.Minute)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.NotNil(t, post.Refreshed().Prop("meeting_start_time"))
	require.Nil(t, post.Refreshed().Prop("meeting_end_time"))
}

func TestC1_ALookupFindsAMeetingWithoutAnyEvents(t *testing.T) {
	t.Parallel()
	for name, personal := range map[string]bool{"unique": false, "personal": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newLossyWorld(t, "s2s", []string{pastScope["s2s"]})
			if personal {
				w.alice.Types("/zoom settings", w.town)
				w.alice.Clicks("My personal meeting ID")
			}
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			w.zoom.Advance(time.Minute)
			w.begins(post)
			w.passes(16 * time.Minute)
			require.Equal(t, true, post.Refreshed().Prop("meeting_started"), "and that it began")
			require.Nil(t, post.Refreshed().Prop("meeting_start_time"), "Zoom doesn't say when")

			w.ends(post)
			w.passes(30 * time.Minute)
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
			require.InDelta(t, 16*60, post.Refreshed().Prop("meeting_duration"), slack)
		})
	}
}

func TestC1_ALookupFindsASessionWithoutEvents(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "s2s", []string{pastScope["s2s"]})
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.zoom.Advance(3 * time.Minute)
	w.ends(post)
	w.passes(15 * time.Minute)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.InDelta(t, 180, post.Refreshed().Prop("meeting_duration"), slack)
}

func TestC1_LookupsBecomeRarerAsAMeetingAges(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "s2s", []string{pastScope["s2s"]})
	w.alice.Types("/zoom start", w.town)
	asked := func(d time.Duration, every time.Duration) int {
		before := w.zoom.Counts()["GET /v2/meetings/{meetingId}"]
		for range int(d / every) {
			w.passes(every)
		}
		return w.zoom.Counts()["GET /v2/meetings/{meetingId}"] - before
	}
	first := asked(2*time.Hour, 5*time.Minute)
	require.Positive(t, first)
	require.LessOrEqual(t, first, 6)
	require.LessOrEqual(t, asked(22*time.Hour, time.Hour), 7)
	require.LessOrEqual(t, asked(10*24*time.Hour, 6*time.Hour), 12)
	require.Positive(t, asked(24*time.Hour, 6*time.Hour), "once a day at least")
	require.Equal(t, "STARTED", meetings(w.town)[0].Refreshed().Prop("meeting_status"), "it can still be joined")

	asked(25*24*time.Hour, 24*time.Hour)
	require.Equal(t, "ENDED", meetings(w.town)[0].Refreshed().Prop("meeting_status"), "Zoom has forgotten it")
	require.Zero(t, asked(5*24*time.Hour, 24*time.Hour))
}

// The recheck belongs to no server, so it survives all of them.
func TestC1_ARecheckSurvivesARestartAndRunsOnOneServer(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "s2s", []string{pastScope["s2s"]}, "meeting.started")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.ends(post)
	require.NoError(t, w.plugin.OnDeactivate())
	w.plugin = w.newServer()
	second := w.newServer()
	w.mm.Attach(w.plugin)
	before := w.zoom.Counts()["GET /v2/meetings/{meetingId}"]
	w.zoom.Advance(20 * time.Minute)
	second.app.Load().queue.Wake()
	w.passes(0)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.Equal(t, 1, w.zoom.Counts()["GET /v2/meetings/{meetingId}"]-before)
}

func TestC1_AMeetingThatCannotBeLookedUpEndsByAge(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "user", nil, "meeting.started")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.alice.Types("/zoom disconnect", w.town)
	w.alice.Clicks("Disconnect")
	for range 29 {
		w.passes(time.Hour)
	}
	require.Equal(t, "STARTED", post.Refreshed().Prop("meeting_status"))
	for range 24 {
		w.passes(time.Hour)
	}
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"), "no session lasts longer than thirty hours")
}

// Zoom shows a meeting to its host only: that someone else doesn't see it says nothing.
func TestC1_AnotherZoomAccountThatDoesNotSeeTheMeetingDoesNotEndIt(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "user", nil, "meeting.started")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.connectAs(w.alice, w.bob)
	w.passes(time.Hour)
	require.Equal(t, "STARTED", post.Refreshed().Prop("meeting_status"))
	w.connect(w.alice)
	w.ends(post)
	w.passes(time.Hour)
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
}

func TestC1_AnEmptyPersonalRoomStaysOpenForADay(t *testing.T) {
	t.Parallel()
	w := newLossyWorld(t, "s2s", []string{pastScope["s2s"]})
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	for range 6 {
		w.passes(3 * time.Hour)
	}
	require.Equal(t, "STARTED", post.Refreshed().Prop("meeting_status"))
	for range 12 {
		w.passes(3 * time.Hour)
	}
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
}

func TestC1_ADeletedMeetingEndsItsCardAndFreesTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start Weekly", w.town)
	post := meetings(w.town)[0]
	require.NoError(t, w.zoom.DeleteMeeting(w.meetingID(post)))
	w.settle()
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.Nil(t, post.Refreshed().Prop("meeting_end_time"), "it never took place")
	w.bob.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 2)

	body := []byte(`{"event":"meeting.deleted","event_ts":1,"payload":{"operation":"single","object":{"id":` + meetings(w.town)[1].Prop("meeting_id").(string) +
		`,"uuid":"x","type":8,"occurrences":[{"occurrence_id":"1","start_time":"2026-01-01T00:00:00Z"}]}}}`)
	w.deliver(w.plugin, body)
	w.settle()
	require.Equal(t, "STARTED", meetings(w.town)[1].Prop("meeting_status"), "one date of a series is not all of it")
}
