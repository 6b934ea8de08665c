package teamchat

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The kinds of channels that the sandbox has.
const (
	privateChannel = 1
	publicChannel  = 3
)

// Channel is a channel and its members.
type Channel struct {
	ID   string `json:"id"`
	JID  string `json:"jid"`
	Name string `json:"name"`
	// Public channels can be joined by everyone of the account.
	Public bool `json:"public"`
	// AccountID is that of the owner, the first member.
	AccountID string   `json:"account_id"`
	Members   []string `json:"members"` // JIDs
}

// NewChannel asks for a channel.
type NewChannel struct {
	Name   string `json:"name"`
	Public bool   `json:"public"`
	// Members are email addresses, the owner's first. They may be of other accounts.
	Members []string `json:"members"`
	// ID is generated when empty.
	ID string `json:"id"`
}

// AddChannel opens a channel.
func (c *Chat) AddChannel(q NewChannel) (*Channel, error) {
	if q.Name == "" || len(q.Members) == 0 {
		return nil, errors.Wrap(kit.ErrInvalid, "a channel needs a name and a member")
	}
	if q.ID == "" {
		q.ID = c.IDs.Hex(16)
	}
	ch := &Channel{ID: q.ID, JID: q.ID + "@conference.xmpp.zoom.us", Name: q.Name, Public: q.Public}
	if c.channel(ch.JID) != nil || c.channel(ch.Name) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "channel %s exists already", q.Name)
	}
	for _, email := range q.Members {
		p, err := c.person(email)
		if err != nil {
			return nil, err
		}
		if ch.AccountID == "" {
			ch.AccountID = p.AccountID
		}
		ch.Members = append(ch.Members, p.JID)
	}
	c.channels = append(c.channels, ch)
	c.changed()
	return ch, nil
}

// Membership names a channel and a user.
type Membership struct {
	Channel string `json:"channel"`
	Email   string `json:"email"`
}

// Join adds a member, Leave removes one. The channel of the last member to leave is
// gone.
func (c *Chat) Join(m Membership) error {
	return c.membership(m, func(ch *Channel, p Person) {
		if !ch.has(p.JID) {
			ch.Members = append(ch.Members, p.JID)
		}
	})
}

// Leave removes a member from a channel.
func (c *Chat) Leave(m Membership) error {
	return c.membership(m, func(ch *Channel, p Person) {
		ch.Members = slices.DeleteFunc(ch.Members, func(jid string) bool { return jid == p.JID })
		if len(ch.Members) == 0 {
			c.channels = slices.DeleteFunc(c.channels, func(one *Channel) bool { return one == ch })
		}
	})
}

// membership changes who is in a channel.
func (c *Chat) membership(m Membership, change func(*Channel, Person)) error {
	ch := c.channel(m.Channel)
	if ch == nil {
		return errors.Wrapf(kit.ErrNotFound, "channel %q", m.Channel)
	}
	p, err := c.person(m.Email)
	if err != nil {
		return err
	}
	change(ch, p)
	c.changed()
	return nil
}

// channel finds a channel by ID, JID or name, nil for none.
func (c *Chat) channel(key string) *Channel {
	for _, ch := range c.channels {
		if ch.ID == key || ch.JID == key || ch.Name == strings.TrimPrefix(key, "#") {
			return ch
		}
	}
	return nil
}

// has reports whether someone is a member.
func (ch *Channel) has(jid string) bool { return slices.Contains(ch.Members, jid) }

// reaches reports whether an account has a member.
func (c *Chat) reaches(ch *Channel, account string) bool {
	return slices.ContainsFunc(c.zoom.People(), func(p Person) bool { return p.AccountID == account && ch.has(p.JID) })
}
