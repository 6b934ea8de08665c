package console

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

const (
	// Pressed is the action of all buttons under notes of the bridge's.
	Pressed = "bridge"
	// sealedValue is the one value that such a button carries.
	sealedValue = "sealed"
	// intentSeal names the seals of buttons and forms, so that nothing else that is sealed passes for one.
	intentSeal = "bridge/intent"
	// intentLife is how long a button or form works: a note is for the moment.
	intentLife = 24 * time.Hour
)

// intent is what a button or form does, and for whom. Anybody can put a button into a post that sends a click of whoever presses
// it to this plugin, with any values; so what counts is only what we have sealed, for the person who was shown it.
type intent struct {
	Actor chat.Actor `json:"actor"`
	// Kind says what to do; see presses and forms.
	Kind         string     `json:"kind"`
	Provider     string     `json:"provider,omitempty"`
	Place        chat.Place `json:"place,omitzero"`
	Connection   string     `json:"conn,omitempty"`
	Subscription string     `json:"sub,omitempty"`
	// Text is what the person had typed, where the intent goes on with it.
	Text string `json:"text,omitempty"`
	// Subject is what it is about, where that is no card.
	Subject string `json:"subject,omitempty"`
	// Message and Action are the card and what was clicked on it, where it is about one.
	Message chat.MessageRef   `json:"message,omitzero"`
	Action  string            `json:"action,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Expires time.Time         `json:"expires"`
}

// pressed carries out a button under a note.
type pressed func(ctx context.Context, c chat.Click, what intent) error

// answered carries out a form; errors by field keep it open.
type answered func(ctx context.Context, a chat.FormAnswer, what intent) (chat.FormErrors, error)

// resumed goes on with what an authorization was for, and says what came of it.
type resumed func(ctx context.Context, person chat.PersonID, what intent) (chat.Message, error)

// button returns a button that does this, for the intent's user only.
func (s *Service) button(ctx context.Context, label chat.Message, primary bool, what intent) (chat.Button, error) {
	sealed, err := s.seal(ctx, what)
	if err != nil {
		return chat.Button{}, err
	}
	return chat.Button{Label: label, Primary: primary, Action: Pressed, Values: map[string]string{sealedValue: sealed}}, nil
}

// Sealed returns what a button of ours does, for PressInWindow; false for a button of somebody else.
func Sealed(b chat.Button) (string, bool) {
	return b.Values[sealedValue], b.Action == Pressed
}

// openForm shows the form, whose answer is the intent's, to who has the trigger.
func (s *Service) openForm(ctx context.Context, trigger string, f chat.Form, what intent) error {
	sealed, err := s.seal(ctx, what)
	if err != nil {
		return err
	}
	f.Kind, f.State = what.Kind, sealed
	return errors.Wrap(s.Surface.OpenForm(ctx, trigger, f), "open a form")
}

func (s *Service) seal(ctx context.Context, what intent) (string, error) {
	what.Expires = s.Now().Add(intentLife)
	plain, err := json.Marshal(what)
	if err != nil {
		return "", errors.Wrap(err, "encode an intent")
	}
	sealed, err := s.Seals.Seal(ctx, intentSeal, plain)
	return string(sealed), errors.Wrap(err, "seal an intent")
}

// unseal returns the intent, if it is ours, this user's and not too old. Faults: ButtonExpired, ButtonNotYours.
func (s *Service) unseal(ctx context.Context, actor chat.Actor, sealed string) (intent, error) {
	plain, err := s.Seals.Open(ctx, intentSeal, []byte(sealed))
	if fault.Is(err, fault.Unreadable) {
		return intent{}, fault.Wrap(err, fault.ButtonExpired)
	}
	if err != nil {
		return intent{}, errors.Wrap(err, "open an intent")
	}
	var what intent
	if err := json.Unmarshal(plain, &what); err != nil {
		return intent{}, errors.Wrap(err, "read an intent")
	}
	if !what.Actor.Is(actor) {
		return intent{}, fault.New(fault.ButtonNotYours)
	}
	if !s.Now().Before(what.Expires) {
		return intent{}, fault.New(fault.ButtonExpired)
	}
	return what, nil
}

// Press carries out a click on a button under a note of ours. Faults: ButtonExpired, and those of what the button does.
func (s *Service) Press(ctx context.Context, c chat.Click) error {
	what, err := s.unseal(ctx, c.Actor, c.Values[sealedValue])
	if err != nil {
		return s.refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: c.Actor, Place: c.Place})
	}
	for _, group := range []map[string]pressed{s.connectPresses(), s.configurePresses(), s.actionPresses(), s.sharePresses(), s.privatePresses()} {
		if do := group[what.Kind]; do != nil {
			return s.refused(do(ctx, c, what), what.attempted())
		}
	}
	return fault.New(fault.ButtonExpired)
}

// Submit carries out the answer to a form of ours; errors by field keep it open. Faults likewise.
func (s *Service) Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	what, err := s.unseal(ctx, a.Actor, a.State)
	if err != nil {
		return nil, s.refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: a.Actor})
	}
	for _, group := range []map[string]answered{s.connectForms(), s.configureForms(), s.actionForms(), s.raiseForms(), s.privateForms(), s.dutyForms(), s.annotateForms(), s.searchForms()} {
		if do := group[what.Kind]; do != nil && what.Kind == a.Kind {
			wrong, err := do(ctx, a, what)
			return wrong, s.refused(err, what.attempted())
		}
	}
	return nil, fault.New(fault.ButtonExpired)
}

// Resume goes on with what somebody authorized for; next is what ConnectURL was given, which nobody else can have made. It returns
// what to tell the person.
func (s *Service) Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	var what intent
	if err := json.Unmarshal([]byte(next), &what); err != nil {
		return chat.Message{}, errors.Wrap(err, "read what to resume")
	}
	for _, group := range []map[string]resumed{s.connectResumes(), s.actionResumes(), s.meetResumes(), s.replyResumes()} {
		if do := group[what.Kind]; do != nil {
			said, err := do(ctx, person, what)
			return said, s.refused(err, what.attempted())
		}
	}
	return chat.Message{}, fault.New(fault.LinkExpired)
}
