package bridge

import (
	"time"
)

// Daily is a time of day in a time zone, at which something happens once a day.
type Daily struct {
	Hour, Minute int
	Zone         *time.Location
}

// Day returns the day, in the zone, that a moment belongs to ("2026-03-29"). What is done once a day goes by it.
func (d Daily) Day(at time.Time) string { return at.In(d.Zone).Format(time.DateOnly) }

// On returns the moment on that day of the zone. Where clocks are put forward over it, it is the first moment after the gap; where they
// are put back, and it comes twice, it is the first.
func (d Daily) On(year int, month time.Month, day int) time.Time {
	// Twelve hours to either side of the guess lies whatever the zone's clocks show then.
	guess := time.Date(year, month, day, d.Hour, d.Minute, 0, 0, time.UTC)
	var earliest time.Time
	for _, at := range []time.Time{guess.Add(-36 * time.Hour), guess.Add(36 * time.Hour)} {
		_, offset := at.In(d.Zone).Zone()
		candidate := guess.Add(-time.Duration(offset) * time.Second)
		if d.shows(candidate, year, month, day) && (earliest.IsZero() || candidate.Before(earliest)) {
			earliest = candidate
		}
	}
	if !earliest.IsZero() {
		return earliest
	}
	return d.afterGap(guess)
}

// shows reports whether the clocks of the zone show that time of that day at the moment.
func (d Daily) shows(at time.Time, year int, month time.Month, day int) bool {
	local := at.In(d.Zone)
	y, m, n := local.Date()
	return y == year && m == month && n == day && local.Hour() == d.Hour && local.Minute() == d.Minute
}

// afterGap returns when clocks are put forward over the guess: before it one offset holds, after it another.
func (d Daily) afterGap(guess time.Time) time.Time {
	low, high := guess.Add(-36*time.Hour), guess.Add(36*time.Hour)
	_, before := low.In(d.Zone).Zone()
	for high.Sub(low) > time.Second {
		middle := low.Add(high.Sub(low) / 2)
		if _, offset := middle.In(d.Zone).Zone(); offset == before {
			low = middle
		} else {
			high = middle
		}
	}
	return high.Truncate(time.Second)
}

// Next returns the first such moment after this one.
func (d Daily) Next(after time.Time) time.Time {
	year, month, day := after.In(d.Zone).Date()
	for offset := -1; ; offset++ {
		// The date is counted in UTC, where each day has the same hours.
		y, m, n := time.Date(year, month, day+offset, 0, 0, 0, 0, time.UTC).Date()
		if at := d.On(y, m, n); at.After(after) {
			return at
		}
	}
}

// Due returns the latest such moment that is not after this one, if it is no longer ago than the grace: what was missed while no server
// was up is caught up for so long, and then left.
func (d Daily) Due(now time.Time, grace time.Duration) (at time.Time, due bool) {
	at = d.Next(now.Add(-grace - time.Nanosecond))
	return at, !at.After(now)
}
