package zoom

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The types of meetings.
const (
	typeInstant        = 1
	typeScheduled      = 2
	typeRecurring      = 3
	typePersonal       = 4
	typeRecurringFixed = 8
	typeScreenShare    = 10
)

// meetingLifetime is how long an unused ID lives; personal rooms live
// forever. https://developers.zoom.us/docs/api/using-zoom-apis/
const meetingLifetime = 30 * 24 * time.Hour

// startPassLifetime is how long a start link works.
const startPassLifetime = 2 * time.Hour

// meeting is a meeting number, which can be started any number of times.
type meeting struct {
	id         int64
	uuid       string // of the current run, else of the latest, else of the first to come
	host       *User
	kind       int
	topic      string
	agenda     string
	start      time.Time // zero for what has no time
	timezone   string
	duration   int // minutes
	passcode   string
	encrypted  string
	usePMI     bool
	preset     bool // pre_schedule
	settings   map[string]json.RawMessage
	recurrence json.RawMessage
	source     string
	created    time.Time
	touched    time.Time
	deleted    bool
	runs       []*run
}

// run is one session of a meeting.
type run struct {
	uuid         string
	meeting      *meeting
	began, ended time.Time
	people       []*participant
}

// participant is one stay of one person in a run; who rejoins is a new one.
type participant struct {
	name, email  string
	user         *User // nil for guests
	number, uuid string
	host         bool
	joined, left time.Time
}

// startPass lets its bearer start a meeting as its host.
type startPass struct {
	meeting *meeting
	expires time.Time
}

// live returns the current run, or nil.
func (m *meeting) live() *run {
	if n := len(m.runs); n > 0 && m.runs[n-1].ended.IsZero() {
		return m.runs[n-1]
	}
	return nil
}

// status is Zoom's status of the meeting.
func (m *meeting) status() string {
	if m.live() != nil {
		return "started"
	}
	return "waiting"
}

// expired reports whether Zoom has forgotten the ID: an instant meeting is gone
// with its end, others when unused for too long.
func (m *meeting) expired(now time.Time) bool {
	if m.live() != nil || m.kind == typePersonal {
		return false
	}
	return m.kind == typeInstant && len(m.runs) > 0 || now.Sub(m.touched) > meetingLifetime && now.Sub(m.start) > meetingLifetime
}

// room is where this meeting takes place: for one that uses the host's
// personal meeting ID that is the personal room, whose number its
// notifications carry.
func (w *world) room(m *meeting) *meeting {
	if m.usePMI {
		return w.meetings[m.host.PMI]
	}
	return m
}

// find looks up a meeting by the number in text.
func (w *world) find(number string) (*meeting, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, errors.Wrapf(kit.ErrInvalid, "%q is no meeting ID", number)
	}
	if m := w.meetings[id]; m != nil && !m.deleted {
		return m, nil
	}
	return nil, errors.Wrapf(kit.ErrNotFound, "meeting %d", id)
}

// joinURL is the link to share. It carries the passcode in an encrypted form.
func (w *world) joinURL(m *meeting) string {
	room := w.room(m)
	link := fmt.Sprintf("%s/j/%d", w.Base, room.id)
	if room.passcode != "" {
		link += "?pwd=" + url.QueryEscape(room.encrypted)
	}
	return link
}

// startURL is the host's secret link, with a new pass each time it is asked for.
func (w *world) startURL(m *meeting) string {
	pass := w.ids.Secret("zak")
	w.starts[pass] = &startPass{meeting: w.room(m), expires: w.Now().Add(startPassLifetime)}
	return fmt.Sprintf("%s/s/%d?zak=%s", w.Base, w.room(m).id, pass)
}

// defaultSettings are the meeting settings of a user who changed none.
func defaultSettings() map[string]json.RawMessage {
	settings := map[string]json.RawMessage{}
	for name, value := range map[string]any{
		"host_video": false, "participant_video": false, "join_before_host": false, "jbh_time": 0,
		"mute_upon_entry": false, "watermark": false, "use_pmi": false, "approval_type": 2, "audio": "both",
		"auto_recording": "none", "enforce_login": false, "enforce_login_domains": "", "alternative_hosts": "",
		"close_registration": false, "waiting_room": false, "meeting_authentication": false,
		"registrants_confirmation_email": true, "registrants_email_notification": true,
		"global_dial_in_countries": []string{"US"}, "encryption_type": "enhanced_encryption",
		"global_dial_in_numbers": []dialIn{
			{"US", "New York", "+1 6465588656", "toll", "US"},
			{"US", "San Jose", "+1 6699006833", "toll", "US"},
		},
	} {
		settings[name] = kit.Compact(value)
	}
	return settings
}

// dialIn is a telephone number that leads into a meeting.
type dialIn struct {
	CountryName string `json:"country_name"`
	City        string `json:"city"`
	Number      string `json:"number"`
	Type        string `json:"type"`
	Country     string `json:"country"`
}

// applySettings updates the settings with those of a request.
func (m *meeting) applySettings(requested map[string]json.RawMessage) {
	maps.Copy(m.settings, requested)
	if string(m.settings["waiting_room"]) == "true" {
		m.settings["join_before_host"] = kit.Compact(false)
	}
	m.usePMI = string(m.settings["use_pmi"]) == "true" && (m.kind == typeScheduled || m.kind == typeRecurring)
	if m.kind != typePersonal {
		m.settings["use_pmi"] = kit.Compact(m.usePMI)
	}
}

// setting reports whether a switch is on.
func (m *meeting) setting(name string) bool {
	return string(m.settings[name]) == "true"
}
