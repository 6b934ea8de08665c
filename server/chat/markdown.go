package chat

import (
	"crypto/rand"
	"net/url"
	"strings"
	"unicode"
)

// joint is a character without width. Put inside something that Mattermost would act on, it leaves plain text that looks
// the same: mentions, hashtags, emoji names and web addresses all end at it.
const joint = "\u200b"

// Escape returns text that shows in a message as it was written, on one line, and does nothing: it mentions nobody, links
// nowhere and formats nothing. All text from outside (topics, names, Zoom's own words) passes through it exactly once.
//
// Characters that can't be seen are left out, and runs of white space become one space.
func oldEscape(text string) string {
	runes := []rune(OneLine(text))
	var b strings.Builder
	if startsBlock(runes) {
		b.WriteString(joint)
	}
	for i, c := range runes {
		switch c {
		case '$':
			// Two of these begin and end a formula, whatever stands between, and the web app knows no backslash before them.
			b.WriteString("&#36;")
		case '*', '_', '`', '[', ']', '|', '>':
			b.WriteByte('\\')
			b.WriteRune(c)
		case '@', '＠', '#', '~', '<', '&', '\\', ':':
			// Not by a backslash: the server finds mentions and hashtags without regard to it, and the web app's Markdown
			// does not know it before all of these.
			b.WriteRune(c)
			b.WriteString(joint)
		case '.':
			// "www.example.com" and "example.com/" become links, whether the joint follows a "www." or not. What follows the
			// text is not known here, nor what a client makes of a blank after it.
			if i+1 < len(runes) && runes[i+1] != ' ' || endsWWW(runes[:i]) {
				b.WriteString(joint)
			}
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// endsWWW reports whether the text ends like the name of a web server: "www", or "www2".
func endsWWW(runes []rune) bool {
	end := len(runes)
	for end > 0 && runes[end-1] >= '0' && runes[end-1] <= '9' {
		end--
	}
	return end >= 3 && strings.EqualFold(string(runes[end-3:end]), "www")
}

// startsBlock reports whether a line that begins so would become a list, a rule or a heading's underline.
func startsBlock(line []rune) bool {
	if len(line) == 0 {
		return false
	}
	switch line[0] {
	case '-', '+', '=':
		return true
	}
	return line[0] >= '0' && line[0] <= '9'
}

// EscapeLines is Escape for a text that keeps its line breaks.
func oldEscapeLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = oldEscape(line)
	}
	return strings.Join(lines, "\n")
}

// Link returns a Markdown link that shows the text. Only http and https addresses without a user name become links, since
// what stands before an "@" passes for the host; with any other address the text stands alone.
func oldLink(text, address string) string {
	label := oldEscape(text)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return label
	}
	// The web app counts brackets in a link's text even after a backslash.
	label = strings.NewReplacer(`\[`, "&#91;", `\]`, "&#93;").Replace(label)
	return "[" + label + "](" + encode(u.String()) + ")"
}

// encode percent-encodes what would end a link's address or mean something in Markdown.
func encode(address string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(address) {
		if c > ' ' && c < 0x7f && !strings.ContainsRune("()<>\"'`\\|*@", rune(c)) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// Code returns text as inline code, on one line; "" for no text.
func oldCode(text string) string {
	text = OneLine(text)
	if text == "" {
		return ""
	}
	longest, run := 0, 0
	for _, c := range text {
		run++
		if c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest == 0 {
		return fence + text + fence
	}
	return fence + " " + text + " " + fence
}

// oldMark says that a parameter is Markdown already. All this goes as soon as no caller is left.
var oldMark = rand.Text()

func oldMarked(s string) string {
	if s == "" {
		return ""
	}
	return oldMark + s
}

// Escape goes.
func Escape(text string) string { return oldMarked(oldEscape(text)) }

// EscapeLines goes.
func EscapeLines(text string) string { return oldMarked(oldEscapeLines(text)) }

// Link goes.
func Link(text, address string) string { return oldMarked(oldLink(text, address)) }

// Code goes.
func Code(text string) string { return oldMarked(oldCode(text)) }

// CodeBlock goes.
func CodeBlock(lines []string) string { return oldMarked(oldCodeBlock(lines)) }

// OldMarkdown is a span of Markdown; it goes.
const OldMarkdown SpanKind = "markdown"

// filled returns the text of a parameter.
func filled(value string) Text {
	if strings.Contains(value, oldMark) {
		return Text{{Kind: OldMarkdown, Text: strings.ReplaceAll(value, oldMark, "")}}
	}
	return PlainText(value)
}

// tab is how wide a tab in code is shown.
const tab = "    "

// CodeBlock returns the lines as a block of code, which shows them as they were written and does nothing; "" for no lines. Control
// characters and those that turn the direction of writing are left out. It has to begin a line of the message.
func oldCodeBlock(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	fence := "```"
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = codeLine(line)
		for strings.Contains(clean[i], fence) {
			fence += "`"
		}
	}
	return fence + "\n" + strings.Join(clean, "\n") + "\n" + fence
}

// codeLine returns a line of code without what could end it or turn it round.
func codeLine(line string) string {
	line = strings.ReplaceAll(strings.ToValidUTF8(line, "\ufffd"), "\t", tab)
	return strings.TrimRightFunc(strings.Map(func(c rune) rune {
		switch {
		case c == '\u2028', c == '\u2029', c == '\u2424':
			return -1
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, line), unicode.IsSpace)
}

// Plain goes.
func Plain(text string) string { return OneLine(text) }
