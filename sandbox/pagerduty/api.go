package pagerduty

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// callsAMinute is PagerDuty's limit for a user or an app.
const callsAMinute = 960

// The default and largest page, and how far paging reaches.
const (
	usualPage   = 25
	largestPage = 100
	deepest     = 10_000
)

// call is one request to the API.
type call struct {
	*http.Request
	body []byte
	// user is the caller; via is the name of the app that acts for them, "" for their
	// own key.
	user *User
	via  string
	// grant is what the app was allowed; nil for a key.
	grant *kit.Grant[*User]
}

// operation is one row of the API.
type operation struct {
	pattern string
	scope   string // what an app needs
	role    string // what the person needs
	run     func(*world, *call) (int, any, *apiError)
}

// apiError is a refusal.
type apiError struct {
	status  int
	code    int
	message string
	details []string
}

// The usual refusals.
func notFound() *apiError { return &apiError{http.StatusNotFound, 2100, "Not Found", nil} }

func denied() *apiError { return &apiError{http.StatusForbidden, 2010, "Access Denied", nil} }

func invalid(details ...string) *apiError {
	return &apiError{http.StatusBadRequest, 2001, "Invalid Input Provided", details}
}

// operations is the whole API.
func operations() []operation {
	return []operation{
		{"GET /users/me", "users.read", RoleObserver, (*world).serveMe},
		{"GET /users", "users.read", RoleObserver, (*world).serveUsers},
		{"GET /users/{id}", "users.read", RoleObserver, (*world).serveUser},
		{"GET /services", "services.read", RoleObserver, (*world).serveServices},
		{"GET /services/{id}", "services.read", RoleObserver, (*world).serveService},
		{"GET /teams/{id}", "teams.read", RoleObserver, (*world).serveTeam},
		{"GET /escalation_policies", "escalation_policies.read", RoleObserver, (*world).servePolicies},
		{"GET /escalation_policies/{id}", "escalation_policies.read", RoleObserver, (*world).servePolicy},
		{"GET /schedules", "schedules.read", RoleObserver, (*world).serveSchedules},
		{"GET /schedules/{id}", "schedules.read", RoleObserver, (*world).serveSchedule},
		{"GET /v3/schedules", "schedules.read", RoleObserver, (*world).serveShiftSchedules},
		{"GET /v3/schedules/{id}", "schedules.read", RoleObserver, (*world).serveShiftSchedule},
		{"GET /oncalls", "oncalls.read", RoleObserver, (*world).serveOncalls},
		{"GET /priorities", "priorities.read", RoleObserver, (*world).servePriorities},
		{"GET /incidents", "incidents.read", RoleObserver, (*world).serveIncidents},
		{"POST /incidents", "incidents.write", RoleResponder, (*world).serveCreate},
		{"GET /incidents/{id}", "incidents.read", RoleObserver, (*world).serveIncident},
		{"PUT /incidents/{id}", "incidents.write", RoleResponder, (*world).serveChange},
		{"GET /incidents/{id}/notes", "incidents.read", RoleObserver, (*world).serveNotes},
		{"POST /incidents/{id}/notes", "incidents.write", RoleResponder, (*world).serveNote},
		{"POST /incidents/{id}/snooze", "incidents.write", RoleResponder, (*world).serveSnooze},
		{"GET /webhook_subscriptions", "webhook_subscriptions.read", RoleManager, (*world).serveHooks},
		{"POST /webhook_subscriptions", "webhook_subscriptions.write", RoleManager, (*world).serveNewHook},
		{"GET /webhook_subscriptions/{id}", "webhook_subscriptions.read", RoleManager, (*world).serveHook},
		{"DELETE /webhook_subscriptions/{id}", "webhook_subscriptions.write", RoleManager, (*world).serveDeleteHook},
		{"POST /webhook_subscriptions/{id}/enable", "webhook_subscriptions.write", RoleManager, (*world).serveEnableHook},
		{"POST /webhook_subscriptions/{id}/ping", "webhook_subscriptions.write", RoleManager, (*world).servePingHook},
	}
}

// routeAPI registers what the API serves.
func (s *Sandbox) routeAPI() {
	for _, op := range operations() {
		s.site.HandleFunc(op.pattern, func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, op) })
	}
}

