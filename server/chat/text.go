package chat

import (
	"strings"
	"time"
)

// Text is what people read: a short list of spans, some of which hold more text. It knows no product's markup. Each surface renders
// it by its own rules, and escapes then. The zero Text is no text.
//
// As JSON, plain text is a string, so that texts can be stored and stay small.
type Text []Span

// SpanKind says what a span is.
type SpanKind string

// The kinds of spans.
const (
	// PlainSpan shows its text and does nothing, whatever the text holds. It is the only kind for text from outside.
	PlainSpan SpanKind = ""
	// WordsSpan are words of our own catalogues. They do nothing either; only their punctuation may be trusted a little more.
	WordsSpan SpanKind = "words"
	// StrongSpan and EmphasisSpan stress what they hold.
	StrongSpan   SpanKind = "strong"
	EmphasisSpan SpanKind = "emphasis"
	// CodeSpan is something to be copied or typed exactly.
	CodeSpan SpanKind = "code"
	// LinkSpan shows what it holds and leads to its URL.
	LinkSpan SpanKind = "link"
	// EmojiSpan is an emoji by its name, such as "warning".
	EmojiSpan SpanKind = "emoji"
	// PersonSpan names a user and mentions nobody.
	PersonSpan SpanKind = "person"
	// MentionSpan names a user and mentions them.
	MentionSpan SpanKind = "mention"
	// TimeSpan is a point in time, shown as the reader writes times where the surface knows the reader.
	TimeSpan SpanKind = "time"
	// BreakSpan ends a line.
	BreakSpan SpanKind = "break"
	// ItemSpan is one item of a list, on lines of its own.
	ItemSpan SpanKind = "item"
	// HeadingSpan is a heading, on a line of its own.
	HeadingSpan SpanKind = "heading"
	// BlockSpan is a block of code, on lines of its own.
	BlockSpan SpanKind = "block"
)

// TimeStyle says which part of a time is shown.
type TimeStyle string

// The styles of times.
const (
	DateAndTime TimeStyle = ""
	DateOnly    TimeStyle = "date"
	TimeOfDay   TimeStyle = "time"
)

// Span is one piece of a Text. Which fields count depends on its kind; the constructors of this package set them.
type Span struct {
	Kind SpanKind `json:"kind,omitempty"`
	// Text is what a span without inner text shows; the lines of a block are separated by line breaks.
	Text string `json:"text,omitempty"`
	// Inner is what a span with inner text holds.
	Inner Text `json:"inner,omitempty"`
	// URL is where a link leads. Surfaces follow web addresses only.
	URL string `json:"url,omitempty"`
	// Depth is how deep an item is nested; 0 for the outermost list.
	Depth int       `json:"depth,omitempty"`
	At    time.Time `json:"at,omitzero"`
	Style TimeStyle `json:"style,omitempty"`
	// Zone is the time zone for readers whose own is not known, such as "Europe/Berlin"; "" is UTC.
	Zone string `json:"zone,omitempty"`
}

// Plain returns text that shows as it is written, on one line, and does nothing. Text from outside needs no other care.
func Plain(s string) Text {
	if s = OneLine(s); s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// PlainLines is Plain for a text that keeps its line breaks.
func PlainLines(s string) Text {
	if s == "" {
		return nil
	}
	var lines []Text
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, Plain(line))
	}
	return JoinLines(lines...)
}

// Words returns words of our own, in the form that a surface may trust a little more. Never give it text from outside.
func Words(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Kind: WordsSpan, Text: s}}
}

// Code returns text that can be copied as it is, on one line.
func Code(s string) Text {
	if s = OneLine(s); s == "" {
		return nil
	}
	return Text{{Kind: CodeSpan, Text: s}}
}

// CodeBlock returns lines of code.
func CodeBlock(lines []string) Text {
	if len(lines) == 0 {
		return nil
	}
	return Text{{Kind: BlockSpan, Text: strings.Join(lines, "\n")}}
}

