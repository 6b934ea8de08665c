package mattermost

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestMarkdownIsCutBetweenItsPieces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		most int
		want string
	}{
		"short":             {"all", 3, "all"},
		"plain":             {"one two three", 8, "one two…"},
		"escaped":           {`a\*b\*c\*d`, 6, `a\*b\*c…`},
		"code":              {"see `abcdefgh` there", 10, "see `abcde…`"},
		"code with ticks":   {"x ``a`b`c`d`` y", 8, "x ``a`b`c…``"},
		"open code":         {"x `@all is that", 8, "x `@all…`"},
		"a link":            {"see [the whole page](https://example.com/a/b/c)", 12, "see [the who…](https://example.com/a/b/c)"},
		"a link that fits":  {"[page](https://example.com/a/b/c) and more", 8, "[page](https://example.com/a/b/c) an…"},
		"no room for code":  {"12345 `abc`", 7, "12345…"},
		"bold":              {"**all of it is bold**", 8, "**all of…**"},
		"a block":           {"```\none\ntwo\nthree\n```", 12, "```\none\ntwo\n…\n```"},
		"a bracket":         {"a [b c d e f", 6, "a [b…"},
		"lines":             {"one\ntwo\nthree", 9, "one\ntwo…"},
		"an emoji":          {":white_check_mark: all of it", 6, ":white_check_mark: al…"},
		"half an emoji":     {"a :hourglass_flowing_sand: b", 3, "a…"},
		"half of a new way": {"`", 5, "`"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, shorter := cut(c.text, c.most)
			require.Equal(t, c.want, got)
			require.Equal(t, got != c.text, shorter)
		})
	}
}

// FuzzCut cuts what providers make of hostile text: no mention comes alive, and no address stands open.
func FuzzCut(f *testing.F) {
	f.Add("@all", "`@here` ``", "[x](y)", 10)
	f.Add("\\", "```", "**", 3)
	f.Fuzz(func(t *testing.T, escaped, code, label string, most int) {
		if most < 1 || most > 500 {
			return
		}
		text := "**" + chat.Escape(escaped) + "** " + chat.Code(code) + "\n" + chat.Link(label, "https://example.com/secretpath") + " " + chat.Code(escaped)
		got, _ := cut(text, most)
		require.True(t, !utf8.ValidString(text) || utf8.ValidString(got))
		seen := 0
		for rest := got; rest != ""; {
			p := nextPiece(rest)
			seen += p.seen
			if p.inner == "" {
				require.False(t, p.raw == "@" && strings.HasPrefix(rest, "@") && !strings.HasPrefix(rest, "@\u200b") && rest != "@…" && rest != "@…**",
					"%q of %q", got, text)
			}
			rest = rest[len(p.raw):]
		}
		require.LessOrEqual(t, seen, most+8)
		if strings.Contains(got, "secretpath") {
			require.Contains(t, got, "](https://example.com/secretpath)")
		}
	})
}
