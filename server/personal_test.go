package main

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// remembers has the plugin believe that this is the user's personal meeting ID, as it was when it last asked.
func (w *world) remembers(u *mmtest.User, pmi int64) {
	w.t.Helper()
	require.NoError(w.t, w.mm.KV.Set("pmi."+u.ID, []byte(strconv.Quote(strconv.FormatInt(pmi, 10))), 0))
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

func TestAPersonalMeetingIDThatWasChangedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account", "s2s"} {
		for name, old := range map[string]func(w *world) int64{
			"and is nobody's now":        func(*world) int64 { return 9999999999 },
			"and is somebody else's now": func(w *world) int64 { return w.pmiOf(w.bob) },
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

func TestWhoHasNoPersonalMeetingIDIsToldWhereToGetOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	w.fails("/v2/users/", 1, sandbox.Action{Status: 200, Body: []byte(`{"id":"u1","email":"alice@example.com","pmi":0}`)})
	w.alice.Types("/zoom start", w.town)
	requireSays(t, w.alice.LastNote().Text(), "You have no personal meeting ID at Zoom", "/zoom settings")
	require.Empty(t, meetings(w.town))
}

func TestDefect16_APersonalMeetingKeepsItsPasscodeHoweverItIsChosen(t *testing.T) {
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
