package main

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
)

// These stories continue after a failure: following the message's advice works.

func TestTheDailyLimitOffersAWorkingPersonalMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	require.NoError(t, w.zoom.SetPolicy(sandbox.Policy{DailyMeetingRequests: 1}))
	w.alice.Types("/zoom start first", w.backroom)
	w.begins(meetings(w.backroom)[0])
	w.ends(meetings(w.backroom)[0])
	root := w.bob.Says("Shall we talk?", w.backroom)

	w.alice.Types("/zoom start second", root)
	require.Len(t, meetings(w.backroom), 1)
	note := w.alice.LastNote()
	requireSays(t, note.Text(), "Zoom's daily limit for new meetings (until ", " 00:00 UTC)")
	require.Equal(t, []string{"Personal meeting ID"}, note.Buttons())

	w.alice.Clicks("Personal meeting ID")
	post := meetings(w.backroom)[1]
	require.Equal(t, true, post.Prop("meeting_personal"))
	require.Equal(t, "second", post.Prop("meeting_topic"))
	require.Equal(t, root.Id, post.RootId)
	require.Equal(t, "Your meeting has started.", w.alice.LastNote().Text(), "the offer is gone")
}

func TestTheDailyLimitOffersNoPersonalMeetingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	w.alice.Types("/zoom settings", w.backroom)
	w.alice.Clicks("My personal meeting ID")
	w.fails("/v2/meetings/", -1, kit.Action{Status: 429, Body: []byte(`{"code":429,"message":"daily rate limit"}`)})
	w.alice.Types("/zoom start", w.backroom)
	requireSays(t, w.alice.LastNote().Text(), "Zoom's daily limit for new meetings")
	require.Empty(t, w.alice.LastNote().Buttons())
}

func TestAnAddedScopeCountsAtOnce(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "s2s"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			w.registerAppWith(mode, []string{scopes[mode][0], scopes[mode][2]})
			if mode == "user" {
				w.connect(w.alice)
			}
			w.alice.Types("/zoom start", w.backroom)
			requireSays(t, w.alice.LastNote().Text(), "lacks the scope", "meeting:write:meeting")
			require.Contains(t, w.alice.LastNote().Text(), "`meeting:write", "to be copied as it is")

			w.registerApp(mode)
			if mode == "user" {
				w.connect(w.alice) // Zoom asks each user for the new scope
			}
			w.alice.Types("/zoom start", w.backroom)
			require.Len(t, meetings(w.backroom), 1)
		})
	}
}

func TestAShortRateLimitIsNotNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.fails("/v2/users/", 1, kit.Action{Status: 429, Body: []byte(`{"code":429}`), Headers: map[string]string{"X-RateLimit-Type": "QPS"}})
	w.alice.Types("/zoom start", w.backroom)
	require.Len(t, meetings(w.backroom), 1)
}

func TestDefect23_CallsToZoomTimeOutAfterTenSeconds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	w := newWorld(t, "s2s")
	w.fails("/v2/users/", 1, kit.Action{Hang: true})
	begun := time.Now()
	w.alice.Types("/zoom start", w.backroom)
	require.Less(t, time.Since(begun), 15*time.Second)
	requireSays(t, w.alice.LastNote().Text(), "didn't answer in time", "Try again in a minute")
	w.alice.Types("/zoom start", w.backroom)
	require.Len(t, meetings(w.backroom), 1, "the channel is free again")
}

