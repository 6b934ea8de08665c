package sentry

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// call is one request to the API.
type call struct {
	*http.Request
	body []byte
	// user is the caller, with the scopes of the token; app is the integration that
	// calls instead of a user.
	user   *User
	app    *integration
	scopes []string // nil for all that the person may
	org    *org     // nil where the path names none
	header http.Header
}

// operation is one row of the API.
type operation struct {
	pattern string // the method and the path, with the slash at its end
	scope   string // what is needed in the organization of the path
	run     func(*world, *call) (int, any, error)
}

// apiError is a refusal with a status of its own.
type apiError struct {
	status int
	body   any
}

// Error implements error.
func (e *apiError) Error() string { return http.StatusText(e.status) }

// refuse returns a refusal in the form of Sentry's most common one.
func refuse(status int, detail string) error {
	return &apiError{status, object{"detail": detail}}
}

// notFound is the answer for what is not there, or not for this token.
func notFound() error { return refuse(http.StatusNotFound, "The requested resource does not exist") }

// decode reads the body; unknown fields are ignored.
func (c *call) decode(into any) error {
	if len(c.body) > 0 && json.Unmarshal(c.body, into) != nil {
		return refuse(http.StatusBadRequest, "JSON parse error")
	}
	return nil
}

// doer is the caller.
func (c *call) doer() doer { return doer{user: c.user, app: c.app} }

// authenticate finds the caller; false for an invalid token.
func (w *world) authenticate(c *call) bool {
	bearer, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok || bearer == "" {
		return false
	}
	if grant, expired := w.grants.Bearer(bearer); grant != nil {
		c.user, c.app, c.scopes = grant.User.user, grant.User.app, grant.Scopes
		return !expired
	}
	for _, u := range w.users {
		if u.Token != "" && u.Token == bearer {
			c.user = u
			return true
		}
	}
	for _, o := range w.orgs {
		for _, i := range o.apps {
			if !i.deleted && !i.Published && i.Token == bearer {
				c.app, c.scopes = i, i.Scopes
				return true
			}
		}
	}
	return false
}

// belongs reports whether the caller belongs to the organization.
func (c *call) belongs(o *org) bool {
	if c.app != nil {
		return c.app.org == o
	}
	return o.Members[c.user.Login] != ""
}

// may reports whether the caller has the scope in the organization: both the token
// and the role have to have it. What may write may read.
func (c *call) may(o *org, scope string) bool {
	has := func(scopes []string) bool {
		if slices.Contains(scopes, scope) {
			return true
		}
		what, read := strings.CutSuffix(scope, ":read")
		return read && (slices.Contains(scopes, what+":write") || slices.Contains(scopes, what+":admin"))
	}
	if c.app != nil {
		return c.app.org == o && has(c.scopes)
	}
	return has(roleScopes(o.Members[c.user.Login])) && (c.scopes == nil || has(c.scopes))
}

// serve returns a handler for an operation.
func (s *Sandbox) serve(op operation) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		c := &call{Request: r, body: body, header: http.Header{}}
		var status int
		var answer any
		s.Locked(func(w *world) { status, answer, err = w.answer(op, c) })
		maps.Copy(rw.Header(), c.header)
		var refusal *apiError
		switch {
		case errors.As(err, &refusal):
			kit.WriteJSON(rw, refusal.status, refusal.body)
		case errors.Is(err, kit.ErrInvalid):
			field, what, ok := strings.Cut(strings.TrimSuffix(err.Error(), ": invalid"), ": ")
			if !ok {
				field, what = "detail", field
			}
			kit.WriteJSON(rw, http.StatusBadRequest, object{field: []string{what}})
		case err != nil:
			kit.WriteJSON(rw, http.StatusInternalServerError, object{"detail": "Internal Error"})
		default:
			kit.WriteJSON(rw, status, answer)
		}
	}
}

// answer carries an operation out.
func (w *world) answer(op operation, c *call) (int, any, error) {
	if !w.authenticate(c) {
		return 0, nil, refuse(http.StatusUnauthorized, "Invalid token")
	}
	if slug := c.PathValue("org"); slug != "" {
		c.org = w.org(slug)
		if c.org == nil || !c.belongs(c.org) {
			return 0, nil, notFound()
		}
		if op.scope != "" && !c.may(c.org, op.scope) {
			return 0, nil, refuse(http.StatusForbidden, "You do not have permission to perform this action.")
		}
	}
	return op.run(w, c)
}

// perPage is the most that a list gives at once.
const perPage = 100

// paged returns the part of a list that the cursor asks for, and says in a header
// how to go on. There is always a next page; "results" says whether it has any.
func paged[T any](w *world, c *call, all []T) []T {
	size, wanted := perPage, "per_page"
	if strings.HasSuffix(c.URL.Path, "/issues/") {
		wanted = "limit" // as the only list
	}
	if n, err := strconv.Atoi(c.URL.Query().Get(wanted)); err == nil && n > 0 {
		size = min(n, perPage)
	}
	from := 0
	if parts := strings.Split(c.URL.Query().Get("cursor"), ":"); len(parts) == 3 {
		if n, err := strconv.Atoi(parts[1]); err == nil && n >= 0 {
			from = n
		}
	}
	from = min(from, len(all))
	end := min(from+size, len(all))
	address := func(at int) string {
		q := c.URL.Query()
		q.Set("cursor", "0:"+itoa(at)+":0")
		base := w.Base
		if c.org != nil {
			base = w.region(c.org)
		}
		return base + c.URL.Path + "?" + q.Encode()
	}
	some := func(yes bool) string { return strconv.FormatBool(yes) }
	c.header.Set("Link", "<"+address(max(from-size, 0))+`>; rel="previous"; results="`+some(from > 0)+`"; cursor="0:`+itoa(max(from-size, 0))+`:1", <`+
		address(end)+`>; rel="next"; results="`+some(end < len(all))+`"; cursor="0:`+itoa(end)+`:0"`)
	return all[from:end]
}
