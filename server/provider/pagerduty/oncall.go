package pagerduty

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Shift is the time for which a user is on call.
type Shift struct {
	Who Person
	// Start and End limit the shift; End is zero for a shift without end.
	Start, End time.Time
	// Level is the lowest escalation level that pages through the schedule.
	Level int
}

// How Schedule identifies a schedule.
const (
	ScheduleByName = "name"
	ScheduleByID   = "id"
)

// onCall says who is on call.
type onCall struct{ directory }

// Schedules returns the schedules whose names contain the query.
func (onCall) Schedules(ctx context.Context, s provider.Session, query string) ([]provider.Resource, error) {
	return newClient(s).schedules(ctx, query)
}

// schedules returns layered and shift-based schedules. PagerDuty lists each kind separately and searches names only among layered ones.
func (c client) schedules(ctx context.Context, query string) ([]provider.Resource, error) {
	asked := url.Values{}
	if query = strings.TrimSpace(query); query != "" {
		asked.Set("query", query)
	}
	found, _, err := c.pages(ctx, "/schedules", "schedules", asked, maxOptions)
	if err != nil {
		return nil, err
	}
	ofShifts, err := c.shiftSchedules(ctx, query)
	if err != nil {
		return nil, err
	}
	var all []provider.Resource
	for _, one := range append(found, ofShifts...) {
		known := slices.ContainsFunc(all, func(o provider.Resource) bool { return o.ID == one.text("id") })
		if r := one.schedule(); r.ID != "" && !known && len(all) < maxOptions {
			all = append(all, r)
		}
	}
	return all, nil
}

// schedule returns a schedule of either kind.
func (o object) schedule() provider.Resource {
	r := o.reference()
	return provider.Resource{ID: r.ID, Name: cmp.Or(r.Name, r.ID), URL: r.URL}
}

// Schedule returns the schedule with this name or ID. If several names contain the text, the one with exactly this name. Errors: a
// *provider.FieldError if none or several match.
func (onCall) Schedule(ctx context.Context, s provider.Session, by, text string) (provider.Resource, error) {
	c := newClient(s)
	text = trimQuotes(text)
	slip := func(id string) error { return &provider.FieldError{Field: "schedule", Message: chat.Say(id)} }
	if by == ScheduleByID {
		if idOf(text) == "" {
			return provider.Resource{}, slip("pagerduty.oncall.no_schedule")
		}
		shown, err := c.scheduleOfID(ctx, text)
		if isUnknown(err) {
			return provider.Resource{}, slip("pagerduty.oncall.no_schedule")
		}
		return shown.schedule(), err
	}
	if text == "" {
		return provider.Resource{}, slip("pagerduty.oncall.no_schedule")
	}
	found, err := c.schedules(ctx, text)
	if err != nil {
		return provider.Resource{}, err
	}
	exact := slices.DeleteFunc(slices.Clone(found), func(r provider.Resource) bool { return !strings.EqualFold(r.Name, text) })
	switch {
	case len(exact) == 1:
		return exact[0], nil
	case len(found) == 0:
		return provider.Resource{}, slip("pagerduty.oncall.no_schedule")
	case len(found) == 1:
		return found[0], nil
	}
	return provider.Resource{}, slip("pagerduty.oncall.several_schedules")
}

// OnCall returns who is on call at that time, in the order in which they are paged.
func (onCall) OnCall(ctx context.Context, s provider.Session, scheduleID string, at time.Time) ([]Shift, error) {
	c := newClient(s)
	if idOf(scheduleID) == "" {
		return nil, c.notFound("a schedule without an ID")
	}
	at = at.UTC()
	if shifts, shiftBased, err := c.shiftAssignments(ctx, scheduleID, at); err != nil || shiftBased {
		return shifts, err
	}
	found, _, err := c.pages(ctx, "/oncalls", "oncalls", url.Values{
		"schedule_ids[]": {scheduleID}, "include[]": {"users"}, "since": {at.Format(time.RFC3339)}, "until": {at.Add(time.Minute).Format(time.RFC3339)},
	}, maxOptions)
	if err != nil {
		return nil, err
	}
	var shifts []Shift
	for _, one := range found {
		shift := Shift{Who: one.object("user").person(), Start: one.time("start"), End: one.time("end"), Level: one.number("escalation_level")}
		if shift.Who.ID == "" || shift.Start.After(at) || !shift.End.IsZero() && !shift.End.After(at) {
			continue // the shift begins within the minute, or has just ended
		}
		same := slices.IndexFunc(shifts, func(o Shift) bool { return o.Who.ID == shift.Who.ID })
		if same < 0 {
			shifts = append(shifts, shift)
			continue
		}
		shifts[same].Level = min(shifts[same].Level, shift.Level)
		if shift.End.IsZero() || !shifts[same].End.IsZero() && shift.End.After(shifts[same].End) {
			shifts[same].End = shift.End
		}
	}
	slices.SortStableFunc(shifts, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Who.Name, b.Who.Name), cmp.Compare(a.Who.ID, b.Who.ID))
	})
	return shifts, nil
}

