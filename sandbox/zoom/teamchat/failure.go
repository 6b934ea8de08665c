package teamchat

import (
	"net/http"
	"time"
)

// Failure is a refusal of the API, with Zoom's code.
// https://developers.zoom.us/docs/api/chatbot/
type Failure struct {
	Status, Code int
	Message      string
}

// The refusals that Zoom documents for chatbots.
var (
	// MissingToken and BadToken refuse who calls.
	MissingToken = &Failure{http.StatusUnauthorized, 7010, "Missing Authorization header."}
	BadToken     = &Failure{http.StatusUnauthorized, 7010, "Invalid Authorization token."}

	badBody       = &Failure{http.StatusBadRequest, 7001, "Invalid Request Body format."}
	badRobotJID   = &Failure{http.StatusNotFound, 7002, "Invalid robot_jid value specified in the Request Body."}
	noBot         = &Failure{http.StatusForbidden, 7003, "No Chatbot can be found with the given robot_jid value."}
	notAuthorized = &Failure{http.StatusForbidden, 7004, "Not authorized."}
	noSuchJID     = &Failure{http.StatusForbidden, 7004, "No channel or user can be found with the given to_jid value."}
	badMessageID  = &Failure{http.StatusNotFound, 8001, "Invalid message_id value."}
	badUnfurlID   = &Failure{http.StatusNotFound, 8002, "Invalid unfurl_id."}
	tooFast       = &Failure{http.StatusTooManyRequests, 429, "You have reached the maximum per-second rate limit for this API. Try again later."}
)

// sent is the answer to what a bot does with a message.
type sent struct {
	MessageID string `json:"message_id"`
	RobotJID  string `json:"robot_jid"`
	SentTime  string `json:"sent_time"`
	ToJID     string `json:"to_jid"`
	UserJID   string `json:"user_jid,omitempty"`
}

// The forms of sent_time, when sending and later.
const (
	sentForm    = time.DateTime
	changedForm = time.DateTime + " -0700"
)
