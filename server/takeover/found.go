// Package takeover takes over what the public Zoom plugin left, once, when this plugin replaces it.
package takeover

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// Found is what changed when this plugin replaced the public plugin, as far as admins need to know.
type Found struct {
	// At is when it was noted.
	At time.Time
	// ByAddress reports that one admin had authorized for everyone, so that users are matched by email address.
	ByAddress bool
	// Restricted is the number of channels that had a restriction of their own.
	Restricted int
}

// Notes remembers what was found, for all servers.
type Notes interface {
	// Note remembers it, once, and reports whether this was the first time.
	Note(ctx context.Context, found Found) (first bool, err error)
	// Noted returns what Note remembered; zero for nothing.
	Noted(ctx context.Context) (Found, error)
	// Claim makes this server the one that takes over, for the time, and reports whether it is. It renews its own claim.
	Claim(ctx context.Context, holder string, keep time.Duration) (held bool, err error)
}

// Choices are the users' settings for meetings.
type Choices interface {
	// AdoptChoice stores the user's setting unless there is one already.
	AdoptChoice(ctx context.Context, person chat.PersonID, c meeting.Choice) error
}
