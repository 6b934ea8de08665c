package main

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost"
)

// reader knows the language and the rights of the user who reads an answer.
type reader struct{ client *mattermost.Client }

func (r reader) Markdown(person chat.PersonID, m chat.Message) string {
	return r.client.Markdown(person, m)
}

func (r reader) Plain(person chat.PersonID, m chat.Message) string { return r.client.Plain(person, m) }

func (r reader) Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation {
	return r.client.Conversation(actor, at, trigger, note)
}

func (r reader) Username(ctx context.Context, person chat.PersonID) (string, error) {
	who, err := r.client.Person(ctx, person)
	return who.Username, err
}

func (r reader) Admin(person chat.PersonID) bool {
	who, err := r.client.Person(context.Background(), person)
	return err == nil && who.Admin
}
