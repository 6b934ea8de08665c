package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestTextIsCutBetweenItsSpansOrInsideWhatTheyShow(t *testing.T) {
	t.Parallel()
	code := func(s string) chat.Text { return chat.Join(" ", chat.Plain("12345"), chat.Code(s)) }
	long := chat.Link("the whole page", "https://example.com/a/b/c")
	for name, c := range map[string]struct {
		text chat.Text
		most int
		want string
		last chat.SpanKind
	}{
		"short":             {chat.Plain("all"), 3, "all", chat.PlainSpan},
		"plain":             {chat.Plain("one two three"), 8, "one two…", chat.PlainSpan},
		"signs":             {chat.Plain("a*b*c*d"), 6, "a*b*c…", chat.PlainSpan},
		"code":              {chat.Join(" ", chat.Plain("see"), chat.Code("abcdefgh"), chat.Plain("there")), 10, "see abcde…", chat.CodeSpan},
		"a link":            {chat.Join(" ", chat.Plain("see"), long), 12, "see the who…", chat.LinkSpan},
		"a link that fits":  {chat.Join(" ", chat.Link("page", "https://example.com/"), chat.Plain("and more")), 8, "page an…", chat.PlainSpan},
		"no room for code":  {code("abc"), 7, "12345…", chat.WordsSpan},
		"strong":            {chat.Strong(chat.Plain("all of it is strong")), 8, "all of…", chat.StrongSpan},
		"a block":           {chat.CodeBlock([]string{"one", "two", "three"}), 12, "one\ntwo\n…", chat.BlockSpan},
		"lines":             {chat.PlainLines("one\ntwo\nthree"), 9, "one\ntwo…", chat.WordsSpan},
		"an emoji":          {chat.Join(" ", chat.Emoji("warning"), chat.Plain("all of it")), 6, ":warning: al…", chat.PlainSpan},
		"half an emoji":     {chat.Join(" ", chat.Plain("a"), chat.Emoji("warning"), chat.Plain("b")), 3, "a…", chat.WordsSpan},
		"an item":           {chat.Item(chat.Plain("one two three")), 10, "one two…", chat.ItemSpan},
		"nothing is seen":   {chat.Plain("one"), 0, "", ""},
		"less than nothing": {chat.Plain("one"), -1, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := c.text.String()
			got, shorter := chat.Cut(c.text, c.most)
			require.Equal(t, c.want, got.String())
			require.Equal(t, before != c.want, shorter)
			require.Equal(t, before, c.text.String(), "what is cut stays as it was")
			if len(got) > 0 {
				require.Equal(t, c.last, got[len(got)-1].Kind)
			}
		})
	}
}
