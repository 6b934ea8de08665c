package mattermost

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// ellipsis ends what was cut.
const ellipsis = "…"

// emojiName is an emoji at the beginning of a text, as messages write it.
var emojiName = regexp.MustCompile(`^:[a-z0-9_+-]{1,64}:`)

// cut returns Markdown of which people see at most this many characters, and whether anything was left out. Unlike plain text it
// cannot be cut anywhere: half a link shows its address, and code that does not end any more lets what stands in it mention people.
// So it is cut between its pieces, or inside what a piece shows.
func cut(text string, most int) (string, bool) {
	if utf8.RuneCountInString(text) <= most {
		return text, false
	}
	var b strings.Builder
	bold := false
	for rest, room := text, most-1; rest != ""; { // one is for the ellipsis
		p := nextPiece(rest)
		if p.seen > room {
			short := p.shortened(room + 1)
			if short == "" {
				return strings.TrimRight(b.String(), " \n") + ended(ellipsis, bold), true
			}
			return b.String() + ended(short, bold), true
		}
		bold = bold != (p.raw == "**")
		b.WriteString(p.raw)
		rest, room = rest[len(p.raw):], room-p.seen
	}
	return text, false
}

// maxMessage is how long the Markdown of a message may be, addresses and all: a little less than the server takes, which refuses what
// is longer each time that it is tried again.
const maxMessage = model.PostMessageMaxRunesV2 - 200

// fitting returns Markdown for a message of which people see at most this many characters, or fewer where it is long for what it shows.
func fitting(text string, most int) string {
	short, _ := cut(text, most)
	for utf8.RuneCountInString(short) > maxMessage && most > 1 {
		most /= 2
		short, _ = cut(text, most)
	}
	return short
}

// ended ends what is bold after the last piece.
func ended(last string, bold bool) string {
	if bold {
		return last + "**"
	}
	return last
}

// piece is a part of Markdown that cannot be taken apart without regard to what it is.
type piece struct {
	raw string
	// seen is how many characters of it people see.
	seen int
	// open and end stand around what is seen, for code and links.
	open, inner, end string
}

// nextPiece returns what the text begins with: code, a link, the name of an emoji, an escaped character, or one character.
func nextPiece(text string) piece {
	switch {
	case text[0] == '`':
		return codePiece(text)
	case text[0] == '[':
		if p, ok := linkPiece(text); ok {
			return p
		}
	case strings.HasPrefix(text, "**"):
		return piece{raw: "**"}
	case text[0] == ':':
		if name := emojiName.FindString(text); name != "" {
			return piece{raw: name, seen: 2} // an emoji is as wide as two letters
		}
	case text[0] == '\\' && len(text) > 1:
		_, size := utf8.DecodeRuneInString(text[1:])
		return piece{raw: text[:1+size], seen: 1}
	}
	_, size := utf8.DecodeRuneInString(text)
	return piece{raw: text[:size], seen: 1}
}

// codePiece returns the code that the text begins with. A fence that nothing closes is code up to the end.
func codePiece(text string) piece {
	fence := text[:len(text)-len(strings.TrimLeft(text, "`"))]
	for at := len(fence); at < len(text); {
		next := strings.IndexByte(text[at:], '`')
		if next < 0 {
			break
		}
		at += next
		run := len(text[at:]) - len(strings.TrimLeft(text[at:], "`"))
		if run == len(fence) {
			inner := text[len(fence):at]
			return piece{raw: text[:at+run], seen: utf8.RuneCountInString(inner), open: fence, inner: inner, end: fence}
		}
		at += run
	}
	inner := text[len(fence):]
	return piece{raw: text, seen: utf8.RuneCountInString(inner), open: fence, inner: inner, end: fence}
}

// linkPiece returns the link that the text begins with, if it is one as chat.Link makes them.
func linkPiece(text string) (piece, bool) {
	middle := strings.Index(text, "](")
	if middle < 0 || strings.ContainsAny(text[1:middle], "[]`\n") {
		return piece{}, false
	}
	end := strings.IndexAny(text[middle:], ") \n")
	if end < 0 || text[middle+end] != ')' {
		return piece{}, false
	}
	end += middle + 1
	label := text[1:middle]
	return piece{raw: text[:end], seen: utf8.RuneCountInString(label), open: "[", inner: label, end: text[middle:end]}, true
}

// shortened returns the piece with less of what is seen, "" where nothing is left of it.
func (p piece) shortened(room int) string {
	if p.inner == "" || room < 3 {
		return ""
	}
	inner := p.inner
	switch {
	case p.open == "[":
		inner, _ = cut(inner, room)
	case strings.HasPrefix(p.open, "```"):
		inner = inBlock(inner, room)
	default:
		inner = chat.Truncate(inner, room)
	}
	return p.open + inner + p.end
}

// inBlock shortens a block of code to whole lines, if there are any; its fences stay on lines of their own.
func inBlock(inner string, room int) string {
	short := chat.Truncate(inner, room)
	if end := strings.LastIndexByte(short, '\n'); end > 0 {
		short = short[:end+1] + ellipsis
	}
	return short + "\n"
}
