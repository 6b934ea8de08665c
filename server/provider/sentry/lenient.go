package sentry

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// text is a text or number: Sentry writes IDs as strings in issues and as numbers in comments and actors, and counts as strings. Anything
// else becomes "", and is never a reason to reject a delivery.
type text string

// UnmarshalJSON reads any of the forms.
func (t *text) UnmarshalJSON(data []byte) error {
	*t = ""
	raw := strings.TrimSpace(string(data))
	switch {
	case strings.HasPrefix(raw, `"`):
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*t = text(s)
	case raw != "" && strings.ContainsRune("-0123456789", rune(raw[0])):
		*t = text(raw)
	}
	return nil
}

// number returns the text as a count, 0 if it isn't one.
func (t text) number() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(string(t)), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// signedNumber returns the text as a number that may be negative, 0 if it isn't one.
func (t text) signedNumber() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(string(t)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// maxID is the longest ID, in bytes.
const maxID = 64

// id returns the text as an ID that is safe in addresses and names, "" if it isn't one.
func (t text) id() string {
	s := strings.TrimSpace(string(t))
	if len(s) > maxID || strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.'
	}) || strings.Trim(s, ".") == "" {
		return ""
	}
	return s
}

// timestamp is a time in one of Sentry's forms: ISO 8601 with or without a zone, or seconds. Anything else becomes zero.
type timestamp struct{ time.Time }

// UnmarshalJSON reads any of the forms.
func (s *timestamp) UnmarshalJSON(data []byte) error {
	var t text
	if err := t.UnmarshalJSON(data); err != nil {
		return err
	}
	s.Time = parseTime(string(t))
	return nil
}

func parseTime(s string) time.Time {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && seconds > 0 && seconds < 1e11 {
		return untrusted.PlausibleTime(time.UnixMilli(int64(seconds * 1000)).UTC())
	}
	return untrusted.ParseTime(s)
}

// lenient reads part of a body that may have an unexpected form.
type lenient[T any] struct{ v *T }

// UnmarshalJSON reads the part, or nothing.
func (l *lenient[T]) UnmarshalJSON(data []byte) error {
	l.v = nil
	if !strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		return nil
	}
	var v T
	if json.Unmarshal(data, &v) == nil {
		l.v = &v
	}
	return nil
}

// get returns the part, zero for none.
func (l lenient[T]) get() T {
	if l.v == nil {
		var zero T
		return zero
	}
	return *l.v
}

// list is a list whose unexpected items are left out.
type list[T any] []T

// UnmarshalJSON reads the items that fit.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	*l = nil
	var raw []json.RawMessage
	if json.Unmarshal(data, &raw) != nil {
		return nil //nolint:nilerr // no list is an empty one
	}
	for _, item := range raw {
		var v T
		if json.Unmarshal(item, &v) == nil {
			*l = append(*l, v)
		}
	}
	return nil
}
