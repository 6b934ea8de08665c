package meeting

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// reservations keeps two users from starting a meeting in one channel at the same time.
type reservations struct {
	chat  Chat
	index Index
	now   func() time.Time
	log   *slog.Logger
}

// begin returns what the start needs to know and its reservation's ticket. A meeting whose post was deleted is no longer open. Where the
// database can't be reached, a start goes on without knowing anything; the ticket is "" then.
func (s *reservations) begin(ctx context.Context, r StartRequest, grant string) (Beginning, string, error) {
	attempt := Attempt{Ticket: rand.Text(), Actor: r.Actor, Place: r.Place, Choice: r.Choice, Grant: grant, AllTheSame: r.AllTheSame}
	for {
		begun, err := s.index.Begin(ctx, attempt)
		if fault.Is(err, fault.DatabaseUnavailable) {
			s.log.Warn("A meeting starts without the database: the user's setting and open meetings in the channel are unknown", "user_id", r.Actor.ID, "channel_id", r.Place.Channel, "error", err.Error())
			return unknown(r), "", nil
		}
		if err != nil || begun.Reserved || begun.Open == nil || s.now().Sub(begun.Open.At) < settledAfter {
			return begun, attempt.Ticket, errors.Wrap(err, "prepare the start")
		}
		_, err = s.chat.Thread(ctx, begun.Open.Message)
		if !fault.Is(err, fault.ThreadElsewhere) {
			return begun, attempt.Ticket, errors.Wrap(err, "look for the open meeting's post")
		}
		if err := s.index.Close(ctx, begun.Open.Message); err != nil {
			return Beginning{}, "", errors.Wrap(err, "close a meeting whose post is gone")
		}
	}
}

// unknown is what a start knows without the database.
func unknown(r StartRequest) Beginning {
	if r.Choice == Unspecified {
		r.Choice = Unique
	}
	return Beginning{Choice: r.Choice, Reserved: true}
}

// release frees the channel after a failed start.
func (s *reservations) release(ctx context.Context, at chat.Place, ticket string) {
	if ticket == "" {
		return
	}
	// The caller's context may have expired, which must not leave the channel blocked.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), UnderWayFor)
	defer cancel()
	if err := s.index.Release(ctx, ticket); err != nil {
		s.log.Warn("A failed start blocks its channel for up to 30 seconds", "channel_id", at.Channel, "error", err.Error())
	}
}
