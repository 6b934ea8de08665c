package console

import (
	"context"
	"strings"
	"sync"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxTerm is how much of what is typed into a field is looked for, in characters.
const maxTerm = 100

// windowTrigger stands for the trigger of a form that goes to a window.
const windowTrigger = "window"

// Step is what comes next in somebody's window: a form, or notes, or both. Neither says that it is done.
type Step struct {
	Form  *chat.Form
	Notes []chat.Note
}

// window is one person's open window, such as one of the webapp's. What its person is asked and told is kept as the next step, and not
// shown as dialogs and posts: so one way of doing things serves what is typed, what is clicked, and windows.
type window struct {
	bridge.Surface
	bridge.People

	actor chat.Actor
	mu    sync.Mutex
	step  Step
}

// windowFor returns a service that asks and tells the person in a window, and what that will show.
func (s *Service) windowFor(actor chat.Actor) (*Service, *window) {
	w := &window{Surface: s.Surface, People: s.People, actor: actor}
	inside := &Service{Dependencies: s.Dependencies, windowed: true}
	inside.Surface, inside.People = w, w
	inside.build()
	return inside, w
}

// OpenForm shows a form in the window, in place of one before.
func (w *window) OpenForm(ctx context.Context, trigger string, f chat.Form) error {
	if trigger != windowTrigger {
		return w.Surface.OpenForm(ctx, trigger, f)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step.Form = &f
	return nil
}

// Whisper shows a note in the window, below those before.
func (w *window) Whisper(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	if !actor.Is(w.actor) {
		return w.People.Whisper(ctx, at, actor, note)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step.Notes = append(w.step.Notes, note)
	return nil
}

// Rewhisper does so, too: the note it would replace is gone from the window.
func (w *window) Rewhisper(ctx context.Context, m chat.MessageRef, actor chat.Actor, note chat.Note) error {
	if !actor.Is(w.actor) {
		return w.People.Rewhisper(ctx, m, actor, note)
	}
	return w.Whisper(ctx, m.Place, actor, note)
}

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
	inside, w := s.windowFor(actor)
	answer, err := inside.tree(providerID, word).Execute(ctx, word+" "+text, command.Call{
		Actor: actor, Admin: person.Admin, Place: at, TriggerID: windowTrigger,
	})
	if err == nil && !answer.Zero() {
		inside.Notices.Whisper(ctx, at, actor, chat.Note{Text: answer})
	}
	return w.shown(), err
}

// PressInWindow carries out a click on a button of ours in a window, likewise; see Press.
func (s *Service) PressInWindow(ctx context.Context, actor chat.Actor, at chat.Place, sealed string) (Step, error) {
	inside, w := s.windowFor(actor)
	err := inside.Press(ctx, chat.Click{
		Actor: actor, Place: at, Action: conversation.Pressed, Values: map[string]string{conversation.SealedValue: sealed}, TriggerID: windowTrigger,
	})
	return w.shown(), err
}

// SubmitInWindow carries out the answer to a form of ours in a window, likewise; see Submit.
func (s *Service) SubmitInWindow(ctx context.Context, a chat.FormAnswer) (Step, chat.FormErrors, error) {
	inside, w := s.windowFor(a.Actor)
	slips, err := inside.Submit(ctx, a)
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
	case lookKind, annotateKind:
		if searcher, ok := p.(provider.Searcher); ok && field == subjectField {
			return searcher, func(ctx context.Context, session provider.Session) ([]chat.Option, error) {
				found, _, err := searcher.Search(ctx, session, term, s.Now())
				return choicesOf(found), err
			}
		}
	}
	return nil, nil
}
