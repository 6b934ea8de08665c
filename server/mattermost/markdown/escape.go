package markdown

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// joint is a zero-width character. Put inside something that Mattermost would act on, it leaves plain text that looks the same: mentions,
// hashtags, emoji names and web addresses all end at it.
const joint = "\u200b"

// seam is the context of a piece of text in its message.
type seam struct {
	// before is the message so far.
	before string
	// lineStart reports whether only an item's marks precede the text on its line.
	lineStart bool
	// after is the character that follows, 0 at the end of the message.
	after rune
}

// escape returns text from outside as Markdown that shows it as written, on one line, without any effect: it mentions no one, links
// nowhere and formats nothing.
func escape(text string, at seam) string {
	runes := []rune(text)
	var b strings.Builder
	if at.lineStart && startsBlock(runes, at.after) {
		b.WriteString(joint)
	}
	for i, c := range runes {
		switch c {
		case '$':
			// Two of these enclose a formula, whatever is between them, and the web app knows no backslash before them.
			b.WriteString("&#36;")
		case '*', '_', '`', '[', ']', '|', '>':
			b.WriteByte('\\')
			b.WriteRune(c)
		case '@', '＠', '#', '~', '<', '&', '\\', ':':
			// A backslash doesn't work: the server finds mentions and hashtags without regard to it, and the web app's Markdown doesn't
			// know it before all of these.
			b.WriteRune(c)
			b.WriteString(joint)
		case '.':
			// "www.example.com" and "example.com/" become links, whether or not the joint follows a "www.". What a client makes of a
			// space after it is unknown.
			number := i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1])
			if i+1 < len(runes) && runes[i+1] != ' ' && !number || endsWWW(runes[:i]) || i == 0 && endsWWW([]rune(at.before)) {
				b.WriteString(joint)
			}
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// escapeWords is escape for the plugin's own words. It adds marks only where the words would format or link, so that the text that users
// search for and copy stays as it is.
func escapeWords(text string, at seam) string {
	runes := []rune(text)
	var b strings.Builder
	if at.lineStart && startsBlock(runes, at.after) {
		b.WriteString(joint)
	}
	before := lastRune(at.before)
	for i, c := range runes {
		after, own := at.after, i+1 < len(runes)
		if own {
			after = runes[i+1]
		}
		switch c {
		case '$':
			b.WriteString("&#36;")
		case '*', '`', '[', ']', '|':
			b.WriteByte('\\')
			b.WriteRune(c)
		case '_':
			if !letter(before) || !letter(after) || !own {
				b.WriteByte('\\')
			}
			b.WriteRune(c)
		case '>':
			if i == 0 && at.lineStart {
				b.WriteByte('\\')
			}
			b.WriteRune(c)
		case '.':
			if !own && !blank(after) && letter(before) || endsWWW(runes[:i]) || i == 0 && endsWWW([]rune(at.before)) {
				b.WriteString(joint)
			}
			b.WriteRune(c)
		case '@', '＠', '#', '~', '<', '&', '\\', ':':
			b.WriteRune(c)
			if actsBefore(c, before, after, own, i == 0 && at.lineStart) {
				b.WriteString(joint)
			}
		default:
			b.WriteRune(c)
		}
		before = c
	}
	return b.String()
}

// actsBefore reports whether the character could start or be part of something that has an effect, given what follows.
func actsBefore(sign, before, after rune, own, lineStart bool) bool {
	switch sign {
	case '\\':
		return true
	case '#':
		return lineStart || !blank(after)
	case ':':
		// Names of emoji and addresses follow; a time of day is neither.
		timeOfDay := own && unicode.IsDigit(before) && unicode.IsDigit(after)
		return (letter(after) || strings.ContainsRune("_+-/", after)) && !timeOfDay
	}
	return !blank(after)
}

func blank(c rune) bool  { return c == 0 || unicode.IsSpace(c) }
func letter(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// lastRune returns the last character, 0 for none.
func lastRune(s string) rune {
	var last rune
	for _, c := range s[max(0, len(s)-4):] {
		last = c
	}
	return last
}

// endsWWW reports whether the text ends like the name of a web server: "www", or "www2".
func endsWWW(runes []rune) bool {
	end := len(runes)
	for end > 0 && runes[end-1] >= '0' && runes[end-1] <= '9' {
		end--
	}
	return end >= 3 && strings.EqualFold(string(runes[end-3:end]), "www")
}

// startsBlock reports whether a line with this beginning would become a list, a rule or a heading's underline.
func startsBlock(line []rune, after rune) bool {
	if len(line) == 0 {
		return false
	}
	if slices.Contains([]rune("-+="), line[0]) {
		return true
	}
	end := 0
	for end < len(line) && line[end] >= '0' && line[end] <= '9' {
		end++
	}
	if end == len(line) {
		return after == '.' || after == ')'
	}
	numbered := end > 0 && (line[end] == '.' || line[end] == ')')
	return numbered && (end+1 == len(line) || line[end+1] == ' ')
}

// address returns a link's URL in Markdown form. Only http and https URLs without a user name are accepted, because readers take what
// precedes an "@" for the host.
func address(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return encode(u.String()), true
}

// encode percent-encodes characters that would end a link's URL or mean something in Markdown.
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
