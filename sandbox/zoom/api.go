package zoom

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// call is one authenticated request to the API.
type call struct {
	r     *http.Request
	body  []byte
	op    operation
	app   *registration
	grant *kit.Grant[*User]
	// charged is the account whose limits a chatbot's call counts against.
	charged string
}

// serveAPI answers requests to one operation.
func (s *Sandbox) serveAPI(op operation) http.HandlerFunc {
	return s.serveOperation(func(w *world, c *call, header http.Header) (int, any, *apiError) {
		c.op = op
		return w.answer(c, header)
	})
}

// serveOperation answers requests with what answer returns.
func (s *Sandbox) serveOperation(answer func(*world, *call, http.Header) (int, any, *apiError)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			writeJSON(rw, http.StatusBadRequest, refuse(http.StatusBadRequest, 300, "Request Body should be a valid JSON object."))
			return
		}
		var status int
		var content any
		s.Locked(func(w *world) {
			var failure *apiError
			status, content, failure = answer(w, &call{r: r, body: body}, rw.Header())
			if failure != nil {
				status, content = failure.status, failure
				maps.Copy(rw.Header(), failure.header)
			}
		})
		writeJSON(rw, status, content)
	}
}

// serveUnknownAPI answers paths that are no operation.
func (s *Sandbox) serveUnknownAPI(rw http.ResponseWriter, _ *http.Request) {
	writeJSON(rw, http.StatusNotFound, refuse(http.StatusNotFound, 2300, "This API endpoint is not recognized."))
}

// answer checks who calls, how often and with what right, then runs the operation.
func (w *world) answer(c *call, header http.Header) (int, any, *apiError) {
	if c.op.bot {
		return w.answerBot(c, header)
	}
	if failure := w.authenticate(c); failure != nil {
		return 0, nil, failure
	}
	if failure := w.throttle(c, header); failure != nil {
		return 0, nil, failure
	}
	if !c.has(c.op.granular...) && !c.has(c.op.classic...) {
		return 0, nil, missingScopes(c.wanted())
	}
	return c.op.run(w, c)
}

// wanted lists the scopes that the caller's kind of app would need.
func (c *call) wanted() []string {
	if c.app.Kind == KindUser {
		return c.op.granular
	}
	return adminScopes(c.op.granular)
}

// authenticate finds the token behind a request.
func (w *world) authenticate(c *call) *apiError {
	bearer, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	grant, expired := w.grants.Bearer(strings.TrimSpace(bearer))
	if !ok || grant == nil || w.apps[grant.ClientID] == nil {
		return refuse(http.StatusUnauthorized, 124, "Invalid access token.")
	}
	if expired {
		return refuse(http.StatusUnauthorized, 124, "Access token is expired.")
	}
	c.grant, c.app = grant, w.apps[grant.ClientID]
	if grant.User == nil && c.app.Kind != KindS2S {
		return refuse(http.StatusBadRequest, 124, "This api does not support client credentials for authorization.")
	}
	return nil
}

// account is the account that the caller acts in.
func (w *world) account(c *call) string {
	if u := w.caller(c); u != nil {
		return u.AccountID
	}
	return cmp.Or(c.charged, c.app.AccountID)
}

// caller is the user who consented, nil for server-to-server apps.
func (*world) caller(c *call) *User {
	return c.grant.User
}

// target finds the user in a path. User-managed apps must say "me",
// server-to-server apps must not, and only account-level scopes reach others.
// https://developers.zoom.us/docs/api/using-zoom-apis/
func (w *world) target(c *call) (*User, *apiError) {
	key := c.r.PathValue("userId")
	me := w.caller(c)
	switch {
	case key == "me" && me != nil:
		return me, nil
	case c.app.Kind == KindUser:
		return nil, refuse(http.StatusUnauthorized, 124, "Invalid access token.")
	}
	u := w.user(key)
	if u == nil || u.AccountID != w.account(c) {
		return nil, noSuchUser(key)
	}
	return u, w.mayReach(c, u)
}

// has reports whether the token carries one of the scopes.
func (c *call) has(scopes ...string) bool { return kit.HasAny(c.grant.Scopes, scopes...) }

// mayReach requires an account-level scope for anything that is another user's.
func (w *world) mayReach(c *call, u *User) *apiError {
	if u == w.caller(c) {
		return nil
	}
	if all := slices.Concat(c.op.granular, c.op.classic); !c.has(adminScopes(all)...) {
		return missingScopes(adminScopes(c.op.granular))
	}
	return nil
}

// host checks that the caller may act on what belongs to u; what may not be
// reached looks as if it did not exist.
func (w *world) host(c *call, u *User, key string) *apiError {
	if me := w.caller(c); c.app.Kind == KindUser && me != u {
		return noSuchMeeting(key)
	}
	if u.AccountID != w.account(c) {
		return noSuchMeeting(key)
	}
	return w.mayReach(c, u)
}
