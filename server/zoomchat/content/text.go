package content

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// Reader is who reads a text. The zero Reader is anyone: times are in UTC, and say so.
type Reader struct {
	// Zone is the reader's time zone; nil for anyone.
	Zone *time.Location
	// Hours12 selects a 12-hour clock.
	Hours12 bool
	// Emoji returns the character of an emoji by its name, "" for none; nil leaves emoji out.
	Emoji func(name string) string
}

func (r Reader) emoji(name string) string {
	if r.Emoji == nil {
		return ""
	}
	return r.Emoji(name)
}

// maxDepth is the deepest nesting of items.
const maxDepth = 3

// lineKind says what kind of element shows a line.
type lineKind int

const (
	plainLine  lineKind = iota // text without formatting, as it is
	boldLine                   // text that is strong as a whole
	linkLine                   // a link and nothing else
	markupLine                 // text with links or code in it
)

// line is a line of a text, flattened: its spans hold no lines.
type line struct {
	indent string
	spans  chat.Text
}

// lines splits a text into lines.
func lines(t chat.Text) []line {
	b := &lineBreaker{}
	b.add(t)
	b.end()
	return b.done
}

// lineBreaker collects the spans of a line until something ends it.
type lineBreaker struct {
	done []line
	open line
	// begun says that the open line shows something, or an empty one was asked for. ended says that the line before took a whole line of
	// its own, so that the break after it is its end.
	begun, ended bool
}

func (b *lineBreaker) add(t chat.Text) {
	for _, span := range t {
		switch span.Kind {
		case chat.BreakSpan:
			if b.begun || !b.ended {
				b.begun = true
				b.end()
			}
			b.begun, b.ended = true, false
		case chat.ItemSpan:
			b.fresh()
			b.open.indent, b.begun = strings.Repeat("  ", min(span.Depth, maxDepth))+"• ", true
			b.add(span.Inner)
			b.end()
			b.ended = true
		case chat.HeadingSpan:
			b.fresh()
			b.add(chat.Strong(span.Inner))
			b.end()
			b.ended = true
		case chat.BlockSpan:
			b.fresh()
			for text := range strings.SplitSeq(span.Text, "\n") {
				b.done = append(b.done, line{spans: chat.Text{{Kind: chat.CodeSpan, Text: chat.CodeLine(text)}}})
			}
			b.open, b.begun, b.ended = line{}, false, true
		case chat.StrongSpan:
			if span.Inner.OneLine() {
				b.put(span)
				continue
			}
			b.add(span.Inner)
		case chat.EmphasisSpan:
			b.add(span.Inner)
		default:
			b.put(span)
		}
	}
}

func (b *lineBreaker) put(span chat.Span) {
	b.open.spans, b.begun, b.ended = append(b.open.spans, span), true, false
}

// fresh ends a line that shows something.
func (b *lineBreaker) fresh() {
	if len(b.open.spans) > 0 || b.open.indent != "" {
		b.end()
	}
	b.open, b.begun = line{}, false
}

func (b *lineBreaker) end() {
	if b.begun {
		b.done = append(b.done, b.open)
	}
	b.open, b.begun = line{}, false
}

// kind returns how the line is shown.
func (l line) kind() lineKind {
	shown, strong, links, code := 0, 0, 0, 0
	var look func(t chat.Text, bold bool)
	look = func(t chat.Text, bold bool) {
		for _, span := range t {
			switch {
			case span.Kind == chat.StrongSpan:
				look(span.Inner, true)
				continue
			case span.Kind == chat.LinkSpan && isLink(span):
				links++
			case span.Kind == chat.LinkSpan:
				look(span.Inner, bold)
				continue
			case span.Kind == chat.CodeSpan:
				code++
			case strings.TrimSpace(span.Text) == "" && span.Kind != chat.TimeSpan:
				continue
			}
			shown++
			if bold {
				strong++
			}
		}
	}
	look(l.spans, false)
	switch {
	case code > 0, links > 0 && (shown > links || links > 1 || l.indent != ""):
		return markupLine
	case links == 1:
		return linkLine
	case strong > 0 && strong == shown && l.indent == "":
		return boldLine
	}
	return plainLine
}

// Items returns the elements that show the text: lines of the same kind are one element where they can be.
func (r Reader) Items(t chat.Text) []Item {
	var all []Item
	for _, l := range lines(t) {
		item := r.item(l)
		if last := len(all) - 1; last >= 0 && merges(all[last], item) && length(all[last].Text)+1+length(item.Text) <= MaxText {
			all[last].Text += "\n" + item.Text
			continue
		}
		all = append(all, item)
	}
	var shown []Item
	for _, item := range all {
		item.Text = chat.Truncate(strings.Trim(item.Text, "\n"), MaxText)
		if item.Text != "" {
			shown = append(shown, item)
		}
	}
	return shown
}

// merges reports whether two messages can be one.
func merges(a, b Item) bool {
	return a.Link == "" && b.Link == "" && a.Markup == b.Markup && (a.Style != nil) == (b.Style != nil)
}

