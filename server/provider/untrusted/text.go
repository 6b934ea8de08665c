// Package untrusted cleans what comes from outside before it is kept: the text, addresses and times of deliveries and API responses.
// It bounds their length and removes what could change how other text is shown. It knows no provider, and it does not escape: that is
// up to whoever renders the text.
package untrusted

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// Line returns the text on one line of at most limit characters, without control characters and runs of white space.
func Line(text string, limit int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
	return chat.Truncate(strings.Join(strings.Fields(text), " "), limit)
}

// Lines returns the text with its line breaks, of at most limit characters in total. Blank lines are merged into one, and removed at
// both ends.
func Lines(text string, limit int) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		line = Line(line, limit)
		if line == "" && (len(all) == 0 || all[len(all)-1] == "") {
			continue
		}
		all = append(all, line)
	}
	return strings.TrimRight(chat.Truncate(strings.TrimRight(strings.Join(all, "\n"), "\n"), limit), "\n")
}

// HashID returns 32 hexadecimal digits that identify the parts in this order. Providers build the IDs of events with it.
func HashID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
