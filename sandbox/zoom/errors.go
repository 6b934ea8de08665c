package zoom

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// apiError is a refusal of the API, in Zoom's form.
// https://developers.zoom.us/docs/api/errors/
type apiError struct {
	status  int
	header  http.Header
	Code    int          `json:"code"`
	Message string       `json:"message"`
	Errors  []fieldError `json:"errors,omitempty"`
}

// fieldError tells an invalid field of a request.
type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// refuse returns a refusal with a message as of fmt.Sprintf.
func refuse(status, code int, format string, args ...any) *apiError {
	return &apiError{status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// invalidFields refuses a request for what its fields hold.
func invalidFields(errs ...fieldError) *apiError {
	return &apiError{status: http.StatusBadRequest, Code: 300, Message: "Validation Failed.", Errors: errs}
}

// noSuchUser refuses a user who is not in the caller's account.
func noSuchUser(key string) *apiError {
	return refuse(http.StatusNotFound, 1001, "User does not exist: %s.", key)
}

// noSuchMeeting refuses a meeting that is not, or is not the caller's.
func noSuchMeeting(key string) *apiError {
	return refuse(http.StatusNotFound, 3001, "Meeting does not exist: %s.", key)
}

// missingScopes refuses a token and names the scopes it would need.
func missingScopes(scopes []string) *apiError {
	return refuse(http.StatusBadRequest, 4711,
		"Invalid access token, does not contain scopes:[%s].", strings.Join(scopes, ", "))
}

// writeJSON answers a request; a nil body sends the status alone.
func writeJSON(rw http.ResponseWriter, status int, body any) {
	if body == nil {
		rw.WriteHeader(status)
		return
	}
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	kit.WriteJSON(rw, status, body)
}

// stamp writes t the way Zoom's API does: UTC, whole seconds.
func stamp(t time.Time) string {
	return t.UTC().Format(time.RFC3339)
}
