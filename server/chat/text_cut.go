package chat

import (
	"strings"
	"unicode/utf8"
)

// ellipsis marks the end of text that was cut.
const ellipsis = "…"

// emojiWidth is the width of an emoji in letters.
const emojiWidth = 2

// timeWidth is the approximate width of a time in characters.
const timeWidth = 20

// Cut returns a text that shows at most this many characters, and whether anything was left out. It cuts between spans, or inside the
// content of one, so that the rest keeps its formatting and links.
func Cut(t Text, most int) (Text, bool) {
	if t.length() <= most {
		return t, false
	}
	if most <= 0 {
		return nil, true
	}
	return t.cut(most - 1), true // leave room for the ellipsis
}

// length returns the approximate number of characters shown.
func (t Text) length() int {
	n := 0
	for _, span := range t {
		n += span.length()
	}
	return n
}

func (s Span) length() int {
	switch s.Kind {
	case StrongSpan, EmphasisSpan, LinkSpan, HeadingSpan:
		return s.Inner.length()
	case ItemSpan:
		return 2 + s.Inner.length()
	case EmojiSpan:
		return emojiWidth
	case TimeSpan:
		return timeWidth
	case BreakSpan:
		return 1
	}
	return utf8.RuneCountInString(s.Text)
}

// cut returns the spans that fit in the room, with an ellipsis in place of the others.
func (t Text) cut(room int) Text {
	var all Text
	for _, span := range t {
		if n := span.length(); n <= room {
			all, room = append(all, span), room-n
			continue
		}
		short, ok := span.cut(room)
		if !ok {
			return append(all.trimmed(), Span{Kind: WordsSpan, Text: ellipsis})
		}
		return append(all, short)
	}
	return all
}

// cut returns the span with its content shortened to fit, and false if nothing is left.
func (s Span) cut(room int) (Span, bool) {
	const least = 3
	switch s.Kind {
	case StrongSpan, EmphasisSpan, LinkSpan, HeadingSpan:
		s.Inner = s.Inner.cut(room)
		return s, true
	case ItemSpan:
		s.Inner = s.Inner.cut(room - 2)
		return s, room > 2
	case PlainSpan, WordsSpan:
		s.Text = Truncate(s.Text, room+1)
		return s, room > 0
	case CodeSpan:
		s.Text = Truncate(s.Text, room+1)
		return s, room >= least
	case BlockSpan:
		s.Text = Truncate(s.Text, room+1)
		if end := strings.LastIndexByte(s.Text, '\n'); end > 0 {
			s.Text = s.Text[:end+1] + ellipsis
		}
		return s, room >= least
	}
	return s, false
}

// trimmed returns the text without breaks and spaces at its end.
func (t Text) trimmed() Text {
	for len(t) > 0 {
		last := t[len(t)-1]
		if last.Kind == BreakSpan {
			t = t[:len(t)-1]
			continue
		}
		if last.Kind == WordsSpan || last.Kind == PlainSpan {
			t = append(t[:len(t)-1:len(t)-1], last)
			t[len(t)-1].Text = strings.TrimRight(last.Text, " ")
		}
		return t
	}
	return t
}
