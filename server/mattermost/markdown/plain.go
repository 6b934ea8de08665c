package markdown

import (
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// Plain returns the text for places where Mattermost formats nothing, such as titles, labels, options and notifications: lists keep their
// marks, emoji are characters, and links are reduced to their labels.
func Plain(t chat.Text, r Reader) string {
	var b strings.Builder
	plain(&b, t, r)
	return b.String()
}

func plain(b *strings.Builder, t chat.Text, r Reader) {
	ended := false
	for _, span := range t {
		if ended && span.Kind != chat.BreakSpan {
			b.WriteByte('\n')
		}
		ended = false
		switch span.Kind {
		case chat.StrongSpan, chat.EmphasisSpan, chat.LinkSpan:
			plain(b, span.Inner, r)
		case chat.ItemSpan:
			b.WriteString(strings.Repeat("  ", min(span.Depth, maxDepth)) + "* ")
			plain(b, span.Inner, r)
			ended = true
		case chat.HeadingSpan:
			plain(b, span.Inner, r)
			ended = true
		case chat.BlockSpan:
			for i, line := range strings.Split(span.Text, "\n") {
				if i > 0 {
					b.WriteByte('\n')
				}
				b.WriteString(chat.CodeLine(line))
			}
			ended = true
		case chat.EmojiSpan:
			b.WriteString(EmojiOf(span.Text))
		case chat.PersonSpan, chat.MentionSpan:
			b.WriteString("@" + chat.OneLine(span.Text))
		case chat.TimeSpan:
			b.WriteString(r.time(span))
		case chat.BreakSpan:
			b.WriteByte('\n')
		default:
			b.WriteString(inLine(span.Text))
		}
	}
}

// EmojiOf returns the character of an emoji, "" for a name that isn't one of the server's own.
func EmojiOf(name string) string {
	var b strings.Builder
	for code := range strings.SplitSeq(model.SystemEmojis[name], "-") {
		point, err := strconv.ParseUint(code, 16, 32)
		if err != nil {
			return ""
		}
		b.WriteRune(rune(point))
	}
	return b.String()
}
