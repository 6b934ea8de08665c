package markdown

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"mattermost-plugin-zoom/server/chat"
)

// reader parses Markdown as clients do: with bare addresses as links, and tables. Strikethrough needs two characters there; see acts.
var reader = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Table)).Parser()

// What Mattermost acts on beyond Markdown.
var acts = map[string]*regexp.Regexp{
	"a mention":     regexp.MustCompile(`[@＠][A-Za-z0-9]`),
	"a hashtag":     regexp.MustCompile(`(^|[^\pL\d_])#\pL`),
	"a channel":     regexp.MustCompile(`~[A-Za-z0-9]`),
	"an emoji":      regexp.MustCompile(`:[A-Za-z0-9_+-]+:`),
	"struck text":   regexp.MustCompile(`~~`),
	"a formula":     regexp.MustCompile(`\$`),
	"a web address": regexp.MustCompile(`(?i)https?:/|www\d*\.`),
}

// found counts what a parser finds in Markdown, and collects the text outside of code and URLs.
func found(source string) (map[string]int, string) {
	content := []byte(source)
	counts := map[string]int{}
	var shown strings.Builder
	_ = ast.Walk(reader.Parse(text.NewReader(content)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := n.(type) {
		case *ast.Link:
			counts["link to "+string(node.Destination)]++
		case *ast.CodeSpan, *ast.FencedCodeBlock:
			counts["code"]++
			return ast.WalkSkipChildren, nil
		case *ast.Emphasis:
			counts["emphasis "+strings.Repeat("*", node.Level)]++
		case *ast.ListItem:
			counts["item"]++
		case *ast.Text:
			shown.WriteString(" ") // an address doesn't continue across a mark
			shown.Write(node.Segment.Value(content))
		case *ast.AutoLink, *ast.Image, *ast.RawHTML, *ast.HTMLBlock, *ast.CodeBlock, *ast.Blockquote, *ast.ThematicBreak, *ast.Heading,
			*extast.Table:
			counts[n.Kind().String()]++
		}
		return ast.WalkContinue, nil
	})
	return counts, shown.String()
}

// message returns a text with parameters in all places that a catalogue has for them.
func message(a, b, c string) chat.Text {
	return chat.JoinLines(
		chat.Join("", chat.Plain(a), chat.Words(": "), chat.Strong(chat.Join(" · ", chat.Plain("x"), chat.Plain(b))), chat.Words("."), chat.Plain(c)),
		chat.Item(chat.Join(" ", chat.Emoji("warning"), chat.Code("x"+a), chat.Link("x"+b, "https://example.com/"), chat.Plain(c))),
		chat.Item(chat.Enclosed("(", chat.Plain(a), ")")),
		nil,
		chat.Join("", chat.Words("see "), chat.Link("x"+c, "https://example.com/?q=x"), chat.Plain(a), chat.Mention("ada"), chat.Plain(b)),
	)
}

// FuzzParameters puts anything into the parameters of a message: it has the links, code, emphasis and mentions of its template, and no
// others.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{
		"plain", "@all", "**b** _i_ `c`", "[x](http://evil.example)", "![x](//e)", "<b>", "# h", "- i", "1. i", "> q", "| a |", ":boom:", "#tag", "~town",
		"www.evil.example", "http://evil.example/", "a\n\n    b", "```", "\\", "$x$", "&lt;", "!", "*", "]", "](", "\u202e", "1", ")", "evil.example/", "---", "~~x~~", "[x]: //e",
	} {
		f.Add(seed, seed, seed)
		f.Add("!", seed, "`")
	}
	want, _ := found(Render(message("", "", ""), Reader{}))
	f.Fuzz(func(t *testing.T, a, b, c string) {
		rendered := Render(message(a, b, c), Reader{})
		require.True(t, utf8.ValidString(rendered))
		got, shown := found(rendered)
		require.Equal(t, want, got, "%q", rendered)
		shown = strings.Replace(strings.Replace(shown, "@ada", "", 1), ":warning:", "", 1)
		for what, pattern := range acts {
			require.NotRegexp(t, pattern, strings.ReplaceAll(shown, "&#36;", ""), "%s in %q", what, rendered)
		}
	})
}

// FuzzCut cuts such a message: no mention becomes active, and no link or code stays open.
func FuzzCut(f *testing.F) {
	f.Add("@all", "`@here` ``", "[x](y)", 10)
	f.Add("\\", "```", "**", 3)
	f.Fuzz(func(t *testing.T, a, b, c string, most int) {
		if most < 1 || most > 500 {
			return
		}
		short, _ := chat.Cut(message(a, b, c), most)
		rendered := Render(short, Reader{})
		require.True(t, utf8.ValidString(rendered))
		_, shown := found(rendered)
		shown = strings.Replace(strings.Replace(shown, "@ada", "", 1), ":warning:", "", 1)
		require.NotRegexp(t, acts["a mention"], shown, rendered)
		require.Equal(t, strings.Count(rendered, "https://example.com/"), strings.Count(rendered, "](https://example.com/"), rendered)
	})
}
