package bitbucket

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// timestamp is a time in either product's form: Cloud writes ISO 8601, Data Center up to version 9 milliseconds since 1970, and from 10
// on ISO 8601 with or without a colon in the offset. Anything else becomes zero, and is never a reason to reject a delivery.
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

// parseTime returns the time, zero for none.
func parseTime(text string) time.Time {
	if millis, err := strconv.ParseInt(text, 10, 64); err == nil {
		return untrusted.PlausibleTime(time.UnixMilli(millis).UTC())
	}
	return untrusted.ParseTime(text)
}

// firstTime returns the first time that isn't zero.
func firstTime(times ...time.Time) time.Time {
	for _, at := range times {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}
