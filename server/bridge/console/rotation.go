package console

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// dutyKey is the key of the task that posts a list of who is on call; no provider's task has one like it.
	dutyKey = "bridge/duty"
	// dutyGrace is how late a list may still be posted: what was due while no server was up is caught up for so long.
	dutyGrace = time.Hour
	// dutyComplaint is how long somebody is not told again that their account no longer serves a list.
	dutyComplaint = 30 * 24 * time.Hour
)

// duty is what the task to post a list holds.
type duty struct {
	Provider string    `json:"provider"`
	Rotation string    `json:"rotation"`
	At       time.Time `json:"at"`
}

// Tick hands the lists that are due to the inbox. Any server may call it, as often as it likes: a list of one day is one job.
func (s *Service) Tick(ctx context.Context) error {
	now := s.Now()
	for _, p := range s.Registry.All() {
		id := p.Describe().ID
		if _, ok := p.(provider.OnCallSchedules); !ok || s.Enabled(id) == nil {
			continue
		}
		rotations, err := s.Records.Rotations(ctx, id)
		if err != nil {
			return errors.Wrap(err, "list who wants to know who is on call")
		}
		for _, r := range rotations {
			if err := s.hand(ctx, id, r, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// hand gives a list that is due to the inbox.
func (s *Service) hand(ctx context.Context, providerID string, r bridge.Rotation, now time.Time) error {
	daily, err := r.Daily()
	if err != nil {
		s.Log.Warn("An on-call list can't be posted", "rotation", r.ID, "error", err.Error())
		return nil
	}
	at, due := daily.Due(now, dutyGrace)
	if !due || at.Before(r.CreatedAt) {
		return nil
	}
	data, err := json.Marshal(duty{Provider: providerID, Rotation: r.ID, At: at})
	if err != nil {
		return errors.Wrap(err, "encode a list that is due")
	}
	return errors.Wrap(s.Inbox.Accept(ctx, bridge.Job{
		ID: kv.Hash(dutyKey, r.ID, daily.Day(at)), Key: kv.Hash(dutyKey, r.ID), Connection: r.ID,
		Task: &provider.Task{Key: dutyKey, Data: data},
	}), "hand a list of who is on call to the inbox")
}

// postDuty posts the list of who is on call. It goes by a subject of its own for each day, so that whoever repeats it finds what was
// posted.
func (s *Service) postDuty(ctx context.Context, j bridge.Job) error {
	var d duty
	if err := json.Unmarshal(j.Task.Data, &d); err != nil {
		return queue.Permanent(errors.Wrap(err, "read a list that is due"))
	}
	onCaller, ok := s.Enabled(d.Provider).(provider.OnCallSchedules)
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
			err = s.dropRotation(ctx, d.Provider, r.ID)
			s.Notices.WriteTo(ctx, r.CreatedBy, chat.Say("bridge.oncall.dropped", "Name", r.Name, "Provider", s.Name(d.Provider)))
		}
		return err
	}
	h, err := s.home(ctx, conversation.Request{Actor: r.CreatedBy, Place: r.Place, Provider: d.Provider}, onCaller)
	if err == nil {
		err = s.showDuty(ctx, h, onCaller, r, d, daily)
	}
	if fault.Is(err, fault.ProviderUnavailable, fault.ProviderLimited, fault.Internal) {
		return errors.Wrap(err, "ask who is on call")
	}
	if err != nil {
		s.complainOfDuty(ctx, d.Provider, r, err)
		return queue.Permanent(err)
	}
	return nil
}

// showDuty asks who is on call and posts it.
func (s *Service) showDuty(ctx context.Context, h atHome, onCaller provider.OnCallSchedules, r bridge.Rotation, d duty, daily bridge.Daily) error {
	subject := "oncall/" + r.ID + "/" + daily.Day(d.At)
	shifts, err := onCaller.Shifts(ctx, h.session, r.Schedule, s.Now())
	if err != nil {
		return err
	}
	state := onCaller.OnCallState(r.Schedule, shifts, d.At, daily.Zone, s.known(ctx, r.Place, shifts))
	_, err = s.Records.UpdateSubject(ctx, h.ID, subject, func(sub *bridge.Subject) (bool, error) {
		if sub.State != nil {
			return false, nil // somebody was here before
		}
		sub.Connection, sub.Name, sub.State, sub.Rev = h.ID, subject, state, 1
		sub.Shown = []bridge.Shown{{Place: r.Place, Shared: true}}
		return true, nil
	})
	if err != nil {
		return errors.Wrap(err, "note a list of who is on call")
	}
	return s.Cards.Show(ctx, h.Connection, subject)
}

// known returns the names in chat of those on call whose address is that of a member of the channel, by the address in lower case.
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

// rotation returns one of the provider's; zero for one that is no more.
func (s *Service) rotation(ctx context.Context, providerID, id string) (bridge.Rotation, error) {
	all, err := s.Records.Rotations(ctx, providerID)
	if err != nil {
		return bridge.Rotation{}, errors.Wrap(err, "look up who wants to know who is on call")
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return bridge.Rotation{}, nil
}

// dropRotation removes one.
func (s *Service) dropRotation(ctx context.Context, providerID, id string) error {
	err := s.Records.UpdateRotations(ctx, providerID, func(all *[]bridge.Rotation) bool {
		kept := (*all)[:0:0]
		for _, r := range *all {
			if r.ID != id {
				kept = append(kept, r)
			}
		}
		changed := len(kept) != len(*all)
		*all = kept
		return changed
	})
	return errors.Wrap(err, "remove a list of who is on call")
}

// complainOfDuty tells who made the rotation, once, why its list did not come.
func (s *Service) complainOfDuty(ctx context.Context, providerID string, r bridge.Rotation, cause error) {
	s.Log.Warn("An on-call list wasn't posted", "rotation", r.ID, "channel_id", r.Place.Channel, "user_id", r.CreatedBy.ID, "error", cause.Error())
	first, err := s.Records.Claim(ctx, kv.Hash("duty complaint", r.ID), dutyComplaint)
	if err == nil && first {
		s.Notices.WriteTo(ctx, r.CreatedBy, chat.Say("bridge.oncall.failed", "Name", r.Name, "Command", s.Word(providerID)).
			WithMessage("Reason", chat.Failure(cause)))
	}
}
