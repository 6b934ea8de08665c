package i18n

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func filled(t *testing.T, source string, v values) chat.Text {
	t.Helper()
	parsed, err := parse(source)
	require.NoError(t, err, source)
	return parsed.fill(v)
}

func TestTheMarkupOfMessagesIsUnderstood(t *testing.T) {
	t.Parallel()
	words := func(s string) chat.Span { return chat.Span{Kind: chat.WordsSpan, Text: s} }
	name := values{"Name": chat.Plain("*x*")}
	for source, want := range map[string]chat.Text{
		"a {{.Name}}":                   {words("a "), {Text: "*x*"}},
		"**a {{.Name}}**":               {{Kind: chat.StrongSpan, Inner: chat.Text{words("a "), {Text: "*x*"}}}},
		"see *a*.":                      {words("see "), {Kind: chat.EmphasisSpan, Inner: chat.Text{words("a")}}, words(".")},
		"`{{.Name}} list`":              {{Kind: chat.CodeSpan, Text: "*x* list"}},
		"[a]({{.Name}})":                {{Kind: chat.LinkSpan, Inner: chat.Text{words("a")}, URL: "*x*"}},
		"[code]":                        {words("[code]")},
		":x: a":                         {{Kind: chat.EmojiSpan, Text: "x"}, words(" a")},
		"at https://a.test/b.":          {words("at "), {Kind: chat.LinkSpan, Inner: chat.Text{words("https://a.test/b")}, URL: "https://a.test/b"}, words(".")},
		"#### a\n* b\n  * c":            {{Kind: chat.HeadingSpan, Inner: chat.Text{words("a")}}, {Kind: chat.BreakSpan}, {Kind: chat.ItemSpan, Inner: chat.Text{words("b")}}, {Kind: chat.BreakSpan}, {Kind: chat.ItemSpan, Depth: 1, Inner: chat.Text{words("c")}}},
		"a\n```\n{{.Name}} *\n```":      {words("a"), {Kind: chat.BreakSpan}, {Kind: chat.BlockSpan, Text: "*x* *"}},
		`\*a`:                           {words("*a")},
		"{{if .Name}}a{{else}}b{{end}}": {words("a")},
		"{{if .None}}a{{else if eq .Name \"*x*\"}}c{{else}}b{{end}}": {words("c")},
		"{{.None}}": {{Text: "<no value>"}},
	} {
		require.Equal(t, want, filled(t, source, name), source)
	}
}

func TestMarkupThatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"**a", "a*b", "`a", "**a\nb**", "** a **", "a**b**", "**{{.A}}**{{.B}}", "{{if .A}}a", "{{if gt .A 1}}a{{end}}", "{{.A.B}}", "{{end}}", "[a](b", "```\na", "``",
	} {
		_, err := parse(source)
		require.Error(t, err, source)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"**a** `b` [c]({{.D}})", "{{if .A}}* b{{else}}```\nc\n```{{end}}", "#### a\n  * b", `\*`, ":{{.A}}:", "{{if eq .A \"b\"}}{{end}}"} {
		f.Add(seed, "*x* @all")
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		parsed, err := parse(source)
		if err != nil || strings.Contains(source, "{{if eq") || strings.Contains(source, "{{else if eq") {
			return
		}
		shape := func(text chat.Text) []chat.SpanKind {
			var kinds []chat.SpanKind
			for _, span := range text {
				kinds = append(kinds, span.Kind)
			}
			return kinds
		}
		one := parsed.fill(values{"A": chat.Plain("x" + value), "D": chat.Plain("x" + value)})
		other := parsed.fill(values{"A": chat.Plain("x"), "D": chat.Plain("x")})
		require.Equal(t, shape(other), shape(one), "what a parameter holds changes no span")
	})
}
