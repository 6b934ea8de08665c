package chat

import (
	"strings"
	"time"
)

// Text is formatted text: a short list of spans, some of which hold more text. It is independent of any markup. Each surface renders it
// by its own rules and does the escaping. The zero Text is empty.
//
// In JSON, plain text is a string, which keeps stored text small.
type Text []Span

// SpanKind says what kind of content a span is.
type SpanKind string

// The kinds of spans.
const (
	// PlainSpan shows its text and does nothing else, whatever the text holds. It is the only kind for text from outside.
	PlainSpan SpanKind = ""
	// WordsSpan holds words from the plugin's catalogues. Like plain text they do nothing, but a surface may leave their punctuation
	// unescaped.
	WordsSpan SpanKind = "words"
	// StrongSpan and EmphasisSpan emphasize their inner text.
	StrongSpan   SpanKind = "strong"
	EmphasisSpan SpanKind = "emphasis"
	// CodeSpan is text to copy or type exactly.
	CodeSpan SpanKind = "code"
	// LinkSpan shows its inner text and links to its URL.
	LinkSpan SpanKind = "link"
	// EmojiSpan is an emoji by its name, such as "warning".
	EmojiSpan SpanKind = "emoji"
	// PersonSpan names a user without mentioning them.
	PersonSpan SpanKind = "person"
	// MentionSpan names a user and mentions them.
	MentionSpan SpanKind = "mention"
	// TimeSpan is a point in time. It is shown in the reader's own format if the surface knows the reader.
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

// Span is one piece of a Text. Which fields are used depends on the kind; the constructors of this package set them.
type Span struct {
	Kind SpanKind `json:"kind,omitempty"`
	// Text is the content of a span without inner text; the lines of a block are separated by line breaks.
	Text string `json:"text,omitempty"`
	// Inner is the content of a span with inner text.
	Inner Text `json:"inner,omitempty"`
	// URL is the target of a link. Surfaces follow web addresses only.
	URL string `json:"url,omitempty"`
	// Depth is the nesting level of an item; 0 for the outermost list.
	Depth int       `json:"depth,omitempty"`
	At    time.Time `json:"at,omitzero"`
	Style TimeStyle `json:"style,omitempty"`
	// Zone is the time zone for readers whose own zone is unknown, such as "Europe/Berlin"; "" for UTC.
	Zone string `json:"zone,omitempty"`
}

// Plain returns text that is shown as it is, on one line, and does nothing else. Text from outside needs no other treatment.
func Plain(s string) Text {
	if s = OneLine(s); s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// PlainLines is Plain for text that keeps its line breaks.
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

// Words returns text from the plugin's own catalogues; see WordsSpan. Never pass it text from outside.
func Words(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Kind: WordsSpan, Text: s}}
}

// Code returns text to copy exactly, on one line.
func Code(s string) Text {
	if s = OneLine(s); s == "" {
		return nil
	}
	return Text{{Kind: CodeSpan, Text: s}}
}

// CodeBlock returns a block with these lines of code.
func CodeBlock(lines []string) Text {
	if len(lines) == 0 {
		return nil
	}
	return Text{{Kind: BlockSpan, Text: strings.Join(lines, "\n")}}
}

// Link returns a link with this label. Without a URL it returns the label alone.
func Link(label, url string) Text { return LinkText(Plain(label), url) }

// LinkText is Link for a formatted label.
func LinkText(label Text, url string) Text {
	if url == "" || label.Empty() {
		return label
	}
	return Text{{Kind: LinkSpan, Inner: label, URL: url}}
}

// Emoji returns the emoji with this name, such as "warning".
func Emoji(name string) Text {
	if name == "" {
		return nil
	}
	return Text{{Kind: EmojiSpan, Text: name}}
}

// NameOf returns the name of a user without mentioning them.
func NameOf(p Person) Text {
	if p.Username == "" {
		return nil
	}
	return Text{{Kind: PersonSpan, Text: p.Username}}
}

// Mention returns a mention of the user with this username, which notifies them where the surface can.
func Mention(username string) Text {
	if username == "" {
		return nil
	}
	return Text{{Kind: MentionSpan, Text: username}}
}

// Time returns a point in time; empty for the zero time.
func Time(at time.Time, style TimeStyle) Text {
	if at.IsZero() {
		return nil
	}
	return Text{{Kind: TimeSpan, At: at.UTC(), Style: style}}
}

// TimeIn is Time with a zone for readers whose own zone is unknown.
func TimeIn(at time.Time, style TimeStyle, zone *time.Location) Text {
	t := Time(at, style)
	if len(t) > 0 && zone != time.UTC {
		t[0].Zone = zone.String()
	}
	return t
}

// Strong returns the text in bold.
func Strong(inner Text) Text {
	if inner.Empty() {
		return nil
	}
	return Text{{Kind: StrongSpan, Inner: inner}}
}

// Item returns an item of a list.
func Item(inner Text) Text { return Text{{Kind: ItemSpan, Inner: inner}} }

// Break returns a line break.
func Break() Text { return Text{{Kind: BreakSpan}} }

// Join returns the texts that aren't empty, separated by these words.
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

// Enclosed returns the text between these words, such as brackets; empty if the text is empty.
func Enclosed(before string, t Text, after string) Text {
	if t.Empty() {
		return nil
	}
	return Join("", Words(before), t, Words(after))
}

// JoinLines returns the texts on separate lines; an empty text leaves a blank line.
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

// Empty reports whether the text shows nothing.
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

// String returns the text without formatting, for logs, tests and comparisons; times are in UTC. Surfaces render what users see.
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

// OneLine reports whether the text has no line breaks and no blocks.
func (t Text) OneLine() bool {
	for _, span := range t {
		switch span.Kind {
		case BreakSpan, BlockSpan, ItemSpan, HeadingSpan:
			return false
		}
		if !span.Inner.OneLine() {
			return false
		}
	}
	return true
}
