package mattermost_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// rich returns a card with every kind of content.
func rich(tone chat.Tone, emoji, state string) chat.Card {
	return chat.Card{
		Emoji: emoji, State: chat.Verbatim(state), Title: "acme » web_app #42", URL: "https://ci.example.com/job/web_app/42/", Tone: tone,
		Author: "Ada Lovelace", Text: chat.VerbatimText(chat.Enclosed("Broken by ", chat.Link("3c5a91f", "https://git.example.com/3c5a91f"), ".")),
		Fields: []chat.Field{
			{Label: chat.Verbatim("Branch"), Value: chat.VerbatimText(chat.Code("main"))},
			{Label: chat.Verbatim("Nothing")},
			{Label: chat.Verbatim("Tests"), Value: chat.Verbatim("2 of 120 failed"), Long: true},
		},
		Actions: []chat.Action{
			{ID: "rebuild", Label: chat.Verbatim("Rebuild"), Tone: chat.ToneSuccess, Values: map[string]string{"of": "web_app"}},
			{ID: "abort", Label: chat.Verbatim("Abort"), Tone: chat.ToneFailure},
			{ID: "archive", Label: chat.Verbatim("Archive"), Options: []chat.Option{
				{Label: chat.Verbatim("until next release"), Value: "release"}, {Label: chat.Verbatim("forever"), Value: "ever"},
			}},
		},
		Footer: "Jenkins · acme", At: time.Date(2026, 8, 3, 11, 0, 0, 0, time.FixedZone("", 7200)),
	}
}

func (w *world) posted(t *testing.T, card chat.Card) *mmtest.Post {
	t.Helper()
	_, err := mattermost.NewSurface(w.Client, strings.ToTitle).Post(t.Context(), chat.Posting{
		Place: place(w.townSquare.ID), Card: card, Mark: mark("card"),
	})
	require.NoError(t, err)
	return w.townSquare.LastPost()
}

func TestACardSaysByWordAndEmojiWhatItsColourSays(t *testing.T) {
	t.Parallel()
	colours := map[string]bool{}
	for _, c := range []struct {
		tone               chat.Tone
		name, emoji, state string
	}{
		{chat.ToneNeutral, "neutral", "information_source", "Pushed"},
		{chat.ToneRunning, "running", "hourglass_flowing_sand", "Running"},
		{chat.ToneSuccess, "success", "white_check_mark", "Passed"},
		{chat.ToneWarning, "warning", "warning", "Unstable"},
		{chat.ToneFailure, "failure", "x", "Failed"},
		{chat.ToneInactive, "inactive", "no_entry_sign", "Aborted"},
	} {
		w := newWorld(t)
		post := w.posted(t, rich(c.tone, c.emoji, c.state))
		a := post.Attachments()[0]
		require.NoError(t, a.IsValid())
		require.False(t, colours[a.Color])
		colours[a.Color] = true
		require.Contains(t, a.Title, c.state)
		require.Equal(t, c.state+": acme » web_app #42 (Jenkins · acme)", a.Fallback, "fit for a notification")
		golden(t, "card_"+c.name, post)
	}
}

// Text from outside does nothing, in whichever part of the card. A title with a link and a name are shown as they are, without
// formatting.
func TestHostileTextOnACardDoesNothing(t *testing.T) {
	t.Parallel()
	const hostile = "@all **x**\n# [free](https://evil.example) :tada: `@here` <!channel> \u202egnp.exe ~town-square"
	w := newWorld(t)
	card := chat.Card{
		Emoji: "x @all", State: chat.Verbatim("Failed"), Title: hostile, URL: "https://ci.example.com/42", Author: hostile, Footer: hostile,
		Text:   chat.VerbatimText(chat.Enclosed("Said: ", chat.Plain(hostile), "")),
		Fields: []chat.Field{{Label: chat.Verbatim("Branch"), Value: chat.VerbatimText(chat.Code(hostile))}},
	}
	linked := w.posted(t, card)
	golden(t, "card_hostile", linked)
	for _, shown := range []string{linked.Attachments()[0].Title, linked.Attachments()[0].AuthorName, linked.Attachments()[0].Footer} {
		require.NotContains(t, shown, "\n")
		require.NotContains(t, shown, "\u202e")
		require.NotContains(t, shown, "@all")
	}
	for _, address := range []string{"", "javascript:alert(1)", "https://ci.example.com@evil.example/", "ftp://x/y", "//evil.example"} {
		card.URL = address
		a := w.posted(t, card).Attachments()[0]
		require.Empty(t, a.TitleLink)
		for _, bad := range []string{"@all", "**x**", "](https://evil", ":tada:", "`@here`", "~town-square"} {
			require.NotContains(t, a.Title, bad, "without a link it is read as Markdown")
			require.NotContains(t, a.Text, bad)
		}
	}
}

func TestACardWithoutAnythingStillSaysSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	golden(t, "card_bare", w.posted(t, chat.Card{State: chat.Verbatim("Pushed"), Title: "main"}))
}

func TestLongTextIsCutWithTheWayToAllOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	card := chat.Card{
		State: chat.Verbatim("Failed"), Title: strings.Repeat("t", 300), URL: "https://ci.example.com/42", Author: strings.Repeat("a", 300),
		Footer: strings.Repeat("f", 300), Text: chat.VerbatimText(chat.CodeBlock(strings.Split(strings.Repeat("a line of the log\n", 500), "\n"))),
	}
	for i := range 9 {
		card.Fields = append(card.Fields, chat.Field{Label: chat.Verbatim(fmt.Sprint(i)), Value: chat.Verbatim(strings.Repeat("v", 300)), Long: i == 1})
	}
	a := w.posted(t, card).Attachments()[0]
	require.Less(t, len([]rune(a.Title)), 270)
	require.Len(t, []rune(a.AuthorName), 100)
	require.Len(t, []rune(a.Footer), 200)
	require.Len(t, a.Fields, 6)
	require.Len(t, []rune(fmt.Sprint(a.Fields[0].Value)), 200)
	require.Len(t, []rune(fmt.Sprint(a.Fields[1].Value)), 300, "what has a row of its own may be longer")
	require.Less(t, len(a.Text), 4200)
	require.True(t, strings.HasSuffix(a.Text, "log\n…\n```\n[View in the provider](https://ci.example.com/42)"), a.Text[len(a.Text)-80:])
}

func TestActionsThatTheServerWouldNotFindAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, ids := range [][]string{{""}, {"re-build"}, {"a", "a"}} {
		card := build("Failed", chat.ToneFailure)
		card.Actions = nil
		for _, id := range ids {
			card.Actions = append(card.Actions, chat.Action{ID: id, Label: chat.Verbatim("x")})
		}
		s := mattermost.NewSurface(w.Client, strings.ToTitle)
		_, err := s.Post(t.Context(), chat.Posting{Place: place(w.townSquare.ID), Card: card})
		require.Error(t, err)
		_, err = s.Reply(t.Context(), place(w.townSquare.ID), chat.Reply{Actions: card.Actions}, chat.Mark{})
		require.Error(t, err)
	}
	require.Empty(t, w.townSquare.Posts())
}

func TestAClickOnACardSaysWhatWasChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plugin := &echo{}
	w.mm.Attach(plugin)
	post := w.posted(t, rich(chat.ToneFailure, "x", "Failed"))
	w.alice.Clicks("Rebuild")
	require.Equal(t, map[string]any{"card": true, "action": "rebuild", "values": map[string]any{"of": "web_app"}}, plugin.body.Context)
	require.Equal(t, post.Id, plugin.body.PostId)
	w.bob.Chooses("Archive", "until next release")
	require.Equal(t, "/action", plugin.path)
	require.Equal(t, w.bob.ID, plugin.userID)
	require.Equal(t, map[string]any{
		"card": true, "action": "archive", "values": map[string]any{}, "selected_option": "release",
	}, plugin.body.Context)
}
