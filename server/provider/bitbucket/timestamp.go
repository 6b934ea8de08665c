package bitbucket

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// timestamp is a time as either product writes it: Cloud as an ISO string, Data Center up to 9 as milliseconds since 1970, from 10 on as
// an ISO string, with or without a colon in the offset. What is none of these is no time, and never a reason to refuse a delivery.
type timestamp struct{ time.Time }

// UnmarshalJSON reads any of the forms.
func (s *timestamp) UnmarshalJSON(data []byte) error {
	s.Time = time.Time{}
	text := strings.TrimSpace(string(data))
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	s.Time = parseTime(text)
	return nil
}

// parseTime returns the time that the text means, zero for none.
func parseTime(text string) time.Time {
	if millis, err := strconv.ParseInt(text, 10, 64); err == nil {
		return plausibleTime(time.UnixMilli(millis).UTC())
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(form, text); err == nil {
			return plausibleTime(at.UTC())
		}
	}
	return time.Time{}
}

// plausibleTime returns the time if it can be one at which something happened at Bitbucket.
func plausibleTime(at time.Time) time.Time {
	if at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}
	}
	return at
}

// firstTime returns the first of the times that is known.
func firstTime(times ...time.Time) time.Time {
	for _, at := range times {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// latestTime returns the latest of the times.
func latestTime(times ...time.Time) time.Time {
	var last time.Time
	for _, at := range times {
		if at.After(last) {
			last = at
		}
	}
	return last
}
