package mattermost

import (
	"context"
	"time"
)

// Alive reports whether the server still responds. After an encoding failure in the plugin's connection every call returns nothing,
// without an error, while the server's own health check keeps passing: to the plugin it looks as if all records had vanished. The
// server's version is never empty, so it reveals this.
func (c *Server) Alive() bool { return c.api.GetServerVersion() != "" }

// WatchAlive checks the server at this interval and calls dead, once, when it no longer responds. The only remedy is to end the process;
// the server starts a new one. WatchAlive returns after calling dead or when ctx is done.
func (c *Server) WatchAlive(ctx context.Context, every time.Duration, dead func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if !c.Alive() {
				dead()
				return
			}
		}
	}
}
