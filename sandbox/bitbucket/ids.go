package bitbucket

import (
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// ids creates the identifiers that Bitbucket has.
type ids struct{ *kit.IDs }

// braced returns a UUID as Cloud writes them.
func (g ids) braced() string { return "{" + g.UUID() + "}" }

// hash returns the name of a commit.
func (g ids) hash() string { return g.Hex(20) }

// accountID returns an identifier in the form of Atlassian's account IDs.
func (g ids) accountID() string { return "712020:" + g.UUID() }

// stamp writes t the way Cloud does: UTC, microseconds.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000-07:00")
}
