package mattermost

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// Events that the plugin's browser side listens to; the server puts "custom_zoom_" in front.
const (
	eventMeetingStarted = "meeting_started"
	eventConfigChanged  = "config_changed"
)

// OpenJoinPage makes the one window that asked open the address. Without a connection it does nothing: then nobody knows
// which of the user's windows asked, and opening the page in all of them is worse than in none.
func (c *Messenger) OpenJoinPage(_ context.Context, actor chat.Actor, window, url string) {
	if window == "" {
		return
	}
	c.api.PublishWebSocketEvent(eventMeetingStarted, map[string]any{"meeting_url": url}, &model.WebsocketBroadcast{
		UserId: actor.ID, ConnectionId: window,
	})
}

// ConfigChanged makes every open browser ask for the plugin's settings again.
func (c *Server) ConfigChanged() {
	c.api.PublishWebSocketEvent(eventConfigChanged, map[string]any{}, &model.WebsocketBroadcast{})
}
