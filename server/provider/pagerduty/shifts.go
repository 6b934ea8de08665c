package pagerduty

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Shift-based schedules, the newer kind, have their own addresses, and identify users by ID only:
// https://developer.pagerduty.com/docs/schedules-v2-to-v3-upgrade.
const (
	shiftsPath = "/v3/schedules"
	// maxShiftSchedules limits how many of them are searched by name.
	maxShiftSchedules = 1000
	// maxOnShift limits how many users of one schedule are looked up.
	maxOnShift = 20
)

// isLayered reports whether the error means that a schedule is layered, the older kind, or that the account has no other kind.
func isLayered(err error) bool {
	return fault.Is(err, fault.ProviderRefused, fault.ProviderForbidden, fault.ResourceUnknown)
}

// shiftSchedules returns the shift-based schedules whose names contain the query.
func (c client) shiftSchedules(ctx context.Context, query string) ([]object, error) {
	all, _, err := c.pages(ctx, shiftsPath, "schedules", nil, maxShiftSchedules)
	if isLayered(err) {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(o object) bool {
		return !strings.Contains(strings.ToLower(o.reference().Name), strings.ToLower(query))
	}), err
}

// scheduleOfID returns the schedule with this ID. A schedule keeps its ID when it is converted to shifts.
func (c client) scheduleOfID(ctx context.Context, id string) (object, error) {
	answer, err := c.do(ctx, http.MethodGet, shiftsPath+"/"+id, nil, nil)
	if isLayered(err) {
		answer, err = c.do(ctx, http.MethodGet, "/schedules/"+id, nil, nil)
	}
	return answer.object("schedule"), err
}

// shiftAssignments returns who is on shift at that time, and whether the schedule is shift-based.
func (c client) shiftAssignments(ctx context.Context, scheduleID string, at time.Time) (shifts []Shift, shiftBased bool, err error) {
	answer, err := c.do(ctx, http.MethodGet, shiftsPath+"/"+scheduleID, url.Values{
		"include[]": {"final_schedule"}, "since": {at.Format(time.RFC3339)}, "until": {at.Add(time.Second).Format(time.RFC3339)}, "overflow": {"true"},
	}, nil)
	if isLayered(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, one := range answer.object("schedule").object("final_schedule").list("computed_shift_assignments") {
		id, start, end := idOf(one.object("member").text("user_id")), one.time("start_time"), one.time("end_time")
		if id == "" || start.After(at) || !end.IsZero() && !end.After(at) {
			continue // an empty slot, or a shift that begins within the second
		}
		same := slices.IndexFunc(shifts, func(o Shift) bool { return o.Who.ID == id })
		switch {
		case same >= 0:
			shifts[same].End = untrusted.Latest(shifts[same].End, end)
		case len(shifts) < maxOnShift:
			shifts = append(shifts, Shift{Who: Person{ID: id}, Start: start, End: end})
		}
	}
	for i := range shifts {
		answer, err := c.do(ctx, http.MethodGet, "/users/"+shifts[i].Who.ID, nil, nil)
		if err != nil && !isUnknown(err) {
			return nil, true, err
		}
		if who := answer.object("user").person(); who.ID == shifts[i].Who.ID {
			shifts[i].Who = who
		}
	}
	return shifts, true, nil
}