func (r Reader) item(l line) Item {
	item := Item{Type: typeMessage}
	switch l.kind() {
	case boldLine:
		item.Text, item.Style = harmless(r.plain(l.spans)), &Style{Bold: true}
	case linkLine:
		item.Text, item.Link = r.link(l.spans)
	case markupLine:
		item.Text, item.Markup = l.indent+r.markup(l.spans, l.indent == ""), true
	default:
		item.Text = l.indent + harmless(r.plain(l.spans))
	}
	item.Text = strings.TrimRight(item.Text, " "+joint)
	return item
}

// link returns the one link of the text, and where it leads.
func (r Reader) link(t chat.Text) (label, to string) {
	for _, span := range t {
		switch span.Kind {
		case chat.LinkSpan:
			if to, ok := address(span.URL); ok {
				return harmless(r.plain(span.Inner)), to
			}
			fallthrough
		case chat.StrongSpan:
			if label, to := r.link(span.Inner); to != "" {
				return label, to
			}
		}
	}
	return "", ""
}

// Plain returns the text without formatting, for headings, labels and fields: links are reduced to their labels. Lines
// keep their breaks.
func (r Reader) Plain(t chat.Text) string {
	var all []string
	for _, l := range lines(t) {
		all = append(all, strings.TrimRight(l.indent+harmless(r.plain(l.spans)), " "+joint))
	}
	return strings.Trim(strings.Join(all, "\n"), "\n")
}

// plain returns the text of a line as it is.
func (r Reader) plain(t chat.Text) string {
	var b strings.Builder
	for _, span := range t {
		switch span.Kind {
		case chat.StrongSpan, chat.EmphasisSpan, chat.LinkSpan:
			b.WriteString(r.plain(span.Inner))
		default:
			b.WriteString(r.leaf(span))
		}
	}
	return b.String()
}

// leaf returns what a span without inner text shows. Zoom has no documented markup for mentions, so people are named.
func (r Reader) leaf(span chat.Span) string {
	switch span.Kind {
	case chat.EmojiSpan:
		return r.emoji(span.Text)
	case chat.PersonSpan, chat.MentionSpan:
		return chat.OneLine(span.Text)
	case chat.TimeSpan:
		return r.time(span)
	case chat.CodeSpan:
		return chat.OneLine(span.Text)
	}
	return inLine(span.Text)
}

// markup returns the text of a line in Zoom's markup.
func (r Reader) markup(t chat.Text, lineStart bool) string {
	var b strings.Builder
	for _, span := range t {
		atStart := lineStart && b.Len() == 0
		switch span.Kind {
		case chat.StrongSpan, chat.EmphasisSpan:
			b.WriteString(r.markup(span.Inner, atStart))
		case chat.LinkSpan:
			to, ok := address(span.URL)
			if !ok {
				b.WriteString(r.markup(span.Inner, atStart))
				continue
			}
			label := strings.TrimSpace(lookalike(harmless(r.plain(span.Inner)), false))
			if label == "" {
				continue
			}
			b.WriteString("<" + to + "|" + label + ">")
		case chat.CodeSpan:
			b.WriteString(code(span.Text))
		default:
			b.WriteString(lookalike(harmless(r.leaf(span)), atStart))
		}
	}
	return b.String()
}

// code returns code in Zoom's markup. It has no way to write the mark itself, so one inside becomes an accent that looks alike.
func code(text string) string {
	text = strings.ReplaceAll(strings.TrimRight(chat.CodeLine(text), " "), "`", "ˋ")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return "`" + text + "`"
}

// time returns the time of a span in the reader's zone, in a format that reads the same everywhere.
func (r Reader) time(span chat.Span) string {
	at, suffix := span.At.UTC(), " MST"
	if zone, err := time.LoadLocation(span.Zone); err == nil {
		at = at.In(zone)
	}
	clock := "15:04"
	if r.Zone != nil {
		at, suffix = at.In(r.Zone), ""
		if r.Hours12 {
			clock = "3:04 PM"
		}
	}
	switch span.Style {
	case chat.DateOnly:
		return at.Format(time.DateOnly + suffix)
	case chat.TimeOfDay:
		return at.Format(clock + suffix)
	}
	return at.Format(time.DateOnly + " " + clock + suffix)
}

// address returns a link's URL. Only http and https URLs without a user name are accepted, because readers take what precedes an "@" for
// the host.
func address(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "`", "%60", "*", "%2A", "~", "%7E", " ", "%20").Replace(u.String()), true
}

// inLine returns the text without invisible characters, and with every run of white space as one space. Unlike chat.OneLine it keeps
// spaces at the ends.
func inLine(text string) string {
	if text == "" {
		return ""
	}
	const mark = "|"
	kept := chat.OneLine(mark + text + mark)
	if strings.TrimFunc(text, unicode.IsSpace) == "" {
		return " "
	}
	return strings.TrimSuffix(strings.TrimPrefix(kept, mark), mark)
}
