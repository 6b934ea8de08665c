package teamchat

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// place is a conversation: a channel, two people, or a person and a bot.
type place struct {
	// jid tells places apart. For those with a bot it is the toJid of the bot's events.
	jid     string
	channel *Channel // nil for direct messages
	people  []Person // of a direct message
	bot     *Bot     // of a direct message with a bot
}

// botSeparator is between a user's JID and the bot's in the toJid of their
// conversation.
const botSeparator = "/robot_"

// wellFormedJID reports whether a text looks like the JID of a user or a bot.
func wellFormedJID(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(s, " /")
}

// withBot is the conversation of a user and a bot.
func withBot(p Person, b Bot) place {
	return place{jid: p.JID + botSeparator + b.JID, people: []Person{p}, bot: &b}
}

// inChannel is the conversation of a channel.
func inChannel(ch *Channel) place { return place{jid: ch.JID, channel: ch} }

// between is the conversation of two people.
func between(a, b Person) place {
	people := []Person{a, b}
	slices.SortFunc(people, func(x, y Person) int { return strings.Compare(x.JID, y.JID) })
	return place{jid: people[0].JID + " " + people[1].JID, people: people}
}

// has reports whether a user is in a conversation.
func (at place) has(p Person) bool {
	if at.channel != nil {
		return at.channel.has(p.JID)
	}
	return slices.ContainsFunc(at.people, func(one Person) bool { return one.JID == p.JID })
}

// name is what channelName calls a conversation: the channel, or the user in one with a
// bot.
func (at place) name() string {
	if at.channel != nil {
		return at.channel.Name
	}
	return at.people[0].Name
}

// placeFor finds a conversation that a user can write in: by the JID of the place, or by
// channel, by the bot, or by the other person.
func (c *Chat) placeFor(p Person, key string) (place, error) {
	if ch := c.channel(key); ch != nil {
		if !ch.has(p.JID) {
			return place{}, errors.Wrapf(kit.ErrConflict, "%s is not in channel %s", p.Name, ch.Name)
		}
		return inChannel(ch), nil
	}
	if _, bot, found := strings.Cut(key, botSeparator); found {
		key = bot
	}
	if b, err := c.botOf(p, key); err == nil {
		return withBot(p, b), nil
	}
	for jid := range strings.FieldsSeq(key) {
		if other, err := c.person(jid); err == nil && other.JID != p.JID {
			return between(p, other), nil
		}
	}
	return place{}, errors.Wrapf(kit.ErrNotFound, "conversation %q of %s", key, p.Name)
}

// addressed finds the conversation that a bot names by to_jid, which is one of the
// account.
func (c *Chat) addressed(b Bot, account, to string) (place, bool) {
	user, bot, inBot := strings.Cut(to, botSeparator)
	if inBot && bot != b.JID {
		return place{}, false
	}
	for _, ch := range c.channels {
		if ch.JID == to {
			return inChannel(ch), c.reaches(ch, account)
		}
	}
	for _, p := range c.zoom.People() {
		if p.JID == user {
			return withBot(p, b), p.AccountID == account && c.zoom.Installed(b, p)
		}
	}
	return place{}, false
}
