package pagerduty

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The most schedules of shifts that a page holds; and that many unless fewer are
// asked for: usualShifts.
const (
	usualShifts   = 100
	largestShifts = 1000
)

// serveShiftSchedules lists the schedules of shifts, and no others: by reference,
// and without a total.
func (w *world) serveShiftSchedules(c *call) (int, any, *apiError) {
	all := []object{}
	for _, one := range w.schedules {
		if one.ShiftBased {
			all = append(all, w.scheduleRef(one))
		}
	}
	limit, _ := strconv.Atoi(cmp.Or(c.URL.Query().Get("limit"), strconv.Itoa(usualShifts)))
	offset, _ := strconv.Atoi(cmp.Or(c.URL.Query().Get("offset"), "0"))
	limit = min(limit, largestShifts)
	if limit < 1 || offset < 0 {
		return 0, nil, invalid("limit and offset must be numbers")
	}
	from := min(offset, len(all))
	to := min(from+limit, len(all))
	return http.StatusOK, object{"schedules": all[from:to], "limit": limit, "offset": offset, "more": to < len(all)}, nil
}

// serveShiftSchedule shows a schedule of shifts; one of layers is refused with 400.
// Who is on call is in it only where the final schedule is included, by ID.
func (w *world) serveShiftSchedule(c *call) (int, any, *apiError) {
	at := slices.IndexFunc(w.schedules, func(o *Schedule) bool { return o.ID == c.PathValue("id") })
	if at < 0 {
		return 0, nil, notFound()
	}
	schedule := w.schedules[at]
	if !schedule.ShiftBased {
		return 0, nil, invalid("Schedule is not a shift-based schedule")
	}
	shown := w.wholeSchedule(schedule)
	if c.includes("final_schedule") {
		since, until := w.Now(), w.Now().Add(7*24*time.Hour)
		for name, into := range map[string]*time.Time{"since": &since, "until": &until} {
			if given := c.URL.Query().Get(name); given != "" {
				parsed, err := time.Parse(time.RFC3339, given)
				if err != nil {
					return 0, nil, invalid(name + " is not a date")
				}
				*into = parsed
			}
		}
		shown["final_schedule"] = w.finalSchedule(schedule, since, until, c.URL.Query().Get("overflow") == "true")
	}
	return http.StatusOK, object{"schedule": shown}, nil
}

// finalSchedule lists the shifts in the span. They are cut at its ends, unless they
// may overflow it.
func (w *world) finalSchedule(schedule *Schedule, since, until time.Time, overflow bool) object {
	shifts := []object{}
	for _, t := range w.between(schedule, since, until) {
		if !t.start.Before(until) || !t.end.After(since) {
			continue
		}
		if !overflow {
			t.start, t.end = later(t.start, since), earlier(t.end, until)
		}
		member := object{"type": "empty_member"}
		if t.user != nil {
			member = object{"type": "user_member", "user_id": t.user.ID}
		}
		shifts = append(shifts, object{
			"type": "computed_shift_assignment", "start_time": second(t.start), "end_time": second(t.end), "member": member,
			"source": object{"type": "schedule_rotation", "rotation_id": "01" + schedule.ID},
		})
	}
	return object{"type": "final_schedule", "rendered_coverage_percentage": 100, "computed_shift_assignments": shifts}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
