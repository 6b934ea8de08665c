package sentry

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// How much is taken over of what came from outside, in characters.
const (
	maxTitle   = 160
	maxName    = 80
	maxCulprit = 200
	maxMessage = 256
	maxAddress = 1000
	// maxExcerpt is how much of a comment is shown; it is kept nowhere.
	maxExcerpt = 300
	// maxSaid is how much is shown of what an issue says for itself, such as a user's feedback, and of what Seer found.
	maxSaid = 600
)

// cleanLine returns a text on one line, of at most so many characters.
func cleanLine(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\ufffd"))
	return chat.Truncate(strings.Join(strings.Fields(s), " "), most)
}

// line returns what is meant by a text on one line.
func (t text) line(most int) string { return cleanLine(string(t), most) }

// block returns a text with its line breaks, of at most so many characters.
func (t text) block(most int) string { return cleanLines(string(t), most) }

// cleanLines returns a text line by line, with at most one empty line in a row and none at the ends, of at most so many characters.
func cleanLines(s string, most int) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	var all []string
	for line := range strings.SplitSeq(s, "\n") {
		line = cleanLine(line, most)
		if line == "" && (len(all) == 0 || all[len(all)-1] == "") {
			continue
		}
		all = append(all, line)
	}
	return strings.TrimRight(chat.Truncate(strings.TrimRight(strings.Join(all, "\n"), "\n"), most), "\n")
}

// webAddress returns the address if a link may lead there, else "".
func webAddress(address string) string {
	if address == "" || len(address) > maxAddress ||
		strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || c == 0x7f || unicode.IsSpace(c) }) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return address
}

// firstNonEmpty returns the first of the texts that says something.
func firstNonEmpty(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// latestTime returns the latest of the times.
func latestTime(times ...time.Time) time.Time {
	var last time.Time
	for _, at := range times {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// hashID puts the parts of an event's ID together.
func hashID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// timeKey writes a time for an identity.
func timeKey(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}
