package zoom

import (
	"encoding/json"
	"maps"
)

// meetingAnswer is Zoom's answer about one meeting.
type meetingAnswer struct {
	UUID              string                     `json:"uuid"`
	ID                int64                      `json:"id"`
	HostID            string                     `json:"host_id"`
	HostEmail         string                     `json:"host_email"`
	Topic             string                     `json:"topic"`
	Type              int                        `json:"type"`
	Status            string                     `json:"status"`
	StartTime         string                     `json:"start_time,omitempty"`
	Duration          int                        `json:"duration,omitempty"`
	Timezone          string                     `json:"timezone"`
	Agenda            string                     `json:"agenda"`
	CreatedAt         string                     `json:"created_at"`
	StartURL          string                     `json:"start_url"`
	JoinURL           string                     `json:"join_url"`
	Password          string                     `json:"password,omitempty"`
	H323Password      string                     `json:"h323_password,omitempty"`
	PSTNPassword      string                     `json:"pstn_password,omitempty"`
	EncryptedPassword string                     `json:"encrypted_password,omitempty"`
	PMI               string                     `json:"pmi,omitempty"`
	PreSchedule       bool                       `json:"pre_schedule"`
	Recurrence        json.RawMessage            `json:"recurrence,omitempty"`
	Settings          map[string]json.RawMessage `json:"settings"`
	CreationSource    string                     `json:"creation_source"`
}

// describe answers about a meeting to its host's app. A meeting that uses the
// personal ID has a number of its own here, and the personal one in pmi and in
// its links.
func (w *world) describe(m *meeting) meetingAnswer {
	room := w.room(m)
	a := meetingAnswer{
		UUID: m.uuid, ID: m.id, HostID: m.host.ID, HostEmail: m.host.Email, Topic: m.topic, Type: m.kind,
		Status: room.status(), Duration: m.duration, Timezone: m.timezone, Agenda: m.agenda, CreatedAt: stamp(m.created),
		StartURL: w.startURL(m), JoinURL: w.joinURL(m), PreSchedule: m.preset, Recurrence: m.recurrence,
		Settings: maps.Clone(m.settings), CreationSource: m.source,
	}
	if !m.start.IsZero() {
		a.StartTime = stamp(m.start)
	}
	if room.kind == typePersonal {
		a.PMI = number(room.id)
	}
	if room.passcode != "" {
		a.Password, a.EncryptedPassword = room.passcode, room.encrypted
		a.H323Password, a.PSTNPassword = digitsOf(room.passcode), digitsOf(room.passcode)
	}
	return a
}

// digitsOf turns a passcode into the one that telephones dial.
func digitsOf(passcode string) string {
	b := make([]byte, len(passcode))
	for i := range b {
		b[i] = '0' + passcode[i]%10
	}
	return string(b)
}

// listedMeeting is a row of a user's meetings.
type listedMeeting struct {
	UUID      string `json:"uuid"`
	ID        int64  `json:"id"`
	HostID    string `json:"host_id"`
	Topic     string `json:"topic"`
	Type      int    `json:"type"`
	StartTime string `json:"start_time,omitempty"`
	Duration  int    `json:"duration,omitempty"`
	Timezone  string `json:"timezone"`
	Agenda    string `json:"agenda,omitempty"`
	CreatedAt string `json:"created_at"`
	JoinURL   string `json:"join_url"`
	PMI       string `json:"pmi,omitempty"`
}

// list answers about a meeting within a list.
func (w *world) list(m *meeting) listedMeeting {
	full := w.describe(m)
	return listedMeeting{
		full.UUID, full.ID, full.HostID, full.Topic, full.Type, full.StartTime, full.Duration, full.Timezone,
		full.Agenda, full.CreatedAt, full.JoinURL, full.PMI,
	}
}

// meetingList is one page of a user's meetings.
type meetingList struct {
	PageCount     int             `json:"page_count"`
	PageNumber    int             `json:"page_number"`
	PageSize      int             `json:"page_size"`
	TotalRecords  int             `json:"total_records"`
	NextPageToken string          `json:"next_page_token"`
	Meetings      []listedMeeting `json:"meetings"`
}
