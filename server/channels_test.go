package main

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// click is what a client sends when its user clicks a button; a custom client can send anything.
type click struct {
	channel, root, post string
	action              string
	values              map[string]any
}

func (w *world) forges(u *mmtest.User, c click) *mmtest.Response {
	w.t.Helper()
	return u.Post("/action", model.PostActionIntegrationRequest{
		UserId: w.admin.ID, ChannelId: c.channel, PostId: c.post,
		Context: map[string]any{"action": c.action, "root_id": c.root, "values": c.values},
	})
}

// attempts are all ways in which alice can start a meeting in a channel.
func attempts(channel *mmtest.Channel) map[string]func(w *world) {
	return map[string]func(w *world){
		"slash command": func(w *world) { w.alice.Types("/zoom start", channel) },
		"button": func(w *world) {
			w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": channel.ID})
		},
		"button, by force": func(w *world) {
			w.alice.Post("/api/v1/meetings?force=true", map[string]any{"channel_id": channel.ID, "force": true})
		},
	}
}

func TestDefect09_TheRestrictionAppliesToEveryWayToStart(t *testing.T) {
	t.Parallel()
	for name := range attempts(&mmtest.Channel{}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.mm.Set(map[string]any{"RestrictMeetingCreation": true})
			attempts(w.town)[name](w)
			require.Empty(t, meetings(w.town))
			requireSays(t, w.alice.LastNote().Text(), "Meetings in public channels are turned off", "Start your meeting in a private channel")
			require.Zero(t, w.calls(), "no unseen meeting is left in Zoom")
			attempts(w.backroom)[name](w)
			require.Len(t, meetings(w.backroom), 1)
		})
	}
}

func TestDefect38_AUserWhoCannotPostLeavesNoMeetingInZoom(t *testing.T) {
	t.Parallel()
	for name, forbid := range map[string]func(w *world) *mmtest.Channel{
		"no member": func(w *world) *mmtest.Channel { return w.mm.AddChannel("board", mmtest.Private, w.bob) },
		"silenced": func(w *world) *mmtest.Channel {
			w.backroom.Silence(w.alice)
			return w.backroom
		},
		"archived": func(w *world) *mmtest.Channel {
			w.backroom.Archive()
			return w.backroom
		},
		"deactivated": func(w *world) *mmtest.Channel {
			w.alice.Becomes(mmtest.Deactivated)
			return w.backroom
		},
		"unknown": func(w *world) *mmtest.Channel { return &mmtest.Channel{ID: "nosuchchannel0000000000000"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			channel := forbid(w)
			for way, try := range attempts(channel) {
				if way == "slash command" && name == "unknown" {
					continue // the server itself refuses that
				}
				try(w)
				requireSays(t, w.alice.LastNote().Text(), "can't post in this channel")
			}
			require.Empty(t, w.zoom.Counts())
			require.Empty(t, w.openIn(channel))
		})
	}
}

func TestDefect09_TheRestrictionAppliesToAStartResumedAfterConnecting(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world){
		"Meetings in public channels are turned off": func(w *world) { w.mm.Set(map[string]any{"RestrictMeetingCreation": true}) },
		"can't post in this channel":                 func(w *world) { w.town.Leave(w.alice) },
	} {
		w := newWorld(t, "user")
		w.alice.Types("/zoom start", w.town)
		link := w.connectLink(w.alice)
		change(w)
		page := w.alice.Get(w.allows(w.alice, link))
		require.Equal(t, http.StatusOK, page.Status, "connected all the same")
		requireSays(t, html.UnescapeString(page.Body), "couldn't be started", name)
		requireSays(t, w.alice.LastNote().Text(), name)
		require.Empty(t, meetings(w.town))
	}
}

func TestTheGuardAgainstASecondMeetingAppliesToEveryWayToStart(t *testing.T) {
	t.Parallel()
	for name := range attempts(&mmtest.Channel{}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "s2s")
			w.bob.Types("/zoom start Stand-up", w.town)
			w.begins(meetings(w.town)[0])
			attempts(w.town)[name](w)
			if strings.Contains(name, "by force") || name == "a forged click" {
				require.Len(t, meetings(w.town), 2, "who insists gets another")
				return
			}
			require.Len(t, meetings(w.town), 1)
			prompt := w.alice.LastNote()
			require.Equal(t, "RECENTLY_CREATED", prompt.Prop("meeting_status"))
			require.Contains(t, prompt.Text(), "bob already started a Zoom meeting here")
			require.Contains(t, prompt.Text(), meetings(w.town)[0].Prop("meeting_link"))

			w.alice.Clicks("Start another meeting")
			require.Len(t, meetings(w.town), 2)
			require.Equal(t, strings.Contains(name, "personal"), meetings(w.town)[1].Prop("meeting_personal"), "the choice is kept")
		})
	}
}

func TestTheGuardAppliesToAStartResumedAfterConnecting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.bob)
	w.alice.Types("/zoom start Retro", w.town)
	link := w.connectLink(w.alice)
	w.bob.Types("/zoom start Stand-up", w.town)
	page := w.alice.Get(w.allows(w.alice, link))
	requireSays(t, page.Body, "a question about your meeting")
	require.Len(t, meetings(w.town), 1)
	w.alice.Clicks("Start another meeting")
	require.Equal(t, "Retro", meetings(w.town)[1].Prop("meeting_topic"))
}

