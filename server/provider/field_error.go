package provider

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// FieldError is a slip in one field of a form, which stays open and says so there.
type FieldError struct {
	Field   string
	Message chat.Message
}

// Error names the field and the sentence, for the log.
func (e *FieldError) Error() string { return "field " + e.Field + ": " + e.Message.ID }

// Unwrap has it pass for the fault InvalidInput where there is no form to show it in.
func (e *FieldError) Unwrap() error { return fault.New(fault.InvalidInput) }
