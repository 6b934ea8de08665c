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
	welcomes welcomes
}

// MayPost reports whether the user may post in the channel: an active member with the permission, in a channel that isn't archived.
// The server checks none of that when a plugin posts.
func (c *Permissions) MayPost(ctx context.Context, actor chat.Actor, at chat.Place) bool {
	return c.Standing(ctx, actor, at).MayPost
}

// Standing returns all that an operation has to know about the user in the channel.
func (c *Permissions) Standing(ctx context.Context, actor chat.Actor, at chat.Place) chat.Standing {
	standing, err := c.standing(ctx, actor, at)
	if err != nil {
		return chat.Standing{}
	}
	return standing
}

// StillMayPost is MayPost for callers that act for a user who isn't there and end something when the answer is no: an unknown answer is an
// error, and a yes holds for a few seconds.
func (c *Permissions) StillMayPost(ctx context.Context, actor chat.Actor, at chat.Place) (bool, error) {
	here, now := seat{actor.ID, at.Channel}, c.now()
	if c.welcomes.has(here, now) {
		return true, nil
	}
	standing, err := c.standing(ctx, actor, at)
	if err == nil && standing.MayPost {
		c.welcomes.note(here, now)
	}
	return standing.MayPost, err
}

// standing asks the server all it has to know at the same time, since the user waits for the answers.
func (c *Permissions) standing(ctx context.Context, actor chat.Actor, at chat.Place) (chat.Standing, error) {
	var (
		channel                         chat.Channel
		user                            *model.User
		channelErr, userErr, outsideErr error
		permitted                       bool
	)
	together(
		func() { channel, channelErr = c.Channel(ctx, at) },
		func() { user, userErr = c.user(actor.ID) },
		// Admins have the permission everywhere, also in channels that they are not members of, where their posts would surprise the members.
		func() { _, outsideErr = answered(c.api.GetChannelMember(at.Channel, actor.ID)) },
		func() { permitted = c.api.HasPermissionToChannel(actor.ID, at.Channel, model.PermissionCreatePost) },
	)
	switch {
	case channelErr != nil || channel.Archived:
		return chat.Standing{}, unless(fault.Is(channelErr, fault.NoPost), channelErr)
	case userErr != nil || user.DeleteAt != 0:
		return chat.Standing{}, unless(statusOf(userErr) == http.StatusNotFound, userErr)
	case outsideErr != nil:
		return chat.Standing{}, unless(statusOf(outsideErr) == http.StatusNotFound, errors.Wrapf(outsideErr, "look up a member of channel %s", at.Channel))
	}
	return chat.Standing{Person: c.person(user), Channel: channel, MayPost: permitted}, nil
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
