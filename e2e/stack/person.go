package stack

import (
	"context"
	"sort"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// Password is the password of all people: this server is for a test or a demo on
// one's own machine.
const Password = "Zoom-demo-2026!"

// Person is a user who is logged in to one of the servers.
type Person struct {
	// User is the Mattermost user.
	User *model.User
	// API acts as the user, on Server.
	API *model.Client4
	// Server is the server this person talks to.
	Server *Server

	stack *Stack
}

// populate creates the system administrator (on a fresh server, the user who
// registers first) and the team.
func (s *Stack) populate(ctx context.Context) error {
	first := s.Servers[0]
	admin, err := s.signUp(ctx, model.NewAPIv4Client(first.URL), "admin")
	if err != nil {
		return err
	}
	for _, server := range s.Servers {
		if _, _, err := server.admin.Login(ctx, admin.Email, Password); err != nil {
			return errors.Wrapf(err, "log the administrator in to server %d", server.Number)
		}
	}
	s.Admin = &Person{User: admin, API: first.admin, Server: first, stack: s}
	s.Team, _, err = first.admin.CreateTeam(ctx, &model.Team{Name: "acme", DisplayName: "Acme", Type: model.TeamOpen})
	if err != nil {
		return errors.Wrap(err, "create the team")
	}
	if !s.options.RequireEmailVerification {
		return nil
	}
	// Only now: before, the administrator's address could not have been verified.
	if _, _, err := first.admin.VerifyUserEmailWithoutToken(ctx, admin.Id); err != nil {
		return errors.Wrap(err, "verify the administrator's address")
	}
	patch := &model.Config{}
	patch.EmailSettings.RequireEmailVerification = new(true)
	for _, server := range s.Servers {
		if err := server.Configure(ctx, patch); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) signUp(ctx context.Context, api *model.Client4, name string) (*model.User, error) {
	user, _, err := api.CreateUser(ctx, &model.User{
		Username: name, Email: name + "@acme.test", Password: Password,
		FirstName: strings.ToUpper(name[:1]) + name[1:], LastName: "Acme",
	})
	return user, errors.Wrapf(err, "create the user %s", name)
}

// NewPerson creates a user with a verified address, makes them a member of the
// team and logs them in to the first server.
func (s *Stack) NewPerson(ctx context.Context, name string) (*Person, error) {
	admin := s.Servers[0].admin
	user, err := s.signUp(ctx, admin, name)
	if err != nil {
		return nil, err
	}
	if _, _, err := admin.VerifyUserEmailWithoutToken(ctx, user.Id); err != nil {
		return nil, errors.Wrapf(err, "verify the address of %s", name)
	}
	if _, _, err := admin.AddTeamMember(ctx, s.Team.Id, user.Id); err != nil {
		return nil, errors.Wrapf(err, "add %s to the team", name)
	}
	return (&Person{User: user, stack: s}).At(ctx, s.Servers[0])
}

// At logs the same person in to another server.
func (p *Person) At(ctx context.Context, server *Server) (*Person, error) {
	api := model.NewAPIv4Client(server.URL)
	if _, _, err := api.Login(ctx, p.User.Email, Password); err != nil {
		return nil, errors.Wrapf(err, "log %s in to server %d", p.User.Username, server.Number)
	}
	return &Person{User: p.User, API: api, Server: server, stack: p.stack}, nil
}

// NewChannel creates a channel, public or private, with these people in it.
func (s *Stack) NewChannel(ctx context.Context, name string, kind model.ChannelType, members ...*Person) (*model.Channel, error) {
	channel, _, err := s.Admin.API.CreateChannel(ctx, &model.Channel{TeamId: s.Team.Id, Name: name, DisplayName: name, Type: kind})
	if err != nil {
		return nil, errors.Wrapf(err, "create the channel %s", name)
	}
	for _, member := range members {
		if _, _, err := s.Admin.API.AddChannelMember(ctx, channel.Id, member.User.Id); err != nil {
			return nil, errors.Wrapf(err, "add %s to %s", member.User.Username, name)
		}
	}
	return channel, s.spread(ctx)
}

// spread makes the other servers forget what they hold in memory. Servers of a
// cluster notify each other of changes; the team edition has no cluster.
func (s *Stack) spread(ctx context.Context) error {
	for _, server := range s.Servers[1:] {
		if _, err := server.admin.InvalidateCaches(ctx); err != nil {
			return errors.Wrapf(err, "clear the caches of server %d", server.Number)
		}
	}
	return nil
}

// Type types a slash command into a channel.
func (p *Person) Type(ctx context.Context, channelID, command string) error {
	return p.TypeInThread(ctx, channelID, "", command)
}

// TypeInThread types a slash command into a thread.
func (p *Person) TypeInThread(ctx context.Context, channelID, rootID, command string) error {
	r, err := p.API.DoAPIPostJSON(ctx, "/commands/execute", &model.CommandArgs{
		ChannelId: channelID, RootId: rootID, TeamId: p.stack.Team.Id, Command: command,
	})
	if r != nil && r.Body != nil {
		defer r.Body.Close()
	}
	return errors.Wrapf(err, "%s types %s", p.User.Username, command)
}

// Click clicks a button of a post.
func (p *Person) Click(ctx context.Context, post *model.Post, label string) error {
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			if action.Name == label {
				_, err := p.API.DoPostActionWithCookie(ctx, post.Id, action.Id, "", action.Cookie)
				return errors.Wrapf(err, "%s clicks %s", p.User.Username, label)
			}
		}
	}
	return errors.Errorf("the post has no button %q", label)
}

// Post reads one post as it is now.
func (p *Person) Post(ctx context.Context, id string) (*model.Post, error) {
	post, _, err := p.API.GetPost(ctx, id, "")
	return post, errors.Wrap(err, "read the post")
}

// MeetingPosts returns the channel's meeting posts, the oldest first.
func (p *Person) MeetingPosts(ctx context.Context, channelID string) ([]*model.Post, error) {
	list, _, err := p.API.GetPostsForChannel(ctx, channelID, 0, 200, "", false, false)
	if err != nil {
		return nil, errors.Wrap(err, "read the channel")
	}
	var meetings []*model.Post
	for _, post := range list.Posts {
		if post.Type == "custom_zoom" {
			meetings = append(meetings, post)
		}
	}
	sort.Slice(meetings, func(i, j int) bool { return meetings[i].CreateAt < meetings[j].CreateAt })
	return meetings, nil
}
