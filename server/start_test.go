package main

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

func TestAMeetingFromStartToEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)

	w.alice.Types("/zoom start Weekly   sync", w.town)
	post := meetings(w.town)[0]
	require.Equal(t, w.alice.ID, post.UserId)
	require.Equal(t, "Weekly sync", post.Prop("meeting_topic"))
	require.Equal(t, "STARTED", post.Prop("meeting_status"))
	require.Contains(t, post.Prop("meeting_link"), "/j/")
	require.Equal(t, []string{post.Prop("meeting_link").(string)}, w.alice.Opened(), "the window that asked opens the join page")
	require.Empty(t, w.bob.Opened())

	w.begins(post)
	require.Equal(t, true, post.Refreshed().Prop("meeting_started"))
	began := w.zoom.Now()
	w.zoom.Advance(25 * time.Minute)
	w.ends(post)
	over := post.Refreshed()
	require.Equal(t, "ENDED", over.Prop("meeting_status"))
	require.InDelta(t, 25*60, over.Prop("meeting_duration"), 2)
	require.InDelta(t, began.UnixMilli(), over.Prop("meeting_start_time"), 2000)
	require.Equal(t, post.Message, over.Message, "the words of the person stay theirs")
	require.Len(t, meetings(w.town), 1, "one meeting is one post")
}

func TestAStartCostsOneCallInEachMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			switch mode {
			case "user":
				w.connect(w.alice)
			case "account":
				w.connect(w.admin)
			}
			w.alice.Types("/zoom start first", w.town)
			w.zoom.ClearJournal()
			w.alice.Types("/zoom start second", w.backroom)
			require.Len(t, meetings(w.backroom), 1)
			require.Equal(t, 1, w.calls())
			require.Equal(t, map[string]int{"POST /v2/users/{userId}/meetings": 1}, w.zoom.Counts(), "no token was asked for either")
		})
	}
}

func TestAnUnconnectedUserConnectsAndTheStartContinues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	root := w.bob.Says("Shall we talk?", w.town)

	w.alice.Types("/zoom start Let's talk", root)
	require.Empty(t, meetings(w.town))
	require.Equal(t, root.Id, w.alice.LastNote().RootId, "the question is where the user asked")
	page := w.authorizes(w.alice)

	require.Equal(t, http.StatusOK, page.Status)
	post := meetings(w.town)[0]
	require.Equal(t, root.Id, post.RootId, "in the thread where it was typed")
	require.Equal(t, "Let's talk", post.Prop("meeting_topic"))
	require.Contains(t, page.Body, post.Prop("meeting_link"))
	require.Len(t, w.alice.Opened(), 1)
}

func TestDefect31_ConnectingStartsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom settings", w.town)
	w.connect(w.alice)
	require.Empty(t, meetings(w.town))
}

func TestDefect39_OnlyTheWindowThatAskedOpensTheJoinPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	first, second, unnamed := w.alice, w.alice.InWindow("alice-window-2"), w.alice.InWindow("")

	first.Types("/zoom start", w.town)
	link := meetings(w.town)[0].Prop("meeting_link").(string)
	require.Equal(t, []string{link}, first.Opened())
	require.Empty(t, second.Opened(), "the other window of the same person stays as it is")

	second.Types("/zoom start", w.backroom)
	other := meetings(w.backroom)[0].Prop("meeting_link").(string)
	require.Equal(t, []string{other}, second.Opened())
	require.Equal(t, []string{link}, first.Opened())

	unnamed.Types("/zoom start", w.mm.AddChannel("third", mmtest.Private, w.alice))
	require.Len(t, first.Opened(), 1, "a server that does not say which window asked opens none")
	require.Len(t, second.Opened(), 1)
	require.Empty(t, unnamed.Opened())
}

func TestTheButtonAnswersWithTheLinkAndOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	answer := w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "topic": "Hi"})
	require.Equal(t, http.StatusOK, answer.Status, answer.Body)
	var started struct {
		Outcome    string `json:"outcome"`
		MeetingURL string `json:"meeting_url"`
		PostID     string `json:"post_id"`
	}
	require.NoError(t, answer.JSON(&started))
	post := meetings(w.town)[0]
	require.Equal(t, "started", started.Outcome)
	require.Equal(t, post.Id, started.PostID)
	require.Equal(t, post.Prop("meeting_link"), started.MeetingURL)
	require.Empty(t, w.alice.Opened(), "the window opens the link by itself")
}

