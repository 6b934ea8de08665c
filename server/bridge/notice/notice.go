// Package notice tells users and channels what happened. A failure is logged and not returned: callers can do nothing about it.
package notice

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Notices tells users and channels what happened.
type Notices struct {
	People    bridge.Directory
	Messenger bridge.Messenger
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// TellAll tells all channels that follow the connection of a change to it. It names none of them to the others. A user who made the change
// in their direct channel with the bot isn't told there.
func (s *Notices) TellAll(ctx context.Context, from chat.Place, c bridge.Connection, text chat.Message) {
	for _, place := range c.Channels() {
		if place.SameChannel(from) {
			s.Tell(ctx, from, text)
			continue
		}
		if err := s.Messenger.Announce(ctx, place, text); err != nil {
			s.Log.Warn("A channel couldn't be told about a change to its connection", "channel_id", place.Channel, "connection", c.ID, "error", err.Error())
		}
	}
}

// Who returns a user's name in chat, in a form that mentions no one.
func (s *Notices) Who(ctx context.Context, actor chat.Actor) chat.Text {
	person, err := s.People.Person(ctx, actor.Person)
	if err != nil || person.Username == "" {
		return chat.Plain("?")
	}
	return chat.NameOf(person)
}

// Tell tells the channel what a user did. In the user's direct channel with the bot nothing is said.
func (s *Notices) Tell(ctx context.Context, place chat.Place, text chat.Message) {
	channel, err := s.People.Channel(ctx, place)
	if err == nil && channel.Direct {
		return
	}
	if err == nil {
		err = s.Messenger.Announce(ctx, place, text)
	}
	if err != nil {
		s.Log.Warn("A channel couldn't be told what it's connected to", "channel_id", place.Channel, "error", err.Error())
	}
}

// Ago says how long ago it was.
func Ago(now, at time.Time) chat.Message {
	switch since := now.Sub(at); {
	case since < time.Minute:
		return chat.Say("bridge.ago.now")
	case since < time.Hour:
		return chat.Plural("bridge.ago.minutes", int(since/time.Minute))
	case since < 24*time.Hour:
		return chat.Plural("bridge.ago.hours", int(since/time.Hour))
	default:
		return chat.Plural("bridge.ago.days", int(since/(24*time.Hour)))
	}
}

// WriteTo sends a direct message from the bot, and logs a failure.
func (s *Notices) WriteTo(ctx context.Context, actor chat.Actor, text chat.Message) {
	if err := s.Messenger.Direct(ctx, actor, text); err != nil {
		s.Log.Warn("A user couldn't be told about a connection", "user_id", actor.ID, "error", err.Error())
	}
}

// Ephemeral shows a note to one user in the place, and logs a failure.
func (s *Notices) Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) {
	if err := s.Messenger.Ephemeral(ctx, at, actor, note); err != nil {
		s.Log.Warn("A user couldn't be answered", "user_id", actor.ID, "channel_id", at.Channel, "error", err.Error())
	}
}

// Show answers the actor of a conversation.
func (s *Notices) Show(ctx context.Context, talk chat.Conversation, note chat.Note) {
	if err := talk.Tell(ctx, note); err != nil {
		s.Log.Warn("A note could not be shown", "error", err.Error())
	}
}

// Answer replaces the note whose button was clicked by the result.
func (s *Notices) Answer(ctx context.Context, talk chat.Conversation, text chat.Message) {
	if err := talk.Replace(ctx, chat.Note{Text: text}); err != nil {
		s.Log.Warn("A note couldn't be updated", "error", err.Error())
	}
}
