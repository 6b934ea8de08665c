package main

import (
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoomchat"
)

// products are the chat products that the plugin knows.
type products struct {
	mattermost, zoomChat bridge.Product
}

// surfaces is the list of chat products that show cards. To add one, add a line here.
func surfaces(p products) map[chat.SurfaceID]bridge.Product {
	return map[chat.SurfaceID]bridge.Product{
		chat.Mattermost: p.mattermost,
		zoomchat.ID:     p.zoomChat,
	}
}
