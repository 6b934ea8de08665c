package mattermost

import (
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// PublishHint sends a hint to this plugin on the other servers of the cluster, as far as they can be reached now; where there is only one
// server, it does nothing. They get it by the hook OnPluginClusterEvent, with the topic as the event's ID.
func (c *Server) PublishHint(topic, about string) error {
	return errors.Wrap(c.api.PublishPluginClusterEvent(
		model.PluginClusterEvent{Id: topic, Data: []byte(about)},
		model.PluginClusterEventSendOptions{SendType: model.PluginClusterEventSendTypeBestEffort},
	), "send an event to the other servers")
}
