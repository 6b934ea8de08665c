package zoom

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longWait separates limits worth waiting for from those that last until tomorrow, when Zoom does not say which it is.
const longWait = time.Minute

// limit is what an answer with status 429 says.
type limit struct {
	// daily reports a limit per day; else it is one per second.
	daily bool
	// wait is how long Zoom asks to wait; 0 when it does not say.
	wait time.Duration
	// until is when a daily limit ends.
	until time.Time
}

// readLimit understands an answer with status 429. Zoom tells the kinds of limit apart by a header, by the message or, on
// old installations, only by how far off Retry-After is: https://developers.zoom.us/docs/api/rate-limits/
func readLimit(header http.Header, body []byte, now time.Time) limit {
	at, known := retryAfter(header.Get("Retry-After"), now)
	l := limit{}
	if known && at.After(now) {
		l.wait = at.Sub(now)
	}
	kind := strings.ToLower(header.Get("X-RateLimit-Type"))
	switch {
	case strings.Contains(kind, "daily"):
		l.daily = true
	case kind != "":
	case bytes.Contains(bytes.ToLower(body), []byte("daily")):
		l.daily = true
	}
	l.daily = l.daily || l.wait > longWait
	if l.daily {
		l.until = at
		if l.wait == 0 {
			// Daily limits are reset at midnight, universal time.
			l.until = now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		}
	}
	return l
}

// retryAfter reads a Retry-After header: seconds and HTTP dates as in RFC 9110, and the ISO 8601 dates that Zoom sends.
// The result lies between now and a year from now.
func retryAfter(value string, now time.Time) (time.Time, bool) {
	const year = 366 * 24 * time.Hour
	value = strings.TrimSpace(value)
	var at time.Time
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		if seconds < 0 || seconds > int64(year/time.Second) {
			return time.Time{}, false
		}
		at = now.Add(time.Duration(seconds) * time.Second)
	} else if at, err = http.ParseTime(value); err != nil {
		if at, err = isoTime(value); err != nil {
			return time.Time{}, false
		}
	}
	if at.After(now.Add(year)) {
		return time.Time{}, false
	}
	if at.Before(now) {
		at = now
	}
	return at.UTC(), true
}
