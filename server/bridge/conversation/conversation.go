// Package conversation is how the bridge asks users: buttons under notes, forms and questions, each of which names its operation and is
// sealed for the user who was shown it. It doesn't know what operations do.
package conversation

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Forms shows forms.
type Forms interface {
	// OpenForm shows a form to the user who just typed a command or clicked, as the trigger proves. The trigger is good for seconds.
	OpenForm(ctx context.Context, trigger string, f chat.Form) error
}

// Prompts makes what users are asked with, and opens it again when they answer.
type Prompts struct {
	Seals   bridge.Seals
	Surface Forms
	Now     func() time.Time
}

// Trail is the record of what users did to connections, or were refused.
type Trail struct{ Audit bridge.Audit }
