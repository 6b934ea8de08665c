package zoom

import (
	"cmp"
	"context"
	"crypto/tls"
	stderrors "errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Zoom's error codes: https://developers.zoom.us/docs/api/errors/ and the pages of the operations.
const (
	codeBadToken       = 124
	codeUserUnknown    = 1001
	codeUserElsewhere  = 1010
	codeUserNotInvited = 1120
	codeMeetingUnknown = 3001
	// codeToken is any trouble with a token: no scopes, none at all, or something unexpected.
	codeToken           = 4700
	codeMissingScope    = 4711
	codeAppDisabled     = 4717
	codeOwnerGone       = 4735
	codeDisabledByAdmin = 4738
	codeTokenRevoked    = 4741
)

// maxMessage bounds what is kept of Zoom's words, in runes.
const maxMessage = 500

// missingScopes finds the list in "Invalid access token, does not contain scopes:[user:read:user, user:read:user:admin]."
var missingScopes = regexp.MustCompile(`(?i)does not contain scopes?:?\s*\[([^\]]*)\]`)

// refusal is the body of an answer with which Zoom refuses something. What stands before the API answers with a code and a
// message of other names: https://developers.zoom.us/docs/integrations/oauth-error-messages/
type refusal struct {
	Code         flexID  `json:"code"`
	ErrorCode    flexID  `json:"errorCode"`
	Message      string  `json:"message"`
	ErrorMessage string  `json:"errorMessage"`
	Reason       string  `json:"reason"`
	Errors       []field `json:"errors"`
}

// field says what is wrong with one field of a request.
type field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// refusal reads the body of a refusal and reports whether it is one of Zoom's.
func (a answer) refusal() (refusal, bool) {
	var r refusal
	if decode(a.body, &r) != nil {
		return refusal{}, false
	}
	r.Code = flexID(cmp.Or(string(r.Code), string(r.ErrorCode)))
	r.Message = cmp.Or(r.Message, r.ErrorMessage, r.Reason)
	return r, r.Code != "" || r.Message != ""
}

// code returns Zoom's error code, 0 when there is none.
func (r refusal) code() int {
	code, err := strconv.Atoi(string(r.Code))
	if err != nil {
		return 0
	}
	return code
}

// text returns the message with what Zoom says about single fields.
func (r refusal) text() string {
	parts := []string{strings.TrimSpace(r.Message)}
	for _, f := range r.Errors {
		parts = append(parts, strings.TrimSpace(f.Field+": "+f.Message))
	}
	return cut(strings.Join(parts, " "), maxMessage)
}

// lacksScope reports whether the app lacks a scope. Code 4700 stands for other trouble with a token, too, and says which in words.
func (r refusal) lacksScope() bool {
	switch {
	case missingScopes.MatchString(r.Message), r.code() == codeMissingScope:
		return true
	case r.code() == codeToken:
		return strings.Contains(strings.ToLower(r.Message), "scope")
	}
	return false
}

// scope returns the scope to add, "" when Zoom names none. Zoom lists alternatives, of which one is enough; scopes of apps that
// act for a whole account end in ":admin".
func (r refusal) scope(app AppKind) string {
	found := missingScopes.FindStringSubmatch(r.Message)
	if found == nil {
		return ""
	}
	names := strings.FieldsFunc(found[1], func(c rune) bool { return strings.ContainsRune(", \"'", c) })
	for _, name := range names {
		if level := strings.HasSuffix(name, ":admin") || strings.HasSuffix(name, ":master"); level != (app == UserApp) {
			return cut(name, maxMessage)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return cut(names[0], maxMessage)
}

// rejectsToken reports whether the token was at fault, so that another one may help.
func (a answer) rejectsToken() bool {
	if a.status < 400 || a.status >= 500 {
		return false
	}
	r, _ := a.refusal()
	if r.lacksScope() {
		return false
	}
	return a.status == http.StatusUnauthorized || r.code() == codeBadToken || r.code() == codeTokenRevoked
}

// refused turns an answer other than success into a fault, and logs it.
func (c *Client) refused(ctx context.Context, k call, target *url.URL, as Caller, a answer) error {
	r, zooms := a.refusal()
	if !zooms && a.status < http.StatusInternalServerError && a.status != http.StatusTooManyRequests {
		return c.foreign(k, target, a)
	}
	err := c.faultOf(k, as, a, r)
	c.log.Log(ctx, fault.Level(err), "Zoom refused a request", "operation", k.operation, "status", a.status, "code", string(r.Code),
		"message", r.text(), "tracking_id", a.trackingID)
	return err
}

// faultOf returns the fault for a refusal by Zoom.
func (c *Client) faultOf(k call, as Caller, a answer, r refusal) error {
	cause := errors.Errorf("%s: status %d, code %s: %s (tracking id %s)", k.operation, a.status, r.Code, r.text(), a.trackingID)
	switch {
	case a.status == http.StatusTooManyRequests:
		return limited(cause, readLimit(a.header, a.body, c.now()))
	case a.status >= http.StatusInternalServerError:
		return fault.Wrap(cause, fault.ZoomUnavailable)
	case r.lacksScope():
		return fault.Wrap(cause, fault.MissingScope).With("Scope", r.scope(as.App)).With("App", string(as.App))
	}
	switch r.code() {
	case codeBadToken, codeTokenRevoked, codeOwnerGone:
		return revoked(cause, as)
	case codeUserUnknown, codeUserElsewhere, codeUserNotInvited:
		if as.User == Me {
			// The user who authorized is gone, so this isn't about an address.
			return fault.Wrap(cause, fault.Revoked)
		}
		return fault.Wrap(cause, fault.ZoomUserUnknown).With("Email", as.User)
	case codeMeetingUnknown:
		return fault.Wrap(cause, fault.MeetingUnknown)
	}
	code := string(r.Code)
	// Of these, Zoom's own words help more than authorizing again.
	if a.status == http.StatusUnauthorized && !slices.Contains([]int{codeToken, codeAppDisabled, codeDisabledByAdmin}, r.code()) {
		return revoked(cause, as)
	}
	if code == "" {
		code = strconv.Itoa(a.status)
	}
	return fault.Wrap(cause, fault.ZoomRefused).With("Code", code).With("Message", r.text())
}

// revoked is a grant that Zoom no longer accepts, as its owner reads it.
func revoked(cause error, as Caller) error {
	if as.App == UserApp {
		return fault.Wrap(cause, fault.Revoked)
	}
	return fault.Wrap(cause, fault.AccountRevoked)
}

// limited turns a limit into a fault.
func limited(cause error, l limit) error {
	if !l.daily {
		return fault.Wrap(cause, fault.RateLimited)
	}
	return fault.Wrap(cause, fault.DailyLimit).With("Until", l.until.UTC().Format(time.RFC3339))
}

// foreign is an answer that Zoom would not give: a page, a redirect, JSON of something else.
func (c *Client) foreign(k call, target *url.URL, a answer) error {
	kind := cut(a.header.Get("Content-Type"), 100)
	c.log.Warn("The Zoom API URL doesn't answer like Zoom", "operation", k.operation, "host", target.Host,
		"status", a.status, "content_type", kind, "tracking_id", a.trackingID)
	cause := errors.Errorf("%s: status %d with content type %q", k.operation, a.status, kind)
	return fault.Wrap(cause, fault.ZoomUnreachable).With("URL", target.Host)
}

// unanswered turns the lack of an answer into a fault.
func (c *Client) unanswered(k call, target *url.URL, err error) error {
	var wrapped *url.Error
	if stderrors.As(err, &wrapped) {
		// Its text has the whole address, and with it people's email addresses.
		err = wrapped.Err
	}
	if stderrors.Is(err, context.Canceled) {
		return errors.Wrap(err, k.operation)
	}
	c.log.Warn("A request to Zoom got no answer", "operation", k.operation, "host", target.Host, "error", err.Error())
	err = errors.Wrap(err, k.operation)
	switch {
	case timedOut(err):
		return fault.Wrap(err, fault.ZoomTimeout)
	case broken(err):
		return fault.Wrap(err, fault.ZoomUnavailable)
	default:
		return fault.Wrap(err, fault.ZoomUnreachable).With("URL", target.Host)
	}
}

// broken reports whether the connection was there and broke off.
func broken(err error) bool {
	var record tls.RecordHeaderError
	if stderrors.As(err, &record) {
		return false
	}
	for _, cause := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if stderrors.Is(err, cause) {
			return true
		}
	}
	return false
}

// cut shortens text to a number of runes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most])
}
