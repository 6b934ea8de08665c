package zoom

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pastMeeting is Zoom's answer about a meeting that is over.
type pastMeeting struct {
	UUID              string `json:"uuid"`
	ID                int64  `json:"id"`
	HostID            string `json:"host_id"`
	Type              int    `json:"type"`
	Topic             string `json:"topic"`
	UserName          string `json:"user_name"`
	UserEmail         string `json:"user_email"`
	StartTime         string `json:"start_time"`
	EndTime           string `json:"end_time"`
	Duration          int    `json:"duration"`
	TotalMinutes      int    `json:"total_minutes"`
	ParticipantsCount int    `json:"participants_count"`
	Dept              string `json:"dept"`
	Source            string `json:"source"`
}

// pastParticipant is one stay of one person.
type pastParticipant struct {
	ID           string `json:"id"`
	UserID       string `json:"user_id"`
	Name         string `json:"name"`
	UserEmail    string `json:"user_email"`
	JoinTime     string `json:"join_time"`
	LeaveTime    string `json:"leave_time"`
	Duration     int    `json:"duration"` // seconds
	RegistrantID string `json:"registrant_id"`
	Failover     bool   `json:"failover"`
	Status       string `json:"status"`
	InternalUser bool   `json:"internal_user"`
}

// pastParticipants is one page of them.
type pastParticipants struct {
	PageCount     int               `json:"page_count"`
	PageSize      int               `json:"page_size"`
	TotalRecords  int               `json:"total_records"`
	NextPageToken string            `json:"next_page_token"`
	Participants  []pastParticipant `json:"participants"`
}

// past finds the run that a path names: by meeting ID the latest, by UUID that
// one. Zoom decodes a path once before it looks at it, so a UUID that begins
// with a slash or holds two in a row only arrives whole when it was encoded
// twice. https://developers.zoom.us/docs/api/using-zoom-apis/
func (w *world) past(c *call) (*run, *apiError) {
	key := c.r.PathValue("meetingId")
	if m, err := w.find(key); err == nil {
		room := w.room(m)
		for _, r := range slices.Backward(room.runs) {
			if !r.ended.IsZero() {
				return r, w.host(c, m.host, key)
			}
		}
		return nil, noSuchMeeting(key)
	}
	if strings.HasPrefix(key, "/") || strings.Contains(key, "//") {
		return nil, noSuchMeeting(key)
	}
	uuid, err := url.PathUnescape(key)
	r := w.runs[uuid]
	if err != nil || r == nil || r.ended.IsZero() {
		return nil, noSuchMeeting(key)
	}
	if w.Now().Sub(r.ended) > 365*24*time.Hour {
		return nil, refuse(http.StatusBadRequest, 12702, "Can not access a meeting a year ago.")
	}
	return r, w.host(c, r.meeting.host, key)
}

// readPastMeeting is GET /past_meetings/{meetingId}.
func (w *world) readPastMeeting(c *call) (int, any, *apiError) {
	r, failure := w.past(c)
	if failure != nil {
		return 0, nil, failure
	}
	m := r.meeting
	a := pastMeeting{
		UUID: r.uuid, ID: m.id, HostID: m.host.ID, Type: eventType(m.kind), Topic: m.topic,
		UserName: m.host.name(), UserEmail: m.host.Email, StartTime: stamp(r.began), EndTime: stamp(r.ended),
		Duration: minutes(r.ended.Sub(r.began)), ParticipantsCount: len(r.people), Source: "Zoom",
	}
	for _, p := range r.people {
		a.TotalMinutes += minutes(p.left.Sub(p.joined))
	}
	return http.StatusOK, a, nil
}

// listPastParticipants is GET /past_meetings/{meetingId}/participants. Zoom lists
// no one when the host was alone, shows no durations for a while after the end,
// and asks for a paid plan.
func (w *world) listPastParticipants(c *call) (int, any, *apiError) {
	r, failure := w.past(c)
	if failure != nil {
		return 0, nil, failure
	}
	if w.policy.Plan == PlanFree {
		return 0, nil, refuse(http.StatusBadRequest, 200, "Only available for paid account: %s", r.meeting.host.AccountID)
	}
	all := []pastParticipant{}
	settled := w.Now().Sub(r.ended) >= time.Duration(w.policy.PastMeetingLagSeconds)*time.Second
	for _, p := range r.people {
		row := pastParticipant{
			UserID: p.number, Name: p.name, UserEmail: p.email, JoinTime: stamp(p.joined), LeaveTime: stamp(p.left),
			Status: "in_meeting",
		}
		if p.user != nil {
			row.ID, row.InternalUser = p.user.ID, p.user.AccountID == r.meeting.host.AccountID
		}
		if settled {
			row.Duration = int(p.left.Sub(p.joined).Seconds())
		}
		all = append(all, row)
	}
	if len(all) == 1 {
		all = all[:0]
	}
	page, next, size := paginate(all, c.r.URL.Query())
	return http.StatusOK, pastParticipants{
		PageCount: (len(all) + size - 1) / size, PageSize: size, TotalRecords: len(all), NextPageToken: next, Participants: page,
	}, nil
}

// minutes rounds up, as Zoom bills.
func minutes(d time.Duration) int {
	return int(math.Ceil(d.Minutes()))
}

// paginate cuts the page that a query asks for; the token of the next page is
// empty on the last one.
func paginate[T any](all []T, q url.Values) (page []T, next string, size int) {
	size, err := strconv.Atoi(q.Get("page_size"))
	if err != nil || size < 1 || size > 300 {
		size = 30
	}
	from, err := strconv.Atoi(strings.TrimPrefix(q.Get("next_page_token"), "sbx_page_"))
	if err != nil || from < 0 || from > len(all) {
		from = 0
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = "sbx_page_" + strconv.Itoa(to)
	}
	return all[from:to], next, size
}
