package sentry

import (
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
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

// line returns what is meant by a text on one line.
func (t text) line(most int) string { return untrusted.Line(string(t), most) }

// block returns a text with its line breaks, of at most so many characters.
func (t text) block(most int) string { return untrusted.Lines(string(t), most) }

// timeKey writes a time for an identity.
func timeKey(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}
