package zoom

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// MaxTopic is the longest topic that Zoom takes, in characters.
const MaxTopic = 200

// Types of meetings, as far as the plugin tells them apart.
const (
	// TypeInstant is a meeting that starts now.
	TypeInstant = 1
	// TypePersonal is a meeting in someone's personal room.
	TypePersonal = 4
)

// StatusStarted is the Meeting.Status of a meeting that is under way.
const StatusStarted = "started"

// CreateMeeting is a meeting to create. Only what is chosen here is sent, so that the settings of the host and of the
// account decide all the rest.
type CreateMeeting struct {
	// Topic is cut to MaxTopic; "" leaves it to Zoom.
	Topic string `json:"topic,omitempty"`
	// Type is TypeInstant when it is 0.
	Type int `json:"type"`
}

// Meeting is a meeting as its host's colleagues may see it.
type Meeting struct {
	// ID is the meeting's number; for one in the host's personal room it is the personal meeting ID, which events carry.
	ID string
	// UUID identifies one session of the meeting; "" where Zoom does not say.
	UUID string
	// HostID is the host's user id; "" where Zoom does not say.
	HostID    string
	HostEmail string
	Topic     string
	// Type is one of Zoom's numbers, such as TypeInstant.
	Type int
	// JoinURL lets people join, with the passcode inside.
	JoinURL  string
	Passcode string
	// PMI is the personal meeting ID that events about this meeting will carry, if it has one.
	PMI string
	// Status is StatusStarted, "waiting" while no one has started the meeting, or "" where Zoom does not say.
	Status string
	// Personal reports a meeting in the host's personal room.
	Personal bool
	// others are further numbers that events may carry; see Others.
	others []string
	// DialIn holds the telephone numbers to join by.
	DialIn []DialIn
}

// Others returns the numbers besides ID that events about this meeting may carry. An account can force the personal meeting ID:
// then a new meeting has an ID of its own, and its events have the personal one.
// https://developers.zoom.us/docs/api/using-zoom-apis/
func (m Meeting) Others() []string { return m.others }

// Running reports that someone is in the meeting already.
func (m Meeting) Running() bool { return m.Status == StatusStarted }

// DialIn is a telephone number to join by.
type DialIn struct {
	// Country is a two-letter code.
	Country string `json:"country"`
	// City may be "".
	City string `json:"city"`
	// Number is written for people, such as "+1 2332357613".
	Number string `json:"number"`
	// Type is "toll" or "tollfree".
	Type string `json:"type"`
}

// CreateMeeting creates a meeting with the caller as its host. With a valid token it is one request.
//
// Only a refusal for the limit per second is repeated: after a server error or a time-out no one knows whether the meeting
// was made, and asking again could make a second one.
func (c *Client) CreateMeeting(ctx context.Context, as Caller, m CreateMeeting) (Meeting, error) {
	user, err := segment(as.User)
	if err != nil {
		return Meeting{}, errors.Wrap(err, "create a meeting")
	}
	m.Topic = strings.TrimSpace(cut(m.Topic, MaxTopic))
	if m.Type == 0 {
		m.Type = TypeInstant
	}
	var w wireMeeting
	k := call{operation: "create a meeting", method: http.MethodPost, path: "/users/" + user + "/meetings", body: m}
	if err := c.do(ctx, as, k, &w); err != nil {
		return Meeting{}, err
	}
	return w.meeting(), nil
}

// Meeting returns the meeting with this number, which may be a personal meeting ID.
func (c *Client) Meeting(ctx context.Context, as Caller, id string) (Meeting, error) {
	encoded, err := segment(id)
	if err != nil {
		return Meeting{}, errors.Wrap(err, "read a meeting")
	}
	var w wireMeeting
	if err := c.do(ctx, as, call{operation: "read a meeting", method: http.MethodGet, path: "/meetings/" + encoded}, &w); err != nil {
		return Meeting{}, err
	}
	return w.meeting(), nil
}

