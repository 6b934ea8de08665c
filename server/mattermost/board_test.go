package mattermost_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/zoom"
)

func TestMeetingIsAnnouncedInItsCreatorsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	require.Equal(t, w.alice.ID, post.UserId)
	require.Equal(t, "custom_zoom", post.Type)
	require.Equal(t, "I have started a meeting", post.Message)
	require.Empty(t, post.Prop("meeting_start_url"))
	golden(t, "announced", post)
}

func TestMeetingIsAnnouncedInTheThreadItWasStartedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	question := w.bob.Says("Should we talk?", w.townSquare)
	alice, err := w.Person(t.Context(), chat.PersonID(w.alice.ID))
	require.NoError(t, err)
	personal := standUp()
	personal.Personal = true
	_, err = w.Announce(t.Context(), meeting.Announcement{
		Place: place(w.townSquare.ID).In(question.Id), Creator: alice, Meeting: personal,
	})
	require.NoError(t, err)
	require.Equal(t, question.Id, w.townSquare.LastPost().RootId)
	require.Equal(t, true, w.townSquare.LastPost().Prop("meeting_personal"))
}

func TestMeetingWithoutTopicLinkPasscodeOrNumbersStillHasAPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	golden(t, "announced_bare", w.announced(t, zoom.Meeting{ID: "85746065432"}))
}

// The peer's post marks the viewer's text as edited, and prints the meeting's number as %!s(float64=…).
func TestDefect27_EndedPostReadsWellAndItsTextIsNotTouched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())

	started := meeting.Progress{Status: meeting.Started, UUID: "4444AAAiAAAAAiAiAiiAii==", StartedAt: nine()}
	require.NoError(t, w.Rewrite(t.Context(), message(post.Id), started))
	running := post.Refreshed()
	require.False(t, running.Edited(), "nothing that people read has changed")
	require.Equal(t, "STARTED", running.Prop("meeting_status"))
	require.Equal(t, true, running.Prop("meeting_started"))

	w.mm.Advance(85 * time.Minute) // Zoom's last attempt to deliver the event
	require.NoError(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine().Add(45*time.Minute))))
	over := post.Refreshed()
	require.Equal(t, "I have started a meeting", over.Message)
	require.InDelta(t, 45*60, over.Prop("meeting_duration"), 0, "the length is Zoom's, however late we hear of it")
	require.NotContains(t, over.Attachments()[0].Fallback, "%!")
	require.NotContains(t, over.Text(), "Join")
	require.Empty(t, over.Buttons())
	golden(t, "ended", over)
}

func TestRewritingTwiceChangesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	for _, p := range []meeting.Progress{
		{Status: meeting.Announced, UUID: "4444AAAiAAAAAiAiAiiAii=="},
		{Status: meeting.Started, UUID: "4444AAAiAAAAAiAiAiiAii==", StartedAt: nine()},
		ended(nine(), nine().Add(time.Hour)),
	} {
		require.NoError(t, w.Rewrite(t.Context(), message(post.Id), p))
		before := post.Refreshed()
		w.mm.Advance(time.Minute)
		require.NoError(t, w.Rewrite(t.Context(), message(post.Id), p))
		require.Equal(t, before.UpdateAt, post.Refreshed().UpdateAt, "%s", p.Status)
	}
}

func TestMeetingThatIsStartedAgainCanBeJoinedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	require.NoError(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine().Add(time.Hour))))
	again := meeting.Progress{Status: meeting.Started, UUID: "second==", StartedAt: nine().Add(2 * time.Hour)}
	require.NoError(t, w.Rewrite(t.Context(), message(post.Id), again))

	reopened := post.Refreshed()
	require.Equal(t, "STARTED", reopened.Prop("meeting_status"))
	require.Nil(t, reopened.Prop("meeting_end_time"))
	require.Nil(t, reopened.Prop("meeting_duration"))
	require.Contains(t, reopened.Text(), "https://zoom.us/j/85746065432?pwd=abc.1")
}

func TestLengthsAndTimesReadWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		progress meeting.Progress
		want     []string
	}{
		"half a minute":     {ended(nine(), nine().Add(29*time.Second)), []string{"Length: less than a minute"}},
		"one minute":        {ended(nine(), nine().Add(time.Minute)), []string{"Length: 1 minute", "2026-08-03, 09:00–09:01 UTC"}},
		"hours and minutes": {ended(nine(), nine().Add(125*time.Minute)), []string{"Length: 2 hours 5 minutes"}},
		"one hour sharp":    {ended(nine(), nine().Add(time.Hour)), []string{"Length: 1 hour"}},
		"over midnight": {
			ended(nine(), nine().Add(16*time.Hour)), []string{"2026-08-03, 09:00 – 2026-08-04, 01:00 UTC"},
		},
		"other time zone": {
			ended(nine().In(time.FixedZone("", 7200)), nine().Add(time.Hour)), []string{"2026-08-03, 09:00–10:00 UTC"},
		},
		"start unknown":    {ended(time.Time{}, nine()), []string{"When: 2026-08-03, 09:00 UTC"}},
		"end unknown":      {ended(nine(), time.Time{}), []string{"The meeting has ended."}},
		"end before start": {ended(nine(), nine().Add(-time.Hour)), []string{"When: 2026-08-03, 08:00 UTC"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			post := w.announced(t, standUp())
			require.NoError(t, w.Rewrite(t.Context(), message(post.Id), c.progress))
			for _, want := range c.want {
				require.Contains(t, post.Refreshed().Text(), want)
			}
		})
	}
}

func TestDeletedPostIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	post.Delete()
	require.ErrorIs(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine())), meeting.ErrMissing)
	require.ErrorIs(t, w.Rewrite(t.Context(), message("unknownpost"), ended(nine(), nine())), meeting.ErrMissing)
}

func TestPostInAnArchivedChannelIsGoneTooForItCanNeverChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	w.townSquare.Archive()
	require.ErrorIs(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine())), meeting.ErrGone)
}

func TestPostOfThePublicPluginEndsWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	post.Forge(map[string]any{
		"meeting_id": 85746065432, "meeting_uuid": nil, "meeting_passcode": nil, "meeting_dial_in": nil,
		"attachments": []any{map[string]any{"text": "Meeting ID: 85746065432"}},
	})
	require.NoError(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine().Add(time.Hour))))
	golden(t, "ended_public_plugin", post.Refreshed())
}

// Authors can set every prop of their posts to anything.
func TestForgedPropsHarmNoOne(t *testing.T) {
	t.Parallel()
	for name, props := range map[string]map[string]any{
		"other types": {
			"meeting_id": map[string]any{}, "meeting_link": 5, "meeting_topic": []any{"x"}, "meeting_dial_in": "none",
			"meeting_passcode": true, "meeting_status": 7, "attachments": "text",
		},
		"odd attachments": {"attachments": []any{nil, 3, map[string]any{"fields": []any{map[string]any{"value": nil}}}}},
		"odd numbers":     {"meeting_dial_in": []any{nil, "x", map[string]any{"number": 3, "city": []any{}}}},
		"script link":     {"meeting_link": "javascript:alert(1)"},
		"mentions":        {"meeting_topic": "@all\n# @channel [free](https://evil.example)"},
		"everything null": {"meeting_id": nil, "meeting_link": nil, "meeting_topic": nil, "attachments": nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			post := w.announced(t, standUp())
			post.Forge(props)
			require.NoError(t, w.Rewrite(t.Context(), message(post.Id), meeting.Progress{Status: meeting.Started, StartedAt: nine()}))
			text := post.Refreshed().Text()
			for _, bad := range []string{"javascript:", "@all", "@channel", "](https://evil"} {
				require.NotContains(t, text, bad)
			}
			require.NoError(t, w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine().Add(time.Hour))))
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		})
	}
}

// The peer's prompt offers users on a phone neither a link nor a way to start anyway.
func TestDefect39_PromptWorksWithoutThePluginsOwnView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.PromptRunning(t.Context(), place(w.townSquare.ID), actor(w.bob.ID), meeting.Running{
		Message: message("post"), MeetingID: "85746065432", JoinURL: "https://zoom.us/j/85746065432", Topic: "Stand-up", Creator: "alice",
		Requested: "Review @here", RequestedChoice: meeting.Personal,
		Another: chat.Button{
			Label: chat.Say("prompt.start_another"), Action: "start",
			Values: map[string]string{"sealed": "v1.what the button does, and for whom"},
		},
	})
	require.NoError(t, err)
	require.Empty(t, w.alice.Notes(), "only the one who asked sees it")

	note := w.bob.LastNote()
	require.Contains(t, note.Text(), "[Join existing meeting](https://zoom.us/j/85746065432)")
	require.Equal(t, []string{"Start another meeting"}, note.Buttons())
	golden(t, "running", note)
}

// A meeting that couldn't be posted must be reported at once, and not as a crash.
func TestBrokenConnectionIsAnErrorNotACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.announced(t, standUp())
	alice, err := w.Person(t.Context(), chat.PersonID(w.alice.ID))
	require.NoError(t, err)
	at := place(w.townSquare.ID)
	w.mm.BreakConnection()

	_, err = w.Announce(t.Context(), meeting.Announcement{Place: at, Creator: alice, Meeting: standUp()})
	require.Error(t, err)
	err = w.Rewrite(t.Context(), message(post.Id), ended(nine(), nine()))
	require.Error(t, err)
	require.NotErrorIs(t, err, meeting.ErrGone, "the post is there; it cannot be reached")
	require.Error(t, w.PromptRunning(t.Context(), at, actor(w.bob.ID), meeting.Running{}))
	require.Error(t, w.Ephemeral(t.Context(), at, actor(w.bob.ID), chat.Note{}))
	require.Error(t, w.Conversation(actor(w.bob.ID), at, "", message("note")).Replace(t.Context(), chat.Note{}))
	_, err = w.Person(t.Context(), chat.PersonID(w.alice.ID))
	require.Error(t, err)
	_, err = w.Channel(t.Context(), place(w.townSquare.ID))
	require.Error(t, err)
	_, err = w.Thread(t.Context(), in(w.townSquare.ID, post.Id))
	require.Error(t, err)
	require.False(t, w.MayPost(t.Context(), actor(w.alice.ID), place(w.townSquare.ID)))
	_, err = w.StillMayPost(t.Context(), actor(w.alice.ID), place(w.townSquare.ID))
	require.Error(t, err, "that is no answer")

	w.ServerSettingsChanged()
}

func TestPostIsWrittenInTheServersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alice.Becomes(mmtest.Reads("de"))
	require.Equal(t, "I have started a meeting", w.announced(t, standUp()).Message, "everyone reads it, whatever language its host reads")
}
