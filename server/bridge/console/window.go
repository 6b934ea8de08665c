package console

import (
	"context"
	"sync"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
)

// Step is what a user's window shows next: a form, notes or both. An empty step means done.
type Step struct {
	Form  *chat.Form
	Notes []chat.Note
}

// window is the conversation in an open window, such as one of the webapp's. What its actor is asked and told is kept as the next step, and
// not shown as dialogs and posts.
type window struct {
	// asks says that a form can come next.
	asks bool
	mu   sync.Mutex
	step Step
}

// Ask shows a form in the window, in place of one before.
func (w *window) Ask(_ context.Context, f chat.Form) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step.Form = &f
	return nil
}

// Tell shows a note in the window, below those before.
func (w *window) Tell(_ context.Context, note chat.Note) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step.Notes = append(w.step.Notes, note)
	return nil
}

// Replace does so, too: the note it would replace is gone from the window.
func (w *window) Replace(ctx context.Context, note chat.Note) error { return w.Tell(ctx, note) }

// Features says that a window's fields can look up choices.
func (w *window) Features() chat.Features { return chat.Features{Forms: w.asks, Search: true} }

// shown returns what there is to see.
func (w *window) shown() Step {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.step
}

// RunInWindow does what the text says behind the provider's command, and returns what to show in the person's window. Faults:
// ProviderOff, and those of the command.
func (s *Service) RunInWindow(ctx context.Context, actor chat.Actor, at chat.Place, providerID, text string) (Step, error) {
	word := s.Settings().Enabled[providerID]
	if word == "" || s.Enabled(providerID) == nil {
		return Step{}, s.ProviderOff(providerID)
	}
	w := &window{asks: true}
	answer, err := s.tree(providerID, word).Execute(ctx, word+" "+text, command.Call{
		Actor: actor, Admin: s.isAdmin(ctx, actor), Place: at, Talk: w,
	})
	if err == nil && !answer.Zero() {
		s.Notices.Show(ctx, w, chat.Note{Text: answer})
	}
	return w.shown(), err
}

// isAdmin returns a function that reports whether the actor is a system admin. An unknown answer is a no.
func (s *Service) isAdmin(ctx context.Context, actor chat.Actor) func() bool {
	return func() bool {
		person, err := s.People.Person(ctx, actor.Person)
		return err == nil && person.Admin
	}
}

// PressInWindow carries out a click on a button of ours in a window, likewise; see Press.
func (s *Service) PressInWindow(ctx context.Context, actor chat.Actor, at chat.Place, sealed string) (Step, error) {
	w := &window{asks: true}
	err := s.Requests.Press(ctx, chat.Click{
		Actor: actor, Place: at, Action: conversation.Pressed, Values: map[string]string{conversation.SealedValue: sealed}, Talk: w,
	})
	return w.shown(), err
}

// SubmitInWindow carries out the answer to a form of ours in a window, likewise; see Submit.
func (s *Service) SubmitInWindow(ctx context.Context, a chat.FormAnswer) (Step, chat.FormErrors, error) {
	w := &window{}
	a.Talk = w
	slips, err := s.Requests.Submit(ctx, a)
	return w.shown(), slips, err
}
