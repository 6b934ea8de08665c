package httpapi

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// answers writes responses in the user's language.
type answers struct {
	People People
	Log    *slog.Logger
}

// fail responds with the sentence for the error in the user's language. An error that isn't a fault is shown as an internal failure, and
// its text is only logged.
func (s answers) fail(w http.ResponseWriter, person chat.PersonID, err error) {
	code := fault.CodeOf(err)
	if code == fault.Internal {
		s.Log.Error("A request failed", "user_id", string(person), "error", err.Error())
	}
	s.reply(w, statusOf(code), ErrorAnswer{Error: ErrorDetail{Code: string(code), Message: s.People.Plain(person, chat.Failure(err))}})
}

// reply writes the response in one call, because the server forwards only the last write of some responses. A status of 200 needs no call:
// each is up to two round trips to the server.
func (s answers) reply(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		s.Log.Error("An answer couldn't be encoded", "error", err.Error())
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	_, _ = w.Write(body)
}

// pressable returns the buttons in the form that a window shows and sends back.
func (s answers) pressable(person chat.PersonID, buttons []chat.Button) []ButtonDetail {
	details := make([]ButtonDetail, 0, len(buttons))
	for _, b := range buttons {
		if press, ok := conversation.Sealed(b); ok {
			details = append(details, ButtonDetail{Label: s.People.Plain(person, b.Label), Primary: b.Primary, Press: press})
		}
	}
	return details
}
