package conversation

import (
	"context"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// maxTerm limits the text that a field's choices are looked up with, in characters.
const maxTerm = 100

// Choices returns the choices of a form's field that fit the term. Fault: InvalidInput for a field without a lookup.
type Choices func(ctx context.Context, what Intent, field, term string) ([]chat.Option, error)

// Options returns the choices of a form's field that fit the typed text, as the account of the form's user sees them. Faults:
// ButtonExpired, ButtonNotYours, ProviderOff, InvalidInput, AccountNeeded, and those of the provider.
func (r *Registry) Options(ctx context.Context, a chat.FormAnswer, field, typed string) ([]chat.Option, error) {
	what, err := r.Prompts.Unseal(ctx, a.Actor, a.State)
	if err != nil {
		return nil, err
	}
	if what.Kind != a.Kind {
		return nil, fault.New(fault.ButtonExpired)
	}
	if r.Enabled(what.Provider) == nil {
		return nil, r.ProviderOff(what.Provider)
	}
	do := r.operations[what.Kind].Choices
	if do == nil {
		return nil, fault.New(fault.InvalidInput)
	}
	return do(ctx, what, field, chat.Truncate(strings.Join(strings.Fields(typed), " "), maxTerm))
}
