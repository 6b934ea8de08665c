package store_test

import "mattermost-plugin-zoom/server/chat"

// place is a channel of Mattermost.
func place(id string) chat.Place { return chat.Place{Surface: chat.Mattermost, Channel: id} }

// message is a message in the town square.
func message(id string) chat.MessageRef { return chat.MessageRef{Place: place("townsquare"), ID: id} }
