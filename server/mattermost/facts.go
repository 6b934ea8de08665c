package mattermost

import (
	"net/url"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/meeting"
)

// Names of the props of a meeting's post. Those up to propProvider are the public plugin's, so that either plugin renders the other's
// posts.
const (
	propID       = "meeting_id"
	propUUID     = "meeting_uuid"
	propLink     = "meeting_link"
	propStatus   = "meeting_status"
	propPersonal = "meeting_personal"
	propTopic    = "meeting_topic"
	propCreator  = "meeting_creator_username"
	propEnd      = "meeting_end_time"
	propProvider = "meeting_provider"

	propStarted   = "meeting_started"
	propStart     = "meeting_start_time"
	propDuration  = "meeting_duration"
	propPasscode  = "meeting_passcode"
	propDialIn    = "meeting_dial_in"
	propRequested = "meeting_requested_topic"
	// propMessage is the message that the post was made with. A different one is the author's edit.
	propMessage = "meeting_message"
	// propPost is the ID of the open meeting's post; in the prompt only.
	propPost = "meeting_post_id"
	// propRequestedRoot is the thread of the requested meeting, which differs from the prompt's if the request was made in the channel.
	propRequestedRoot = "meeting_requested_root"
	// propRequestedIdentity is "unique", "personal" or "", as in a start request.
	propRequestedIdentity = "meeting_requested_identity"
)

// Values of propStatus.
const (
	statusOpen    = "STARTED"
	statusEnded   = "ENDED"
	statusRunning = "RECENTLY_CREATED"
)

// maxDialIn is the most phone numbers in a post: an account may have one per country.
const maxDialIn = 8

// facts are the constant facts about a meeting in its post.
type facts struct {
	topic    string
	id       string
	link     string
	passcode string
	dialIn   []number
}

// number is a phone number to join by.
type number struct{ country, city, number string }

func factsOf(a meeting.Announcement) facts {
	f := facts{topic: a.Meeting.Topic, id: a.Meeting.ID, link: a.Meeting.JoinURL, passcode: a.Meeting.Passcode}
	for _, d := range a.Meeting.DialIn[:min(len(a.Meeting.DialIn), maxDialIn)] {
		f.dialIn = append(f.dialIn, number{country: d.Country, city: d.City, number: d.Number})
	}
	return f
}

// factsIn reads the facts back from a post. The author can change every prop to anything, and older posts have a number as ID, so nothing
// is taken for granted.
func factsIn(props map[string]any) facts {
	f := facts{
		topic: text(props[propTopic]), id: text(props[propID]), link: text(props[propLink]), passcode: text(props[propPasscode]),
	}
	list, _ := props[propDialIn].([]any)
	for _, entry := range list[:min(len(list), maxDialIn)] {
		if d, ok := entry.(map[string]any); ok {
			f.dialIn = append(f.dialIn, number{country: text(d["country"]), city: text(d["city"]), number: text(d["number"])})
		}
	}
	return f
}

func (f facts) props() map[string]any {
	props := map[string]any{propID: f.id, propLink: f.link, propTopic: f.topic, propProvider: "Zoom"}
	if f.passcode != "" {
		props[propPasscode] = f.passcode
	}
	if len(f.dialIn) > 0 {
		list := make([]any, 0, len(f.dialIn))
		for _, d := range f.dialIn {
			list = append(list, map[string]any{"country": d.country, "city": d.city, "number": d.number})
		}
		props[propDialIn] = list
	}
	return props
}

// progressProps returns the props that change with the meeting. A nil means that the post must not have the prop.
func progressProps(p meeting.Progress) map[string]any {
	props := map[string]any{
		propStatus: statusOpen, propStarted: p.Status == meeting.Started, propUUID: p.UUID,
		propStart: nil, propEnd: nil, propDuration: nil,
	}
	if p.Status == meeting.Announced {
		return props
	}
	if !p.StartedAt.IsZero() {
		props[propStart] = p.StartedAt.UnixMilli()
	}
	if p.Status != meeting.Ended {
		return props
	}
	props[propStatus], props[propStarted] = statusEnded, true
	if !p.EndedAt.IsZero() {
		props[propEnd] = p.EndedAt.UnixMilli()
		if length, known := lengthOf(p); known {
			props[propDuration] = int64(length.Seconds())
		}
	}
	return props
}

// text reads a string. A whole number, which the public plugin uses for IDs, is written without an exponent.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	}
	return ""
}

// spaced groups the digits of a meeting's number as Zoom does; anything else is returned unchanged.
func spaced(id string) string {
	if strings.Trim(id, "0123456789") != "" || len(id) < 9 || len(id) > 11 {
		return id
	}
	middle := 6
	if len(id) == 11 {
		middle = 7
	}
	return id[:3] + " " + id[3:middle] + " " + id[middle:]
}

// isWebAddress reports whether the link is a web URL that is safe to show.
func isWebAddress(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}
