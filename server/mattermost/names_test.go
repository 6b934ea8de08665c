package mattermost_test

import "mattermost-plugin-zoom/server/chat"

// actor returns the person as an actor on Mattermost.
func actor(id string) chat.Actor { return chat.PersonID(id).Actor() }

// place returns a Mattermost channel.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// in returns a message in a Mattermost channel.
func in(channel, id string) chat.MessageRef { return chat.MessageRef{Place: place(channel), ID: id} }

// message returns a message on Mattermost without a place.
func message(id string) chat.MessageRef { return in("", id) }
