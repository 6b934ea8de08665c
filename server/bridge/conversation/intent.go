package conversation

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

const (
	// Pressed is the action of all buttons under notes of the bridge's.
	Pressed = "bridge"
	// SealedValue is the one value that such a button carries.
	SealedValue = "sealed"
	// intentSeal names the seals of buttons and forms, so that nothing else that is sealed passes for one.
	intentSeal = "bridge/intent"
	// IntentLife is how long a button or form works: a note is for the moment.
	IntentLife = 24 * time.Hour
)

// Intent is what a button or form does, and for whom. Anybody can put a button into a post that sends a click of whoever presses
// it to this plugin, with any values; so what counts is only what we have sealed, for the person who was shown it.
type Intent struct {
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
	// Talk is the exchange in which it was asked for. It is not sealed.
	Talk chat.Conversation `json:"-"`
}

// Press carries out a button under a note.
type Press func(ctx context.Context, c chat.Click, what Intent) error

// Answer carries out a form; errors by field keep it open.
type Answer func(ctx context.Context, a chat.FormAnswer, what Intent) (chat.FormErrors, error)

// Resume goes on with what an authorization was for, and says what came of it.
type Resume func(ctx context.Context, person chat.PersonID, what Intent) (chat.Message, error)

// Button returns a button that does this, for the intent's user only.
func (s *Prompts) Button(ctx context.Context, label chat.Message, primary bool, what Intent) (chat.Button, error) {
	sealed, err := s.Seal(ctx, what)
	if err != nil {
		return chat.Button{}, err
	}
	return chat.Button{Label: label, Primary: primary, Action: Pressed, Values: map[string]string{SealedValue: sealed}}, nil
}

// Sealed returns what one of the plugin's buttons does, for PressInWindow; false for anyone else's button.
func Sealed(b chat.Button) (string, bool) {
	return b.Values[SealedValue], b.Action == Pressed
}

// Ask shows the form, whose answer is the intent's.
func (s *Prompts) Ask(ctx context.Context, talk chat.Conversation, f chat.Form, what Intent) error {
	sealed, err := s.Seal(ctx, what)
	if err != nil {
		return err
	}
	f.Kind, f.State = what.Kind, sealed
	return errors.Wrap(talk.Ask(ctx, f), "open a form")
}

// Seal returns what only we can open again, for the intent's user and for a day.
func (s *Prompts) Seal(ctx context.Context, what Intent) (string, error) {
	what.Expires = s.Now().Add(IntentLife)
	plain, err := json.Marshal(what)
	if err != nil {
		return "", errors.Wrap(err, "encode an intent")
	}
	sealed, err := s.Seals.Seal(ctx, intentSeal, plain)
	return string(sealed), errors.Wrap(err, "seal an intent")
}

// Unseal returns the intent, if it is ours, this user's and not too old. Faults: ButtonExpired, ButtonNotYours.
func (s *Prompts) Unseal(ctx context.Context, actor chat.Actor, sealed string) (Intent, error) {
	plain, err := s.Seals.Open(ctx, intentSeal, []byte(sealed))
	if fault.Is(err, fault.Unreadable) {
		return Intent{}, fault.Wrap(err, fault.ButtonExpired)
	}
	if err != nil {
		return Intent{}, errors.Wrap(err, "open an intent")
	}
	var what Intent
	if err := json.Unmarshal(plain, &what); err != nil {
		return Intent{}, errors.Wrap(err, "read an intent")
	}
	if !what.Actor.Is(actor) {
		return Intent{}, fault.New(fault.ButtonNotYours)
	}
	if !s.Now().Before(what.Expires) {
		return Intent{}, fault.New(fault.ButtonExpired)
	}
	return what, nil
}

// Question returns a note with these buttons, each of which does its deed for its wish.
func (s *Prompts) Question(ctx context.Context, text chat.Message, offers ...Offer) (chat.Note, error) {
	note := chat.Note{Text: text}
	for _, c := range offers {
		button, err := s.Button(ctx, c.Label, c.Primary, c.Request.Intends(c.Operation))
		if err != nil {
			return chat.Note{}, err
		}
		note.Buttons = append(note.Buttons, button)
	}
	return note, nil
}
