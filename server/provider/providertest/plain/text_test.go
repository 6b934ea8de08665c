package plain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/providertest/plain"
)

func TestTextReadsPlainly(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		text chat.Text
		want string
	}{
		"nothing":         {nil, ""},
		"markup":          {chat.Plain("*a* [b](c) @all"), "*a* [b](c) @all"},
		"strong":          {chat.Strong(chat.Plain("Failed")), "Failed"},
		"code":            {chat.Join(" ", chat.Words("Run"), chat.Code("/jenkins connect")), "Run /jenkins connect"},
		"a link":          {chat.Link("the log", "https://a.test/log"), "the log <https://a.test/log>"},
		"an address":      {chat.Link("https://a.test/", "https://a.test/"), "https://a.test/"},
		"no web address":  {chat.Link("the log", "javascript:alert(1)"), "the log"},
		"another's host":  {chat.Link("the log", "https://bank.test@evil.test/"), "the log"},
		"an emoji":        {chat.Join(" ", chat.Emoji("white_check_mark"), chat.Words("Passed")), "(white check mark) Passed"},
		"a name":          {chat.NameOf(chat.Person{Username: "ada"}), "ada"},
		"a mention":       {chat.Mention("ada"), "@ada"},
		"a time":          {chat.Time(at, chat.DateAndTime), "2026-08-03 12:00 UTC"},
		"a time of day":   {chat.TimeIn(at, chat.TimeOfDay, berlin), "14:00 CEST"},
		"a date":          {chat.Time(at, chat.DateOnly), "2026-08-03 UTC"},
		"lines":           {chat.PlainLines("a\n\nb"), "a\n\nb"},
		"a list":          {chat.Join("", chat.Words("Tests:"), chat.Item(chat.Plain("a")), chat.Item(chat.Plain("b")), chat.Words("end")), "Tests:\n- a\n- b\nend"},
		"a nested item":   {chat.Text{{Kind: chat.ItemSpan, Depth: 1, Inner: chat.Plain("a")}}, "  - a"},
		"a heading":       {chat.Text{{Kind: chat.HeadingSpan, Inner: chat.Plain("Builds")}, {Text: "all"}}, "Builds\nall"},
		"a block":         {chat.Join("", chat.Words("Log:"), chat.CodeBlock([]string{"if a {", "\tb()", "}"}), chat.Words("end")), "Log:\n    if a {\n        b()\n    }\nend"},
		"before an item":  {chat.Join("", chat.JoinLines(chat.Plain("a"), nil), chat.Item(chat.Plain("b"))), "a\n- b"},
		"a line's end":    {chat.JoinLines(chat.Words("said: "), chat.Plain("b")), "said:\nb"},
		"hidden writing":  {chat.Text{{Text: "a\u202e\nb"}}, "a b"},
		"blanks in words": {chat.Join(", ", chat.Plain("a"), chat.Plain("b")), "a, b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, plain.Text(test.text))
		})
	}
}

func TestFormsAndNotesReadPlainly(t *testing.T) {
	t.Parallel()
	say := plain.Say(func(m chat.Message) chat.Text { return m.Verbatim })
	require.Equal(t, "Connected\n[Test] [Disconnect]", say.Note(chat.Note{
		Text: chat.Verbatim("Connected"), Buttons: []chat.Button{{Label: chat.Verbatim("Test")}, {Label: chat.Verbatim("Disconnect")}},
	}))
	require.Equal(t, "New issue\nFiled in Sentry.\nTitle: The cart is empty\nPriority: High (High | Low)\n  How urgent it is\nToken:\n[Create]", say.Form(chat.Form{
		Title: chat.Verbatim("New issue"), Intro: chat.Verbatim("Filed in Sentry."), Submit: chat.Verbatim("Create"),
		Fields: []chat.FormField{
			{Label: chat.Verbatim("Title"), Default: "The cart is empty"},
			{
				Label: chat.Verbatim("Priority"), Kind: chat.SelectField, Default: "1", Help: chat.Verbatim("How urgent it is"),
				Options: []chat.Option{{Label: chat.Verbatim("High"), Value: "1"}, {Label: chat.Verbatim("Low"), Value: "2"}},
			},
			{Label: chat.Verbatim("Token"), Kind: chat.SecretField, Default: "never shown"},
		},
	}))
	require.Equal(t, "@here It failed.\n[Rerun: All | Failed]", say.Reply(chat.Reply{
		Mention: "here", Text: chat.Verbatim("It failed."), Actions: []chat.Action{{
			ID: "rerun", Label: chat.Verbatim("Rerun"), Options: []chat.Option{{Label: chat.Verbatim("All")}, {Label: chat.Verbatim("Failed")}},
		}},
	}))
}

// FuzzText shows that text from outside stays on its line, whatever it holds.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a\nb", "\u2028", "<https://evil.example>", "\u202e", "a\ufe0f\u20e3", "\u200d\n- item"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, outside string) {
		said := chat.Text{{Kind: chat.WordsSpan, Text: "said: "}, {Text: outside}, {Kind: chat.CodeSpan, Text: outside}, {Kind: chat.WordsSpan, Text: "."}}
		shown := plain.Text(said)
		require.NotContains(t, shown, "\n")
		require.True(t, strings.HasPrefix(shown, "said:") && strings.HasSuffix(shown, "."), shown)
	})
}
