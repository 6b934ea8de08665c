package console

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// dutyFormKind is the form for a rotation.
const dutyFormKind = "duty"

// maxRotations is how many rotations a channel has; all of a provider share one record.
const (
	maxRotations    = 10
	maxAllRotations = 500
)

// How a schedule is told.
const (
	byName = "name"
	byID   = "id"
)

// The names of the form's fields.
const (
	dutyName     = "name"
	dutyBy       = "by"
	dutySchedule = "schedule"
	dutyTime     = "time"
	dutyZone     = "zone"
)

// onCall lists the channel's rotations, with buttons to add one and to remove each; the first one is asked for at once.
func (s *Service) onCall(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	here, err := s.rotationsIn(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if len(here) == 0 {
		return s.addRotation(ctx, w)
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

// rotationsIn returns those of the wish's channel.
func (s *Service) rotationsIn(ctx context.Context, w conversation.Request) ([]bridge.Rotation, error) {
	all, err := s.Records.Rotations(ctx, w.Provider)
	if err != nil {
		return nil, errors.Wrap(err, "list who wants to know who is on call")
	}
	return slices.DeleteFunc(all, func(r bridge.Rotation) bool { return r.Place != w.Place }), nil
}

// addRotation shows the form for a rotation; where none can be shown, a button that opens it.
func (s *Service) addRotation(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	onCaller, ok := s.Registry.Get(w.Provider).(provider.OnCallSchedules)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, onCaller)
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpAddRotation, h, err)
	}
	if !w.Talk.Features().Forms {
		return s.Prompts.Question(ctx, chat.Say("bridge.oncall.open"),
			conversation.Offer{Label: chat.Say("bridge.oncall.add"), Primary: true, Operation: conversation.OpAddRotation, Request: w}, conversation.OrCancel(w))
	}
	zone, err := onCaller.TimeZone(ctx, h.session)
	if err != nil || zone == "" {
		zone = "UTC"
	}
	fields, err := s.scheduleFields(ctx, w, onCaller, h.session)
	if err != nil {
		return chat.Note{}, err
	}
	what := w.Intends(dutyName)
	what.Kind = dutyFormKind
	return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, chat.Form{
		Title: chat.Say("bridge.oncall.form"), Submit: chat.Say("bridge.oncall.save"),
		Fields: slices.Concat([]chat.FormField{
			{Name: dutyName, Kind: chat.TextField, Label: chat.Say("bridge.oncall.name"), MaxLength: connection.MaxName},
		}, fields, []chat.FormField{
			{Name: dutyTime, Kind: chat.TextField, Label: chat.Say("bridge.oncall.time"), Help: chat.Say("bridge.oncall.time_help"), Default: "09:00", MaxLength: 5},
			{Name: dutyZone, Kind: chat.TextField, Label: chat.Say("bridge.oncall.zone"), Help: chat.Say("bridge.oncall.zone_help"), Default: zone, MaxLength: 64},
		}),
	}, what)
}

// scheduleFields ask for the schedule: in a window with a field to look for it, else by its name or ID as people type it.
func (s *Service) scheduleFields(ctx context.Context, w conversation.Request, onCaller provider.OnCallSchedules, session provider.Session) ([]chat.FormField, error) {
	schedule := chat.FormField{Name: dutySchedule, Kind: chat.TextField, Label: chat.Say("bridge.oncall.schedule"), Help: chat.Say("bridge.oncall.schedule_help"), MaxLength: 150}
	if w.Talk.Features().Search {
		found, err := onCaller.Schedules(ctx, session, "")
		schedule.Kind, schedule.MaxLength, schedule.Help = chat.SelectField, 0, chat.Message{}
		schedule.Options, schedule.Search = schedulesOf(found), true
		return []chat.FormField{schedule}, err
	}
	by := chat.FormField{Name: dutyBy, Kind: chat.SelectField, Label: chat.Say("bridge.oncall.by"), Default: byName, Options: []chat.Option{
		{Label: chat.Say("bridge.oncall.by_name"), Value: byName}, {Label: chat.Say("bridge.oncall.by_id"), Value: byID},
	}}
	return []chat.FormField{by, schedule}, nil
}

// schedulesOf are schedules as choices of a field.
func schedulesOf(found []provider.Resource) []chat.Option {
	var options []chat.Option
	for _, one := range found {
		options = append(options, chat.Option{Label: chat.Verbatim(one.Name), Value: one.ID, Detail: chat.Verbatim(one.ID)})
	}
	return options
}

