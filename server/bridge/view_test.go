package bridge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// reads returns what someone in the channel is answered to the line.
func (w *world) reads(channelID, line string) string {
	w.t.Helper()
	texts, err := i18n.NewCatalogue(bridge.Texts())
	require.NoError(w.t, err)
	answer, err := w.server.Commands()[0].Execute(context.Background(), line, command.Call{Actor: actor("ada"), Place: place(channelID)})
	require.NoError(w.t, err)
	return markdown.Render(texts.Text("en", answer), markdown.Reader{})
}

// A connection has channels that follow different parts of it, some of them private.
func TestTheDeliveryLogTellsAChannelOnlyWhatItFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		bridge.Subscription{Place: place("web"), Resource: "web"},
		bridge.Subscription{Place: place("main"), Filters: map[string]string{"branch": "main"}},
		bridge.Subscription{Place: place("board"), Resource: "merger"},
		bridge.Subscription{Place: place("all")},
		bridge.Subscription{Place: place("quiet"), Events: []string{"broken"}},
	)
	for n, says := range []said{
		{Thing: "Login", Resource: "web", Branch: "main", Is: "fine"},
		{Thing: "Search", Resource: "web", Branch: "draft", Is: "broken"},
		{Thing: "Takeover of Globex", Resource: "merger", Branch: "secret", Is: "begun"},
	} {
		says.N = n
		w.hear(says)
		w.work()
		w.pass(time.Minute)
	}
	for channelID, knows := range map[string][]string{
		"web": {"Login", "Search"}, "main": {"Login"}, "board": {"Takeover"}, "all": {"Login", "Search", "Takeover"},
		"quiet": {"Login", "Search", "Takeover"},
	} {
		for _, line := range []string{"/tool status", "/tool test"} {
			text := w.reads(channelID, line)
			for _, title := range []string{"Login", "Search", "Takeover"} {
				if slices.Contains(knows, title) {
					if line == "/tool status" {
						require.Contains(t, text, title, channelID)
					}
				} else {
					require.NotContains(t, text, title, "%s in %s", line, channelID)
				}
			}
		}
	}
	web := w.reads("web", "/tool status")
	require.NotContains(t, web, "begun", "nor what happened to it")
	require.Contains(t, web, "#### Acme\n* 2 min ago: **Shown** – Search", "nor that anything came after")
	require.Contains(t, w.reads("main", "/tool status"), "**Filtered out** (secret in a header, 2 times in a row)",
		"what its filters keep out has no name, and is only counted")
	require.Contains(t, w.reads("quiet", "/tool status"), "**Filtered out** – Takeover", "it follows everything, but not every event")
}

func TestAChannelOfWhoseNothingCameIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("web"), Resource: "web"}, bridge.Subscription{Place: place("board"), Resource: "merger"})
	w.hear(said{Thing: "Takeover", Resource: "merger", Is: "fine"})
	w.work()
	for _, line := range []string{"/tool status", "/tool test"} {
		text := w.reads("web", line)
		require.Contains(t, text, "none of the latest is about what this channel follows")
		require.NotContains(t, text, "Takeover")
		require.NotContains(t, text, "Shown")
	}
}

// One delivery can be about several subjects.
func TestADeliveryIsNamedAfterWhatTheChannelFollowsOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("web"), Resource: "web"}, bridge.Subscription{Place: place("board"), Resource: "merger"})
	w.hear(said{Thing: "Takeover", Resource: "merger", Is: "fine"}, said{Thing: "Login", Resource: "web", Is: "broken"})
	w.work()
	require.Contains(t, w.reads("web", "/tool status"), "Login")
	require.NotContains(t, w.reads("web", "/tool status"), "Takeover")
	require.Contains(t, w.reads("board", "/tool status"), "Takeover")
	require.NotContains(t, w.reads("board", "/tool status"), "Login")
}

// Why a delivery failed may name it, too, and so may a repetition.
func TestWhatFailedOrCameAgainIsNamedOnlyToThoseWhoFollowIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("web"), Resource: "web"}, bridge.Subscription{Place: place("board"), Resource: "merger"})
	takeover := said{ID: "1", Thing: "Takeover", Resource: "merger", Is: "fine"}
	w.hear(takeover)
	w.work()
	w.pass(time.Hour)
	w.hear(takeover)
	w.work()
	w.pass(time.Hour)
	w.hear(said{ID: "2", Thing: "Takeover", Resource: "merger", Garbled: true})
	w.work()
	require.Equal(t, []bridge.Result{bridge.Unreadable, bridge.Unchanged, bridge.Posted}, w.results())
	text := w.reads("web", "/tool status")
	for _, hint := range []string{"Takeover", "Not readable", "No change", "Shown"} {
		require.NotContains(t, text, hint)
	}
	require.Contains(t, w.reads("board", "/tool status"), "**No change** – Takeover")
}

// What is wrong with the connection concerns everybody who follows any of it.
func TestARefusedDeliveryIsToldToAllChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("web"), Resource: "web"}, bridge.Subscription{Place: place("board"), Resource: "merger"})
	require.Error(t, w.deliver("guessed", said{Thing: "Takeover", Resource: "merger"}))
	for _, channelID := range []string{"web", "board"} {
		require.Contains(t, w.reads(channelID, "/tool status"), "Refused")
		require.NotContains(t, w.reads(channelID, "/tool status"), "Takeover")
	}
}

func TestThatAnotherChannelEndedIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("web")}, bridge.Subscription{Place: place("board"), CreatedBy: actor("eve")})
	w.people.left["eve"] = true
	w.hear(said{Thing: "Login", Is: "fine"})
	w.work()
	require.Contains(t, w.reads("web", "/tool status"), "Login")
	require.NotContains(t, w.reads("web", "/tool status"), "can no longer post")
}
