package zoom

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// The bounds of a meeting's fields.
// https://developers.zoom.us/docs/api/meetings/
const (
	maxTopic    = 200
	maxAgenda   = 2000
	maxPasscode = 10
	maxDuration = 24 * 60
)

// passcodePattern is the alphabet of passcodes.
var passcodePattern = regexp.MustCompile(`^[A-Za-z0-9@_*-]*$`)

// meetingRequest is the body of a create or an update request. What is nil was
// not sent. Unknown fields are ignored, as Zoom does.
type meetingRequest struct {
	Topic           *string                    `json:"topic"`
	Agenda          *string                    `json:"agenda"`
	Type            *int                       `json:"type"`
	StartTime       *string                    `json:"start_time"`
	Timezone        *string                    `json:"timezone"`
	Duration        *int                       `json:"duration"`
	Password        *string                    `json:"password"`
	DefaultPassword *bool                      `json:"default_password"`
	PreSchedule     *bool                      `json:"pre_schedule"`
	ScheduleFor     *string                    `json:"schedule_for"`
	Recurrence      json.RawMessage            `json:"recurrence"`
	Settings        map[string]json.RawMessage `json:"settings"`

	start time.Time // StartTime in UTC
}

// recurrenceRequest is as much of a recurrence as is checked.
type recurrenceRequest struct {
	Type     int `json:"type"`
	EndTimes int `json:"end_times"`
}

// decodeMeetingRequest reads and checks a body; current is the type of the
// meeting it is for.
func decodeMeetingRequest(c *call, current int) (meetingRequest, *apiError) {
	notJSON := refuse(http.StatusBadRequest, 300, "Request Body should be a valid JSON object.")
	var q meetingRequest
	media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if media != "application/json" || !bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("{")) || !json.Valid(c.body) {
		return q, notJSON
	}
	if failure := decodeFields(c.body, &q); failure != nil {
		return q, failure
	}
	if q.Type != nil {
		current = *q.Type
	}
	if errs := q.check(current); len(errs) > 0 {
		return q, invalidFields(errs...)
	}
	return q, nil
}

// decodeFields decodes a JSON object; a value of the wrong kind is that field's fault.
func decodeFields(body []byte, into any) *apiError {
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return invalidFields(fieldError{wrong.Field, "Invalid field."})
	}
	return refuse(http.StatusBadRequest, 300, "Request Body should be a valid JSON object.")
}

// check returns what is wrong with the fields of a request for a meeting of a type.
func (q *meetingRequest) check(kind int) []fieldError {
	var errs []fieldError
	wrong := func(bad bool, field, message string) {
		if bad {
			errs = append(errs, fieldError{field, message})
		}
	}
	kinds := []int{typeInstant, typeScheduled, typeRecurring, typeRecurringFixed, typeScreenShare}
	wrong(q.Type != nil && !slices.Contains(kinds, kind), "type", "Invalid field.")
	wrong(q.Topic != nil && utf8.RuneCountInString(*q.Topic) > maxTopic, "topic", "Topic can not exceed 200 characters.")
	wrong(q.Agenda != nil && utf8.RuneCountInString(*q.Agenda) > maxAgenda, "agenda", "Agenda can not exceed 2000 characters.")
	wrong(q.Duration != nil && (*q.Duration < 1 || *q.Duration > maxDuration), "duration", "Invalid field.")
	wrong(q.Password != nil && (len(*q.Password) > maxPasscode || !passcodePattern.MatchString(*q.Password)),
		"password", "Invalid field.")
	wrong(q.ScheduleFor != nil && *q.ScheduleFor != "" && kind == typeInstant, "schedule_for", "Invalid field.")
	wrong(!q.place(), "start_time", "Invalid field.")
	errs = append(errs, q.checkRecurrence(kind)...)
	return append(errs, q.checkSettings()...)
}

// place works out the start in UTC from start_time and timezone; false if it can't.
func (q *meetingRequest) place() bool {
	zone := time.UTC
	if q.Timezone != nil && *q.Timezone != "" {
		var err error
		if zone, err = time.LoadLocation(*q.Timezone); err != nil {
			return false
		}
	}
	if q.StartTime == nil || *q.StartTime == "" {
		return true
	}
	var err error
	if q.start, err = time.Parse("2006-01-02T15:04:05Z", *q.StartTime); err != nil {
		q.start, err = time.ParseInLocation("2006-01-02T15:04:05", *q.StartTime, zone)
	}
	q.start = q.start.UTC()
	return err == nil
}

// checkRecurrence requires a pattern where the type has one.
func (q *meetingRequest) checkRecurrence(kind int) []fieldError {
	if len(q.Recurrence) == 0 {
		if kind == typeRecurringFixed && q.Type != nil {
			return []fieldError{{"recurrence", "Recurrence is required for a recurring meeting with fixed time."}}
		}
		return nil
	}
	var r recurrenceRequest
	if json.Unmarshal(q.Recurrence, &r) != nil || r.Type < 1 || r.Type > 3 {
		return []fieldError{{"recurrence.type", "Invalid field."}}
	}
	if r.EndTimes < 0 || r.EndTimes > 60 {
		return []fieldError{{"recurrence.end_times", "Invalid field."}}
	}
	return nil
}

// checkSettings checks the kinds of the settings that mean something here.
func (q *meetingRequest) checkSettings() []fieldError {
	var errs []fieldError
	for _, name := range []string{
		"use_pmi", "waiting_room", "join_before_host", "host_video", "participant_video",
		"mute_upon_entry", "auto_start_meeting_summary", "meeting_authentication",
	} {
		if v, sent := q.Settings[name]; sent && !slices.Contains([]string{"true", "false"}, string(v)) {
			errs = append(errs, fieldError{"settings." + name, "Invalid field."})
		}
	}
	for _, s := range []struct {
		name    string
		allowed []string
	}{
		{"jbh_time", []string{"0", "5", "10", "15"}},
		{"auto_recording", []string{`"local"`, `"cloud"`, `"none"`}},
	} {
		if v, sent := q.Settings[s.name]; sent && !slices.Contains(s.allowed, string(v)) {
			errs = append(errs, fieldError{"settings." + s.name, "Invalid field."})
		}
	}
	return errs
}
