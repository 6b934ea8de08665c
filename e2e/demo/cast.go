package main

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// cast is the people and channels of the story.
type cast struct {
	stack      *stack.Stack
	alice, bob *stack.Person
	channel    *model.Channel // where they start meetings
	tools      *model.Channel // where the notifications of Jenkins and Bitbucket appear
	ear        *stack.Ear     // the events that alice's open tab receives
}

// newCast creates two people with a Zoom account each, and two channels.
func newCast(ctx context.Context, s *stack.Stack) (*cast, error) {
	c := &cast{stack: s}
	for name, person := range map[string]**stack.Person{"alice": &c.alice, "bob": &c.bob} {
		var err error
		if *person, err = s.NewPerson(ctx, name); err != nil {
			return nil, err
		}
		if _, err := s.Sandbox.NewAccount(ctx, stack.Account{Email: name + "@acme.test", FirstName: name, LastName: "Acme"}); err != nil {
			return nil, errors.Wrapf(err, "create the Zoom account of %s", name)
		}
	}
	var err error
	if c.channel, err = s.NewChannel(ctx, "stand-up", model.ChannelTypeOpen, c.alice, c.bob); err != nil {
		return nil, err
	}
	if c.tools, err = s.NewChannel(ctx, "web-shop", model.ChannelTypeOpen, c.alice, c.bob); err != nil {
		return nil, err
	}
	c.ear, err = c.alice.Listen()
	return c, err
}
