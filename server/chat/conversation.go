package chat

import "context"

// Conversation is the exchange with one actor that a command, a click or a submitted form starts. It hides how the surface asks and
// answers: with dialogs and notes, or in a window.
type Conversation interface {
	// Ask shows a form. Fault: ButtonExpired if the surface can no longer show one.
	Ask(ctx context.Context, f Form) error
	// Tell shows a note to the actor alone, in the place where they asked.
	Tell(ctx context.Context, n Note) error
	// Replace shows a note in place of the clicked one, or as a new note if none was clicked.
	Replace(ctx context.Context, n Note) error
	// Features returns what the conversation supports.
	Features() Features
}

// Features are what a conversation supports besides notes.
type Features struct {
	// Forms reports whether Ask can show a form. Right after a sign-in, for example, it can't.
	Forms bool
	// Search reports whether a form's field can look up choices while the actor types; see FormField.Search.
	Search bool
}
