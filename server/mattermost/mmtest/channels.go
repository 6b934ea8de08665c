package mmtest

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Kind is a channel's type: public or private.
type Kind model.ChannelType

// The kinds of channel.
const (
	Public  = Kind(model.ChannelTypeOpen)
	Private = Kind(model.ChannelTypePrivate)
	Direct  = Kind(model.ChannelTypeDirect)
	Group   = Kind(model.ChannelTypeGroup)
)

// teamID is the ID of the only team.
const teamID = "team0000000000000000000001"

// Place is where a user can type: a channel, or the thread of a post.
type Place interface {
	place() (channelID, rootID string)
}

// Channel is a conversation.
type Channel struct {
	ID string

	mm *Mattermost
}

type channelState struct {
	model.Channel
	members []string
	silent  []string
	admins  []string
}

func (c *Channel) place() (channelID, rootID string) { return c.ID, "" }

// AddChannel adds a channel with these members.
func (mm *Mattermost) AddChannel(name string, kind Kind, members ...*User) *Channel {
	mm.t.Helper()
	state := &channelState{Channel: model.Channel{
		Id: mm.newID(name), Name: name, DisplayName: name, Type: model.ChannelType(kind), TeamId: teamID, CreateAt: mm.millis(),
	}}
	if kind == Direct || kind == Group {
		state.TeamId = ""
	}
	for _, u := range members {
		state.members = append(state.members, u.ID)
	}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.channels[state.Id] = state
	return &Channel{ID: state.Id, mm: mm}
}

// Archive archives the channel: it can be read, but no one can post.
func (c *Channel) Archive() {
	archived := c.mm.millis()
	c.change(func(s *channelState) { s.DeleteAt = archived })
}

// Join makes the user a member.
func (c *Channel) Join(u *User) {
	c.change(func(s *channelState) { s.members = append(s.members, u.ID) })
}

// Leave ends the user's membership, and tells the plugin.
func (c *Channel) Leave(u *User) {
	c.change(func(s *channelState) {
		s.members = slices.DeleteFunc(s.members, func(id string) bool { return id == u.ID })
	})
	if usher, ok := c.mm.attached().(Usher); ok {
		usher.UserHasLeftChannel(&plugin.Context{}, &model.ChannelMember{ChannelId: c.ID, UserId: u.ID}, nil)
	}
}

// Usher is a plugin that handles users who leave.
type Usher interface {
	// UserHasLeftChannel is called after a user left a channel or was removed from it.
	UserHasLeftChannel(c *plugin.Context, member *model.ChannelMember, actor *model.User)
	// UserHasBeenDeactivated is called after a user was deactivated.
	UserHasBeenDeactivated(c *plugin.Context, user *model.User)
}

// Silence removes a member's permission to post, as channel moderation can.
func (c *Channel) Silence(u *User) {
	c.change(func(s *channelState) { s.silent = append(s.silent, u.ID) })
}

// Promote makes a member an admin of the channel.
func (c *Channel) Promote(u *User) {
	c.change(func(s *channelState) { s.admins = append(s.admins, u.ID) })
}

func (c *Channel) change(change func(*channelState)) {
	c.mm.mu.Lock()
	defer c.mm.mu.Unlock()
	change(c.mm.channels[c.ID])
}

func (a *api) GetChannel(channelID string) (*model.Channel, *model.AppError) {
	a.called("GetChannel")
	return a.channel(channelID)
}

func (a *api) channel(channelID string) (*model.Channel, *model.AppError) {
	a.mm.mu.Lock()
	state, known := a.mm.channels[channelID]
	broken := a.mm.broken
	var found model.Channel
	if known {
		found = state.Channel
	}
	a.mm.mu.Unlock()
	switch {
	case broken:
		return nil, nil
	case !known:
		return nil, notFound("app.channel.get.existing.app_error")
	}
	sent, _ := cross(a.mm, &found)
	return sent, nil
}

func (a *api) GetChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	a.called("GetChannelMember")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	if a.mm.broken {
		return nil, nil
	}
	if state, known := a.mm.channels[channelID]; !known || !slices.Contains(state.members, userID) {
		return nil, notFound("app.channel.get_member.missing.app_error")
	}
	return a.mm.channels[channelID].member(userID), nil
}

func (s *channelState) member(userID string) *model.ChannelMember {
	return &model.ChannelMember{ChannelId: s.Id, UserId: userID, SchemeUser: true, SchemeAdmin: slices.Contains(s.admins, userID)}
}

// AddChannelMember accepts only members of the channel's team.
func (a *api) AddChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	a.called("AddChannelMember")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	state, known := a.mm.channels[channelID]
	switch {
	case a.mm.broken:
		return nil, nil
	case !known:
		return nil, notFound("app.channel.get.existing.app_error")
	case state.TeamId != "" && a.mm.users[userID].IsBot && !a.mm.botsInTeam[userID]:
		return nil, notFound("api.team.get_member.missing.app_error")
	}
	if !slices.Contains(state.members, userID) {
		state.members = append(state.members, userID)
	}
	return state.member(userID), nil
}

// CreateTeamMember matters for bots; users are in the team from the start.
func (a *api) CreateTeamMember(team, userID string) (*model.TeamMember, *model.AppError) {
	a.called("CreateTeamMember")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	if a.mm.broken {
		return nil, nil
	}
	a.mm.botsInTeam[userID] = true
	return &model.TeamMember{TeamId: team, UserId: userID}, nil
}

// GetTeams returns the only team.
func (a *api) GetTeams() ([]*model.Team, *model.AppError) {
	a.called("GetTeams")
	return crossed(a.mm, []*model.Team{{Id: teamID, Name: "team", DisplayName: "Team"}}), nil
}

// HasPermissionToChannel responds as the real server does: members may post, the channel's admins may also manage roles, and system
// admins may do both everywhere. It makes no difference whether the channel is archived.
func (a *api) HasPermissionToChannel(userID, channelID string, permission *model.Permission) bool {
	a.called("HasPermissionToChannel")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	state, known := a.mm.channels[channelID]
	user, has := a.mm.users[userID]
	if a.mm.broken || !known || !has {
		return false
	}
	member := slices.Contains(state.members, userID)
	if permission.Id == model.PermissionManageChannelRoles.Id {
		return user.IsSystemAdmin() || member && slices.Contains(state.admins, userID)
	}
	return user.IsSystemAdmin() || member && !slices.Contains(state.silent, userID)
}

func (a *api) GetDirectChannel(one, other string) (*model.Channel, *model.AppError) {
	a.called("GetDirectChannel")
	if !a.mm.alive() {
		return nil, nil
	}
	channel := a.mm.direct(one, other)
	return a.channel(channel.ID)
}

// direct returns the direct channel between two users, which is created on first use.
func (mm *Mattermost) direct(one, other string) *Channel {
	name := model.GetDMNameFromIds(one, other)
	mm.mu.Lock()
	for id, state := range mm.channels {
		if state.Name == name {
			mm.mu.Unlock()
			return &Channel{ID: id, mm: mm}
		}
	}
	mm.mu.Unlock()
	return mm.AddChannel(name, Direct, &User{ID: one}, &User{ID: other})
}
