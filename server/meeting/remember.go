package meeting

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// How a record is stored later where the database can't be reached when the meeting was posted.
const (
	rememberEvery = time.Second
	rememberMost  = 15 * time.Minute
)

// memory stores which post a meeting belongs to.
type memory struct {
	chat  Chat
	index Index
	log   *slog.Logger
}

// keep stores the post of a meeting, open in its channel. The meeting exists and people can join, so a failure doesn't end the start; without
// the record, the post won't show the meeting's end. The context must not end with the request. Where the database can't be reached, the user is told so, and keep goes on in the
// background.
func (s *memory) keep(ctx context.Context, r StartRequest, o Opened) {
	err := s.try(ctx, o)
	if err == nil {
		return
	}
	if !fault.Is(err, fault.DatabaseUnavailable) {
		s.lost(o, err)
		return
	}
	go s.keepLater(ctx, o)
	if err := s.chat.Ephemeral(ctx, r.asked(), r.Actor, chat.Note{Text: chat.Say("start.unrecorded")}); err != nil {
		s.log.Warn("A user couldn't be told that their meeting's post may not change", "user_id", r.Actor.ID, "error", err.Error())
	}
}

func (s *memory) try(ctx context.Context, o Opened) error {
	ctx, cancel := context.WithTimeout(ctx, UnderWayFor)
	defer cancel()
	return s.index.Announce(ctx, o)
}

// keepLater tries until the database can be reached again.
func (s *memory) keepLater(ctx context.Context, o Opened) {
	ctx, cancel := context.WithTimeout(ctx, rememberMost)
	defer cancel()
	ticker := time.NewTicker(rememberEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			s.lost(o, ctx.Err())
			return
		case <-ticker.C:
		}
		err := s.try(ctx, o)
		if err == nil {
			return
		}
		if !fault.Is(err, fault.DatabaseUnavailable) {
			s.lost(o, err)
			return
		}
	}
}

func (s *memory) lost(o Opened, err error) {
	s.log.Warn("A meeting was posted, but its record couldn't be stored; the post won't show the meeting's end", "post_id", o.Post.Message.ID, "meeting_id", o.MeetingID, "error", err.Error())
}
