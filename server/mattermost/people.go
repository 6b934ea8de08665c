package mattermost

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Directory looks up people, channels and posts.
type Directory struct {
	*Server
	directs directs
}

// Person returns the person with this user ID.
func (c *Directory) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	user, err := c.user(string(person))
	if err != nil {
		return chat.Person{}, err
	}
	return c.person(user), nil
}

func (c *Directory) person(user *model.User) chat.Person {
	return chat.Person{
		ID:               chat.PersonID(user.Id),
		Username:         user.Username,
		Email:            user.Email,
		EmailVerified:    user.EmailVerified,
		IdentityProvider: identityProvider(user),
		// Only this role can have the permission; for everyone else the call would be in vain.
		Admin: user.IsSystemAdmin() && c.api.HasPermissionTo(user.Id, model.PermissionManageSystem),
		Guest: user.IsGuest(),
	}
}

// PersonByEmail returns the user with this email address if it was verified or comes from an identity provider.
func (c *Directory) PersonByEmail(ctx context.Context, email string) (chat.Person, bool) {
	user, err := answered(c.api.GetUserByEmail(email))
	if err != nil || user.DeleteAt != 0 || user.IsBot {
		return chat.Person{}, false
	}
	found, err := c.Person(ctx, chat.PersonID(user.Id))
	return found, err == nil && (found.EmailVerified || found.IdentityProvider != "")
}

// VerifiesEmail reports whether this server requires users to verify their email address.
func (c *Server) VerifiesEmail() bool { return c.settings.Load().verifiesEmail }

// Channel returns the channel with this ID. Fault: NoPost if there is none.
func (c *Directory) Channel(_ context.Context, at chat.Place) (chat.Channel, error) {
	channelID := at.Channel
	channel, err := answered(c.api.GetChannel(channelID))
	if statusOf(err) == http.StatusNotFound {
		return chat.Channel{}, fault.Wrap(errors.Wrapf(err, "channel %s", channelID), fault.NoPost)
	}
	if err != nil {
		return chat.Channel{}, errors.Wrapf(err, "look up channel %s", channelID)
	}
	found := chat.Channel{Public: channel.Type == model.ChannelTypeOpen, Archived: channel.DeleteAt != 0, Name: channel.DisplayName}
	if channel.Type == model.ChannelTypeDirect {
		// The name of a direct channel consists of the two user IDs.
		found.Name, found.Direct = "", strings.Contains(channel.Name, c.botID)
	}
	return found, nil
}

// ChannelsOf returns the channels that the user is a member of, in all teams.
func (c *Directory) ChannelsOf(_ context.Context, actor chat.Actor) ([]chat.Place, error) {
	teams, appErr := c.api.GetTeamsForUser(actor.ID)
	if appErr != nil {
		return nil, errors.Wrap(appErr, "list a user's teams")
	}
	var found []chat.Place
	for _, team := range teams {
		channels, appErr := c.api.GetChannelsForTeamForUser(team.Id, actor.ID, false)
		if appErr != nil {
			return nil, errors.Wrap(appErr, "list a user's channels")
		}
		for _, channel := range channels {
			if at := Place(channel.Id, ""); !slices.Contains(found, at) { // a direct channel is in each team
				found = append(found, at)
			}
		}
	}
	return found, nil
}

// permalink matches the end of a message's URL.
var permalink = regexp.MustCompile(`/pl/([a-z0-9]{26})/?$`)

// Message returns the text of the message with this URL, if the user may read its channel.
func (c *Directory) Message(_ context.Context, actor chat.Actor, address string) (string, bool) {
	found := permalink.FindStringSubmatch(strings.TrimSpace(address))
	if found == nil {
		return "", false
	}
	post, err := answered(c.api.GetPost(found[1]))
	if err != nil || post.DeleteAt != 0 || !c.api.HasPermissionToChannel(actor.ID, post.ChannelId, model.PermissionReadChannelContent) {
		return "", false
	}
	return post.Message, true
}

// Thread returns the thread that the message starts or belongs to; the channel itself for no message. Fault: ThreadElsewhere if there is
// no such message in the channel.
func (c *Directory) Thread(_ context.Context, m chat.MessageRef) (chat.Place, error) {
	if m.Zero() {
		return m.Place, nil
	}
	post, err := answered(c.api.GetPost(m.ID))
	if statusOf(err) == http.StatusNotFound || (err == nil && (post.ChannelId != m.Channel || post.DeleteAt != 0)) {
		return chat.Place{}, fault.Wrap(err, fault.ThreadElsewhere)
	}
	if err != nil {
		return chat.Place{}, errors.Wrapf(err, "look up post %s", m.ID)
	}
	return RefOf(post).Follow(), nil
}

// Place returns the channel, or the thread in it that starts with this post.
func Place(channelID, rootID string) chat.Place {
	return chat.Place{Surface: chat.Mattermost, Channel: channelID, Thread: rootID}
}

// RefOf returns a reference to the post.
func RefOf(post *model.Post) chat.MessageRef {
	return chat.MessageRef{Place: Place(post.ChannelId, post.RootId), ID: post.Id}
}

func (c *Server) user(userID string) (*model.User, error) {
	user, err := answered(c.api.GetUser(userID))
	return user, errors.Wrapf(err, "look up user %s", userID)
}

// identityProvider returns the service that vouches for the user's address. Sign-in by an emailed link is the server's own.
func identityProvider(user *model.User) string {
	switch user.AuthService {
	case model.UserAuthServiceEmail, model.UserAuthServiceMagicLink:
		return ""
	}
	return user.AuthService
}
