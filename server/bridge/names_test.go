package bridge_test

import "mattermost-plugin-zoom/server/chat"

// actor is the person as they act on Mattermost.
func actor(id string) chat.Actor { return chat.PersonID(id).Actor() }

// place is a channel of Mattermost.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// message is a message somewhere on Mattermost.
func message(id string) chat.MessageRef { return chat.MessageRef{Place: place(""), ID: id} }

// ref is what refers to it.
func (p *post) ref() chat.MessageRef { return chat.MessageRef{Place: p.at, ID: p.id} }
