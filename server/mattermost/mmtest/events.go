package mmtest

import (
	"maps"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// Event is something that was sent to browsers over their WebSocket connections.
type Event struct {
	// Name is the event's name in the browser, with the plugin's prefix.
	Name    string
	Payload map[string]any
	// UserID and Connection are the recipients; both "" means everyone, a connection means that window only.
	UserID     string
	Connection string
}

func (a *api) PublishWebSocketEvent(name string, payload map[string]any, broadcast *model.WebsocketBroadcast) {
	a.called("PublishWebSocketEvent")
	sent, ok := cross(a.mm, &payload)
	if !ok {
		return
	}
	e := Event{Name: "custom_" + PluginID + "_" + name, Payload: maps.Clone(*sent)}
	if broadcast != nil {
		e.UserID, e.Connection = broadcast.UserId, broadcast.ConnectionId
	}
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.events = append(a.mm.events, e)
}

// PublishPluginClusterEvent does nothing: there is one server.
func (a *api) PublishPluginClusterEvent(event model.PluginClusterEvent, _ model.PluginClusterEventSendOptions) error {
	a.called("PublishPluginClusterEvent")
	cross(a.mm, &event)
	return nil
}

// Events returns what was sent to browsers, oldest first.
func (mm *Mattermost) Events() []Event {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return slices.Clone(mm.events)
}

// Opened returns the addresses that were opened in the user's window.
func (u *User) Opened() []string {
	var opened []string
	for _, e := range u.mm.Events() {
		if url, ok := e.Payload["meeting_url"].(string); ok && e.reaches(u) {
			opened = append(opened, url)
		}
	}
	return opened
}

// reaches reports whether the event is sent to the user's window.
func (e Event) reaches(u *User) bool {
	if e.Connection != "" {
		return e.Connection == u.Connection
	}
	return e.UserID == "" || e.UserID == u.ID
}
