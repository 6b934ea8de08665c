package zoomchat

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Members says what users may do in channels, as far as signed events showed who is there.
type Members struct {
	records Records
	people  People
}

// memberFor is how long what a user did in a channel shows that they are a member. Zoom tells a bot nothing about members; but only members
// can type a command in a channel or click a card there, and that is when rights are asked for.
const memberFor = 24 * time.Hour

// MayPost reports whether the user is a member of the channel, as far as is known: they did something there within a day. A conversation with
// the bot is its user's.
func (s *Members) MayPost(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	ago, seen, err := s.seenIn(ctx, actor, place)
	return err == nil && seen && ago <= memberFor
}

// StillMayPost reports whether the user was ever seen in the channel, which can still be reached: Zoom tells of no one who leaves.
func (s *Members) StillMayPost(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error) {
	_, seen, err := s.seenIn(ctx, actor, place)
	return seen, err
}

// seenIn returns how long ago the actor did something in the place; seen is false for never, and where the place can't be reached.
func (s *Members) seenIn(ctx context.Context, actor chat.Actor, place chat.Place) (ago time.Duration, seen bool, err error) {
	at, err := addressOf(place)
	if err != nil {
		return 0, false, err
	}
	who, err := identityOf(actor)
	if err != nil || who.app != at.app || who.account != at.account {
		return 0, false, err
	}
	channel, known, err := s.records.Channel(ctx, at.app, at.account, at.jid)
	if err != nil || !known || channel.Gone || !channel.Installed {
		return 0, false, errors.Wrap(err, "look up a conversation in Zoom Team Chat")
	}
	ago, seen, err = s.records.SeenIn(ctx, at.app, at.account, at.jid, who.user)
	return ago, seen, errors.Wrap(err, "look up a user in Zoom Team Chat")
}

// MayMentionAll returns false: Zoom documents no markup with which a bot mentions anyone.
func (*Members) MayMentionAll(context.Context, chat.Actor, chat.Place) bool { return false }

// MayAdminister reports whether an admin named the user for the channel, or the user is a system admin of Mattermost; in their conversation
// with the bot, users are their own admins.
func (s *Members) MayAdminister(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	at, err := addressOf(place)
	if err != nil || !s.MayPost(ctx, actor, place) {
		return false
	}
	if !at.channel() || s.systemAdmin(ctx, actor) {
		return true
	}
	who, err := identityOf(actor)
	if err != nil {
		return false
	}
	channel, _, err := s.records.Channel(ctx, at.app, at.account, at.jid)
	return err == nil && slices.Contains(channel.Admins, who.user)
}

// systemAdmin reports whether the user is a system admin of Mattermost.
func (s *Members) systemAdmin(ctx context.Context, actor chat.Actor) bool {
	if actor.Person == "" {
		return false
	}
	person, err := s.people.Person(ctx, actor.Person)
	return err == nil && person.Admin
}

// ChannelsOf returns the channels in which the user did something within a day.
func (s *Members) ChannelsOf(ctx context.Context, actor chat.Actor) ([]chat.Place, error) {
	who, err := identityOf(actor)
	if err != nil {
		return nil, err
	}
	found, err := s.records.ChannelsOf(ctx, who.app, who.account, who.user, memberFor)
	if err != nil {
		return nil, errors.Wrap(err, "list a user's channels in Zoom Team Chat")
	}
	places := make([]chat.Place, 0, len(found))
	for _, jid := range found {
		places = append(places, address{who.app, who.account, jid}.place())
	}
	return places, nil
}

// Channel returns the conversation of the place, as events showed it. Fault: NoPost for one that was never seen.
func (s *Members) Channel(ctx context.Context, place chat.Place) (chat.Channel, error) {
	at, err := addressOf(place)
	if err != nil {
		return chat.Channel{}, err
	}
	seen, known, err := s.records.Channel(ctx, at.app, at.account, at.jid)
	switch {
	case err != nil:
		return chat.Channel{}, errors.Wrap(err, "look up a conversation in Zoom Team Chat")
	case !known:
		return chat.Channel{}, fault.Wrap(errors.Errorf("conversation %q was never seen", at.jid), fault.NoPost)
	case !at.channel():
		return chat.Channel{Direct: true, Archived: seen.Gone || !seen.Installed}, nil
	}
	return chat.Channel{Name: seen.Name, Archived: seen.Gone || !seen.Installed}, nil
}

// Message returns nothing: Zoom lets a bot read no messages.
func (*Members) Message(context.Context, chat.Actor, string) (text string, ok bool) { return "", false }
