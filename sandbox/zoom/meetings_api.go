package zoom

import (
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"time"
)

// number writes a meeting ID.
func number(id int64) string { return strconv.FormatInt(id, 10) }

// createMeeting is POST /users/{userId}/meetings.
func (w *world) createMeeting(c *call) (int, any, *apiError) {
	host, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	q, failure := decodeMeetingRequest(c, typeScheduled)
	if failure != nil {
		return 0, nil, failure
	}
	if q.ScheduleFor != nil && *q.ScheduleFor != "" {
		other := w.user(*q.ScheduleFor)
		if other == nil || other.AccountID != host.AccountID {
			return 0, nil, noSuchUser(*q.ScheduleFor)
		}
		host = other
	}
	if host.Status != "active" {
		return 0, nil, refuse(http.StatusBadRequest, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")
	}
	if failure := w.spendMeetingRequest(host); failure != nil {
		return 0, nil, failure
	}
	m := w.newMeeting(host, q)
	w.meetings[m.id] = m
	return http.StatusCreated, w.describe(m), nil
}

// newMeeting creates a meeting from a checked request.
func (w *world) newMeeting(host *User, q meetingRequest) *meeting {
	m := &meeting{
		id: w.freeNumber(w.ids.meetingNumber), uuid: w.ids.meetingUUID(), host: host, kind: typeScheduled,
		topic: "Zoom Meeting", timezone: host.Timezone, duration: 60, settings: defaultSettings(),
		source: "open_api", created: w.Now(),
	}
	if q.DefaultPassword == nil || *q.DefaultPassword {
		m.passcode = w.ids.passcode()
	}
	w.change(m, q)
	// The answer's settings say nothing of it: only the links and the personal ID do.
	m.usePMI = m.usePMI || w.policy.PersonalID == PersonalIDForced
	if m.kind == typeInstant || m.kind != typeRecurring && m.start.Before(w.Now()) {
		m.start = w.Now().Truncate(time.Second)
	}
	if m.kind == typeRecurring {
		m.start = time.Time{}
	}
	return m
}

// change updates a meeting with a request.
func (w *world) change(m *meeting, q meetingRequest) {
	set(&m.kind, q.Type)
	set(&m.topic, q.Topic)
	set(&m.agenda, q.Agenda)
	set(&m.duration, q.Duration)
	set(&m.passcode, q.Password)
	set(&m.preset, q.PreSchedule)
	if q.Timezone != nil && *q.Timezone != "" {
		m.timezone = *q.Timezone
	}
	if !q.start.IsZero() {
		m.start = q.start
	}
	if len(q.Recurrence) > 0 {
		m.recurrence = q.Recurrence
	}
	if m.topic == "" {
		m.topic = "Zoom Meeting"
	}
	if m.passcode != "" && (q.Password != nil || m.encrypted == "") {
		m.encrypted = w.ids.encryptedPasscode()
	}
	m.applySettings(q.Settings)
	m.touched = w.Now()
}

// set assigns what was sent.
func set[T any](field *T, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

// named finds the meeting in a path and checks that the caller may touch it.
func (w *world) named(c *call) (*meeting, *apiError) {
	key := c.r.PathValue("meetingId")
	m, err := w.find(key)
	if err != nil || m.expired(w.Now()) {
		return nil, noSuchMeeting(key)
	}
	return m, w.host(c, m.host, key)
}

// readMeeting is GET /meetings/{meetingId}.
func (w *world) readMeeting(c *call) (int, any, *apiError) {
	m, failure := w.named(c)
	if failure != nil {
		return 0, nil, failure
	}
	return http.StatusOK, w.describe(m), nil
}

// updateMeeting is PATCH /meetings/{meetingId}.
func (w *world) updateMeeting(c *call) (int, any, *apiError) {
	m, failure := w.named(c)
	if failure != nil {
		return 0, nil, failure
	}
	q, failure := decodeMeetingRequest(c, m.kind)
	if failure != nil {
		return 0, nil, failure
	}
	if failure := w.spendMeetingRequest(m.host); failure != nil {
		return 0, nil, failure
	}
	if m.kind == typePersonal {
		q.Type = nil
	}
	w.change(m, q)
	return http.StatusNoContent, nil, nil
}

// deleteMeeting is DELETE /meetings/{meetingId}.
func (w *world) deleteMeeting(c *call) (int, any, *apiError) {
	m, failure := w.named(c)
	if failure != nil {
		return 0, nil, failure
	}
	if m.kind == typePersonal {
		return 0, nil, refuse(http.StatusBadRequest, 3018, "Not allowed to delete PMI.")
	}
	if m.live() != nil {
		return 0, nil, refuse(http.StatusBadRequest, 3002, "Sorry, you cannot delete this meeting since it is still in progress.")
	}
	by := w.caller(c)
	if by == nil {
		by = m.host
	}
	w.remove(m, by)
	return http.StatusNoContent, nil, nil
}

// updateStatus is PUT /meetings/{meetingId}/status: end a running meeting,
// or recover a deleted one.
func (w *world) updateStatus(c *call) (int, any, *apiError) {
	var q struct {
		Action string `json:"action"`
	}
	if failure := decodeFields(c.body, &q); failure != nil {
		return 0, nil, failure
	}
	key := c.r.PathValue("meetingId")
	id, _ := strconv.ParseInt(key, 10, 64)
	m := w.meetings[id]
	if m == nil {
		return 0, nil, noSuchMeeting(key)
	}
	if failure := w.host(c, m.host, key); failure != nil {
		return 0, nil, failure
	}
	switch room := w.room(m); {
	case q.Action == "recover" && m.deleted:
		m.deleted = false
	case q.Action == "end" && !m.deleted && room.live() != nil:
		w.end(room)
	case q.Action == "recover" || q.Action == "end":
		return 0, nil, noSuchMeeting(key)
	default:
		return 0, nil, invalidFields(fieldError{"action", "Invalid field."})
	}
	return http.StatusNoContent, nil, nil
}

// listMeetings is GET /users/{userId}/meetings. It never shows instant meetings.
func (w *world) listMeetings(c *call) (int, any, *apiError) {
	host, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	kind := c.r.URL.Query().Get("type")
	all := []listedMeeting{}
	for _, m := range w.meetings {
		if m.host != host || m.deleted || m.kind == typeInstant || m.kind == typePersonal {
			continue
		}
		upcoming := m.start.IsZero() || m.start.Add(time.Duration(m.duration)*time.Minute).After(w.Now())
		if kind == "live" && w.room(m).live() == nil ||
			(kind == "upcoming" || kind == "upcoming_meetings") && !upcoming ||
			kind == "previous_meetings" && len(m.runs) == 0 {
			continue
		}
		all = append(all, w.list(m))
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	page, next, size := paginate(all, c.r.URL.Query())
	return http.StatusOK, meetingList{
		PageCount: (len(all) + size - 1) / size, PageNumber: 1, PageSize: size, TotalRecords: len(all),
		NextPageToken: next, Meetings: page,
	}, nil
}

// readInvitation is GET /meetings/{meetingId}/invitation.
func (w *world) readInvitation(c *call) (int, any, *apiError) {
	m, failure := w.named(c)
	if failure != nil {
		return 0, nil, failure
	}
	text := fmt.Sprintf("%s is inviting you to a scheduled Zoom meeting.\r\n\r\nTopic: %s\r\nJoin Zoom Meeting\r\n%s\r\n\r\nMeeting ID: %d\r\n",
		m.host.name(), m.topic, w.joinURL(m), w.room(m).id)
	if passcode := w.room(m).passcode; passcode != "" {
		text += "Passcode: " + passcode + "\r\n"
	}
	return http.StatusOK, map[string]any{"invitation": text, "sip_links": []string{}}, nil
}
