package zoom

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// limit is what an account may do with one label of operations; 0 is no limit.
type limit struct{ perSecond, perDay int }

// limits are the published ones.
// https://developers.zoom.us/docs/api/rate-limits/
func limits(plan string, l label) limit {
	table := map[string]map[label]limit{
		PlanFree:     {light: {4, 6000}, medium: {2, 2000}, heavy: {1, 1000}},
		PlanPro:      {light: {30, 0}, medium: {20, 0}, heavy: {10, 30000}},
		PlanBusiness: {light: {80, 0}, medium: {60, 0}, heavy: {40, 60000}},
	}
	if plan == "" {
		plan = PlanBusiness
	}
	return table[plan][l]
}

// throttle counts a request against its account, whichever app makes it, and
// says in the headers what is left.
func (w *world) throttle(c *call, header http.Header) *apiError {
	now := w.Now()
	allowed := limits(w.policy.Plan, c.op.label)
	header.Set("X-RateLimit-Category", string(c.op.label))
	if allowed.perDay > 0 {
		key := fmt.Sprintf("day %s %s", w.account(c), c.op.label)
		if w.Hit(key, 24*time.Hour) > allowed.perDay {
			describe(header, "Daily-limit", allowed.perDay, 0)
			return tooMany(untilTomorrow(now), "You have reached the maximum daily rate limit for this API. "+
				"Refer to the response header for details on when you can make another request.")
		}
	}
	if allowed.perSecond > 0 {
		key := fmt.Sprintf("second %s %s", w.account(c), c.op.label)
		n := w.Hit(key, time.Second)
		describe(header, "QPS", allowed.perSecond, max(0, allowed.perSecond-n))
		if n > allowed.perSecond {
			return tooMany(nil, "You have reached the maximum per-second rate limit for this API. Try again later.")
		}
	}
	return nil
}

// spendMeetingRequest counts a create or update against its host's day.
func (w *world) spendMeetingRequest(u *User) *apiError {
	now := w.Now()
	most := w.policy.dailyLimit()
	if n := w.Hit("meetings "+u.ID, 24*time.Hour); most >= 0 && n > most {
		header := untilTomorrow(now)
		describe(header, "Daily-limit", most, 0)
		return tooMany(header, fmt.Sprintf("You have exceeded the daily rate limit (%d) of Meeting Create/Update API requests "+
			"permitted for this particular user. You may resume these requests at GMT 00:00:00.", most))
	}
	return nil
}

// describe sets the headers that tell a client about a limit.
func describe(header http.Header, kind string, most, left int) {
	header.Set("X-RateLimit-Type", kind)
	header.Set("X-RateLimit-Limit", strconv.Itoa(most))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(left))
}

// untilTomorrow returns a Retry-After in Zoom's form: an ISO 8601 instant, where
// HTTP knows only seconds and its own date format. Limits per second have none.
func untilTomorrow(now time.Time) http.Header {
	tomorrow := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return http.Header{"Retry-After": {stamp(tomorrow)}}
}

// tooMany is the refusal of a request that came too soon.
func tooMany(header http.Header, message string) *apiError {
	failure := refuse(http.StatusTooManyRequests, http.StatusTooManyRequests, "%s", message)
	failure.header = header
	return failure
}
