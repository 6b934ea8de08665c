package mattermost

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// Events that the plugin's webapp handles; the server adds the prefix "custom_zoom_".
const (
	eventMeetingStarted = "meeting_started"
	eventConfigChanged  = "config_changed"
)

// OpenJoinPage makes the requesting window open the address. Without a connection it does nothing: then it is unknown which of the user's
// windows made the request, and opening the page in all of them is worse than in none.
func (c *Messenger) OpenJoinPage(_ context.Context, actor chat.Actor, window, url string) {
	if window == "" {
		return
	}
	c.api.PublishWebSocketEvent(eventMeetingStarted, map[string]any{"meeting_url": url}, &model.WebsocketBroadcast{
		UserId: actor.ID, ConnectionId: window,
	})
}

// ConfigChanged makes every open browser request the plugin's settings again.
func (c *Server) ConfigChanged() {
	c.api.PublishWebSocketEvent(eventConfigChanged, map[string]any{}, &model.WebsocketBroadcast{})
}
