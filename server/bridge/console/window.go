package console

import (
	"context"
	"strings"
	"sync"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxTerm is how much of what is typed into a field is looked for, in characters.
const maxTerm = 100

// Step is what comes next in somebody's window: a form, or notes, or both. Neither says that it is done.
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
	person, err := s.People.Person(ctx, actor.Person)
	if err != nil {
		return Step{}, errors.Wrap(err, "look up who uses a window")
	}
	w := &window{asks: true}
	answer, err := s.tree(providerID, word).Execute(ctx, word+" "+text, command.Call{
		Actor: actor, Admin: person.Admin, Place: at, Talk: w,
	})
	if err == nil && !answer.Zero() {
		s.Notices.Show(ctx, w, chat.Note{Text: answer})
	}
	return w.shown(), err
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

// Options returns the choices of a form's field that fit what is typed, as the account of the form's person sees them. Faults:
// ButtonExpired, ButtonNotYours, ProviderOff, InvalidInput, AccountNeeded, and those of the tool.
func (s *Service) Options(ctx context.Context, a chat.FormAnswer, field, term string) ([]chat.Option, error) {
	what, err := s.Prompts.Unseal(ctx, a.Actor, a.State)
	if err != nil {
		return nil, err
	}
	p := s.Enabled(what.Provider)
	if what.Kind != a.Kind {
		return nil, fault.New(fault.ButtonExpired)
	}
	if p == nil {
		return nil, s.ProviderOff(what.Provider)
	}
	homely, look := s.lookup(p, what.Kind, field, chat.Truncate(strings.Join(strings.Fields(term), " "), maxTerm))
	if look == nil {
		return nil, fault.New(fault.InvalidInput)
	}
	h, err := s.home(ctx, what.Request(), homely)
	if err != nil {
		return nil, err
	}
	return look(ctx, h.session)
}

// lookup returns how the choices of a form's field that fit the term are looked up, and whose account that needs; nil for a field without.
func (s *Service) lookup(p provider.Provider, form, field, term string) (provider.AccountHome, func(context.Context, provider.Session) ([]chat.Option, error)) {
	switch form {
	case raiseKind:
		if raiser, ok := p.(provider.Creator); ok {
			return raiser, func(ctx context.Context, session provider.Session) ([]chat.Option, error) {
				return raiser.FieldOptions(ctx, session, field, term)
			}
		}
	case dutyFormKind:
		if onCaller, ok := p.(provider.OnCallSchedules); ok && field == dutySchedule {
			return onCaller, func(ctx context.Context, session provider.Session) ([]chat.Option, error) {
				found, err := onCaller.Schedules(ctx, session, term)
				return schedulesOf(found), err
			}
		}
	case conversation.OpLook, annotateKind:
		if searcher, ok := p.(provider.Searcher); ok && field == subjectField {
			return searcher, func(ctx context.Context, session provider.Session) ([]chat.Option, error) {
				found, _, err := searcher.Search(ctx, session, term, s.Now())
				return choicesOf(found), err
			}
		}
	}
	return nil, nil
}
