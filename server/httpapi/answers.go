package httpapi

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// answers writes what requests are answered with, in the user's language.
type answers struct {
	People People
	Log    *slog.Logger
}

// fail answers with the failure's sentence in the user's language. What is not a fault is shown as an internal failure, and
// its text logged only.
func (s answers) fail(w http.ResponseWriter, person chat.PersonID, err error) {
	code := fault.CodeOf(err)
	if code == fault.Internal {
		s.Log.Error("A request failed", "user_id", string(person), "error", err.Error())
	}
	s.reply(w, statusOf(code), ErrorAnswer{Error: ErrorDetail{Code: string(code), Message: s.People.Plain(person, chat.Failure(err))}})
}

// reply writes the answer at once: the server hands on only the last write of some answers.
func (s answers) reply(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		s.Log.Error("An answer couldn't be encoded", "error", err.Error())
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// pressable are the buttons that a window can send.
func (s answers) pressable(person chat.PersonID, buttons []chat.Button) []ButtonDetail {
	details := make([]ButtonDetail, 0, len(buttons))
	for _, b := range buttons {
		if press, ok := conversation.Sealed(b); ok {
			details = append(details, ButtonDetail{Label: s.People.Plain(person, b.Label), Primary: b.Primary, Press: press})
		}
	}
	return details
}
