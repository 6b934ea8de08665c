package oncall

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// rotationForm is the form for a rotation.
const rotationForm = "rotation"

// How a user names a schedule.
const (
	byName = "name"
	byID   = "id"
)

// The names of the form's fields.
const (
	fieldName     = "name"
	fieldBy       = "by"
	fieldSchedule = "schedule"
	fieldTime     = "time"
	fieldZone     = "zone"
)

// add shows the form for a rotation; where none can be shown, a button that opens it.
func (s *Service) add(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	schedules, ok := s.Registry.Get(w.Provider).(provider.OnCallSchedules)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, schedules)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpAddRotation, h.OfSite, err)
	}
	if !w.Talk.Features().Forms {
		return s.Prompts.Question(ctx, chat.Say("bridge.oncall.open"),
			conversation.Offer{Label: chat.Say("bridge.oncall.add"), Primary: true, Operation: conversation.OpAddRotation, Request: w}, conversation.OrCancel(w))
	}
	zone, err := schedules.TimeZone(ctx, h.Session)
	if err != nil || zone == "" {
		zone = "UTC"
	}
	fields, err := s.scheduleFields(ctx, w, schedules, h.Session)
	if err != nil {
		return chat.Note{}, err
	}
	what := w.Intends(fieldName)
	what.Kind = rotationForm
	return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, chat.Form{
		Title: chat.Say("bridge.oncall.form"), Submit: chat.Say("bridge.oncall.save"),
		Fields: slices.Concat([]chat.FormField{
			{Name: fieldName, Kind: chat.TextField, Label: chat.Say("bridge.oncall.name"), MaxLength: connection.MaxName},
		}, fields, []chat.FormField{
			{Name: fieldTime, Kind: chat.TextField, Label: chat.Say("bridge.oncall.time"), Help: chat.Say("bridge.oncall.time_help"), Default: "09:00", MaxLength: 5},
			{Name: fieldZone, Kind: chat.TextField, Label: chat.Say("bridge.oncall.zone"), Help: chat.Say("bridge.oncall.zone_help"), Default: zone, MaxLength: 64},
		}),
	}, what)
}

// scheduleFields ask for the schedule: by searching where the conversation can search, otherwise by its name or ID.
func (s *Service) scheduleFields(ctx context.Context, w conversation.Request, schedules provider.OnCallSchedules, session provider.Session) ([]chat.FormField, error) {
	schedule := chat.FormField{Name: fieldSchedule, Kind: chat.TextField, Label: chat.Say("bridge.oncall.schedule"), Help: chat.Say("bridge.oncall.schedule_help"), MaxLength: 150}
	if w.Talk.Features().Search {
		found, err := schedules.Schedules(ctx, session, "")
		schedule.Kind, schedule.MaxLength, schedule.Help = chat.SelectField, 0, chat.Message{}
		schedule.Options, schedule.Search = schedulesOf(found), true
		return []chat.FormField{schedule}, err
	}
	by := chat.FormField{Name: fieldBy, Kind: chat.SelectField, Label: chat.Say("bridge.oncall.by"), Default: byName, Options: []chat.Option{
		{Label: chat.Say("bridge.oncall.by_name"), Value: byName}, {Label: chat.Say("bridge.oncall.by_id"), Value: byID},
	}}
	return []chat.FormField{by, schedule}, nil
}

// choices looks up schedules for the form's field.
func (s *Service) choices(ctx context.Context, what conversation.Intent, field, term string) ([]chat.Option, error) {
	schedules, ok := s.Registry.Get(what.Provider).(provider.OnCallSchedules)
	if !ok || field != fieldSchedule {
		return nil, fault.New(fault.InvalidInput)
	}
	h, err := s.home(ctx, what.Request(), schedules)
	if err != nil {
		return nil, err
	}
	found, err := schedules.Schedules(ctx, h.Session, term)
	return schedulesOf(found), err
}

// schedulesOf returns schedules as choices of a field.
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

// submit records the rotation of the form, and says so in the channel.
func (s *Service) submit(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	w := what.Request()
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return nil, err
	}
	schedules, ok := s.Enabled(what.Provider).(provider.OnCallSchedules)
	if !ok {
		return nil, s.ProviderOff(what.Provider)
	}
	r := bridge.Rotation{ID: rand.Text(), Place: w.Place, Name: chat.Truncate(conversation.Unquoted(a.Values[fieldName]), connection.MaxName), CreatedBy: w.Actor, CreatedAt: s.Now()}
	slips := chat.FormErrors{}
	if r.Name == "" {
		slips[fieldName] = chat.Say("bridge.oncall.no_name")
	}
	if r.Hour, r.Minute, ok = timeOfDay(a.Values[fieldTime]); !ok {
		slips[fieldTime] = chat.Say("bridge.oncall.no_time")
	}
	zone, err := time.LoadLocation(strings.TrimSpace(a.Values[fieldZone]))
	if err != nil || zone == time.Local {
		slips[fieldZone] = chat.Say("bridge.oncall.no_zone")
	} else {
		r.Zone = zone.String()
	}
	if len(slips) > 0 {
		return slips, nil
	}
	h, err := s.home(ctx, w, schedules)
	if err != nil {
		return nil, err
	}
	by := a.Values[fieldBy]
	if by == "" {
		by = byID // it was chosen, not typed
	}
	if r.Schedule, err = schedules.Schedule(ctx, h.Session, by, a.Values[fieldSchedule]); err != nil {
		return conversation.FieldErrors(err)
	}
	r.Site = h.OfSite.URL
	if err := s.keep(ctx, what.Provider, r); err != nil {
		return nil, err
	}
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.oncall.saved", "Name", r.Name, "Provider", s.Name(what.Provider), "Time", r.Clock(), "Zone", r.Zone).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Schedule", chat.Link(r.Schedule.Name, r.Schedule.URL)))
	return nil, nil
}
