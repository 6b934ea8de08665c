package console_test

import (
	"context"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// actor is the person as they act on Mattermost.
func actor(id string) chat.Actor { return chat.PersonID(id).Actor() }

// place is a channel of Mattermost.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// message is a message somewhere on Mattermost.
func message(id string) chat.MessageRef { return chat.MessageRef{Place: place(""), ID: id} }

// talk is a conversation of a test: notes go to the people, forms to the form's function.
type talk struct {
	people conversation.Messenger
	actor  chat.Actor
	place  chat.Place
	form   func(chat.Form) // nil where none can be shown
}

func (t talk) Ask(_ context.Context, f chat.Form) error {
	if t.form == nil {
		return fault.New(fault.ButtonExpired)
	}
	t.form(f)
	return nil
}

func (t talk) Tell(ctx context.Context, n chat.Note) error {
	return t.people.Whisper(ctx, t.place, t.actor, n)
}

func (t talk) Replace(ctx context.Context, n chat.Note) error { return t.Tell(ctx, n) }

func (t talk) Features() chat.Features { return chat.Features{Forms: t.form != nil} }
