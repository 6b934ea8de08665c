package provider

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// AccountHome is a provider in which each account belongs to one top-level resource, such as the company's PagerDuty account. What a user
// creates or looks up belongs to it, whether or not a channel is subscribed to it.
type AccountHome interface {
	// AccountResource returns the top-level resource of the session's account. It needs no permission.
	AccountResource(ctx context.Context, s Session) (Resource, error)
}

// Creator is a provider in which users create subjects, such as incidents.
type Creator interface {
	AccountHome
	// CreateForm returns the form for a new subject. The values, by field name, are what is already known, such as "title" and "details".
	CreateForm(ctx context.Context, s Session, values map[string]string) (chat.Form, error)
	// Create creates the subject from the submitted values and returns it as an event. Submitting a form again has the same key, and
	// doesn't create the subject twice. If a value is invalid, the error is a *FieldError.
	Create(ctx context.Context, s Session, values map[string]string, key string) (Event, error)
	// FieldOptions returns the options of a field of that form that match what the user typed. Fault: InvalidInput for a field without
	// options.
	FieldOptions(ctx context.Context, s Session, field, text string) ([]chat.Option, error)
}

// SearchResult is a subject that a search found.
type SearchResult struct {
	// ID identifies the subject in Lookup; Title is untrusted text.
	ID, Title string
	State     chat.Message
	// Where is what the subject is about, such as a service. It is untrusted text, or "".
	Where string
}

// Searcher is a provider whose subjects can be searched.
type Searcher interface {
	AccountHome
	// Search returns subjects whose titles contain the text, or the subject with that number. The latest come first. More reports whether
	// there may be others.
	Search(ctx context.Context, s Session, text string, now time.Time) (found []SearchResult, more bool, err error)
	// Lookup returns a subject as an event. Fault: ResourceUnknown.
	Lookup(ctx context.Context, s Session, id string) (Event, error)
}

// Annotator is a Searcher whose subjects accept notes.
type Annotator interface {
	Searcher
	// Annotate adds a note to the subject with this ID. It returns the note as an event, a message for the user, and one that the user
	// may share. If the text is invalid, the error is a *FieldError.
	Annotate(ctx context.Context, s Session, id, text, by string) (ActionResult, error)
}
