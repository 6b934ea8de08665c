package bridge

import (
	"mattermost-plugin-zoom/server/chat"
)

// Subscribed is one subscription of a channel with its connection.
type Subscribed struct {
	Connection
	Subscription Subscription
}

// Title is what people call it, as they wrote it.
func (f Subscribed) Title() string {
	if f.Subscription.Name != "" {
		return f.Name + " / " + f.Subscription.Name
	}
	if f.Subscription.ResourceName != "" && f.Subscription.ResourceName != f.Name {
		return f.Name + " / " + f.Subscription.ResourceName
	}
	return f.Name
}

// SubscriptionsIn returns the channel's subscriptions to the connections.
func SubscriptionsIn(connections []Connection, place chat.Place) []Subscribed {
	var all []Subscribed
	for _, c := range connections {
		for _, subscription := range c.In(place) {
			all = append(all, Subscribed{Connection: c, Subscription: subscription})
		}
	}
	return all
}
