package zoomchat

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// adminsWord is the command about the users whom an admin names for a channel: Zoom tells a bot nothing about the rights in its channels.
// Where the setting reserves connecting to channel admins, they are the ones.
const adminsWord = "admins"

// admins answers "admins", "admins add NAME" and "admins remove NAME". Only a system admin of Mattermost changes them. Fault: AdminOnly.
func (in *Inbox) admins(ctx context.Context, x exchange, text, word string) (chat.Message, error) {
	at, err := addressOf(x.place)
	if err != nil {
		return chat.Message{}, err
	}
	if !at.channel() {
		return chat.Say("zoomchat.admins.channel_only"), nil
	}
	records := in.Surface.Records
	channel, _, err := records.Channel(ctx, at.app, at.account, at.jid)
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "look up a conversation in Zoom Team Chat")
	}
	users, err := records.UsersIn(ctx, at.app, at.account, at.jid)
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "list the users seen in a channel")
	}
	operation, name, _ := strings.Cut(text, " ")
	if operation == "" {
		return named(channel.Admins, users, word), nil
	}
	if !in.Surface.systemAdmin(ctx, x.actor) {
		return chat.Message{}, fault.New(fault.AdminOnly)
	}
	found := withName(users, name)
	switch {
	case operation != "add" && operation != "remove":
		return named(channel.Admins, users, word), nil
	case len(found) != 1:
		return chat.Say("zoomchat.admins.unknown", "Name", name), nil
	}
	changed := slices.DeleteFunc(slices.Clone(channel.Admins), func(id string) bool { return id == found[0] })
	if operation == "add" {
		changed = append(changed, found[0])
	}
	if err := records.SetAdmins(ctx, at.app, at.account, at.jid, changed); err != nil {
		return chat.Message{}, errors.Wrap(err, "name the admins of a channel")
	}
	return named(changed, users, word), nil
}

// withName returns the IDs of the users with this name.
func withName(users map[string]string, name string) []string {
	name = strings.TrimPrefix(chat.OneLine(name), "@")
	return slices.DeleteFunc(slices.Sorted(maps.Keys(users)), func(id string) bool { return name == "" || !strings.EqualFold(chat.OneLine(users[id]), name) })
}

// named lists the admins of a channel.
func named(admins []string, users map[string]string, word string) chat.Message {
	if len(admins) == 0 {
		return chat.Say("zoomchat.admins.none").WithText("Command", chat.Code("/"+word+" "+adminsWord+" add NAME"))
	}
	var names []chat.Text
	for _, id := range admins {
		names = append(names, chat.Plain(users[id]))
	}
	return chat.Say("zoomchat.admins.list").WithText("Names", chat.Join(", ", names...))
}
