package sentry

import (
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The states of an issue.
const (
	StatusUnresolved = "unresolved"
	StatusResolved   = "resolved"
	StatusIgnored    = "ignored"
)

// issue is a group of similar errors.
type issue struct {
	id        int
	short     string
	org       *org
	project   *project
	title     string
	culprit   string
	level     string
	kind      string // the category and type
	metadata  object
	status    string
	substatus string
	details   object // of the status
	priority  string
	user      *User
	team      *team
	count     int
	users     map[string]bool
	first     time.Time
	last      time.Time
	events    []event
	comments  []*comment
}

// event is one error.
type event struct {
	id   string
	at   time.Time
	sent Error
}

// comment is a note on an issue.
type comment struct {
	id   int
	by   *User
	text string
	at   time.Time
}

// Error is something that went wrong in a project.
type Error struct {
	// Type and Value are the exception: "ZeroDivisionError", "division by zero".
	Type  string `json:"type"`
	Value string `json:"value"`
	// Message is that of an event without an exception.
	Message     string `json:"message"`
	Culprit     string `json:"culprit"`
	Level       string `json:"level"`
	Release     string `json:"release"`
	Environment string `json:"environment"`
	// Category is "error" when empty; "outage", "feedback" and "metric" are others,
	// of which the value says what was written or measured.
	Category string  `json:"category"`
	Frames   []Frame `json:"frames"`
	// User is the address of the affected user.
	User string            `json:"user"`
	IP   string            `json:"ip"`
	Tags map[string]string `json:"tags"`
	// Times is how often it happens: once when 0.
	Times int `json:"times"`
}

// Frame is one call, the oldest first.
type Frame struct {
	File     string            `json:"file"`
	Function string            `json:"function"`
	Line     int               `json:"line"`
	Code     string            `json:"code"`
	Before   []string          `json:"before"`
	After    []string          `json:"after"`
	InApp    bool              `json:"in_app"`
	Vars     map[string]string `json:"vars"`
}

// title is what an issue of such errors is called.
func (e Error) title() string {
	switch {
	case e.Type != "" && e.Value != "":
		return e.Type + ": " + e.Value
	case e.Type != "":
		return e.Type
	}
	return e.Message
}

// capture records an error: a new issue, or one more event of an existing issue,
// which reopens if it was resolved.
func (w *world) capture(p *project, e Error) (*issue, error) {
	if e.title() == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "an error needs a type or a message")
	}
	if e.Level == "" {
		e.Level = "error"
	}
	if e.Category == "" {
		e.Category = "error"
	}
	found := slices.IndexFunc(p.org.issues, func(i *issue) bool {
		return i.project == p && i.title == e.title() && i.culprit == e.Culprit && i.kind == e.Category
	})
	var i *issue
	fresh := found < 0
	if fresh {
		i = w.newIssue(p, e)
	} else {
		i = p.org.issues[found]
	}
	back := i.status == StatusResolved
	for range max(e.Times, 1) {
		i.happen(w, e)
	}
	switch {
	case fresh:
		w.notifyIssue(i, "created", nil, nil)
	case back:
		i.status, i.substatus, i.details = StatusUnresolved, "regressed", object{}
		w.notifyIssue(i, "unresolved", nil, nil)
	}
	w.notifyError(i)
	w.fire(i, fresh || back)
	return i, nil
}

// newIssue begins an issue.
func (w *world) newIssue(p *project, e Error) *issue {
	p.issued++
	i := &issue{
		id: w.number(), short: strings.ToUpper(p.Slug) + "-" + itoa(p.issued), org: p.org, project: p, title: e.title(), culprit: e.Culprit,
		level: e.Level, kind: e.Category, status: StatusUnresolved, substatus: "new", details: object{}, priority: "medium",
		users: map[string]bool{}, first: w.Now(), metadata: object{"title": e.title()},
	}
	switch {
	case e.Type != "":
		i.metadata = object{"type": e.Type, "value": e.Value}
	case e.Category == "feedback":
		i.metadata = object{
			"title": e.title(), "value": e.Value, "message": e.Value, "contact_email": orNull(e.User), "name": "", "source": "new_feedback_envelope",
		}
	case e.Category != "error":
		i.metadata = object{"title": e.title(), "value": e.Value}
	}
	if slices.Contains([]string{"error", "fatal"}, e.Level) {
		i.priority = "high"
	}
	p.org.issues = append(p.org.issues, i)
	return i
}