// PastMeeting is a session that is over.
type PastMeeting struct {
	UUID   string
	HostID string
	// Start and End are zero where Zoom does not say.
	Start time.Time
	End   time.Time
}

// PastMeeting returns the session with this UUID, or the latest one of the meeting with this number. Fault: MeetingUnknown while
// none is over.
func (c *Client) PastMeeting(ctx context.Context, as Caller, key string) (PastMeeting, error) {
	encoded, err := segment(key)
	if err != nil {
		return PastMeeting{}, errors.Wrap(err, "read a past meeting")
	}
	if !digits(key) {
		// Zoom decodes a UUID once before it looks for its end, so one with slashes has to be encoded twice, and any may be.
		// https://developers.zoom.us/docs/api/using-zoom-apis/
		encoded = url.QueryEscape(encoded)
	}
	var w wirePast
	k := call{operation: "read a past meeting", method: http.MethodGet, path: "/past_meetings/" + encoded}
	if err := c.do(ctx, as, k, &w); err != nil {
		return PastMeeting{}, err
	}
	return PastMeeting{UUID: w.UUID, HostID: w.HostID, Start: w.StartTime.Time, End: w.EndTime.Time}, nil
}

// wirePast is a session that is over in Zoom's JSON.
type wirePast struct {
	UUID      string   `json:"uuid"`
	HostID    string   `json:"host_id"`
	StartTime flexTime `json:"start_time"`
	EndTime   flexTime `json:"end_time"`
}

func (w *wirePast) complete() bool { return w.UUID != "" }

// wireMeeting is a meeting in Zoom's JSON.
type wireMeeting struct {
	ID        flexID `json:"id"`
	UUID      string `json:"uuid"`
	HostID    string `json:"host_id"`
	HostEmail string `json:"host_email"`
	Topic     string `json:"topic"`
	Type      int    `json:"type"`
	JoinURL   string `json:"join_url"`
	Password  string `json:"password"`
	// PMI is a string here and a number in users.
	PMI      flexID `json:"pmi"`
	Status   string `json:"status"`
	Settings struct {
		UsePMI bool     `json:"use_pmi"`
		DialIn []DialIn `json:"global_dial_in_numbers"`
	} `json:"settings"`
}

// numberIn returns the meeting's number in a join link such as https://example.zoom.us/j/1234567890?pwd=…, "" when it has none.
// Meeting numbers have 9 to 11 digits.
func numberIn(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for i, part := range parts[:len(parts)-1] {
		if number := parts[i+1]; part == "j" && digits(number) && len(number) >= 9 && len(number) <= 11 {
			return number
		}
	}
	return ""
}

func (w *wireMeeting) complete() bool { return w.ID != "" && w.JoinURL != "" }

func (w *wireMeeting) meeting() Meeting {
	id, pmi, linked := string(w.ID), string(w.PMI), numberIn(w.JoinURL)
	if linked != "" && linked != id {
		// The link leads into another room than the meeting's own: that is the personal one, whatever the answer says of it.
		pmi = linked
	}
	personal := w.Type == TypePersonal || w.Settings.UsePMI || pmi != "" && (pmi == id || pmi == linked)
	m := Meeting{
		ID: id, UUID: w.UUID, HostID: w.HostID, HostEmail: w.HostEmail, Topic: w.Topic, Type: w.Type,
		JoinURL: w.JoinURL, Passcode: w.Password, PMI: pmi, Status: w.Status, Personal: personal,
	}
	if personal && pmi != "" {
		m.ID = pmi
	}
	for _, number := range []string{id, linked, pmi, string(w.PMI)} {
		if digits(number) && number != m.ID && !slices.Contains(m.others, number) {
			m.others = append(m.others, number)
		}
	}
	for _, d := range w.Settings.DialIn {
		if d.Number != "" {
			m.DialIn = append(m.DialIn, d)
		}
	}
	return m
}
