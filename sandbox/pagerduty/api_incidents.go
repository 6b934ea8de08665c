package pagerduty

import (
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// longestSpan is how much of the past one list of incidents covers.
const longestSpan = 180 * 24 * time.Hour

// ref names a thing in a request.
type ref struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// incidentRequest is an incident in a request.
type incidentRequest struct {
	Incident struct {
		Title   string `json:"title"`
		Service ref    `json:"service"`
		Urgency string `json:"urgency"`
		Body    struct {
			Details string `json:"details"`
		} `json:"body"`
		Key         string `json:"incident_key"`
		Assignments []struct {
			Assignee ref `json:"assignee"`
		} `json:"assignments"`
		Policy *ref   `json:"escalation_policy"`
		Status string `json:"status"`
		Level  int    `json:"escalation_level"`
		Prio   *ref   `json:"priority"`
		Bridge *struct {
			URL    string `json:"conference_url"`
			Number string `json:"conference_number"`
		} `json:"conference_bridge"`
	} `json:"incident"`
}

// signed checks that a request says who changes something. Keys of an account
// need it; with an app it has to fit where it is there.
func (c *call) signed() *apiError {
	from := c.Header.Get("From")
	if from == "" && c.via != "" {
		return nil
	}
	address, err := mail.ParseAddress(from)
	if err != nil || !strings.EqualFold(address.Address, c.user.Email) {
		return &apiError{http.StatusBadRequest, 2001, "Invalid Input Provided", []string{"Requester User Not Found"}}
	}
	return nil
}

func (w *world) serveIncidents(c *call) (int, any, *apiError) {
	q := c.URL.Query()
	now := w.Now()
	since, until := now.Add(-30*24*time.Hour), now
	for name, into := range map[string]*time.Time{"since": &since, "until": &until} {
		if given := q.Get(name); given != "" {
			at, err := time.Parse(time.RFC3339, given)
			if err != nil {
				return 0, nil, invalid(name + " is not a date")
			}
			*into = at
		}
	}
	if q.Get("date_range") != "all" && until.Sub(since) > longestSpan {
		return 0, nil, invalid("The date range is too long: six months are the most")
	}
	wants := func(name, value string) bool {
		asked := c.list(name)
		return len(asked) == 0 || slices.Contains(asked, value)
	}
	var all []object
	for _, i := range slices.Backward(w.incidents) { // the latest first
		people := c.list("user_ids")
		mine := len(people) == 0 || slices.ContainsFunc(i.assignees, func(u *User) bool { return slices.Contains(people, u.ID) })
		in := c.list("team_ids")
		teams := len(in) == 0 || slices.ContainsFunc(i.service.Teams, func(key string) bool {
			t := w.team(key)
			return t != nil && slices.Contains(in, t.ID)
		})
		within := q.Get("date_range") == "all" || !i.created.Before(since) && i.created.Before(until)
		if mine && teams && within && wants("statuses", i.status) && wants("service_ids", i.service.ID) && wants("urgencies", i.urgency) &&
			(q.Get("incident_key") == "" || q.Get("incident_key") == i.key) {
			all = append(all, w.apiIncident(i, c))
		}
	}
	if !strings.HasSuffix(q.Get("sort_by"), ":desc") {
		slices.Reverse(all)
	}
	return c.page("incidents", all)
}

func (w *world) serveIncident(c *call) (int, any, *apiError) {
	i := w.incident(c.PathValue("id"))
	if i == nil {
		return 0, nil, notFound()
	}
	return http.StatusOK, object{"incident": w.apiIncident(i, c)}, nil
}

func (w *world) serveCreate(c *call) (int, any, *apiError) {
	var q incidentRequest
	if e := c.decode(&q); e != nil {
		return 0, nil, e
	}
	if e := c.signed(); e != nil {
		return 0, nil, e
	}
	want := q.Incident
	service := w.service(want.Service.ID)
	switch {
	case strings.TrimSpace(want.Title) == "":
		return 0, nil, invalid("Title cannot be empty")
	case len([]rune(want.Title)) > 255:
		return 0, nil, invalid("Title is too long (maximum is 255 characters)")
	case service == nil:
		return 0, nil, invalid("Service not found")
	case len(want.Assignments) > 0 && want.Policy != nil:
		return 0, nil, invalid("Cannot specify both assignments and an escalation policy")
	case len(want.Assignments) > 1:
		return 0, nil, invalid("Only one assignee is allowed")
	case slices.ContainsFunc(w.incidents, func(i *incident) bool {
		return want.Key != "" && i.key == want.Key && i.service == service && i.status != StatusResolved
	}):
		return 0, nil, invalid("Open incident with matching dedup key already exists on this service")
	}
	made := wish{title: want.Title, details: want.Body.Details, urgency: want.Urgency, key: want.Key, service: service, by: c.user}
	if len(want.Assignments) > 0 {
		if made.assignee = w.user(want.Assignments[0].Assignee.ID); made.assignee == nil {
			return 0, nil, invalid("Assignee is not valid")
		}
	}
	if want.Policy != nil {
		if made.policy = w.escalation(want.Policy.ID); made.policy == nil {
			return 0, nil, invalid("Escalation policy not found")
		}
	}
	return http.StatusCreated, object{"incident": w.apiIncident(w.open(made), c)}, nil
}

func (w *world) serveChange(c *call) (int, any, *apiError) {
	var q incidentRequest
	if e := c.decode(&q); e != nil {
		return 0, nil, e
	}
	i := w.incident(c.PathValue("id"))
	if i == nil {
		return 0, nil, notFound()
	}
	if e := c.signed(); e != nil {
		return 0, nil, e
	}
	if e := w.change(i, q, c.user); e != nil {
		return 0, nil, e
	}
	return http.StatusOK, object{"incident": w.apiIncident(i, c)}, nil
}

// change does what the request asks for.
func (w *world) change(i *incident, q incidentRequest, by *User) *apiError {
	want := q.Incident
	switch {
	case want.Status == StatusAcknowledged:
		return w.acknowledge(i, by)
	case want.Status == StatusResolved:
		return w.resolve(i, by)
	case want.Status != "":
		return invalid("Status must be acknowledged or resolved")
	case want.Level != 0:
		return w.escalate(i, want.Level, by)
	case len(want.Assignments) > 0:
		var people []*User
		for _, a := range want.Assignments {
			if u := w.user(a.Assignee.ID); u != nil {
				people = append(people, u)
			}
		}
		return w.reassign(i, people, nil, by)
	case want.Policy != nil:
		policy := w.escalation(want.Policy.ID)
		if policy == nil {
			return invalid("Escalation policy not found")
		}
		return w.reassign(i, nil, policy, by)
	case want.Prio != nil:
		priority := w.priority(want.Prio.ID)
		if priority == nil {
			return invalid("Priority not found")
		}
		i.priority = priority
		w.update(i, "priority_updated", by)
	case want.Bridge != nil:
		w.meet(i, want.Bridge.URL, want.Bridge.Number, by)
	case want.Title != "":
		i.title = want.Title
		i.updated = w.Now()
	default:
		return invalid("Nothing to change")
	}
	return nil
}

func (w *world) serveNotes(c *call) (int, any, *apiError) {
	i := w.incident(c.PathValue("id"))
	if i == nil {
		return 0, nil, notFound()
	}
	all := []object{}
	for _, n := range i.notes {
		all = append(all, object{"id": n.ID, "content": n.Text, "created_at": second(n.At), "user": w.userRef(n.author), "channel": channel(n.Via)})
	}
	return http.StatusOK, object{"notes": all}, nil
}

func (w *world) serveNote(c *call) (int, any, *apiError) {
	var q struct {
		Note struct {
			Content string `json:"content"`
		} `json:"note"`
	}
	if e := c.decode(&q); e != nil {
		return 0, nil, e
	}
	i := w.incident(c.PathValue("id"))
	if i == nil {
		return 0, nil, notFound()
	}
	if e := c.signed(); e != nil {
		return 0, nil, e
	}
	if strings.TrimSpace(q.Note.Content) == "" {
		return 0, nil, invalid("Content cannot be empty")
	}
	n := w.note(i, q.Note.Content, c.via, c.user)
	return http.StatusOK, object{"note": object{
		"id": n.ID, "content": n.Text, "created_at": second(n.At), "user": w.userRef(c.user), "channel": channel(n.Via),
	}}, nil
}

// channel says how a note was written.
func channel(via string) object {
	if via == "" {
		return object{"summary": "The PagerDuty website or APIs"}
	}
	return object{"summary": via}
}

func (w *world) serveSnooze(c *call) (int, any, *apiError) {
	var q struct {
		Duration int `json:"duration"`
	}
	if e := c.decode(&q); e != nil {
		return 0, nil, e
	}
	i := w.incident(c.PathValue("id"))
	if i == nil {
		return 0, nil, notFound()
	}
	if e := c.signed(); e != nil {
		return 0, nil, e
	}
	if q.Duration < 1 || q.Duration > 7*24*3600 {
		return 0, nil, invalid("Duration must be between 1 and 604800 seconds")
	}
	if e := w.snooze(i, time.Duration(q.Duration)*time.Second, c.user); e != nil {
		return 0, nil, e
	}
	return http.StatusCreated, object{"incident": w.apiIncident(i, c)}, nil
}
