package bitbucket

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"

	"github.com/pkg/errors"
)

// call is one request to the API.
type call struct {
	*http.Request
	body []byte
	// user is the caller, nil for none; grant is what they allowed the app that
	// acts for them, nil for their own password.
	user  *User
	grant *kit.Grant[*User]
	repo  *repo // nil where the path names none
}

// operation is one row of the API.
type operation struct {
	pattern string // the method and the path below the API's root
	scope   string // what an app needs
	right   string // what the person needs in the repository of the path
	run     func(*world, *call) (int, any, error)
}

// errBody refuses a body that is not understood.
var errBody = errors.New("the body is not JSON")

// apiError is a refusal with a status of its own.
type apiError struct {
	status  int
	what    string // the name of the failure in a Data Center
	message string
	detail  any
}

// Error implements error.
func (e *apiError) Error() string { return e.message }

// decode reads the body; unknown fields are ignored.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	if json.Unmarshal(c.body, into) != nil {
		return errBody
	}
	return nil
}

// number reads a number of the path, 0 for an invalid one.
func (c *call) number(name string) int {
	n, err := strconv.Atoi(c.PathValue(name))
	if err != nil {
		return 0
	}
	return n
}

// readCall reads a request's body.
func readCall(r *http.Request) (*call, error) {
	body, err := io.ReadAll(r.Body)
	return &call{Request: r, body: body}, err
}

// authenticate finds the caller. A request without credentials has none; ok is false for
// invalid credentials, and expired says that they were valid once.
func (w *world) authenticate(c *call) (ok, expired bool) {
	header := c.Header.Get("Authorization")
	if header == "" {
		return true, false
	}
	if name, password, basic := c.BasicAuth(); basic {
		c.user = w.userByPassword(name, password)
		return c.user != nil, false
	}
	bearer, isBearer := strings.CutPrefix(header, "Bearer ")
	if !isBearer {
		return false, false
	}
	if grant, expired := w.grants.Bearer(bearer); grant != nil {
		if expired {
			return false, true
		}
		c.user, c.grant = grant.User, grant
		return true, false
	}
	for _, u := range w.users {
		// A user's API token is not a bearer token in Cloud; a repository's is.
		if u.Token != "" && u.Token == bearer && (u.bot || w.kind == DataCenter) {
			c.user = u
			return true, false
		}
	}
	return false, false
}

// userByPassword finds a user by what Basic authorization shows.
func (w *world) userByPassword(name, password string) *User {
	for _, u := range w.users {
		if u.Token == "" || !kit.SameFormSecret(u.Token, password) {
			continue
		}
		if w.kind == Cloud && (strings.EqualFold(name, u.Email) || u.bot && name == "x-token-auth") ||
			w.kind == DataCenter && strings.EqualFold(name, u.Nickname) {
			return u
		}
	}
	return nil
}

// may reports whether the grant, if any, carries the scope.
func (c *call) may(scope string) bool { return c.grant == nil || includes(c.grant.Scopes, scope) }