// Link returns a link that shows the label. Without an address the label stands alone.
func Link(label, url string) Text { return LinkText(Plain(label), url) }

// LinkText is Link for a label of more than plain text.
func LinkText(label Text, url string) Text {
	if url == "" || label.Empty() {
		return label
	}
	return Text{{Kind: LinkSpan, Inner: label, URL: url}}
}

// Emoji returns the emoji of this name, such as "warning".
func Emoji(name string) Text {
	if name == "" {
		return nil
	}
	return Text{{Kind: EmojiSpan, Text: name}}
}

// NameOf returns the name of a user. It mentions nobody.
func NameOf(p Person) Text {
	if p.Username == "" {
		return nil
	}
	return Text{{Kind: PersonSpan, Text: p.Username}}
}

// Mention returns a mention of the user with this name, which notifies them where the surface can.
func Mention(username string) Text {
	if username == "" {
		return nil
	}
	return Text{{Kind: MentionSpan, Text: username}}
}

// Time returns a point in time; no text for the zero time.
func Time(at time.Time, style TimeStyle) Text {
	if at.IsZero() {
		return nil
	}
	return Text{{Kind: TimeSpan, At: at.UTC(), Style: style}}
}

// TimeIn is Time in a zone for readers whose own is not known.
func TimeIn(at time.Time, style TimeStyle, zone *time.Location) Text {
	t := Time(at, style)
	if len(t) > 0 && zone != time.UTC {
		t[0].Zone = zone.String()
	}
	return t
}

// Strong returns the text stressed.
func Strong(inner Text) Text {
	if inner.Empty() {
		return nil
	}
	return Text{{Kind: StrongSpan, Inner: inner}}
}

// Item returns an item of a list.
func Item(inner Text) Text { return Text{{Kind: ItemSpan, Inner: inner}} }

// Break returns the end of a line.
func Break() Text { return Text{{Kind: BreakSpan}} }

// Join returns the texts that are not empty, with the words between them.
func Join(words string, texts ...Text) Text {
	var all Text
	for _, t := range texts {
		if t.Empty() {
			continue
		}
		if len(all) > 0 && words != "" {
			all = append(all, Span{Kind: WordsSpan, Text: words})
		}
		all = append(all, t...)
	}
	return all
}

// Enclosed returns the text between words, such as brackets; nothing for no text.
func Enclosed(before string, t Text, after string) Text {
	if t.Empty() {
		return nil
	}
	return Join("", Words(before), t, Words(after))
}

// JoinLines returns the texts below each other; an empty one leaves its line blank.
func JoinLines(lines ...Text) Text {
	var all Text
	for i, line := range lines {
		if i > 0 {
			all = append(all, Span{Kind: BreakSpan})
		}
		all = append(all, line...)
	}
	return all
}

// Empty reports whether there is nothing to see.
func (t Text) Empty() bool {
	for _, span := range t {
		switch span.Kind {
		case StrongSpan, EmphasisSpan, LinkSpan, ItemSpan, HeadingSpan:
			if !span.Inner.Empty() {
				return false
			}
		case TimeSpan:
			return false
		case BreakSpan:
		default:
			if span.Text != "" {
				return false
			}
		}
	}
	return true
}

// String returns the text without any formatting, for logs, tests and comparisons; times are in UTC. What people see comes from
// a surface.
func (t Text) String() string {
	var b strings.Builder
	for _, span := range t {
		switch span.Kind {
		case StrongSpan, EmphasisSpan, LinkSpan, ItemSpan, HeadingSpan:
			b.WriteString(span.Inner.String())
		case TimeSpan:
			b.WriteString(span.At.UTC().Format(time.RFC3339))
		case BreakSpan:
			b.WriteByte('\n')
		case EmojiSpan:
			b.WriteString(":" + span.Text + ":")
		case PersonSpan, MentionSpan:
			b.WriteString("@" + span.Text)
		default:
			b.WriteString(span.Text)
		}
	}
	return b.String()
}
