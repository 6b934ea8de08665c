package pagerduty

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// cleanLine returns text on one line, cut.
func cleanLine(text string, most int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
	return chat.Truncate(strings.Join(strings.Fields(text), " "), most)
}

// idForm is what PagerDuty's names for things look like. They become parts of addresses.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// idOf returns the name of a thing, "" for what cannot be one.
func idOf(id string) string {
	if len(id) > maxID || !idForm.MatchString(id) {
		return ""
	}
	return id
}

// hostForm is what the host in an address may look like, with its port.
var hostForm = regexp.MustCompile(`^[A-Za-z0-9.\-_\[\]:]+$`)

// webAddress returns the address if a link may lead there, else "".
func webAddress(address string) string {
	if address == "" || len(address) > maxAddress || strings.ContainsFunc(address, unicode.IsSpace) || strings.ContainsFunc(address, unicode.IsControl) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || !hostForm.MatchString(u.Host) {
		return ""
	}
	return u.String()
}

// parseTime reads a time of PagerDuty's, zero for what is none.
func parseTime(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}
	}
	return at.UTC()
}

// laterTime returns the later of two times.
func laterTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// firstNonEmpty returns the first text that is not blank.
func firstNonEmpty(all ...string) string {
	for _, text := range all {
		if text != "" {
			return text
		}
	}
	return ""
}

// shortHash returns what tells one text from another.
func shortHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