// TimeZone returns the time zone in the user's profile.
func (p onCall) TimeZone(ctx context.Context, s provider.Session) (string, error) {
	me, err := p.Me(ctx, s)
	return me.TimeZone, err
}

// Shifts returns who is on call.
func (p onCall) Shifts(ctx context.Context, s provider.Session, schedule provider.Resource, at time.Time) ([]provider.Shift, error) {
	found, err := p.OnCall(ctx, s, schedule.ID, at)
	var shifts []provider.Shift
	for _, one := range found {
		shifts = append(shifts, provider.Shift{Name: cmp.Or(one.Who.Name, one.Who.ID), Email: one.Who.Email, End: one.End, Level: one.Level})
	}
	return shifts, err
}

// onCallList is the state of an on-call list, as it was at that time.
type onCallList struct {
	Name string    `json:"name"`
	URL  string    `json:"url,omitempty"`
	At   time.Time `json:"at"`
	// Zone is the time zone of the channel's rule.
	Zone string `json:"zone,omitempty"`
	// Lines has an entry for each user on call; it is empty if nobody is.
	Lines []onCallEntry `json:"lines,omitempty"`
}

// onCallEntry is one line of the list. Username is the name in chat of a user who may be mentioned there.
type onCallEntry struct {
	Name     string    `json:"name"`
	Username string    `json:"username,omitempty"`
	Until    time.Time `json:"until,omitzero"`
	Level    int       `json:"level,omitempty"`
}

// onCallState is a state that is an on-call list instead of an incident.
type onCallState struct {
	OnCall *onCallList `json:"on_call"`
}

// OnCallState returns the on-call list with times in the zone. Only users in known, who are members of the channel, are mentioned.
func (onCall) OnCallState(schedule provider.Resource, shifts []provider.Shift, at time.Time, zone *time.Location, known map[string]string) json.RawMessage {
	list := onCallList{Name: cmp.Or(schedule.Name, schedule.ID), URL: untrusted.URL(schedule.URL), At: at, Zone: zone.String()}
	for _, shift := range shifts {
		line := onCallEntry{Name: untrusted.Line(shift.Name, maxName), Level: shift.Level}
		if shift.Email != "" {
			line.Username = known[strings.ToLower(shift.Email)]
		}
		if !shift.End.IsZero() {
			line.Until = shift.End.UTC()
		}
		list.Lines = append(list.Lines, line)
	}
	return provider.Encode(onCallState{OnCall: &list})
}

// card draws the list.
func (l onCallList) card() chat.Card {
	card := chat.Card{
		Emoji: "calendar", State: chat.Say("pagerduty.oncall.state"), Tone: chat.ToneNeutral, Title: l.Name, URL: l.URL, Footer: name, At: l.At,
	}
	if len(l.Lines) == 0 {
		card.Text, card.Tone, card.Emoji = chat.Say("pagerduty.oncall.no_one"), chat.ToneWarning, "warning"
		return card
	}
	zone, err := time.LoadLocation(l.Zone)
	if err != nil {
		zone = time.UTC
	}
	var lines []chat.Message
	for _, one := range l.Lines {
		who := chat.Plain(one.Name)
		if one.Username != "" {
			who = chat.Mention(one.Username)
		}
		line := chat.Say("pagerduty.oncall.always").WithText("Who", who)
		if !one.Until.IsZero() {
			line = chat.Say("pagerduty.oncall.until").WithText("Who", who).WithText("Until", chat.TimeIn(one.Until, chat.DateAndTime, zone))
		}
		if one.Level > 0 {
			line = line.WithText("Level", chat.Plain(strconv.Itoa(one.Level)))
		}
		lines = append(lines, line)
	}
	card.Text = chat.Lines(lines...)
	return card
}
