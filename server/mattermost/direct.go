package mattermost

import (
	"context"
	"sync"
)

// maxKnown is the most channels that are cached; beyond that the cache starts empty.
const maxKnown = 20_000

// directs caches which channels are the bot's conversation with one person. That never changes, and is needed for every message on the
// server.
type directs struct {
	mu    sync.Mutex
	known map[string]bool
}

// DirectWithBot reports whether the channel is the bot's conversation with one person.
func (c *Directory) DirectWithBot(channelID string) bool {
	c.directs.mu.Lock()
	direct, known := c.directs.known[channelID]
	c.directs.mu.Unlock()
	if known {
		return direct
	}
	channel, err := c.Channel(context.Background(), Place(channelID, ""))
	if err != nil {
		return false
	}
	c.directs.mu.Lock()
	defer c.directs.mu.Unlock()
	if c.directs.known == nil || len(c.directs.known) >= maxKnown {
		c.directs.known = map[string]bool{}
	}
	c.directs.known[channelID] = channel.Direct
	return channel.Direct
}
