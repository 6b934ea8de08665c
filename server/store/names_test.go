package store_test

import "mattermost-plugin-zoom/server/chat"

// place returns a Mattermost channel.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// message returns a message in the town square.
func message(id string) chat.MessageRef { return chat.MessageRef{Place: place("townsquare"), ID: id} }