// serve answers a request to the API.
func (s *Sandbox) serve(rw http.ResponseWriter, r *http.Request, op operation) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	c := &call{Request: r, body: body}
	var status int
	var answer any
	s.Locked(func(w *world) {
		refusal := w.admit(c, op, rw.Header())
		if refusal == nil {
			status, answer, refusal = op.run(w, c)
		}
		if refusal != nil {
			status, answer = refusal.status, w.explain(refusal)
		}
	})
	kit.WriteJSON(rw, status, answer)
}

// explain writes a refusal in the form that the policy says.
func (w *world) explain(e *apiError) any {
	inner := object{"message": e.message, "code": e.code}
	switch {
	case w.policy.ErrorForm == "array":
		return object{"error": append([]string{e.message}, e.details...)}
	case w.policy.ErrorForm == "text" && len(e.details) > 0:
		inner["errors"] = strings.Join(e.details, ", ")
	case len(e.details) > 0:
		inner["errors"] = e.details
	}
	return object{"error": inner}
}

// admit finds the caller and checks their rights.
func (w *world) admit(c *call, op operation, header http.Header) *apiError {
	shown := c.Header.Get("Authorization")
	bearer, isBearer := strings.CutPrefix(shown, "Bearer ")
	key, isKey := strings.CutPrefix(shown, "Token token=")
	scoped := true
	switch {
	case isBearer:
		grant, expired := w.grants.Bearer(bearer)
		if grant == nil || expired {
			return &apiError{http.StatusUnauthorized, 2006, "Unauthorized", nil}
		}
		c.user, c.via, c.grant = grant.User, w.apps[grant.ClientID].Name, grant
		scoped = includes(grant.Scopes, op.scope)
	case isKey:
		for _, u := range w.users {
			if u.Token != "" && u.Token == key {
				c.user = u
			}
		}
	}
	if c.user == nil {
		return &apiError{http.StatusUnauthorized, 2006, "Unauthorized", nil}
	}
	if refusal := w.count(shown, header); refusal != nil {
		return refusal
	}
	if !scoped {
		return &apiError{http.StatusForbidden, 0, "Token is missing the scope " + op.scope, nil}
	}
	if !c.user.atLeast(op.role) {
		return denied()
	}
	return nil
}

// count limits the calls of a token per minute.
func (w *world) count(token string, header http.Header) *apiError {
	most := callsAMinute
	if w.policy.CallsAMinute > 0 {
		most = w.policy.CallsAMinute
	}
	calls := w.Hit(token, time.Minute)
	next := w.Now().Truncate(time.Minute).Add(time.Minute)
	header.Set("Ratelimit-Limit", strconv.Itoa(most))
	header.Set("Ratelimit-Remaining", strconv.Itoa(max(0, most-calls)))
	header.Set("Ratelimit-Reset", strconv.Itoa(int(next.Sub(w.Now())/time.Second)))
	if calls > most {
		return &apiError{http.StatusTooManyRequests, 2020, "Rate Limit Exceeded", nil}
	}
	return nil
}

// decode reads the body; unknown fields are ignored.
func (c *call) decode(into any) *apiError {
	if json.Unmarshal(c.body, into) != nil {
		return &apiError{http.StatusBadRequest, 2001, "Invalid Input Provided", []string{"Body is not JSON"}}
	}
	return nil
}

// page returns one page of what is listed, under its name.
func (c *call) page(name string, all []object) (int, any, *apiError) {
	q := c.URL.Query()
	limit, offset := usualPage, 0
	for text, into := range map[string]*int{"limit": &limit, "offset": &offset} {
		if given := q.Get(text); given != "" {
			n, err := strconv.Atoi(given)
			if err != nil || n < 0 {
				return 0, nil, invalid(text + " must be a number")
			}
			*into = n
		}
	}
	limit = min(limit, largestPage)
	if offset+limit > deepest {
		return 0, nil, invalid("Offset must be less than or equal to 10000")
	}
	from := min(offset, len(all))
	to := min(from+limit, len(all))
	page := all[from:to]
	if page == nil {
		page = []object{}
	}
	return http.StatusOK, object{name: page, "limit": limit, "offset": offset, "more": to < len(all), "total": nil}, nil
}

// named reports whether a name contains what the request looks for.
func (c *call) named(name string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(c.URL.Query().Get("query")))
}

// list returns a parameter that may come several times.
func (c *call) list(name string) []string {
	if c.Request == nil {
		return nil
	}
	return c.URL.Query()[name+"[]"]
}

// includes reports whether the answer includes all of something, where it has a
// reference or nothing otherwise.
func (c *call) includes(what string) bool { return slices.Contains(c.list("include"), what) }
