package sentry

import (
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Limits of what is kept, in characters.
const (
	maxTitle   = 160
	maxName    = 80
	maxCulprit = 200
	maxMessage = 256
	maxAddress = 1000
	// maxExcerpt limits the excerpt of a comment, which isn't stored.
	maxExcerpt = 300
	// maxOwnText limits an issue's own text, such as user feedback, and Seer's findings.
	maxOwnText = 600
)

// line returns the text on one line.
func (t text) line(most int) string { return untrusted.Line(string(t), most) }

// block returns the text with its line breaks.
func (t text) block(most int) string { return untrusted.Lines(string(t), most) }

// timeKey returns a time for use in an ID.
func timeKey(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}
