package content_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// verbatim renders messages that are the same in all languages.
var verbatim = content.Renderer{Reader: anyone, Say: func(m chat.Message) chat.Text {
	if m.ID != "" {
		return chat.Words(strings.ReplaceAll(m.ID, ".", " "))
	}
	return m.Verbatim
}}

func TestCardsKeepTheirLimitsAndLinkToTheRest(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 3000)
	card := chat.Card{
		State: chat.Verbatim("Failed"), Title: long, URL: "https://ci.test/1", Author: long, Footer: long, Text: chat.Verbatim(long), At: time.Unix(1, 0),
	}
	for range 9 {
		card.Fields = append(card.Fields, chat.Field{Label: chat.Verbatim(long), Value: chat.Verbatim(long)})
		card.Actions = append(card.Actions, chat.Action{ID: "a", Label: chat.Verbatim(long)})
	}
	for range 200 {
		card.Actions[0].Options = append(card.Actions[0].Options, chat.Option{Label: chat.Verbatim(long), Value: "v"})
	}
	shown := verbatim.Card(card)
	require.NoError(t, shown.Check())
	var links, rest int
	for _, item := range shown.Body[0].Sections {
		if item.Link == card.URL {
			links++
		}
		if item.Text == "zoomchat card more" {
			rest++
		}
	}
	require.Equal(t, 2, links, "to the rest, and to the page")
	require.Equal(t, 1, rest, "what is cut has a link to the whole")
	require.Len(t, shown.Body[1].Items, 4)
	require.Len(t, shown.Body[2].SelectItems, 4, "further buttons are a menu")
	require.Len(t, shown.Body[3].SelectItems, 100)
}

func TestFieldsThatNeedMoreThanAFieldHaveLinesOfTheirOwn(t *testing.T) {
	t.Parallel()
	page := "https://a.test/"
	shown := verbatim.Card(chat.Card{State: chat.Verbatim("Open"), Fields: []chat.Field{
		{Label: chat.Verbatim("Branch"), Value: chat.VerbatimText(chat.Code("main"))},
		{Label: chat.Verbatim("Page"), Value: chat.VerbatimText(chat.Link("here", page))},
		{Label: chat.Verbatim("URL"), Value: chat.VerbatimText(chat.Code(page))},
		{Label: chat.Verbatim("Lines"), Value: chat.VerbatimText(chat.PlainLines("a\nb")), Long: true},
		{Label: chat.Verbatim("None"), Value: chat.Verbatim("")},
	}})
	bold := &content.Style{Bold: true}
	require.Equal(t, []content.Item{
		{Type: "fields", Items: []content.Entry{{Key: "Branch", Value: "main", Short: true}}},
		{Type: "message", Text: "Page", Style: bold},
		{Type: "message", Text: "here", Link: page},
		{Type: "message", Text: "URL", Style: bold},
		{Type: "message", Text: "`" + page + "`", Markup: true},
		{Type: "message", Text: "Lines", Style: bold},
		{Type: "message", Text: "a\nb"},
	}, shown.Body[0].Sections)
}

func TestButtonsCarryTheirActionAndItsValues(t *testing.T) {
	t.Parallel()
	for _, values := range []map[string]string{{}, {"a": "1", "b": "x&y=z?"}, {"selected": "ü:"}} {
		id, read, ok := content.ReadAction(content.ActionValue("rebuild", values))
		require.True(t, ok)
		require.Equal(t, "rebuild", id)
		require.Equal(t, values, read)
	}
	for _, foreign := range []string{"", "act:", "act:a b", "act:a?%zz", "ask:x:0", "rebuild", "act:" + strings.Repeat("a", 65)} {
		_, _, ok := content.ReadAction(foreign)
		require.False(t, ok, foreign)
	}
	id, button, ok := content.ReadPrompt(content.PromptValue("abc", 3))
	require.True(t, ok)
	require.Equal(t, "abc", id)
	require.Equal(t, 3, button)
	for _, foreign := range []string{"", "ask:", "ask:x", "ask:x:", "ask:x:-1", "ask:x:999", "ask::0", "act:x"} {
		_, _, ok := content.ReadPrompt(foreign)
		require.False(t, ok, foreign)
	}
}

