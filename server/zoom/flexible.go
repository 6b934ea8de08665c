package zoom

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// flexID is an identifier that Zoom sends as a number in one place and as a string in another. It never goes through a
// floating point number, which would round long ids. Other types and 0, by which Zoom means none, are read as "".
type flexID string

// UnmarshalJSON reads a number or a string.
func (id *flexID) UnmarshalJSON(data []byte) error {
	*id = ""
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*id = flexID(strings.TrimSpace(text))
		return nil
	}
	if number := string(data); number != "0" && digits(number) {
		*id = flexID(number)
	}
	return nil
}

// digits reports whether text is a number without sign, fraction and exponent.
func digits(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text != ""
}

// flexTime is a time that Zoom sends as milliseconds, as seconds or as text; anything else is the zero time.
type flexTime struct{ time.Time }

// UnmarshalJSON reads a number or a string.
func (t *flexTime) UnmarshalJSON(data []byte) error {
	t.Time = time.Time{}
	text := strings.Trim(string(data), `"`)
	if !digits(text) {
		if at, err := isoTime(text); err == nil {
			t.Time = at
		}
		return nil
	}
	const (
		// Numbers below are seconds: as milliseconds they would lie in 1973.
		leastMillis = 100_000_000_000
		// The year 2286, beyond which no number means a time.
		mostMillis = 9_999_999_999_999
	)
	number, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil, number == 0, number > mostMillis:
	case number < leastMillis:
		t.Time = time.Unix(number, 0).UTC()
	default:
		t.Time = time.UnixMilli(number).UTC()
	}
	return nil
}

// isoTime reads the spellings of ISO 8601 times seen from Zoom. Times without a zone are universal time.
func isoTime(value string) (time.Time, error) {
	var at time.Time
	var err error
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime} {
		if at, err = time.Parse(layout, value); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, err
}