func TestDefect13_AForgedPostMisleadsNoOneWhoStarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.bob.Says("I have started a meeting", w.town).Forge(map[string]any{
		"meeting_provider": "Zoom", "meeting_status": "STARTED", "meeting_link": "https://evil.example.com/j/1", "meeting_id": "1",
	})
	w.alice.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1, "the channel's own list counts, not what posts say")

	meetings(w.town)[0].Forge(map[string]any{"meeting_link": "https://evil.example.com/j/2"})
	w.bob.Types("/zoom start", w.town)
	require.NotContains(t, w.bob.LastNote().Text(), "evil.example.com")
}

func TestDefect18_AForgedThreadIsDetectedAndARealOneIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	elsewhere := w.bob.Says("Secret talk", w.backroom)
	root := w.bob.Says("Shall we talk?", w.town)
	reply := w.alice.Says("Yes", root)
	start := func(rootID string) {
		w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID, "root_id": rootID, "force": true})
	}
	for _, forged := range []string{elsewhere.Id, "nosuchpost0000000000000000"} {
		start(forged)
		require.Empty(t, meetings(w.town))
		require.Empty(t, meetings(w.backroom))
		requireSays(t, w.alice.LastNote().Text(), "That thread isn't in this channel")
		require.Empty(t, w.alice.LastNote().RootId, "it is said where alice sees it")
	}
	start(reply.Id)
	require.Equal(t, root.Id, meetings(w.town)[0].RootId, "a reply identifies its thread")
	start(root.Id)
	require.Equal(t, root.Id, meetings(w.town)[1].RootId)
}

func TestForgedClicksAreAnsweredWithAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for name, c := range map[string]click{
		"an unknown action": {channel: w.town.ID, action: "format-disk"},
		"no action":         {channel: w.town.ID},
		"a setting":         {channel: w.town.ID, action: "choose", values: map[string]any{"choice": "personal"}},
		"a start":           {channel: w.town.ID, action: "start", values: map[string]any{"choice": "personal", "all_the_same": "true"}},
		"a made-up seal":    {channel: w.town.ID, action: "start", values: map[string]any{"sealed": "v1.k1.AAAA"}},
		"a seal of a kind":  {channel: w.town.ID, action: "start", values: map[string]any{"sealed": 7}},
	} {
		answer := w.forges(w.alice, c)
		require.Equal(t, http.StatusOK, answer.Status, name)
		require.Contains(t, answer.Told, "no longer valid", name)
	}
	require.Empty(t, meetings(w.town))
}

// Mattermost lets everyone post buttons, and sends a button's request in the name of the user who clicks it.
func TestAButtonOfAnotherUserStartsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.bob.Types("/zoom settings", w.town)
	w.bob.Clicks("Ask me each time")
	w.bob.Types("/zoom start", w.town)
	genuine := w.bob.LastNote().Attachments()[0].Actions[0].Integration.Context
	w.alice.Post("/action", model.PostActionIntegrationRequest{UserId: w.alice.ID, ChannelId: w.town.ID, Context: genuine})
	require.Empty(t, meetings(w.town), "bob's own button, pressed by alice")

	// The server sends such a click with the rights of its user, but without the header that programs set.
	body := strings.NewReader(`{"channel_id":"` + w.town.ID + `","user_id":"` + w.alice.ID + `"}`)
	answer := w.mm.Request(httptest.NewRequest(http.MethodPost, "/plugins/zoom/api/v1/meetings?force=true", body), w.alice)
	require.Equal(t, http.StatusForbidden, answer.Status)
	require.Empty(t, meetings(w.town))

	w.bob.Clicks("Unique meeting ID")
	require.Equal(t, w.bob.ID, meetings(w.town)[0].UserId)
}

func TestDefect09_AnOlderButtonIsCheckedWhenItIsClicked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("Ask me each time")
	w.alice.Types("/zoom start", w.town)
	w.mm.Set(map[string]any{"RestrictMeetingCreation": true})
	w.alice.Clicks("Unique meeting ID")
	require.Empty(t, meetings(w.town))
	requireSays(t, w.alice.LastNote().Text(), "Meetings in public channels are turned off")
	require.Zero(t, w.calls())

	w.mm.Set(map[string]any{"RestrictMeetingCreation": false})
	w.alice.Types("/zoom start", w.town)
	w.zoom.Advance(25 * time.Hour)
	w.alice.Clicks("Unique meeting ID")
	require.Empty(t, meetings(w.town), "a note is for the moment")
}

func TestMeetingsStartInDirectAndGroupMessagesToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Set(map[string]any{"RestrictMeetingCreation": true})
	for i, kind := range []mmtest.Kind{mmtest.Direct, mmtest.Group, mmtest.Private} {
		room := w.mm.AddChannel(fmt.Sprint("room", i), kind, w.alice, w.bob)
		w.alice.Types("/zoom start", room)
		require.Len(t, meetings(room), 1)
	}
}
