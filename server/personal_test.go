package main

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// remembers has the plugin believe that this is the user's personal meeting ID, as it was when it last asked.
func (w *world) remembers(u *mmtest.User, pmi int64) {
	w.t.Helper()
	require.NoError(w.t, w.memory.Meetings.SetPersonalMeetingID(w.t.Context(), chat.PersonID(u.ID), strconv.FormatInt(pmi, 10), 24*time.Hour))
}

func (w *world) pmiOf(u *mmtest.User) int64 {
	for _, known := range w.zoomUsers {
		if known.Email == address(u) {
			return known.PMI
		}
	}
	w.t.Errorf("%s is not at Zoom", u.Username)
	return 0
}

func TestAChangedPersonalMeetingIDIsFetchedAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		for name, old := range map[string]func(w *world) int64{
			"and belongs to no one now":       func(*world) int64 { return 9999999999 },
			"and belongs to another user now": func(w *world) int64 { return w.pmiOf(w.bob) },
		} {
			t.Run(mode+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, mode)
				w.connectFor(w.alice, mode)
				w.alice.Types("/zoom settings", w.town)
				w.alice.Clicks("My personal meeting ID")
				w.remembers(w.alice, old(w))
				w.alice.Types("/zoom start", w.town)
				require.Len(t, meetings(w.town), 1)
				require.Equal(t, w.pmiOf(w.alice), w.meetingID(meetings(w.town)[0]), "alice's own room, not bob's")
				require.Contains(t, meetings(w.town)[0].Prop("meeting_link"), "pwd=")
			})
		}
	}
}

func TestAUserWithoutAPersonalMeetingIDIsToldWhereToGetOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	w.fails("/v2/users/", 1, kit.Action{Status: 200, Body: []byte(`{"id":"u1","email":"alice@example.com","pmi":0}`)})
	w.alice.Types("/zoom start", w.town)
	requireSays(t, w.alice.LastNote().Text(), "You don't have a personal meeting ID in Zoom", "/zoom settings")
	require.Empty(t, meetings(w.town))

	w.alice.Clicks("Unique meeting ID")
	require.Len(t, meetings(w.town), 1)
}

func TestDefect16_APersonalMeetingAlwaysKeepsItsPasscode(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(w *world){
		"button": func(w *world) {
			w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "identity": "personal"})
		},
		"asked": func(w *world) {
			w.alice.Types("/zoom settings", w.town)
			w.alice.Clicks("Ask me each time")
			w.alice.Types("/zoom start", w.town)
			w.alice.Clicks("Personal meeting ID")
		},
		"after connecting": func(w *world) {
			w.alice.Types("/zoom disconnect", w.town)
			w.alice.Clicks("Disconnect")
			w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "identity": "personal"})
			w.authorizes(w.alice)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.connect(w.alice)
			start(w)
			require.Contains(t, meetings(w.town)[0].Prop("meeting_link"), "pwd=")
			require.NotEmpty(t, meetings(w.town)[0].Prop("meeting_passcode"))
		})
	}
}

func TestDefect19_AskingKeepsTopicThreadAndWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("Ask me each time")
	w.bob.Says("Hello", w.town)
	root := w.bob.Says("Shall we talk?", w.town)
	w.alice.Types("/zoom start Quarterly   numbers", root)
	w.alice.Clicks("Unique meeting ID")
	post := meetings(w.town)[0]
	require.Equal(t, "Quarterly numbers", post.Prop("meeting_topic"))
	require.Equal(t, root.Id, post.RootId)
	require.Equal(t, []string{post.Prop("meeting_link").(string)}, w.alice.Opened(), "in the window that asked")

	w.bob.Types("/zoom connect", w.town)
	w.authorizes(w.bob)
	w.bob.Types("/zoom settings", w.town)
	w.bob.Clicks("Ask me each time")
	w.bob.Types("/zoom start", w.town)
	w.bob.Clicks("Unique meeting ID")
	require.Equal(t, "RECENTLY_CREATED", w.bob.LastNote().Prop("meeting_status"), "the guard holds here, too")
}

func TestC8_AnUnknownPersonalMeetingOffersAUniqueOne(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			w.connectFor(w.alice, mode)
			w.alice.Types("/zoom settings", w.town)
			w.alice.Clicks("My personal meeting ID")
			w.fails("/v2/meetings/", -1, kit.Action{Status: 404, Body: []byte(`{"code":3001,"message":"Meeting does not exist: 1."}`)})
			w.alice.Types("/zoom start Weekly", w.town)
			requireSays(t, w.alice.LastNote().Text(), "Zoom doesn't know your personal meeting", "unique ID")
			require.Empty(t, meetings(w.town))

			w.alice.Clicks("Unique meeting ID")
			require.Len(t, meetings(w.town), 1)
			require.Equal(t, "Weekly", meetings(w.town)[0].Prop("meeting_topic"))
			require.Equal(t, false, meetings(w.town)[0].Prop("meeting_personal"))
		})
	}
}

