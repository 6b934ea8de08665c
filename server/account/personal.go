package account

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// personalKept is how long a personal meeting ID is cached. People rarely change theirs, and a start with one that Zoom no longer knows
// looks it up again.
const personalKept = 30 * 24 * time.Hour

// PersonalMeetingID returns the person's personal meeting ID. It is cached, so that a start costs one call to Zoom; fresh looks it up
// again. Faults: NoPersonalMeeting, and those of the call.
func (s *Callers) PersonalMeetingID(ctx context.Context, who chat.Person, fresh bool) (string, error) {
	if !fresh {
		known, err := s.links.PersonalMeetingID(ctx, who.ID)
		if err != nil {
			return "", errors.Wrap(err, "read the personal meeting ID")
		}
		if known != "" {
			return known, nil
		}
	}
	caller, err := s.Caller(ctx, who)
	if err != nil {
		return "", err
	}
	user, err := s.zoom.User(ctx, caller)
	if err != nil {
		return "", errors.Wrap(err, "ask Zoom for the personal meeting ID")
	}
	if user.PMI == "" || user.PMI == "0" {
		return "", fault.New(fault.NoPersonalMeeting)
	}
	return user.PMI, errors.Wrap(s.links.SetPersonalMeetingID(ctx, who.ID, user.PMI, personalKept), "remember the personal meeting ID")
}
