package recordstest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

func namesComeAlong(s subjects) {
	save := saved(s.hold(claim("a")))
	save.Aliases = []string{"commit 1", "commit 2"}
	require.NoError(s, s.Save(s.Context(), save))
	for _, name := range save.Aliases {
		subject, err := s.another.Alias(s.Context(), "c1", name)
		require.NoError(s, err)
		require.Equal(s, "build 42", subject)
	}
	require.NoError(s, s.SetAlias(s.Context(), "c1", "commit 2", "build \x00§"))
	subject, err := s.Alias(s.Context(), "c1", "commit 2")
	require.NoError(s, err)
	require.Equal(s, "build \x00§", subject, "the latest counts")
	subject, err = s.Alias(s.Context(), "c2", "commit 1")
	require.NoError(s, err)
	require.Empty(s, subject)
}

// inRoom is a channel, or a thread in it.
func inRoom(thread string) chat.Place {
	return chat.Place{Surface: "test", Channel: "room", Thread: thread}
}

// card is an open card in the room.
func card(id string) bridge.CardRecord {
	return bridge.CardRecord{
		Message: chat.MessageRef{Place: inRoom("root"), ID: id}, Provider: "jenkins", Connection: "c1", Subject: "build 42",
		Title: "web \x00 42", URL: "https://ci.test/42", State: chat.Say("state", "N", "1"), Tone: chat.ToneRunning, Open: true,
		At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
	}
}

func cardsComeAlong(s subjects) {
	_, found, err := s.CardOf(s.Context(), card("p1").Message)
	require.NoError(s, err)
	require.False(s, found)
	save := saved(s.hold(claim("a")))
	save.Cards = []bridge.CardRecord{card("p1"), card("p2")}
	require.NoError(s, s.Save(s.Context(), save))
	record, found, err := s.another.CardOf(s.Context(), chat.MessageRef{Place: chat.Place{Surface: "test"}, ID: "p1"})
	require.NoError(s, err)
	require.True(s, found, "wherever it is said to be")
	require.Equal(s, card("p1"), record)
	_, found, err = s.CardOf(s.Context(), chat.MessageRef{Place: chat.Place{Surface: "other"}, ID: "p1"})
	require.NoError(s, err)
	require.False(s, found)

	save = saved(s.hold(claim("a")))
	changed := card("p2")
	changed.Title, changed.Open = "web 42 again", false
	save.Cards, save.Closed = []bridge.CardRecord{changed}, []chat.MessageRef{card("p1").Message, card("p3").Message}
	require.NoError(s, s.Save(s.Context(), save))
	record, _, err = s.CardOf(s.Context(), card("p1").Message)
	require.NoError(s, err)
	require.False(s, record.Open)
	require.Equal(s, card("p1").Title, record.Title)
	record, _, err = s.CardOf(s.Context(), card("p2").Message)
	require.NoError(s, err)
	require.Equal(s, changed, record)
}

func openCardsAreListed(s subjects) {
	for n := range 5 {
		save := saved(s.hold(claim("a")))
		one := card(fmt.Sprint("p", n))
		one.Open = n != 3
		if n == 4 {
			one.Message.Channel = "elsewhere"
		}
		save.Cards = []bridge.CardRecord{one}
		require.NoError(s, s.Save(s.Context(), save))
	}
	list := func(limit int) (ids []string) {
		cards, err := s.another.OpenCards(s.Context(), inRoom("any thread"), limit)
		require.NoError(s, err)
		for _, one := range cards {
			require.True(s, one.Open)
			ids = append(ids, one.Message.ID)
		}
		return ids
	}
	require.Equal(s, []string{"p2", "p1", "p0"}, list(50))
	require.Equal(s, []string{"p2", "p1"}, list(2))
	save := saved(s.hold(claim("a")))
	save.Closed = []chat.MessageRef{card("p1").Message}
	save.Cards = []bridge.CardRecord{card("p0")}
	require.NoError(s, s.Save(s.Context(), save))
	require.Equal(s, []string{"p2", "p0"}, list(50), "a change doesn't bring a card forward")
	require.NoError(s, s.CloseCard(s.Context(), card("p2").Message))
	require.NoError(s, s.CloseCard(s.Context(), card("none").Message))
	require.Equal(s, []string{"p0"}, list(50))
}
