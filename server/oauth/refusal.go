package oauth

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"golang.org/x/oauth2"

	"mattermost-plugin-zoom/server/fault"
)

// refusal is what an authorization server says when it refuses a token. Zoom uses several shapes: {"error", "reason"} at
// https://zoom.us/oauth/token, and a numeric code with a message where its gateway answers:
// https://developers.zoom.us/docs/integrations/oauth-error-messages/
type refusal struct {
	status int
	// code is the OAuth error, such as "invalid_grant"; "" when there is none.
	code string
	// number is Zoom's own code, such as 4741; 0 when there is none.
	number int
	// words are the server's own, on one line and without anything that could be a secret.
	words string
}

// Zoom's numeric codes: https://developers.zoom.us/docs/integrations/oauth-error-messages/
const (
	codeClientInvalid   = 4702
	codeClientSecret    = 4704
	codeGrantType       = 4705
	codeClientMissing   = 4706
	codeRedirect        = 4709
	codeScopes          = 4711
	codeAppDisabled     = 4717
	codeDisabledByAdmin = 4738
	// Those from firstOAuthCode to lastOAuthCode that aren't listed above are about the token, the code, or its owner.
	firstOAuthCode = 4701
	lastOAuthCode  = 4799
	// codeBadToken is how Zoom's API calls a token that it doesn't accept.
	codeBadToken = 124
	// codeOwnerUnknown is a token whose owner is gone.
	codeOwnerUnknown = 1001
)

// readRefusal reads an answer that isn't a token. What was sent is kept out of it.
func readRefusal(from *oauth2.RetrieveError, sent []string) refusal {
	var body struct {
		Reason           any `json:"reason"`
		Message          any `json:"message"`
		ErrorMessage     any `json:"errorMessage"`
		ErrorDescription any `json:"error_description"`
		Code             any `json:"code"`
		ErrorCode        any `json:"errorCode"`
		Error            any `json:"error"`
	}
	r := refusal{status: from.Response.StatusCode, code: plainCode(from.ErrorCode)}
	if json.Unmarshal(from.Body, &body) != nil {
		return r
	}
	for _, number := range []any{body.Code, body.ErrorCode, body.Error} {
		if r.number == 0 {
			r.number = codeIn(number)
		}
	}
	for _, words := range []any{body.Reason, body.ErrorDescription, body.ErrorMessage, body.Message} {
		if text, ok := words.(string); ok && r.words == "" {
			r.words = harmless(text, sent)
		}
	}
	return r
}

// codeIn reads a code that is a number or the text of one.
func codeIn(value any) int {
	switch v := value.(type) {
	case float64:
		return int(v)
	case string:
		if number, err := strconv.Atoi(v); err == nil {
			return number
		}
	}
	return 0
}

// String returns the refusal for the log, on one line.
func (r refusal) String() string {
	parts := []string{strconv.Itoa(r.status)}
	if r.code != "" {
		parts = append(parts, r.code)
	}
	if r.number != 0 {
		parts = append(parts, strconv.Itoa(r.number))
	}
	if r.words != "" {
		parts = append(parts, strconv.Quote(r.words))
	}
	return strings.Join(parts, " ")
}

// blamesClient reports whether the app's own ID or secret is wrong.
func (r refusal) blamesClient() bool {
	switch r.number {
	case codeClientInvalid, codeClientSecret, codeClientMissing:
		return true
	}
	switch r.code {
	case "invalid_client", "unauthorized_client":
		return true
	}
	return r.code == "" && r.number == 0 && r.words == "" && r.status == http.StatusUnauthorized
}

// blamesGrant reports whether the refresh token, the code, or their owner is no longer accepted, so that only another
// authorization helps. Zoom calls that invalid_grant, invalid_request, a number, or says it in words alone.
func (r refusal) blamesGrant() bool {
	switch r.number {
	case codeGrantType, codeRedirect, codeScopes, codeAppDisabled, codeDisabledByAdmin:
		return false
	case codeBadToken, codeOwnerUnknown:
		return true
	}
	if r.number >= firstOAuthCode && r.number <= lastOAuthCode {
		return true
	}
	switch r.code {
	case "invalid_grant", "invalid_token", "expired_token", "access_denied":
		return true
	case "unsupported_grant_type", "invalid_scope":
		return false
	}
	return deadWords.MatchString(r.words)
}

// deadWords is how Zoom says that a token, a code, or a grant is no longer accepted.
var deadWords = regexp.MustCompile(`(?i)\b(tokens?|authori[sz]ation|auth code|grant)\b.*\b(invalid|expired|revoked|not valid|not found|not exist|does not exist|denied|used)\b` +
	`|\b(invalid|expired|revoked|unknown|bad)\b.*\b(tokens?|authori[sz]ation|auth code|grant)\b|\bdeauthori[sz]ed\b`)

// explainRefusal turns an answer that refuses a token into a fault, or into errRejected.
func explainRefusal(address string, r refusal) error {
	cause := errors.Errorf("the authorization server answered %s", r)
	switch {
	case r.status == http.StatusTooManyRequests:
		return fault.Wrap(cause, fault.RateLimited)
	case r.status >= http.StatusInternalServerError:
		return fault.Wrap(cause, fault.ZoomUnavailable)
	case r.blamesClient():
		return fault.Wrap(cause, fault.ClientRejected)
	case r.blamesGrant():
		return errors.Wrap(errRejected, cause.Error())
	case r.code == "" && r.number == 0:
		return unreachable(address, cause)
	}
	code := r.code
	if r.number != 0 {
		code = strconv.Itoa(r.number)
	}
	refused := fault.Wrap(cause, fault.ZoomRefused).With("Code", code)
	if r.words != "" {
		refused = refused.With("Message", r.words)
	}
	return refused
}

// codePattern is what an OAuth error code looks like; anything else is not repeated.
var codePattern = regexp.MustCompile(`^[a-z_]{1,40}$`)

func plainCode(code string) string {
	if codePattern.MatchString(code) {
		return code
	}
	return ""
}

// maxWords bounds what is kept of the server's words, in characters.
const maxWords = 200

// secretLike is a run of characters that could be a token, a code, or a key: words are shorter or have no digits.
var secretLike = regexp.MustCompile(`[A-Za-z0-9_.~+/=-]{20,}|[A-Za-z_.~+/=-]*[0-9][A-Za-z0-9_.~+/=-]{7,}`)

// harmless returns text on one line, without what was sent and what else could be a secret.
func harmless(text string, sent []string) string {
	for _, secret := range sent {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	line := secretLike.ReplaceAllString(strings.Join(strings.Fields(text), " "), "…")
	if runes := []rune(line); len(runes) > maxWords {
		return string(runes[:maxWords]) + "…"
	}
	return line
}
