package zoom

import "slices"

// label is the weight of an operation against an account's rate limits.
type label string

// The labels. https://developers.zoom.us/docs/api/rate-limits/
const (
	light  label = "Light"
	medium label = "Medium"
	heavy  label = "Heavy"
)

// operation is one row of the API: what it is called, what it weighs, who may
// call it and what it does. granular and classic are Zoom's two generations of
// scopes, one of either is enough.
type operation struct {
	method, path      string
	label             label
	granular, classic []string
	bot               bool // called with a chatbot's own token
	run               func(*world, *call) (int, any, *apiError)
}

// Paths returns the path patterns of the API that the sandbox serves, such as
// "/users/{userId}".
func Paths() []string {
	var all []string
	for _, op := range slices.Concat(operations(), chatOperations()) {
		all = append(all, op.path)
	}
	return all
}

// operations is the part of Zoom's API that the sandbox serves. The facts are
// those of Zoom's reference: https://developers.zoom.us/docs/api/
func operations() []operation {
	read := []string{"meeting:read", "meeting:read:admin"}
	write := []string{"meeting:write", "meeting:write:admin"}
	return []operation{
		{
			"GET", "/users/{userId}", light, both("user:read:user"),
			[]string{"user:read", "user:write", "user:read:admin", "user:write:admin"},
			false, (*world).readUser,
		},
		{"POST", "/users/{userId}/meetings", light, both("meeting:write:meeting"), write, false, (*world).createMeeting},
		{"GET", "/users/{userId}/meetings", medium, both("meeting:read:list_meetings"), read, false, (*world).listMeetings},
		{"GET", "/meetings/{meetingId}", light, both("meeting:read:meeting"), read, false, (*world).readMeeting},
		{"PATCH", "/meetings/{meetingId}", light, both("meeting:update:meeting"), write, false, (*world).updateMeeting},
		{"DELETE", "/meetings/{meetingId}", light, both("meeting:delete:meeting"), write, false, (*world).deleteMeeting},
		{"PUT", "/meetings/{meetingId}/status", light, both("meeting:update:status"), write, false, (*world).updateStatus},
		{"GET", "/meetings/{meetingId}/invitation", light, both("meeting:read:invitation"), read, false, (*world).readInvitation},
		{"GET", "/past_meetings/{meetingId}", light, both("meeting:read:past_meeting"), read, false, (*world).readPastMeeting},
		{
			"GET", "/past_meetings/{meetingId}/participants", medium,
			both("meeting:read:list_past_participants"), read, false, (*world).listPastParticipants,
		},
	}
}

// both returns a granular scope at user and at account level.
func both(scope string) []string {
	return []string{scope, scope + ":admin"}
}

// eventScopes returns the scopes of which an app needs one to receive an event.
func eventScopes(event string) []string {
	classic := []string{"meeting:read", "meeting:read:admin", "meeting:write", "meeting:write:admin"}
	switch event {
	case EventParticipantJoined, EventParticipantLeft:
		return append(both("meeting:read:participant"), classic...)
	default:
		return append(both("meeting:read:meeting"), classic...)
	}
}
