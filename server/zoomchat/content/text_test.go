package content_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

var anyone = content.Reader{Emoji: markdown.EmojiOf}

func message(text string) content.Item { return content.Item{Type: "message", Text: text} }

func TestTextsAreElements(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	bold := &content.Style{Bold: true}
	page := "https://a.test/log"
	for name, test := range map[string]struct {
		text chat.Text
		want []content.Item
	}{
		"nothing":        {nil, nil},
		"plain":          {chat.Plain("a *b* _c_ <d>"), []content.Item{message("a *b* _c_ <d>")}},
		"lines":          {chat.PlainLines("a\n\nb"), []content.Item{message("a\n\nb")}},
		"strong":         {chat.Strong(chat.Plain("Failed")), []content.Item{{Type: "message", Text: "Failed", Style: bold}}},
		"partly strong":  {chat.Join(" ", chat.Strong(chat.Plain("Failed")), chat.Plain("twice")), []content.Item{message("Failed twice")}},
		"a link":         {chat.Link("the log", page), []content.Item{{Type: "message", Text: "the log", Link: page}}},
		"a strong link":  {chat.Strong(chat.Link("the log", page)), []content.Item{{Type: "message", Text: "the log", Link: page}}},
		"a link in text": {chat.Join(" ", chat.Plain("*see*"), chat.Link("the <log>", page)), []content.Item{{Type: "message", Text: "∗see∗ <" + page + "|the ‹log›>", Markup: true}}},
		"no web link":    {chat.Link("the log", "javascript:alert(1)"), []content.Item{message("the log")}},
		"another's host": {chat.Link("the log", "https://bank.test@evil.test/"), []content.Item{message("the log")}},
		"code":           {chat.Join(" ", chat.Words("Run"), chat.Code("/jenkins `x` a_b")), []content.Item{{Type: "message", Text: "Run `/jenkins ˋxˋ a_b`", Markup: true}}},
		"a block":        {chat.CodeBlock([]string{"if a {", "\tb()", "}"}), []content.Item{{Type: "message", Text: "`if a {`\n`    b()`\n`}`", Markup: true}}},
		"a list":         {chat.Join("", chat.Words("Tests:"), chat.Item(chat.Plain("a")), chat.Item(chat.Plain("b")), chat.Words("end")), []content.Item{message("Tests:\n• a\n• b\nend")}},
		"apart":          {chat.JoinLines(chat.Item(chat.Plain("a")), chat.Item(chat.Plain("b")), nil, chat.Plain("c")), []content.Item{message("• a\n• b\n\nc")}},
		"a heading":      {chat.Text{{Kind: chat.HeadingSpan, Inner: chat.Plain("Builds")}, {Text: "all"}}, []content.Item{{Type: "message", Text: "Builds", Style: bold}, message("all")}},
		"an emoji":       {chat.Join(" ", chat.Emoji("white_check_mark"), chat.Words("Passed")), []content.Item{message("✅ Passed")}},
		"a person":       {chat.Join(" ", chat.NameOf(chat.Person{Username: "ada"}), chat.Mention("bob")), []content.Item{message("ada bob")}},
		"a time":         {chat.Time(at, chat.DateAndTime), []content.Item{message("2026-08-03 12:00 UTC")}},
		"an address":     {chat.Plain("see https://evil.test or www.evil.test"), []content.Item{message("see https:\u200b//evil.\u200btest or www\u200b.\u200bevil.\u200btest")}},
		"a mention":      {chat.Plain("@all 12:30 1.2.3"), []content.Item{message("@\u200ball 12:30 1.2.3")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, anyone.Items(test.text))
		})
	}
}

func TestTimesAreTheReaders(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := chat.Time(time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC), chat.TimeOfDay)
	require.Equal(t, "2:00 PM", content.Reader{Zone: berlin, Hours12: true}.Plain(at))
	require.Equal(t, "14:00 CEST", content.Reader{}.Plain(chat.TimeIn(at[0].At, chat.TimeOfDay, berlin)))
}

