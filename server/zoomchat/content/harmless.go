package content

import (
	"strings"
	"unicode"
)

// joint is a zero-width character. Put inside something that a client would act on, it leaves plain text that looks the same.
const joint = "\u200b"

// lookalikes replace the characters that Zoom's markup gives a meaning. Zoom documents no escape:
// https://developers.zoom.us/docs/chat/chatbot/extend/bot-cards/
var lookalikes = map[rune]string{
	'*': "∗", '_': "ˍ", '~': "∼", '`': "ˋ", '<': "‹", '>': "›", '|': "∣",
}

// harmless returns text from outside, or the plugin's own words, without what Zoom's clients act on everywhere: addresses, which they turn
// into links (https://developers.zoom.us/docs/chat/customizing-messages/, "link autodetection"), mentions, and names of emoji. It looks
// the same.
func harmless(text string) string {
	runes := []rune(text)
	var b strings.Builder
	for i, c := range runes {
		b.WriteRune(c)
		if i+1 == len(runes) {
			if c == '@' || c == ':' || c == '＠' || endsWWW(runes[:i+1]) {
				b.WriteString(joint) // what follows is in another span
			}
			continue
		}
		after := runes[i+1]
		switch {
		case c == '@' || c == '＠', c == ':' && !unicode.IsSpace(after) && !between(runes, i), after == '.' && endsWWW(runes[:i+1]):
			b.WriteString(joint)
		case c == '.' && (unicode.IsLetter(after) || unicode.IsDigit(after)) && !between(runes, i):
			b.WriteString(joint) // example.com
		}
	}
	return b.String()
}

// between reports whether the character is between digits, as in a time or a version.
func between(runes []rune, at int) bool {
	return at > 0 && at+1 < len(runes) && unicode.IsDigit(runes[at-1]) && unicode.IsDigit(runes[at+1])
}

// endsWWW reports whether the text ends like the name of a web server: "www", or "www2".
func endsWWW(runes []rune) bool {
	end := len(runes)
	for end > 0 && runes[end-1] >= '0' && runes[end-1] <= '9' {
		end--
	}
	return end >= 3 && strings.EqualFold(string(runes[end-3:end]), "www")
}

// lookalike returns the text for a line in markup, in which it formats nothing.
func lookalike(text string, lineStart bool) string {
	var b strings.Builder
	if lineStart && startsBlock(text) {
		b.WriteString(joint)
	}
	for i, c := range text {
		if other, ok := lookalikes[c]; ok {
			b.WriteString(other)
			continue
		}
		b.WriteRune(c)
		if c == ']' || c == '\\' || c == '!' && strings.HasPrefix(text[i+1:], "[") {
			b.WriteString(joint) // [label](address), as other markups have it
		}
	}
	return b.String()
}

// startsBlock reports whether a line with this beginning would be a list, a heading or a rule in other markups.
func startsBlock(line string) bool {
	line = strings.TrimLeft(line, " ")
	if line == "" {
		return false
	}
	if strings.ContainsRune("-+=#>", rune(line[0])) {
		return true
	}
	rest := strings.TrimLeft(line, "0123456789")
	return rest != line && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ")"))
}
