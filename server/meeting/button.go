package meeting

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Actions of the buttons under the plugin's notes.
const (
	actionStart      = "start"
	actionSetChoice  = "choose"
	actionDisconnect = "disconnect"
)

const (
	// sealedValue is the key of the one value that the plugin's buttons carry.
	sealedValue = "sealed"
	// buttonSeal names the seals of buttons, so that no other sealed value passes for one.
	buttonSeal = "meeting.button"
	// buttonLife is how long a button works: a note is for the moment.
	buttonLife = 24 * time.Hour
)

// Seals makes blobs that only the plugin can make or read.
type Seals interface {
	// Seal returns the blob for plain; it opens only under the same name.
	Seal(ctx context.Context, name string, plain []byte) ([]byte, error)
	// Open returns the content of a blob that Seal made.
	Open(ctx context.Context, name string, blob []byte) ([]byte, error)
}

// intent is what a button does, and for whom. Anyone can put a button into a post that sends a click of the user who clicks to this
// plugin, with any values. So the only trusted value is the one the plugin sealed for the person who was shown the button.
type intent struct {
	Actor   chat.Actor   `json:"actor"`
	Action  string       `json:"action"`
	Start   StartRequest `json:"start,omitzero"`
	Choice  Choice       `json:"choice,omitempty"`
	Expires time.Time    `json:"expires"`
}

// intents seals what buttons do, and opens it when one is clicked.
type intents struct {
	seals Seals
	now   func() time.Time
}

// startButton returns a button that starts the requested meeting, of this kind.
func (s *intents) startButton(ctx context.Context, r StartRequest, choice Choice, label chat.Message) (chat.Button, error) {
	r.Choice = choice
	return s.button(ctx, label, intent{Actor: r.Actor, Action: actionStart, Start: r})
}

// choiceButton returns a button that saves the choice as the user's setting.
func (s *intents) choiceButton(ctx context.Context, actor chat.Actor, choice Choice, label chat.Message) (chat.Button, error) {
	return s.button(ctx, label, intent{Actor: actor, Action: actionSetChoice, Choice: choice})
}

func (s *intents) button(ctx context.Context, label chat.Message, what intent) (chat.Button, error) {
	what.Expires = s.now().Add(buttonLife)
	plain, err := json.Marshal(what)
	if err != nil {
		return chat.Button{}, errors.Wrap(err, "encode what the button does")
	}
	sealed, err := s.seals.Seal(ctx, buttonSeal, plain)
	if err != nil {
		return chat.Button{}, errors.Wrap(err, "seal what the button does")
	}
	return chat.Button{Label: label, Action: what.Action, Values: map[string]string{sealedValue: string(sealed)}}, nil
}

// Buttons carries out clicks on the buttons under the plugin's notes about meetings.
type Buttons struct {
	accounts Accounts
	index    Index
	intents  *intents
	starter  *Starter
	log      *slog.Logger
}

// Act carries out the click on one of the plugin's buttons, in the place that the button was made for. Faults: ButtonExpired,
// ButtonNotYours, and those of the button's operation.
func (s *Buttons) Act(ctx context.Context, c chat.Click) error {
	what, err := s.intents.of(ctx, c)
	if err != nil {
		return err
	}
	if what.Action == actionSetChoice {
		return s.setChoice(ctx, c, what.Choice)
	}
	if what.Action == actionDisconnect {
		if err := s.accounts.Disconnect(ctx, c.Actor.Person); err != nil {
			return err
		}
		s.replace(ctx, c, chat.Say("disconnect.done"))
		return nil
	}
	what.Start.Actor = c.Actor
	outcome, err := s.starter.Start(ctx, what.Start)
	if err != nil || outcome.Prompted {
		// Start has shown the error.
		return nil
	}
	s.replace(ctx, c, chat.Say("choice.started"))
	return nil
}

// of returns the intent of the clicked button. Faults: ButtonExpired, ButtonNotYours.
func (s *intents) of(ctx context.Context, c chat.Click) (intent, error) {
	plain, err := s.seals.Open(ctx, buttonSeal, []byte(c.Values[sealedValue]))
	if fault.Is(err, fault.Unreadable) {
		return intent{}, fault.Wrap(err, fault.ButtonExpired)
	}
	if err != nil {
		return intent{}, errors.Wrap(err, "open what the button does")
	}
	var what intent
	if err := json.Unmarshal(plain, &what); err != nil {
		return intent{}, errors.Wrap(err, "read what the button does")
	}
	if !what.Actor.Is(c.Actor) {
		return intent{}, fault.New(fault.ButtonNotYours)
	}
	if what.Action != c.Action || !s.now().Before(what.Expires) {
		return intent{}, fault.New(fault.ButtonExpired)
	}
	return what, nil
}

// replace replaces the note and its buttons with a plain text, so that no one clicks twice.
func (s *Buttons) replace(ctx context.Context, c chat.Click, text chat.Message) {
	if err := c.Talk.Replace(ctx, chat.Note{Text: text}); err != nil {
		s.log.Warn("A note couldn't be updated", "user_id", c.Actor.ID, "post_id", c.Message.ID, "error", err.Error())
	}
}
