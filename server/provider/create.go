package provider

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// AccountHome is a provider at which an account has one home, such as the company's account at the tool: what somebody raises or looks up
// belongs to it, whether or not a channel follows it.
type AccountHome interface {
	// AccountResource returns the whole that the session's account belongs to. No right is needed to be at home.
	AccountResource(ctx context.Context, s Session) (Resource, error)
}

// Creator is a provider at whose tool people raise new subjects, such as incidents.
type Creator interface {
	AccountHome
	// CreateForm asks what a new subject needs; the values, by the names of its fields, are what is known of it already, such as "title" and
	// "details".
	CreateForm(ctx context.Context, s Session, values map[string]string) (chat.Form, error)
	// Create makes the subject of the form's answers and returns it as an event. The key is the same each time the same form is sent: it is
	// made once. An answer that is not good is a *FieldError.
	Create(ctx context.Context, s Session, values map[string]string, key string) (Event, error)
	// FieldOptions returns the choices of a field of that form which fit what is typed. Fault: InvalidInput for a field without any.
	FieldOptions(ctx context.Context, s Session, field, text string) ([]chat.Option, error)
}

// SearchResult is a subject that was found at the tool.
type SearchResult struct {
	// ID is the tool's own, to be given to Look; Title is as it came from outside.
	ID, Title string
	State     chat.Message
	// Where is what it is about, such as a service; as it came from outside, "" for nothing.
	Where string
}

// Searcher is a provider whose subjects can be looked for.
type Searcher interface {
	AccountHome
	// Search returns subjects whose titles contain the text, or the one with that number, the latest first, and whether there may be more.
	Search(ctx context.Context, s Session, text string, now time.Time) (found []SearchResult, more bool, err error)
	// Lookup returns a subject as an event. Fault: ResourceUnknown.
	Lookup(ctx context.Context, s Session, id string) (Event, error)
}

// Annotator is a Searcher whose subjects take notes.
type Annotator interface {
	Searcher
	// Annotate adds a note to the subject that was found as this, and returns it as an event, with what to tell who wrote it and what they
	// may share. A text that is not good is a *FieldError.
	Annotate(ctx context.Context, s Session, id, text, by string) (ActionResult, error)
}
