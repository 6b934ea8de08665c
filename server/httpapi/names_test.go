package httpapi_test

import "mattermost-plugin-zoom/server/chat"

// actor returns the person as an actor on Mattermost.
func actor(id string) chat.Actor { return chat.PersonID(id).Actor() }

// place returns a Mattermost channel.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// message returns a message in a Mattermost place.
func message(id string, at chat.Place) chat.MessageRef { return chat.MessageRef{Place: at, ID: id} }
