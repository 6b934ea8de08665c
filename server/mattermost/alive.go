package mattermost

import (
	"context"
	"time"
)

// Alive reports whether the server still answers. After an encoding failure in the connection every call returns nothing,
// without an error, while the server's own health check goes on passing: to the plugin it looks as though all records had
// vanished. The server's version is never empty, so it tells.
func (c *Server) Alive() bool { return c.api.GetServerVersion() != "" }

// WatchAlive asks after the server at this interval and calls dead, once, when it does not answer any more. The only way
// out of that is for the process to end; the server starts a new one. It returns when dead was called or ctx is done.
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
