package bitbucket

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
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
		return untrusted.PlausibleTime(time.UnixMilli(millis).UTC())
	}
	return untrusted.ParseTime(text)
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