// template returns a text with parameters in all places that a catalogue has for them.
func template(a, b, c string) chat.Text {
	return chat.JoinLines(
		chat.Join("", chat.Plain(a), chat.Words(": "), chat.Strong(chat.Join(" · ", chat.Plain("x"), chat.Plain(b))), chat.Words("."), chat.Plain(c)),
		chat.Strong(chat.Join("", chat.Words("x"), chat.Plain(a))),
		chat.Item(chat.Join(" ", chat.Emoji("warning"), chat.Code("x"+a), chat.Link("x"+b, "https://example.com/"), chat.Plain(c))),
		chat.Item(chat.Enclosed("(", chat.Plain(a), ")")),
		chat.CodeBlock([]string{"x" + chat.OneLine(a), "x"}),
		chat.Link("x"+b, "https://example.com/alone"),
		chat.Join("", chat.Words("see "), chat.Link("x"+c, "https://example.com/?q=x"), chat.Plain(a), chat.Mention("ada"), chat.Plain(b)),
	)
}

// What Zoom's markup knows, read as generously as a client might.
var markup = map[string]*regexp.Regexp{
	"link":   regexp.MustCompile(`<[^<>]*\|[^<>]*>`),
	"angle":  regexp.MustCompile(`[<>]`),
	"bold":   regexp.MustCompile(`\*`),
	"italic": regexp.MustCompile(`_`),
	"strike": regexp.MustCompile(`~`),
	"code":   regexp.MustCompile("`[^`\n]*`"),
	"tick":   regexp.MustCompile("`"),
	"other":  regexp.MustCompile(`\]\(|!\[|(?m:^(#|>|[-+] |\d+[.)] ))`),
}

// What clients act on outside of markup.
var acts = map[string]*regexp.Regexp{
	"an address": regexp.MustCompile(`(?i)[a-z]:/|www\d*\.|[a-z]\.[a-z]`),
	"a mention":  regexp.MustCompile(`[@＠][\pL\d]`),
	"an emoji":   regexp.MustCompile(`:[A-Za-z_+-]+:`),
}

var (
	inCode = regexp.MustCompile("`[^`\n]*`")
	inLink = regexp.MustCompile(`<https://example\.com/[^|>]*\|`)
)

// found counts the elements with what they do.
func found(items []content.Item) (map[string]int, string) {
	counts := map[string]int{}
	var shown strings.Builder
	for _, item := range items {
		if item.Link != "" {
			counts["to "+item.Link]++
		}
		text := item.Text
		if item.Markup {
			text = inLink.ReplaceAllString(inCode.ReplaceAllString(text, " "), " ")
			outside := inCode.ReplaceAllString(item.Text, "")
			for what, pattern := range markup {
				in := outside
				if what == "code" || what == "tick" {
					in = item.Text
				}
				counts[what] += len(pattern.FindAllString(in, -1))
			}
		}
		shown.WriteString(text + "\n")
	}
	return counts, shown.String()
}

// FuzzParameters puts anything into the parameters of a message: it has the links, code and emphasis of its template, and no others.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{
		"plain", "@all", "*b* _i_ ~s~ `c`", "<http://evil.example|x>", "<!all>", "[x](http://evil.example)", "![x](//e)", "<b>", "# h", "- i", "1. i", "> q", "|",
		":boom:", "www.evil.example", "http://evil.example/", "a\n\n    b", "```", "\\", "&lt;", "\u202e", "\u2028", "www", ".evil.example", ":", "//evil.example", "@",
	} {
		f.Add(seed, seed, seed)
		f.Add("www", seed, "`")
	}
	want, _ := found(anyone.Items(template("", "", "")))
	f.Fuzz(func(t *testing.T, a, b, c string) {
		items := anyone.Items(template(a, b, c))
		got, shown := found(items)
		require.Equal(t, want, got, "%+v", items)
		for what, pattern := range acts {
			require.NotRegexp(t, pattern, shown, "%s in %q", what, shown)
		}
		require.NoError(t, content.Content{Body: items}.Check())
	})
}
