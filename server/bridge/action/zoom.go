package action

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// maxTopic is the longest topic that Zoom takes, in characters.
const maxTopic = 200

// startMeeting starts a meeting in the card's thread, named after what the card is about. Meetings tells the user.
func (s *Service) startMeeting(ctx context.Context, t attempt, a actionTarget) error {
	if s.Meetings == nil {
		return fault.New(fault.CardUnknown)
	}
	card, err := s.Registry.Get(a.Provider).Card(a.subject.State)
	if err != nil {
		return errors.Wrapf(err, "draw a card of connection %s", a.ID)
	}
	if err := s.Meetings.Start(ctx, t.actor, a.thread, a.asked, chat.Truncate(card.Title, maxTopic)); err != nil {
		s.Log.Log(ctx, fault.Level(err), "A meeting couldn't be started from a card", "user_id", t.actor.ID, "connection", a.ID, "post_id", t.message, "error", err.Error())
	}
	return nil
}
