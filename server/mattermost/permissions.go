package mattermost

import (
	"context"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Permissions says what users may do in channels at this moment. Where a method has no error, an unknown answer is a no.
type Permissions struct {
	*Directory
}

// MayPost reports whether the user may post in the channel: an active member with the permission, in a channel that isn't archived.
// The server checks none of that when a plugin posts.
func (c *Permissions) MayPost(ctx context.Context, actor chat.Actor, at chat.Place) bool {
	can, err := c.StillMayPost(ctx, actor, at)
	return err == nil && can
}

// StillMayPost is MayPost for callers that end something when the answer is no: an unknown answer is an error.
func (c *Permissions) StillMayPost(ctx context.Context, actor chat.Actor, at chat.Place) (bool, error) {
	channel, err := c.Channel(ctx, at)
	if err != nil || channel.Archived {
		return false, unless(fault.Is(err, fault.NoPost), err)
	}
	user, err := c.user(actor.ID)
	if err != nil || user.DeleteAt != 0 {
		return false, unless(statusOf(err) == http.StatusNotFound, err)
	}
	// Admins have the permission everywhere, also in channels that they are not members of, where their posts would surprise the members.
	if _, err := answered(c.api.GetChannelMember(at.Channel, actor.ID)); err != nil {
		return false, unless(statusOf(err) == http.StatusNotFound, errors.Wrapf(err, "look up a member of channel %s", at.Channel))
	}
	return c.api.HasPermissionToChannel(actor.ID, at.Channel, model.PermissionCreatePost), nil
}

// unless returns the error, or nil if the error is itself an answer.
func unless(answer bool, err error) error {
	if answer {
		return nil
	}
	return err
}

// MayAdminister reports whether the user is an admin of the channel, its team or the whole server.
func (c *Permissions) MayAdminister(_ context.Context, actor chat.Actor, at chat.Place) bool {
	user, err := c.user(actor.ID)
	if err != nil || user.DeleteAt != 0 {
		return false
	}
	return c.api.HasPermissionToChannel(actor.ID, at.Channel, model.PermissionManageChannelRoles)
}

// MayMentionAll reports whether the user may mention everyone in the channel.
func (c *Permissions) MayMentionAll(_ context.Context, actor chat.Actor, at chat.Place) bool {
	return c.api.HasPermissionToChannel(actor.ID, at.Channel, model.PermissionUseChannelMentions)
}
