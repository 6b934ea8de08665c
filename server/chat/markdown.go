package chat

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// joint is a character without width. Put inside something that Mattermost would act on, it leaves plain text that looks
// the same: mentions, hashtags, emoji names and web addresses all end at it.
const joint = "\u200b"

// Escape returns text that shows in a message as it was written, on one line, and does nothing: it mentions nobody, links
// nowhere and formats nothing. All text from outside (topics, names, Zoom's own words) passes through it exactly once.
//
// Characters that can't be seen are left out, and runs of white space become one space.
func Escape(text string) string {
	runes := []rune(oneLine(text))
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
func EscapeLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Escape(line)
	}
	return strings.Join(lines, "\n")
}

// Link returns a Markdown link that shows the text. Only http and https addresses without a user name become links, since
// what stands before an "@" passes for the host; with any other address the text stands alone.
func Link(text, address string) string {
	label := Escape(text)
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
func Code(text string) string {
	text = oneLine(text)
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

// Plain returns text as it was written, on one line, for places that show no formatting, where Escape's marks would be seen.
//
// Characters that can't be seen are left out, and runs of white space become one space.
func Plain(text string) string { return oneLine(text) }

// Truncate returns text of at most this many characters (runes), cut where it shows least and ended with "…" if it was
// longer. Emoji, flags and letters with accents are not taken apart. Truncate before Escape, not after.
func Truncate(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	if most <= 0 {
		return ""
	}
	runes := []rune(text)
	end := most - 1
	for end > 0 && joined(runes, end) {
		end--
	}
	return strings.TrimRightFunc(string(runes[:end]), unicode.IsSpace) + "…"
}

// joined reports whether the runes before and after the position are drawn as one.
func joined(runes []rune, at int) bool {
	const (
		zeroWidthJoiner = '\u200d'
		firstSkinTone   = '\U0001F3FB'
		lastSkinTone    = '\U0001F3FF'
	)
	before, after := runes[at-1], runes[at]
	switch {
	case before == zeroWidthJoiner, after == zeroWidthJoiner, unicode.Is(unicode.M, after):
		return true
	case after >= firstSkinTone && after <= lastSkinTone:
		return true
	case !unicode.Is(unicode.Regional_Indicator, after):
		return false
	}
	// Two of these make a flag: the pair is cut when an odd number stands before.
	pairs := 0
	for i := at - 1; i >= 0 && unicode.Is(unicode.Regional_Indicator, runes[i]); i-- {
		pairs++
	}
	return pairs%2 == 1
}

// oneLine returns the text without line breaks, characters that can't be seen and superfluous space.
func oneLine(text string) string {
	var b strings.Builder
	runes := []rune(strings.ToValidUTF8(text, "\ufffd"))
	for i, c := range runes {
		switch {
		case unicode.IsSpace(c):
			b.WriteByte(' ')
		case unseen(c) && !shapes(runes, i):
		default:
			b.WriteRune(c)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// unseen reports whether the character shows nothing by itself: it could hide in a name, carry text that nobody sees, or turn the writing
// round.
func unseen(c rune) bool {
	return unicode.In(c, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) && !unicode.Is(unicode.Co, c) ||
		slices.Contains(blanks, c)
}

// blanks are letters and signs that are drawn as nothing: the symbol for a new line, a Braille pattern without dots, a Khmer and a musical
// sign. Those of Hangul are among the ignorable characters.
var blanks = []rune{'\u2424', '\u2800', '\u17b4', '\u17b5', '\U0001D159'}

// shapes reports whether the character that can't be seen changes how its neighbors are drawn: a joiner between letters of scripts that need
// it, or between emoji, and the selector of an emoji's look. Beside Latin letters they only hide.
func shapes(runes []rune, at int) bool {
	const (
		nonJoiner, joiner        = '\u200c', '\u200d'
		textLook, emojiLook      = '\ufe0e', '\ufe0f'
		keycap, lastASCII   rune = '\u20e3', unicode.MaxASCII
	)
	if at == 0 || unseen(runes[at-1]) && runes[at-1] != emojiLook {
		return false
	}
	last := at == len(runes)-1
	switch before := runes[at-1]; runes[at] {
	case nonJoiner, joiner:
		return before > lastASCII && !last && runes[at+1] > lastASCII && !unseen(runes[at+1])
	case textLook, emojiLook:
		return before > lastASCII && unicode.Is(unicode.So, before) || !last && runes[at+1] == keycap
	}
	return false
}