func TestNotesAndFormsAreMessages(t *testing.T) {
	t.Parallel()
	note := verbatim.Note(chat.Note{Text: chat.Verbatim("Disconnect?"), Buttons: []chat.Button{
		{Label: chat.Verbatim("Disconnect"), Primary: true, Action: "bridge", Values: map[string]string{"sealed": "secret"}}, {Label: chat.Verbatim("Cancel")},
	}}, "p1")
	require.NoError(t, note.Check())
	require.Equal(t, []content.Entry{
		{Text: "Disconnect", Value: "ask:p1:0", Style: "Primary"}, {Text: "Cancel", Value: "ask:p1:1", Style: "Default"},
	}, note.Body[1].Items, "what a button does stays on the server")

	form := chat.Form{Title: chat.Verbatim("New issue"), Intro: chat.Verbatim("Filed in Sentry."), Fields: []chat.FormField{
		{Name: "title", Label: chat.Verbatim("Title"), Default: "The cart is empty", Help: chat.Verbatim("One line")},
		{Name: "priority", Label: chat.Verbatim("Priority"), Kind: chat.SelectField, Default: "1", Options: []chat.Option{{Label: chat.Verbatim("High"), Value: "1"}}},
		{Name: "rules", Label: chat.Verbatim("Rules"), Kind: chat.MultiSelectField, Default: "b", Options: []chat.Option{{Label: chat.Verbatim("A"), Value: "a"}, {Label: chat.Verbatim("B"), Value: "b"}}},
		{Name: "mine", Label: chat.Verbatim("Mine"), Kind: chat.BoolField, Default: "true"},
		{Name: "text", Label: chat.Verbatim("Text"), Kind: chat.LongTextField, Optional: true, MaxLength: 100},
	}}
	shown := verbatim.Form(form, "p2", map[string]string{"title": "again"}, chat.FormErrors{"title": chat.Verbatim("Too short")})
	require.NoError(t, shown.Check())
	require.Equal(t, &content.Settings{Form: true, FormID: "p2"}, shown.Settings)
	require.Equal(t, []content.Item{
		{Type: "message", Text: "Filed in Sentry."},
		{Type: "plain_text_input", Text: "Title", ActionID: "title", Value: "again", MinLength: 1, MaxLength: content.MaxText},
		{Type: "message", Text: "One line"},
		{Type: "message", Text: "Too short", Style: &content.Style{Color: "#D00000"}},
		{Type: "select", Text: "Priority", ActionID: "priority", SelectItems: []content.Choice{{Text: "High", Value: "1"}}, SelectedItem: &content.Choice{Text: "High", Value: "1"}},
		{Type: "checkboxes", Text: "Rules", ActionID: "rules", Options: []content.Choice{{Text: "A", Value: "a"}, {Text: "B", Value: "b", Selected: true}}},
		{Type: "checkboxes", ActionID: "mine", Options: []content.Choice{{Text: "Mine", Value: "true", Selected: true}}},
		{Type: "plain_text_input", Text: "Text", ActionID: "text", Multiline: true, MaxLength: 100},
		{Type: "actions", Items: []content.Entry{{Text: "zoomchat form send", Value: "ask:p2:0", Style: "Primary", Submit: true}}},
	}, shown.Body)
	require.False(t, content.SecretsElsewhere(form))
	require.True(t, content.SecretsElsewhere(chat.Form{Fields: []chat.FormField{{Kind: chat.SecretField}}}))
}

func TestAMessageIsNeverEmptyOrTooLarge(t *testing.T) {
	t.Parallel()
	require.NoError(t, verbatim.Message(chat.Message{}).Check())
	var text chat.Text
	for range 500 {
		text = append(text, chat.Item(chat.Link(strings.Repeat("ü", 300), "https://example.com/"+strings.Repeat("x", 500)))...)
	}
	huge := verbatim.Reply(chat.Reply{Text: chat.VerbatimText(text), Actions: []chat.Action{{ID: "a", Label: chat.Verbatim("A")}}})
	require.NoError(t, huge.Check())
	require.Equal(t, "actions", huge.Body[len(huge.Body)-1].Type, "the buttons are kept")
	for name, broken := range map[string]content.Content{
		"nothing":         {},
		"an empty head":   {Head: &content.Head{}},
		"an unknown type": {Body: []content.Item{{Type: "video"}}},
		"no text":         {Body: []content.Item{{Type: "message"}}},
		"a long label":    {Body: []content.Item{{Type: "actions", Items: []content.Entry{{Text: strings.Repeat("a", 41), Value: "v"}}}}},
		"in a section":    {Body: []content.Item{{Type: "section", Sections: []content.Item{{Type: "select"}}}}},
	} {
		require.Error(t, broken.Check(), name)
	}
}