// timeOfDay reads "09:00".
func timeOfDay(typed string) (hour, minute int, ok bool) {
	before, after, found := strings.Cut(strings.TrimSpace(typed), ":")
	hour, errHour := strconv.Atoi(before)
	minute, errMinute := strconv.Atoi(after)
	return hour, minute, found && errHour == nil && errMinute == nil && len(after) == 2 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
}

// dutyAnswered keeps the rotation, and says so in the channel.
func (s *Service) dutyAnswered(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	w := what.Request()
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return nil, err
	}
	onCaller, ok := s.Enabled(what.Provider).(provider.OnCallSchedules)
	if !ok {
		return nil, s.ProviderOff(what.Provider)
	}
	r := bridge.Rotation{ID: rand.Text(), Place: w.Place, Name: chat.Truncate(conversation.Unquoted(a.Values[dutyName]), connection.MaxName), CreatedBy: w.Actor, CreatedAt: s.Now()}
	slips := chat.FormErrors{}
	if r.Name == "" {
		slips[dutyName] = chat.Say("bridge.oncall.no_name")
	}
	if r.Hour, r.Minute, ok = timeOfDay(a.Values[dutyTime]); !ok {
		slips[dutyTime] = chat.Say("bridge.oncall.no_time")
	}
	zone, err := time.LoadLocation(strings.TrimSpace(a.Values[dutyZone]))
	if err != nil || zone == time.Local {
		slips[dutyZone] = chat.Say("bridge.oncall.no_zone")
	} else {
		r.Zone = zone.String()
	}
	if len(slips) > 0 {
		return slips, nil
	}
	h, err := s.home(ctx, w, onCaller)
	if err != nil {
		return nil, err
	}
	by := a.Values[dutyBy]
	if by == "" {
		by = byID // it was chosen, not typed
	}
	if r.Schedule, err = onCaller.Schedule(ctx, h.session, by, a.Values[dutySchedule]); err != nil {
		return conversation.FieldErrors(err)
	}
	r.Site = h.site.URL
	if err := s.keepRotation(ctx, what.Provider, r); err != nil {
		return nil, err
	}
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.oncall.saved", "Name", r.Name, "Provider", s.Name(what.Provider), "Time", r.Clock(), "Zone", r.Zone).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Schedule", chat.Link(r.Schedule.Name, r.Schedule.URL)))
	return nil, nil
}

// keepRotation adds the rotation to those of its channel. Fault: TooMany.
func (s *Service) keepRotation(ctx context.Context, providerID string, r bridge.Rotation) error {
	full := 0
	err := s.Records.UpdateRotations(ctx, providerID, func(all *[]bridge.Rotation) bool {
		full = 0
		here := 0
		for _, other := range *all {
			if other.Place == r.Place {
				here++
			}
		}
		switch {
		case here >= maxRotations:
			full = maxRotations
		case len(*all) >= maxAllRotations:
			full = maxAllRotations
		}
		if full > 0 {
			return false
		}
		*all = append(*all, r)
		return true
	})
	if err == nil && full > 0 {
		return bridge.TooMany(full)
	}
	return errors.Wrap(err, "keep a list of who is on call")
}

// askRotationAway asks whether to remove a rotation.
func (s *Service) askRotationAway(ctx context.Context, w conversation.Request) (chat.Note, error) {
	r, err := s.ownRotation(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	return s.Prompts.Question(ctx, chat.Say("bridge.oncall.confirm", "Name", r.Name),
		conversation.Offer{Label: chat.Say("bridge.oncall.remove", "Name", chat.Truncate(r.Name, conversation.MaxButtonLabel)), Primary: true, Operation: conversation.OpDropRotation, Request: w}, conversation.OrCancel(w))
}

// removeRotation removes one, and says so in the channel.
func (s *Service) removeRotation(ctx context.Context, w conversation.Request) (chat.Note, error) {
	r, err := s.ownRotation(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if err := s.dropRotation(ctx, w.Provider, r.ID); err != nil {
		return chat.Note{}, err
	}
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.oncall.removed", "Name", r.Name).WithText("Who", s.Notices.Who(ctx, w.Actor)))
	return chat.Note{Text: chat.Say("bridge.oncall.gone", "Name", r.Name)}, nil
}

// ownRotation returns the wish's rotation, if the person may change what its channel gets. Faults: those of mayConnect, NotFollowed.
func (s *Service) ownRotation(ctx context.Context, w conversation.Request) (bridge.Rotation, error) {
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
