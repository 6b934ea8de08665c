// Package plain is a second surface: a chat product in memory that shows plain text. It keeps the neutral model honest, because what only
// Mattermost can show or do fails on it. It serves tests only, and formats, looks up and sends nothing.
package plain

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// ID names the surface.
const ID chat.SurfaceID = "plain"

// maxDepth is how deep items can be nested.
const maxDepth = 3

// Text returns the text without any markup. A link is its label with the address behind it in angle brackets, a code block is indented, an
// emoji is its name in brackets, and times are in UTC unless they name a zone.
func Text(t chat.Text) string {
	w := &writer{lineStart: true}
	w.add(t)
	return strings.ReplaceAll(w.text.String(), " \n", "\n")
}

// writer puts spans one after another, those that take whole lines on lines of their own.
type writer struct {
	text strings.Builder
	// lineStart says that nothing stands on the line yet, ended that what comes next begins a new one.
	lineStart, ended bool
}

func (w *writer) add(t chat.Text) {
	for _, span := range t {
		switch span.Kind {
		case chat.StrongSpan, chat.EmphasisSpan:
			w.add(span.Inner)
		case chat.LinkSpan:
			w.link(span)
		case chat.ItemSpan:
			w.line()
			w.put(strings.Repeat("  ", min(span.Depth, maxDepth)) + "- ")
			w.add(span.Inner)
			w.ended = true
		case chat.HeadingSpan:
			w.line()
			w.add(span.Inner)
			w.ended = true
		case chat.BlockSpan:
			for line := range strings.SplitSeq(span.Text, "\n") {
				w.line()
				w.put("    " + chat.CodeLine(line))
				w.ended = true
			}
		case chat.BreakSpan:
			w.put("\n")
		default:
			w.put(leaf(span))
		}
	}
}

// link adds a link, or its label alone if it doesn't lead to the web.
func (w *writer) link(span chat.Span) {
	w.add(span.Inner)
	if to := address(span.URL); to != "" && to != span.Inner.String() {
		w.put(" <" + to + ">")
	}
}

// line begins a new line, unless one has just begun.
func (w *writer) line() {
	if w.ended || !w.lineStart {
		w.ended = false
		w.put("\n")
	}
}

func (w *writer) put(s string) {
	if s == "" {
		return
	}
	if w.ended {
		w.ended = false
		if s != "\n" {
			w.text.WriteByte('\n')
		}
	}
	w.text.WriteString(s)
	w.lineStart = s == "\n"
}

// leaf returns a span that takes part of a line and holds no others.
func leaf(span chat.Span) string {
	switch span.Kind {
	case chat.EmojiSpan:
		return "(" + strings.ReplaceAll(chat.OneLine(span.Text), "_", " ") + ")"
	case chat.MentionSpan:
		return "@" + chat.OneLine(span.Text)
	case chat.TimeSpan:
		return clock(span)
	}
	// The marks keep blanks at the ends.
	text := chat.OneLine("|" + span.Text + "|")
	return text[1 : len(text)-1]
}

func clock(span chat.Span) string {
	at := span.At.UTC()
	if zone, err := time.LoadLocation(span.Zone); err == nil {
		at = at.In(zone)
	}
	switch span.Style {
	case chat.DateOnly:
		return at.Format(time.DateOnly + " MST")
	case chat.TimeOfDay:
		return at.Format("15:04 MST")
	}
	return at.Format(time.DateOnly + " 15:04 MST")
}

// address returns the address of a link, "" for one that must not be followed: what stands before an "@" passes for the host.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) {
		return ""
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E").Replace(u.String())
}
