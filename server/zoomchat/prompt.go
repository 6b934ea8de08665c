package zoomchat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// promptKept is how long the buttons of a note and the inputs of a form work, which is how long what they carry is valid.
const promptKept = 24 * time.Hour

// prompt is what the buttons of a note or the answer to a form do. It stays here; Zoom is sent its ID.
type prompt struct {
	Buttons []keptButton `json:"buttons,omitempty"`
	Form    *chat.Form   `json:"form,omitempty"`
	// Actor and Place are whom the form asks, where.
	Actor chat.Actor `json:"actor,omitzero"`
	Place chat.Place `json:"place,omitzero"`
}

// keptButton is what a button does.
type keptButton struct {
	Action string            `json:"action"`
	Values map[string]string `json:"values,omitempty"`
}

func buttonsOf(n chat.Note) []keptButton {
	var all []keptButton
	for _, b := range n.Buttons {
		all = append(all, keptButton{b.Action, b.Values})
	}
	return all
}

func promptSeal(id string) string { return "zoomchat/prompt/" + id }

// keep stores a prompt and returns its ID.
func (s *Surface) keep(ctx context.Context, p prompt) (string, error) {
	id := rand.Text()
	plain, err := json.Marshal(p)
	if err != nil {
		return "", errors.Wrap(err, "encode what a button does")
	}
	sealed, err := s.Seals.Seal(ctx, promptSeal(id), plain)
	if err != nil {
		return "", errors.Wrap(err, "seal what a button does")
	}
	return id, errors.Wrap(s.Records.SavePrompt(ctx, id, string(sealed), promptKept), "store what a button does")
}

// kept returns the prompt with this ID. Fault: ButtonExpired.
func (s *Surface) kept(ctx context.Context, id string) (prompt, error) {
	sealed, ok, err := s.Records.Prompt(ctx, id)
	if err != nil {
		return prompt{}, errors.Wrap(err, "look up what a button does")
	}
	if !ok {
		return prompt{}, fault.New(fault.ButtonExpired)
	}
	plain, err := s.Seals.Open(ctx, promptSeal(id), []byte(sealed))
	if fault.Is(err, fault.Unreadable) {
		return prompt{}, fault.Wrap(err, fault.ButtonExpired)
	}
	if err != nil {
		return prompt{}, errors.Wrap(err, "open what a button does")
	}
	var p prompt
	return p, errors.Wrap(json.Unmarshal(plain, &p), "read what a button does")
}
