package plain

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Chat is the surface: channels with members and messages. Its users are called by their names. It implements bridge.Product and is safe for
// use by several goroutines.
type Chat struct {
	say Say
	now func() time.Time

	mu       sync.Mutex
	channels map[string][]string
	messages []*message
	notes    []note
}

// message is what a channel shows: a card, a reply, or what the bot says.
type message struct {
	ref     chat.MessageRef
	mark    chat.Mark
	made    time.Time
	text    string
	actions []chat.Action
}

// New returns a chat without channels, which says everything in the language of say.
func New(say Say, now func() time.Time) *Chat {
	return &Chat{say: say, now: now, channels: map[string][]string{}}
}

// AddChannel adds a channel with these members.
func (c *Chat) AddChannel(name string, members ...string) chat.Place {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.channels[name] = members
	return chat.Place{Surface: ID, Channel: name}
}

// Actor returns the user of this name, linked to the person.
func Actor(name string, person chat.PersonID) chat.Actor {
	return chat.Actor{Surface: ID, ID: name, Name: name, Person: person}
}

// In returns what the channel or thread shows, oldest first.
func (c *Chat) In(at chat.Place) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var shown []string
	for _, m := range c.messages {
		if m.ref.Place == at {
			shown = append(shown, m.text)
		}
	}
	return shown
}

// Post puts a card into a channel or thread.
func (c *Chat) Post(_ context.Context, p chat.Posting) (chat.MessageRef, error) {
	text := joined("\n", called(p.Mention), c.say.Card(p.Card))
	return c.put(&message{ref: chat.MessageRef{Place: p.Place}, mark: p.Mark, text: text, actions: p.Card.Actions})
}

// Update brings a card up to date.
func (c *Chat) Update(_ context.Context, m chat.MessageRef, p chat.Posting) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.find(m)
	if at == nil {
		return bridge.ErrGone
	}
	at.text, at.actions, at.mark = c.say.Card(p.Card), p.Card.Actions, p.Mark
	return nil
}

// Reply posts a line into the thread.
func (c *Chat) Reply(_ context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	return c.put(&message{ref: chat.MessageRef{Place: at}, mark: mark, text: c.say.Reply(r), actions: r.Actions})
}

// Announce has the bot write into a channel or thread, for all to read.
func (c *Chat) Announce(_ context.Context, at chat.Place, text chat.Message) error {
	_, err := c.put(&message{ref: chat.MessageRef{Place: at}, text: c.say.text(text)})
	return err
}

// Recover returns the message in the place that carries the mark and was posted since then.
func (c *Chat) Recover(_ context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		if m.ref.Place == at && m.mark == mark && !m.made.Before(since) {
			return m.ref, nil
		}
	}
	return chat.MessageRef{}, nil
}

// linkStart is what the addresses of messages begin with.
const linkStart = "https://plain.example.com/messages/"

// Link returns the address of a message.
func (c *Chat) Link(m chat.MessageRef) string { return linkStart + m.ID }

// Message returns the text of the message whose address this is, if the actor is a member of its channel.
func (c *Chat) Message(_ context.Context, actor chat.Actor, to string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ours := strings.CutPrefix(to, linkStart)
	found := c.find(chat.MessageRef{Place: chat.Place{Surface: ID}, ID: id})
	if !ours || found == nil || !slices.Contains(c.channels[found.ref.Channel], actor.ID) {
		return "", false
	}
	return found.text, true
}

// put adds a message to a channel or thread that is there.
func (c *Chat) put(m *message) (chat.MessageRef, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.channels[m.ref.Channel]; !ok || m.ref.Surface != ID {
		return chat.MessageRef{}, bridge.ErrGone
	}
	m.ref.ID, m.made = strconv.Itoa(len(c.messages)+1), c.now()
	c.messages = append(c.messages, m)
	return m.ref, nil
}

func (c *Chat) find(ref chat.MessageRef) *message {
	for _, m := range c.messages {
		if m.ref.Is(ref) {
			return m
		}
	}
	return nil
}
