package oncall

import (
	"context"
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"

	"github.com/pkg/errors"
)

// list shows the channel's rotations, with buttons to add one and to remove each. A channel without rotations gets the form for the first.
func (s *Service) list(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	here, err := s.In(ctx, w.Provider, w.Place)
	if err != nil {
		return chat.Note{}, err
	}
	if len(here) == 0 {
		return s.add(ctx, w)
	}
	lines := []chat.Message{chat.Say("bridge.oncall.title", "Provider", s.Name(w.Provider))}
	offers := []conversation.Offer{{Label: chat.Say("bridge.oncall.add"), Primary: true, Operation: conversation.OpAddRotation, Request: w}}
	for _, r := range here {
		line := chat.Say("bridge.oncall.line", "Name", r.Name,
			"Time", r.Clock(), "Zone", r.Zone).WithText("Schedule", chat.Link(r.Schedule.Name, r.Schedule.URL))
		if daily, err := r.Daily(); err == nil {
			line = line.WithText("Next", chat.TimeIn(daily.Next(s.Now()), chat.DateAndTime, daily.Zone))
		}
		lines = append(lines, line)
		one := w
		one.Subscription = r.ID
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.oncall.remove", "Name", chat.Truncate(r.Name, conversation.MaxButtonLabel)), Operation: conversation.OpAskRotation, Request: one})
	}
	return s.Prompts.Question(ctx, chat.Lines(lines...), offers...)
}

// In returns the channel's rotations.
func (s *Service) In(ctx context.Context, providerID string, place chat.Place) ([]bridge.Rotation, error) {
	all, err := s.Rotations.RotationsIn(ctx, providerID, place)
	if err != nil {
		return nil, errors.Wrap(err, "list rotations")
	}
	return slices.DeleteFunc(all, func(r bridge.Rotation) bool { return r.Place != place }), nil
}

// askRemove asks whether to remove a rotation.
func (s *Service) askRemove(ctx context.Context, w conversation.Request) (chat.Note, error) {
	r, err := s.changeable(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	return s.Prompts.Question(ctx, chat.Say("bridge.oncall.confirm", "Name", r.Name),
		conversation.Offer{Label: chat.Say("bridge.oncall.remove", "Name", chat.Truncate(r.Name, conversation.MaxButtonLabel)), Primary: true, Operation: conversation.OpDropRotation, Request: w}, conversation.OrCancel(w))
}

// remove removes a rotation, and says so in the channel.
func (s *Service) remove(ctx context.Context, w conversation.Request) (chat.Note, error) {
	r, err := s.changeable(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if err := s.drop(ctx, w.Provider, r.ID); err != nil {
		return chat.Note{}, err
	}
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.oncall.removed", "Name", r.Name).WithText("Who", s.Notices.Who(ctx, w.Actor)))
	return chat.Note{Text: chat.Say("bridge.oncall.gone", "Name", r.Name)}, nil
}

// changeable returns the request's rotation, if the user may change what its channel gets. Faults: those of Rights.MayConnect, NotFollowed.
func (s *Service) changeable(ctx context.Context, w conversation.Request) (bridge.Rotation, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return bridge.Rotation{}, err
	}
	r, err := s.rotation(ctx, w.Provider, w.Subscription)
	if err != nil {
		return bridge.Rotation{}, err
	}
	if r.ID == "" || r.Place != w.Place {
		return bridge.Rotation{}, s.NotFollowed(w.Provider)
	}
	return r, nil
}
