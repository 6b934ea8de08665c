package mattermost_test

import "mattermost-plugin-zoom/server/chat"

// actor is the person as they act on Mattermost.
func actor(id string) chat.Actor { return chat.PersonID(id).Actor() }

// place is a channel of Mattermost.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// in is a message in a channel of Mattermost.
func in(channel, id string) chat.MessageRef { return chat.MessageRef{Place: place(channel), ID: id} }

// message is a message somewhere on Mattermost.
func message(id string) chat.MessageRef { return in("", id) }