// happen adds an event.
func (i *issue) happen(w *world, e Error) {
	i.count++
	i.last = w.Now()
	if e.User != "" {
		i.users[e.User] = true
	}
	i.events = append(i.events, event{id: w.IDs.Hex(16), at: w.Now(), sent: e})
	i.events = i.events[max(0, len(i.events)-20):]
}

// doer is who does something: a person, or an integration.
type doer struct {
	user *User
	app  *integration
}

func (d doer) actor() object { return actorOf(d.user, d.app) }

// resolve ends an issue, in the release if one is named; "next" is the one to come.
func (w *world) resolve(i *issue, by doer, release string) {
	if i.status == StatusResolved && release == "" {
		return
	}
	i.status, i.substatus, i.details = StatusResolved, "", object{}
	extra := object{"resolution_type": "now"}
	switch release {
	case "":
	case "next":
		i.details, extra = object{"inNextRelease": true}, object{"resolution_type": "in_next_release"}
	default:
		i.details, extra = object{"inRelease": release}, object{"resolution_type": "in_release"}
	}
	if by.user != nil && release != "" {
		i.details["actor"] = by.user.shown()
	}
	w.notifyIssue(i, "resolved", by.actor(), extra)
}

// reopen makes an issue unresolved, for a reason.
func (w *world) reopen(i *issue, by doer, substatus string) {
	if i.status == StatusUnresolved && i.substatus == substatus {
		return
	}
	i.status, i.substatus, i.details = StatusUnresolved, substatus, object{}
	w.notifyIssue(i, "unresolved", by.actor(), nil)
}

// archive archives an issue.
func (w *world) archive(i *issue, by doer, substatus string, details object) {
	if substatus == "" {
		substatus = "archived_until_escalating"
	}
	i.status, i.substatus, i.details = StatusIgnored, substatus, details
	switch w.policy.ArchivedName {
	case "both":
		w.notifyIssue(i, "ignored", by.actor(), nil)
		w.notifyIssue(i, "archived", by.actor(), nil)
	case "":
		w.notifyIssue(i, "ignored", by.actor(), nil)
	default:
		w.notifyIssue(i, w.policy.ArchivedName, by.actor(), nil)
	}
}

// assign assigns an issue, or unassigns it.
func (w *world) assign(i *issue, by doer, user *User, t *team) {
	if i.user == user && i.team == t {
		return
	}
	i.user, i.team = user, t
	if user == nil && t == nil {
		return // for which Sentry sends nothing
	}
	assignee := object{"type": "team", "id": 0, "name": ""}
	if user != nil {
		assignee = object{"type": "user", "id": user.ID, "name": user.Name, "email": user.Email}
	} else {
		assignee["id"], assignee["name"] = t.id, t.Slug
	}
	w.notifyIssue(i, "assigned", by.actor(), object{"assignee": assignee})
}

// say adds a comment.
func (w *world) say(i *issue, by *User, app *integration, text string) (*comment, error) {
	for _, c := range i.comments {
		if c.by == by && c.text == text && w.Now().Sub(c.at) < time.Hour {
			return nil, errors.Wrap(kit.ErrConflict, "the comment was posted already")
		}
	}
	c := &comment{id: w.number(), by: by, text: text, at: w.Now()}
	i.comments = append(i.comments, c)
	w.notifyComment(i, c, "created", actorOf(by, app))
	return c, nil
}

// notifyComment sends an event about a comment. It names the issue by a number, and the project
// by the slug alone.
func (w *world) notifyComment(i *issue, c *comment, action string, actor object) {
	w.notify(i.org, "comment", action, actor, func() object {
		return object{
			"comment": c.text, "project_slug": i.project.Slug, "comment_id": c.id, "issue_id": i.id, "timestamp": stamp(w.Now()),
		}
	})
}

// remove deletes a comment.
func (w *world) remove(i *issue, c *comment, actor object) {
	i.comments = slices.DeleteFunc(i.comments, func(other *comment) bool { return other == c })
	w.notifyComment(i, c, "deleted", actor)
}