func TestASecondMeetingIsNotStartedByAccident(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start Stand-up", w.town)
	first := meetings(w.town)[0]
	w.begins(first)
	w.zoom.Advance(2 * time.Hour)

	w.bob.Types("/zoom start Something else", w.town)
	require.Len(t, meetings(w.town), 1)
	prompt := w.bob.LastNote()
	require.Equal(t, "RECENTLY_CREATED", prompt.Prop("meeting_status"))
	require.Equal(t, first.Prop("meeting_link"), prompt.Prop("meeting_link"))
	require.Contains(t, prompt.Text(), "alice")

	w.bob.Clicks(prompt.Buttons()[0])
	require.Len(t, meetings(w.town), 2, "all the same")
	require.Equal(t, "Something else", meetings(w.town)[1].Prop("meeting_topic"))
}

func TestAnEndedMeetingBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	w.begins(meetings(w.town)[0])
	w.ends(meetings(w.town)[0])
	w.bob.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 2)
}

func TestAFailedStartBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.failsOnce("POST", "/v2/users/", 503, `{"code":500,"message":"down"}`)
	w.alice.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town))
	w.alice.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1)
}

func TestTheAskEachTimePreferenceIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("Ask me each time")
	root := w.bob.Says("Shall we talk?", w.town)

	for range 2 {
		w.alice.Types("/zoom start Planning", root)
		require.Contains(t, w.alice.LastNote().Text(), "Which meeting")
		w.alice.Clicks("Unique meeting ID")
		post := meetings(w.town)[len(meetings(w.town))-1]
		require.Equal(t, "Planning", post.Prop("meeting_topic"), "the topic is kept")
		require.Equal(t, root.Id, post.RootId, "and the thread")
		w.begins(post)
		w.ends(post)
	}
	require.Len(t, meetings(w.town), 2)
}

func TestAPersonalMeetingKeepsItsPasscode(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			if mode == "user" {
				w.connect(w.alice)
			}
			w.alice.Types("/zoom settings", w.town)
			w.alice.Clicks("My personal meeting ID")
			w.alice.Types("/zoom start", w.town)
			post := meetings(w.town)[0]
			require.Contains(t, post.Prop("meeting_link"), "pwd=")
			require.Equal(t, true, post.Prop("meeting_personal"))

			w.begins(post)
			w.ends(post)
			require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))

			w.zoom.ClearJournal()
			w.alice.Types("/zoom start", w.backroom)
			require.Len(t, meetings(w.backroom), 1)
			require.Equal(t, 1, w.calls())
		})
	}
}

func TestAMeetingWhosePostWasDeletedBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	meetings(w.town)[0].Delete()
	w.zoom.Advance(3 * time.Minute)
	w.bob.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1)
	require.Equal(t, w.bob.ID, meetings(w.town)[0].UserId)
}

func TestClickingStartAnotherThreeTimesStartsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	require.NoError(t, w.zoom.AddFault(kit.Fault{Match: kit.Match{Method: "POST", Path: "/v2/users/"}, Times: -1, Action: kit.Action{LatencyMS: 300}}))
	var presses sync.WaitGroup
	for range 3 {
		presses.Go(func() {
			w.bob.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "force": true})
		})
	}
	presses.Wait()
	require.Len(t, meetings(w.town), 2)
}

// An account may make every instant meeting a personal one; its events carry the personal ID, whatever the answer said.
func TestTrapAnInstantMeetingMayBeAPersonalOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	answer := `{"id":81234567890,"uuid":"u==","host_id":"h","topic":"Daily","type":1,"pmi":"4445556666","join_url":"https://zoom.us/j/4445556666?pwd=x","settings":{"use_pmi":true}}`
	w.failsOnce("POST", "/v2/users/", 201, answer)
	w.alice.Types("/zoom start Daily", w.town)
	post := meetings(w.town)[0]
	require.Equal(t, "4445556666", post.Prop("meeting_id"))
	require.Equal(t, true, post.Prop("meeting_personal"))
}

func TestAPersonalRoomThatIsInUseIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	w.alice.Types("/zoom start", w.town)
	first := meetings(w.town)[0]
	w.begins(first)
	w.zoom.Advance(time.Hour)
	w.alice.Types("/zoom start", w.backroom)
	second := meetings(w.backroom)[0]
	require.Equal(t, true, second.Prop("meeting_started"))
	w.zoom.Advance(time.Hour)
	w.bob.Types("/zoom start", w.backroom)
	require.Len(t, meetings(w.backroom), 1, "it is open for as long as it runs")
	w.ends(first)
	require.Equal(t, "ENDED", first.Refreshed().Prop("meeting_status"))
	require.Equal(t, "ENDED", second.Refreshed().Prop("meeting_status"))
}

func TestAGuardThatCannotLookStartsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	w.zoom.Advance(3 * time.Minute)
	w.plugin.breaks("GetPost")
	w.bob.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1)
	w.plugin.meddle(nil)
	w.bob.Types("/zoom start", w.town)
	require.Contains(t, w.bob.LastNote().Text(), "already started a Zoom meeting here", "the open meeting was not forgotten")
}
