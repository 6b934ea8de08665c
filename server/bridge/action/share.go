package action

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
)

// shareKind is the button under a confirmation that posts what was done for all to read.
const shareKind = "share"

// Shareable returns the note with a button that posts the message in the channel; without one where there is no message.
func (s *Service) Shareable(ctx context.Context, note chat.Note, message chat.Message, what conversation.Intent) (chat.Note, error) {
	if message.Zero() {
		return note, nil
	}
	text, err := json.Marshal(message)
	if err != nil {
		return note, errors.Wrap(err, "encode what may be shared")
	}
	what.Kind, what.Text, what.Values = shareKind, string(text), nil
	what.Place.Thread = "" // for readers of the channel; the card's thread shows it anyway
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.act.share.button"), false, what)
	if err != nil {
		return note, err
	}
	note.Buttons = append(note.Buttons, button)
	return note, nil
}

// pressShare posts what the button was made for, once.
func (s *Service) pressShare(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if !s.Permissions.MayPost(ctx, what.Actor, what.Place) {
		return fault.New(fault.NoPost)
	}
	var message chat.Message
	if err := json.Unmarshal([]byte(what.Text), &message); err != nil {
		return errors.Wrap(err, "read what is to be shared")
	}
	first, err := s.Connections.Claim(ctx, digest.Of("share", c.Values[conversation.SealedValue]), conversation.IntentLife)
	if err != nil {
		return errors.Wrap(err, "look whether it was shared before")
	}
	if first {
		if err := s.Messenger.Announce(ctx, what.Place, message); err != nil {
			return errors.Wrap(err, "share what was done")
		}
	}
	s.Notices.Answer(ctx, what.Talk, chat.Say("bridge.act.shared"))
	return nil
}
