// Package markdown renders texts as Mattermost's Markdown, and as plain text for places where Mattermost formats nothing. All escaping
// happens here. It looks nothing up: the caller knows the reader and their time format.
package markdown

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mattermost-plugin-zoom/server/chat"
)

// emojiName is the pattern of an emoji's name.
var emojiName = regexp.MustCompile(`^[a-z0-9_+-]{1,64}$`)

// username is the pattern of usernames; nothing else is mentioned.
var username = regexp.MustCompile(`^[a-z0-9._-]{1,64}$`)

// Render returns the text as Markdown for the reader.
func Render(t chat.Text, r Reader) string {
	w := writer{reader: r}
	w.add(t, false)
	return w.String()
}

// piece is a part of a message: text that is still to be escaped, or Markdown.
type piece struct {
	kind pieceKind
	text string
}

type pieceKind int

const (
	outside pieceKind = iota // text from outside
	words                    // words from a catalogue
	mark                     // Markdown within a line
	block                    // Markdown that takes whole lines
	begin                    // the mark at the start of a line, such as that of an item
)

// writer splits a text into pieces, and joins them when all are known: how a character is escaped depends on what follows.
type writer struct {
	reader Reader
	pieces []piece
}

func (w *writer) put(kind pieceKind, text string) {
	if text == "" {
		return
	}
	w.pieces = append(w.pieces, piece{kind, text})
}

// add adds the text; within strong text nothing is made strong again.
func (w *writer) add(t chat.Text, strong bool) {
	for _, span := range t {
		switch span.Kind {
		case chat.StrongSpan:
			w.around(span.Inner, "**", strong)
		case chat.EmphasisSpan:
			w.around(span.Inner, "*", strong)
		case chat.LinkSpan:
			w.link(span)
		case chat.ItemSpan:
			w.put(begin, strings.Repeat("  ", min(span.Depth, maxDepth))+"* ")
			w.add(span.Inner, strong)
			w.put(block, "\n")
		case chat.HeadingSpan:
			w.put(begin, "#### ")
			w.add(span.Inner, strong)
			w.put(block, "\n")
		case chat.BlockSpan:
			w.put(block, codeBlock(strings.Split(span.Text, "\n")))
		default:
			w.leaf(span)
		}
	}
}

// maxDepth is the deepest nesting of items.
const maxDepth = 3

// leaf adds a span without inner text.
func (w *writer) leaf(span chat.Span) {
	switch span.Kind {
	case chat.CodeSpan:
		w.put(mark, code(span.Text))
	case chat.EmojiSpan:
		if emojiName.MatchString(span.Text) {
			w.put(mark, ":"+span.Text+":")
		}
	case chat.PersonSpan:
		w.put(outside, "@"+chat.OneLine(span.Text))
	case chat.MentionSpan:
		w.mention(span.Text)
	case chat.TimeSpan:
		w.put(mark, w.reader.time(span))
	case chat.BreakSpan:
		w.put(mark, "\n")
	case chat.WordsSpan:
		w.put(words, span.Text)
	default:
		w.put(outside, inLine(span.Text))
	}
}

// mention adds a mention, or the name alone if it can't be one.
func (w *writer) mention(name string) {
	if username.MatchString(name) {
		w.put(mark, "@"+name)
		return
	}
	w.put(outside, "@"+chat.OneLine(name))
}

// around adds text between two marks. They are omitted where they would have no effect: for text of several lines, or none.
func (w *writer) around(inner chat.Text, with string, already bool) {
	if already || inner.Empty() || !inner.OneLine() {
		w.add(inner, already)
		return
	}
	w.put(mark, with)
	w.add(inner, true)
	w.put(mark, with)
}

// link adds a link, or its label alone if the URL isn't a web URL.
func (w *writer) link(span chat.Span) {
	to, ok := address(span.URL)
	if !ok || span.Inner.Empty() {
		w.add(span.Inner, true)
		return
	}
	label := writer{reader: w.reader}
	for _, inner := range span.Inner {
		kind := outside
		if inner.Kind == chat.WordsSpan {
			kind = words
		}
		label.put(kind, inLine(Plain(chat.Text{inner}, w.reader)))
	}
	// The web app counts brackets in a link's text even after a backslash.
	text := strings.NewReplacer(`\[`, "&#91;", `\]`, "&#93;").Replace(label.String())
	w.put(mark, "["+text+"]("+to+")")
}

// inLine returns the text without invisible characters, and with every run of white space as one space. Unlike chat.OneLine it keeps
// spaces at the ends.
func inLine(text string) string {
	clean := chat.OneLine(text)
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case text == "" || clean == "" && !unicode.IsSpace(first):
		return ""
	case clean == "":
		return " "
	}
	if unicode.IsSpace(first) {
		clean = " " + clean
	}
	if unicode.IsSpace(lastRune(text)) {
		clean += " "
	}
	return clean
}

// String joins the pieces.
func (w *writer) String() string {
	var b strings.Builder
	lineStart, ended := true, false // whether the line is still empty, and whether the next text needs a line of its own
	for i, p := range w.pieces {
		if ended && p.text != "\n" {
			b.WriteByte('\n')
			lineStart = true
		}
		if (p.kind == begin || p.kind == block && p.text != "\n") && !lineStart {
			b.WriteByte('\n')
			lineStart = true
		}
		ended = p.kind == block
		switch {
		case ended && p.text == "\n":
			continue
		case p.kind == outside || p.kind == words:
			if lineStart {
				p.text = strings.TrimLeft(p.text, " ")
			}
			at := seam{before: b.String(), lineStart: lineStart, after: w.after(i)}
			if p.kind == outside {
				b.WriteString(escape(p.text, at))
			} else {
				b.WriteString(escapeWords(p.text, at))
			}
			lineStart = lineStart && p.text == ""
		default:
			if p.kind == mark && p.text != "\n" {
				b.WriteString(apart(b.String(), p.text, i > 0 && w.pieces[i-1].kind == mark))
			}
			b.WriteString(p.text)
			lineStart = p.text == "\n" || p.kind == begin && strings.HasSuffix(p.text, "* ")
		}
	}
	return b.String()
}

// after returns the first character that follows a piece.
func (w *writer) after(i int) rune {
	if i+1 == len(w.pieces) {
		return 0
	}
	next, _ := utf8.DecodeRuneInString(w.pieces[i+1].text)
	return next
}

// apart returns a joint where a mark would merge with what precedes it: the fences of two pieces of code, the asterisks of two marks, or
// an exclamation mark that turns a link into an image.
func apart(before, text string, afterMark bool) string {
	last, first := lastRune(before), text[0]
	switch {
	case first == '`' && last == '`', first == '[' && last == '!', first == ':' && last == ':', first == '*' && last == '*' && afterMark:
		return joint
	}
	return ""
}
