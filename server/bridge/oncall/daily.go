package oncall

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// dailyTask is the key of the task that posts a list; no provider's task has a key like it.
	dailyTask = "bridge/oncall"
	// dailyGrace is how late a list is still posted, such as after a time when no server was up.
	dailyGrace = time.Hour
	// complainEvery is how often a user is told that their account can't be used for a list any more.
	complainEvery = 30 * 24 * time.Hour
)

// dueList is what the task to post a list holds.
type dueList struct {
	Provider string    `json:"provider"`
	Rotation string    `json:"rotation"`
	At       time.Time `json:"at"`
}

// Tick hands the lists that are due to the inbox. Every server may call it, however often: the list of one day is one job.
func (s *Service) Tick(ctx context.Context) error {
	now := s.Now()
	for _, p := range s.Registry.All() {
		id := p.Describe().ID
		if _, ok := p.(provider.OnCallSchedules); !ok || s.Enabled(id) == nil {
			continue
		}
		rotations, err := s.Rotations.Rotations(ctx, id)
		if err != nil {
			return errors.Wrap(err, "list rotations")
		}
		for _, r := range rotations {
			if err := s.hand(ctx, id, r, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// hand gives the rotation's list to the inbox if it is due.
func (s *Service) hand(ctx context.Context, providerID string, r bridge.Rotation, now time.Time) error {
	daily, err := r.Daily()
	if err != nil {
		s.Log.Warn("An on-call list can't be posted", "rotation", r.ID, "error", err.Error())
		return nil
	}
	at, due := daily.Due(now, dailyGrace)
	if !due || at.Before(r.CreatedAt) {
		return nil
	}
	day := daily.Day(at)
	if handed, _ := s.handed.Load(r.ID); handed == day {
		return nil
	}
	data, err := json.Marshal(dueList{Provider: providerID, Rotation: r.ID, At: at})
	if err != nil {
		return errors.Wrap(err, "encode a list that is due")
	}
	err = s.Inbox.Accept(ctx, bridge.Job{
		ID: digest.Of(dailyTask, r.ID, day), Key: digest.Of(dailyTask, r.ID), Connection: r.ID,
		Task: &provider.Task{Key: dailyTask, Data: data},
	})
	if err != nil {
		return errors.Wrap(err, "hand a list that is due to the inbox")
	}
	s.handed.Store(r.ID, day)
	return nil
}

// postDaily posts the list of who is on call. Each day's list is a subject of its own, so that a repeated task finds the post of the first.
func (s *Service) postDaily(ctx context.Context, j bridge.Job) error {
	var d dueList
	if err := json.Unmarshal(j.Task.Data, &d); err != nil {
		return queue.Permanent(errors.Wrap(err, "read a list that is due"))
	}
	schedules, ok := s.Enabled(d.Provider).(provider.OnCallSchedules)
	r, err := s.rotation(ctx, d.Provider, d.Rotation)
	if err != nil || r.ID == "" || !ok {
		return err // it was removed, or the provider switched off
	}
	daily, err := r.Daily()
	if err != nil {
		return queue.Permanent(err)
	}
	if may, err := s.Permissions.StillMayPost(ctx, r.CreatedBy, r.Place); err != nil || !may {
		if err == nil {
			err = s.drop(ctx, d.Provider, r.ID)
			s.Notices.WriteTo(ctx, r.CreatedBy, chat.Say("bridge.oncall.dropped", "Name", r.Name, "Provider", s.Name(d.Provider)))
		}
		return err
	}
	h, err := s.Homes.Of(ctx, r.CreatedBy, r.Place, d.Provider, schedules)
	if err == nil {
		err = s.showDaily(ctx, h, schedules, r, d, daily)
	}
	if fault.Is(err, fault.ProviderUnavailable, fault.ProviderLimited, fault.Internal) {
		return errors.Wrap(err, "ask who is on call")
	}
	if err != nil {
		s.complain(ctx, d.Provider, r, err)
		return queue.Permanent(err)
	}
	return nil
}

// showDaily asks who is on call and posts it.
func (s *Service) showDaily(ctx context.Context, h access.Home, schedules provider.OnCallSchedules, r bridge.Rotation, d dueList, daily bridge.Daily) error {
	subject := "oncall/" + r.ID + "/" + daily.Day(d.At)
	shifts, err := schedules.Shifts(ctx, h.Session, r.Schedule, s.Now())
	if err != nil {
		return err
	}
	state := schedules.OnCallState(r.Schedule, shifts, d.At, daily.Zone, s.known(ctx, r.Place, shifts))
	return s.Cards.Change(ctx, h.Connection, subject, func(sub *bridge.Subject) bool {
		if sub.State != nil {
			return false // an earlier attempt recorded it
		}
		sub.State, sub.Rev = state, 1
		sub.Shown = []bridge.Shown{{Place: r.Place, Shared: true}}
		return true
	})
}

// known returns the chat names of those on call who can post in the channel, by their email address in lower case.
func (s *Service) known(ctx context.Context, place chat.Place, shifts []provider.Shift) map[string]string {
	found := map[string]string{}
	for _, shift := range shifts {
		person, ok := s.People.PersonByEmail(ctx, shift.Email)
		if ok && shift.Email != "" && s.Permissions.MayPost(ctx, person.ID.Actor(), place) {
			found[strings.ToLower(shift.Email)] = person.Username
		}
	}
	return found
}

// complain tells the user who created the rotation why its list wasn't posted, at most once per complainEvery.
func (s *Service) complain(ctx context.Context, providerID string, r bridge.Rotation, cause error) {
	s.Log.Warn("An on-call list wasn't posted", "rotation", r.ID, "channel_id", r.Place.Channel, "user_id", r.CreatedBy.ID, "error", cause.Error())
	first, err := s.Rotations.Claim(ctx, digest.Of("oncall complaint", r.ID), complainEvery)
	if err == nil && first {
		s.Notices.WriteTo(ctx, r.CreatedBy, chat.Say("bridge.oncall.failed", "Name", r.Name, "Command", s.Word(providerID)).
			WithMessage("Reason", chat.Failure(cause)))
	}
}
