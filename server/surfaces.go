package main

import (
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// surfaces is the list of chat products that show cards. To add one, add a line here.
func surfaces(mattermost bridge.Product) map[chat.SurfaceID]bridge.Product {
	return map[chat.SurfaceID]bridge.Product{
		chat.Mattermost: mattermost,
	}
}
