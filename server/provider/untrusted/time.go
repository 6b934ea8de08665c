package untrusted

import "time"

// ParseTime reads an ISO 8601 time with or without a zone. It returns the zero time for any other text and for implausible years.
func ParseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return PlausibleTime(at.UTC())
		}
	}
	return time.Time{}
}

// PlausibleTime returns the time if something can have happened then, and the zero time otherwise.
func PlausibleTime(at time.Time) time.Time {
	if at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}
	}
	return at
}

// Latest returns the latest of the times, and the zero time for none.
func Latest(times ...time.Time) time.Time {
	var last time.Time
	for _, at := range times {
		if at.After(last) {
			last = at
		}
	}
	return last
}
