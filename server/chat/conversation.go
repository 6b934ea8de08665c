package chat

import "context"

// Conversation is the exchange with one actor that a command, a click or the answer to a form began. It is handed to whatever carries that
// out, and hides how the surface asks and answers: by dialogs and notes, or in a window.
type Conversation interface {
	// Ask shows a form. Fault: ButtonExpired if the surface can't show one any more.
	Ask(ctx context.Context, f Form) error
	// Tell shows a note to the actor alone, where they asked.
	Tell(ctx context.Context, n Note) error
	// Replace shows a note in place of the one that was clicked; without such a note it tells it.
	Replace(ctx context.Context, n Note) error
	// Features says what the actor can be asked with.
	Features() Features
}

// Features are what a conversation can do beside notes.
type Features struct {
	// Forms says that Ask can show a form. Nothing can right after a sign-in, for example.
	Forms bool
	// Search says that a form's field can look up choices while the actor types; see FormField.Search.
	Search bool
}