// Zoom's events name such a meeting by the personal ID, whether its answer says so in "pmi" or in the join link alone.
func TestC7_MeetingsAreTrackedWhereZoomForcesThePersonalID(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			w.connectFor(w.alice, mode)
			require.NoError(t, w.zoom.SetPolicy(sandbox.Policy{PersonalID: sandbox.PersonalIDForced}))
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			require.Equal(t, w.pmiOf(w.alice), w.meetingID(post), "the number that people dial")
			w.begins(post)
			require.Equal(t, true, post.Refreshed().Prop("meeting_started"))
			w.ends(post)
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		})
	}
	for name, answer := range map[string]string{
		"the link alone": `{"id":82345678901,"uuid":"a==","host_id":"host","topic":"Weekly","type":1,"join_url":"https://example.zoom.us/j/5551234567?pwd=x"}`,
		"pmi alone":      `{"id":82345678901,"uuid":"a==","host_id":"host","topic":"Weekly","type":1,"pmi":"5551234567","join_url":"https://example.zoom.us/j/82345678901?pwd=x"}`,
		"both":           `{"id":82345678901,"uuid":"a==","host_id":"host","topic":"Weekly","type":1,"pmi":"5551234567","join_url":"https://example.zoom.us/j/5551234567?pwd=x"}`,
	} {
		for number, told := range map[string]string{"the personal ID": "5551234567", "the meeting's own ID": "82345678901"} {
			t.Run(name+", told by "+number, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "s2s")
				w.failsOnce("POST", "/v2/users/", 201, answer)
				w.alice.Types("/zoom start", w.town)
				post := meetings(w.town)[0]
				w.tells("meeting.started", told, "b==", w.zoom.Now(), time.Time{})
				require.Equal(t, true, post.Refreshed().Prop("meeting_started"))
				w.tells("meeting.ended", told, "b==", w.zoom.Now(), w.zoom.Now().Add(time.Minute))
				require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))

				w.tells("meeting.started", "5551234567", "c==", w.zoom.Now().Add(time.Hour), time.Time{})
				require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"), "the room's next session was not announced here")
			})
		}
	}
}

// tells sends an event about a session of the meeting with this number; a zero time is left out.
func (w *world) tells(name, number, uuid string, start, end time.Time) {
	w.t.Helper()
	object := map[string]any{"id": number, "uuid": uuid, "topic": "Weekly", "type": 1, "duration": 60, "timezone": "UTC"}
	at := w.zoom.Now()
	if !start.IsZero() {
		object["start_time"], at = start.UTC().Format(time.RFC3339), start
	}
	if !end.IsZero() {
		object["end_time"], at = end.UTC().Format(time.RFC3339), end
	}
	body, err := json.Marshal(map[string]any{
		"event": name, "event_ts": at.UnixMilli(), "payload": map[string]any{"account_id": zoomAccount, "object": object},
	})
	require.NoError(w.t, err)
	w.deliver(w.plugin, body)
	w.settle()
}

func TestC4_AnEndEventWithoutAStartKeepsTheStart(t *testing.T) {
	t.Parallel()
	for _, personal := range []bool{false, true} {
		w := newWorld(t, "s2s")
		if personal {
			w.alice.Types("/zoom settings", w.town)
			w.alice.Clicks("My personal meeting ID")
		}
		w.alice.Types("/zoom start", w.town)
		post := meetings(w.town)[0]
		number := post.Prop("meeting_id").(string)
		began := w.zoom.Now().UTC().Truncate(time.Second).Add(time.Minute)
		w.tells("meeting.started", number, "u==", began, time.Time{})
		w.tells("meeting.ended", number, "u==", time.Time{}, began.Add(30*time.Minute))
		shown := post.Refreshed()
		require.Equal(t, "ENDED", shown.Prop("meeting_status"))
		require.EqualValues(t, began.UnixMilli(), shown.Prop("meeting_start_time"))
		require.EqualValues(t, 1800, shown.Prop("meeting_duration"))
	}
}

func TestC4_AStartEventAfterTheEndIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	number := post.Prop("meeting_id").(string)
	began := w.zoom.Now().UTC().Truncate(time.Second).Add(time.Minute)
	w.tells("meeting.ended", number, "u==", time.Time{}, began.Add(30*time.Minute))
	require.Nil(t, post.Refreshed().Prop("meeting_duration"))
	w.tells("meeting.started", number, "u==", began, time.Time{})
	require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
	require.EqualValues(t, 1800, post.Refreshed().Prop("meeting_duration"))
}
