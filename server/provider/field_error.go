package provider

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// FieldError is a mistake in one field of a form. The form stays open and shows it at the field.
type FieldError struct {
	Field   string
	Message chat.Message
}

// Error returns the field and the ID of the message, for the log.
func (e *FieldError) Error() string { return "field " + e.Field + ": " + e.Message.ID }

// Unwrap returns the fault InvalidInput, for errors that no form shows.
func (e *FieldError) Unwrap() error { return fault.New(fault.InvalidInput) }
