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

// PersonalMeetingID looks the person's personal meeting ID up in Zoom. It is stored, so that later starts cost one call to Zoom. Faults:
// NoPersonalMeeting, and those of the call.
func (s *Callers) PersonalMeetingID(ctx context.Context, who chat.Person) (string, error) {
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
	if err := s.personal.SetPersonalMeetingID(ctx, who.ID, user.PMI, personalKept); err != nil {
		s.log.Warn("A personal meeting ID couldn't be stored; the next start looks it up again", "user_id", string(who.ID), "error", err.Error())
	}
	return user.PMI, nil
}
