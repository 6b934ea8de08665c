// Package conversation is how the bridge asks users: buttons under notes, forms and questions, each of which names its operation and is
// sealed for the user who was shown it. It doesn't know what operations do.
package conversation

import (
	"time"

	"mattermost-plugin-zoom/server/bridge"
)

// Prompts makes what users are asked with, and opens it again when they answer.
type Prompts struct {
	Seals bridge.Seals
	Now   func() time.Time
}

// Trail is the record of what users did to connections, or were refused.
type Trail struct{ Audit bridge.Audit }
