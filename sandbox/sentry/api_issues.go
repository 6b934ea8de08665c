package sentry

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// found finds the issue of the path.
func (c *call) found() (*issue, error) {
	if i := c.org.issue(c.PathValue("id")); i != nil {
		return i, nil
	}
	return nil, notFound()
}

func getIssue(w *world, c *call) (int, any, error) {
	i, err := c.found()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.alone(i), nil
}

// listIssues searches. The query understands "is:", "lastSeen:>=" and
// "project:[a,b]"; without one, only unresolved issues are found.
func listIssues(w *world, c *call) (int, any, error) {
	q := c.URL.Query()
	query := "is:unresolved"
	if q.Has("query") {
		query = q.Get("query")
	}
	var tests []func(*issue) bool
	for word := range strings.FieldsSeq(query) {
		test, err := searchTerm(word)
		if err != nil {
			return 0, nil, err
		}
		tests = append(tests, test)
	}
	if groups := q["group"]; len(groups) > 0 {
		tests = append(tests, func(i *issue) bool { return slices.Contains(groups, itoa(i.id)) })
	}
	if project := q.Get("project"); project != "" && project != "-1" {
		tests = append(tests, func(i *issue) bool { return slices.Contains(q["project"], itoa(i.project.id)) })
	}
	var matched []*issue
	for _, i := range c.org.issues {
		if !slices.ContainsFunc(tests, func(test func(*issue) bool) bool { return !test(i) }) {
			matched = append(matched, i)
		}
	}
	slices.SortStableFunc(matched, func(a, b *issue) int { return b.last.Compare(a.last) })
	list := []object{}
	for _, i := range paged(w, c, matched) {
		list = append(list, w.listed(i))
	}
	return http.StatusOK, list, nil
}

// searchTerm reads one word of a query. "!" in front turns it round.
func searchTerm(word string) (func(*issue) bool, error) {
	if rest, not := strings.CutPrefix(word, "!"); not {
		test, err := searchTerm(rest)
		return func(i *issue) bool { return !test(i) }, err
	}
	key, value, _ := strings.Cut(word, ":")
	switch key {
	case "is":
		return func(i *issue) bool {
			return i.status == map[string]string{"archived": StatusIgnored}[value] || i.status == value
		}, nil
	case "lastSeen":
		at, err := time.Parse("2006-01-02T15:04:05", strings.TrimPrefix(value, ">="))
		if err != nil || !strings.HasPrefix(value, ">=") {
			return nil, refuse(http.StatusBadRequest, "Error parsing search query: Invalid date: "+value)
		}
		return func(i *issue) bool { return !i.last.Before(at) }, nil
	case "project":
		slugs := strings.Split(strings.Trim(value, "[]"), ",")
		return func(i *issue) bool { return slices.Contains(slugs, i.project.Slug) }, nil
	}
	return func(i *issue) bool { return strings.Contains(strings.ToLower(i.title), strings.ToLower(word)) }, nil
}

// issueChange is what may be changed of an issue.
type issueChange struct {
	Status     string  `json:"status"`
	Substatus  string  `json:"substatus"`
	Details    object  `json:"statusDetails"`
	AssignedTo *string `json:"assignedTo"`
	Priority   string  `json:"priority"`
}

func putIssue(w *world, c *call) (int, any, error) {
	i, err := c.found()
	if err != nil {
		return 0, nil, err
	}
	var in issueChange
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if in.AssignedTo != nil {
		if err := w.putAssignee(i, c, *in.AssignedTo); err != nil {
			return 0, nil, err
		}
	}
	if in.Priority != "" {
		if !slices.Contains([]string{"high", "medium", "low"}, in.Priority) {
			return 0, nil, &apiError{http.StatusBadRequest, object{"priority": []string{`"` + in.Priority + `" is not a valid choice.`}}}
		}
		i.priority = in.Priority
	}
	if err := w.putStatus(i, c, in); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.shown(i, true), nil
}

// putStatus changes the state.
func (w *world) putStatus(i *issue, c *call, in issueChange) error {
	switch in.Status {
	case "":
	case StatusResolved:
		release, _ := in.Details["inRelease"].(string)
		if next, _ := in.Details["inNextRelease"].(bool); next {
			release = "next"
		}
		w.resolve(i, c.doer(), release)
	case StatusIgnored:
		for key, value := range in.Details {
			n, ok := value.(float64)
			if !ok || n <= 0 || !slices.Contains([]string{"ignoreDuration", "ignoreCount", "ignoreUserCount"}, key) {
				return &apiError{http.StatusBadRequest, object{"statusDetails": object{key: []string{"A valid integer is required."}}}}
			}
		}
		w.archive(i, c.doer(), in.Substatus, in.Details)
	case StatusUnresolved:
		substatus := in.Substatus
		if substatus == "" {
			substatus = "ongoing"
		}
		w.reopen(i, c.doer(), substatus)
	default:
		return &apiError{http.StatusBadRequest, object{"status": []string{`"` + in.Status + `" is not a valid choice.`}}}
	}
	return nil
}

// putAssignee gives the issue to "user:1", "team:2", an address, or nobody.
func (w *world) putAssignee(i *issue, c *call, to string) error {
	if to == "" {
		w.assign(i, c.doer(), nil, nil)
		return nil
	}
	kind, id, _ := strings.Cut(to, ":")
	if kind == "team" {
		t := i.org.team(id)
		if t == nil || !t.worksOn(i.project) {
			return &apiError{http.StatusBadRequest, object{"assignedTo": []string{"Team does not have access to the project."}}}
		}
		w.assign(i, c.doer(), nil, t)
		return nil
	}
	if kind == "user" {
		if _, err := strconv.Atoi(id); err != nil {
			id = ""
		}
		to = id
	}
	u := w.user(to)
	if u == nil || i.org.Members[u.Login] == "" {
		return &apiError{http.StatusBadRequest, object{"assignedTo": []string{"Unknown actor input"}}}
	}
	w.assign(i, c.doer(), u, nil)
	return nil
}

func (cm *comment) shown() object {
	o := object{"id": itoa(cm.id), "type": "note", "data": object{"text": cm.text}, "dateCreated": stamp(cm.at), "user": nil}
	if cm.by != nil {
		o["user"] = object{"id": itoa(cm.by.ID), "name": cm.by.Name}
	}
	return o
}

// postComment adds a comment. A repeated comment is refused with JSON in a text.
func postComment(w *world, c *call) (int, any, error) {
	i, err := c.found()
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if strings.TrimSpace(in.Text) == "" {
		return 0, nil, &apiError{http.StatusBadRequest, object{"text": []string{"This field may not be blank."}}}
	}
	made, err := w.say(i, c.user, c.app, in.Text)
	if errors.Is(err, kit.ErrConflict) {
		return 0, nil, &apiError{http.StatusBadRequest, `{"detail": "You have already posted that comment."}`}
	}
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, made.shown(), nil
}
