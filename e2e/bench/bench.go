package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// bench is what the measurements work with.
type bench struct {
	stack *stack.Stack
	n     int
	// person watches one operation at a time, other what happens beside the noise, which is not in any of their channels.
	person, other *stack.Person
	// hook is the address of an incoming webhook.
	hook string
	// wall shows the builds of one Jenkins, quiet those of another.
	wall, quiet             *model.Channel
	jenkins, jenkinsOfQuiet stack.Hook
	// one and many are channels without a meeting for each start to come; a single person starts those in one.
	one, many []room
	built     atomic.Int64
}

// room is a channel and the person who starts a meeting in it.
type room struct {
	owner   *stack.Person
	channel *model.Channel
}

// people is how many take turns.
const people = 8

func (b *bench) server() *stack.Server { return b.stack.Servers[0] }

// prepare connects people, and makes a channel for every start to come.
func prepare(ctx context.Context, s *stack.Stack, o options) (*bench, error) {
	if err := s.Sandbox.LiftLimits(ctx); err != nil {
		return nil, err
	}
	if err := s.Set(ctx, stack.Settings{"EnableJenkins": true}); err != nil {
		return nil, err
	}
	channels := o.n
	if o.crowd {
		channels *= 2 // the rounds are measured twice
	}
	fmt.Fprintf(os.Stderr, "preparing %d people and %d channels …\n", people, 2*channels)
	b := &bench{stack: s, n: o.n}
	owners := make([]*stack.Person, people)
	var err error
	for i := range owners {
		if owners[i], err = connected(ctx, s, fmt.Sprintf("person%d", i)); err != nil {
			return nil, err
		}
	}
	b.person, b.other = owners[0], owners[1]
	for i := range channels {
		if b.one, err = b.addRoom(ctx, b.one, fmt.Sprintf("one-%d", i), owners[0]); err != nil {
			return nil, err
		}
		if b.many, err = b.addRoom(ctx, b.many, fmt.Sprintf("many-%d", i), owners[i%people]); err != nil {
			return nil, err
		}
	}
	if b.wall, b.jenkins, err = b.subscribed(ctx, b.person, "wall"); err != nil {
		return nil, err
	}
	if b.quiet, b.jenkinsOfQuiet, err = b.subscribed(ctx, b.other, "quiet"); err != nil {
		return nil, err
	}
	hook, _, err := s.Admin.API.CreateIncomingWebhook(ctx, &model.IncomingWebhook{ChannelId: b.wall.Id, DisplayName: "bench"})
	if err != nil {
		return nil, errors.Wrap(err, "create the incoming webhook")
	}
	b.hook = b.server().URL + "/hooks/" + hook.Id
	return b, b.warm(ctx)
}

// take returns as many channels as a measurement has operations, which are used up.
func (b *bench) take(rooms *[]room) []room {
	taken := (*rooms)[:b.n]
	*rooms = (*rooms)[b.n:]
	return taken
}

func (b *bench) addRoom(ctx context.Context, rooms []room, name string, owner *stack.Person) ([]room, error) {
	channel, err := b.stack.NewChannel(ctx, name, model.ChannelTypePrivate, owner)
	return append(rooms, room{owner, channel}), err
}

// subscribed makes a channel that shows the builds of a Jenkins of its own.
func (b *bench) subscribed(ctx context.Context, owner *stack.Person, name string) (*model.Channel, stack.Hook, error) {
	channel, err := b.stack.NewChannel(ctx, name, model.ChannelTypeOpen, owner)
	if err != nil {
		return nil, stack.Hook{}, err
	}
	ear, err := owner.Listen()
	if err != nil {
		return nil, stack.Hook{}, err
	}
	defer ear.Close()
	hook, err := owner.ConnectJenkins(ctx, ear, channel.Id, name)
	return channel, hook, err
}

// connected creates a person who has connected Zoom.
func connected(ctx context.Context, s *stack.Stack, name string) (*stack.Person, error) {
	p, err := s.NewPerson(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := s.Sandbox.NewAccount(ctx, stack.Account{Email: p.User.Email, FirstName: name, LastName: "Acme"}); err != nil {
		return nil, err
	}
	home, err := s.NewChannel(ctx, "home-"+name, model.ChannelTypePrivate, p)
	if err != nil {
		return nil, err
	}
	ear, err := p.Listen()
	if err != nil {
		return nil, err
	}
	defer ear.Close()
	if err := p.Type(ctx, home.Id, "/zoom connect"); err != nil {
		return nil, err
	}
	prompt, err := ear.Ephemeral(ctx, 0, "/oauth2/connect")
	if err != nil {
		return nil, err
	}
	link, err := stack.ConnectLink(prompt)
	if err != nil {
		return nil, err
	}
	_, err = p.Authorize(ctx, link, p.User.Email)
	return p, err
}