func TestTheCreatorGetsTheLinkOfAMeetingThatCannotBePosted(t *testing.T) {
	t.Parallel()
	joinURL := func(w *world) string {
		all := w.zoom.Meetings()
		return all[len(all)-1].JoinURL
	}
	t.Run("slash command", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "user")
		w.connect(w.alice)
		w.plugin.breaks("CreatePost")
		w.alice.Types("/zoom start", w.backroom)
		requireSays(t, w.alice.LastNote().Text(), "Your meeting is ready", joinURL(w))
		w.plugin.breaks()
		w.alice.Types("/zoom start", w.backroom)
		require.Len(t, meetings(w.backroom), 1, "an unseen meeting stops no one from starting")
	})
	t.Run("button", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "user")
		w.connect(w.alice)
		w.plugin.breaks("CreatePost")
		answer := w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.backroom.ID})
		require.Equal(t, http.StatusInternalServerError, answer.Status)
		requireSays(t, answer.Body, `"code":"not_posted"`, joinURL(w))
		requireSays(t, w.alice.LastNote().Text(), joinURL(w))
	})
	t.Run("after connecting", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "user")
		w.alice.Types("/zoom start", w.backroom)
		w.plugin.breaks("CreatePost")
		page := w.authorizes(w.alice)
		require.Contains(t, html.UnescapeString(page.Body), `<a href="`+joinURL(w)+`"`)
		requireSays(t, w.alice.LastNote().Text(), joinURL(w))
	})
}

func TestAFailedConnectSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, story := range []struct {
		name  string
		cause func(w *world)
		says  string
	}{
		{"Zoom is down", func(w *world) { w.fails("/oauth/token", -1, kit.Action{Status: 502, Body: []byte(`"<html>"`)}) }, "Try again in a minute"},
		{"the client secret is wrong", set(map[string]any{"OAuthClientSecret": "mistyped"}), "“Zoom OAuth client secret”"},
		{"the API is elsewhere", func(w *world) { w.mm.Set(map[string]any{"ZoomAPIURL": nowhere(w.t) + "/v2"}) }, "“Zoom API URL”"},
		{"the code is not accepted", func(w *world) {
			w.fails("/oauth/token", 1, kit.Action{Status: 400, Body: []byte(`{"reason":"Invalid authorization code","error":"invalid_grant"}`)})
		}, "To get a new one, run /zoom connect"},
		{"the app may not ask who that was", func(w *world) {
			w.fails("/v2/users/me", -1, kit.Action{Status: 400, Body: []byte(`{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:user]."}`)})
		}, "lacks the scope user:read:user"},
		{"the database fails", func(w *world) { w.memory.OnCall(func(string, string) error { return errOutage }) }, "Something went wrong on the server"},
		{"the settings are gone", set(map[string]any{"OAuthClientID": ""}), "“Zoom OAuth client ID”"},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.alice.Types("/zoom start", w.backroom)
			back := w.allows(w.alice, w.connectLink(w.alice))
			story.cause(w)
			page := w.alice.Get(back)
			require.GreaterOrEqual(t, page.Status, http.StatusBadRequest)
			requireSays(t, html.UnescapeString(page.Body), "Not connected", story.says)
			require.Empty(t, meetings(w.backroom))
			require.Empty(t, w.memory.Grants.Keys(), "nothing is half stored")
		})
	}
}

func TestATopicOfAnyLengthLeadsToALinkToConnectAndToAMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom start "+strings.Repeat("<é\u2028🎉> ", 3000), w.backroom)
	w.authorizes(w.alice)
	topic, _ := meetings(w.backroom)[0].Prop("meeting_topic").(string)
	require.LessOrEqual(t, len([]rune(topic)), 200)
	require.Contains(t, topic, "<é 🎉>")
}

func TestWithoutALinkThePersonIsToldWhatToType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.backroom.ID, "connection_id": strings.Repeat("x", 5000)})
	requireSays(t, w.alice.LastNote().Text(), "run /zoom connect")
}

func TestAFailureThatCannotBeShownIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.plugin.breaks("SendEphemeralPost")
	w.alice.Types("/zoom start", w.backroom)
	w.alice.Types("/zoom connect", w.backroom)
	logs := strings.Join(w.mm.Logs(), "\n")
	require.Contains(t, logs, "A user couldn't be told why their meeting didn't start user_id="+w.alice.ID)
	require.Contains(t, logs, "The answer to a command couldn't be shown user_id="+w.alice.ID)
}
