package sentry

import (
	"net/http"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// routeControl adds to the control API: each path does what the Go method of the
// same name does.
func (s *Sandbox) routeControl() {
	s.Handle("POST /_sandbox/apps", kit.Body(s.SetApp))
	s.Handle("POST /_sandbox/users", kit.Body(s.AddUser))
	s.Handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	s.RouteGrants(s)
	s.routeOrganizations()
	s.routeIssues()
}

// routeOrganizations registers how organizations are set up and errors happen.
func (s *Sandbox) routeOrganizations() {
	const org = "/_sandbox/organizations/{org}"
	s.Handle("POST /_sandbox/organizations", kit.Body(func(o Organization) (any, error) { return nil, s.AddOrganization(o) }))
	s.Handle("POST "+org+"/roles", within(func(slug string, q struct {
		User string `json:"user"`
		Role string `json:"role"`
	},
	) (any, error) {
		return nil, s.SetRole(slug, q.User, q.Role)
	}))
	s.Handle("POST "+org+"/integrations", within(func(slug string, i Integration) (any, error) { return s.AddIntegration(slug, i) }))
	s.Handle("POST "+org+"/metrics", within(func(slug string, m MetricAlert) (any, error) {
		id, err := s.Metric(slug, m)
		return map[string]int{"id": id}, err
	}))
	s.Handle("GET /_sandbox/integrations/{slug}", func(rw http.ResponseWriter, r *http.Request) {
		i, err := s.IntegrationState(r.PathValue("slug"))
		kit.Reply(rw, i, err)
	})
	s.Handle("DELETE /_sandbox/integrations/{slug}", func(rw http.ResponseWriter, r *http.Request) {
		kit.Reply(rw, nil, s.RemoveIntegration(r.PathValue("slug")))
	})
	const project = org + "/projects/{project}"
	s.Handle("POST "+project+"/errors", atProject(s, func(p *ProjectHandle, e Error) (any, error) { return p.Error(e) }))
	s.Handle("POST "+project+"/rules", atProject(s, func(p *ProjectHandle, q struct {
		Rules []AlertRule `json:"rules"`
	},
	) (any, error) {
		return nil, p.SetRules(q.Rules...)
	}))
	s.Handle("POST "+project+"/builds", atProject(s, func(p *ProjectHandle, q issueStory) (any, error) { return nil, p.Build(q.Action, q.Data) }))
	s.Handle("POST "+project+"/legacy", atProject(s, func(p *ProjectHandle, q struct {
		URL string `json:"url"`
	},
	) (any, error) {
		return nil, p.SetLegacyHook(q.URL)
	}))
}

// issueStory is the body of a request that changes an issue.
type issueStory struct {
	By       string `json:"by"`
	Release  string `json:"release"`
	How      string `json:"how"`
	To       string `json:"to"`
	Priority string `json:"priority"`
	Comment  int    `json:"comment"`
	Text     string `json:"text"`
	// Action is a step of Seer, or the activity of an alert; Data is sent with it.
	Action string         `json:"action"`
	Alert  string         `json:"alert"`
	Data   map[string]any `json:"data"`
}

// routeIssues registers what can happen to an issue.
func (s *Sandbox) routeIssues() {
	const one = "/_sandbox/organizations/{org}/issues/{id}"
	for action, do := range map[string]func(*Issue, issueStory) error{
		"resolve":         func(i *Issue, q issueStory) error { return i.Resolve(q.By, q.Release) },
		"unresolve":       func(i *Issue, q issueStory) error { return i.Unresolve(q.By) },
		"regress":         func(i *Issue, _ issueStory) error { return i.Regress() },
		"escalate":        func(i *Issue, _ issueStory) error { return i.Escalate() },
		"archive":         func(i *Issue, q issueStory) error { return i.Archive(q.By, q.How) },
		"assign":          func(i *Issue, q issueStory) error { return i.Assign(q.By, q.To) },
		"priority":        func(i *Issue, q issueStory) error { return i.SetPriority(q.Priority) },
		"comments/edit":   func(i *Issue, q issueStory) error { return i.EditComment(q.Comment, q.Text) },
		"seer":            func(i *Issue, q issueStory) error { return i.Seer(q.Action, q.Data) },
		"activity":        func(i *Issue, q issueStory) error { return i.Activity(q.Alert, q.Action, q.Data) },
		"comments/delete": func(i *Issue, q issueStory) error { return i.DeleteComment(q.Comment) },
	} {
		s.Handle("POST "+one+"/"+action, atIssue(s, func(i *Issue, q issueStory) (any, error) { return nil, do(i, q) }))
	}
	s.Handle("POST "+one+"/comments", atIssue(s, func(i *Issue, q issueStory) (any, error) {
		id, err := i.Comment(q.By, q.Text)
		return map[string]int{"id": id}, err
	}))
	s.Handle("GET "+one, atIssue(s, func(i *Issue, _ struct{}) (any, error) { return i.State() }))
}

// within returns a handler for a function on the organization of the path.
func within[T any](f func(string, T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		kit.Body(func(q T) (any, error) { return f(r.PathValue("org"), q) })(rw, r)
	}
}

// atProject returns a handler for a function on the project of the path.
func atProject[T any](s *Sandbox, f func(*ProjectHandle, T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		p, err := s.Project(r.PathValue("org"), r.PathValue("project"))
		if err != nil {
			kit.Reply(rw, nil, err)
			return
		}
		kit.Body(func(q T) (any, error) { return f(p, q) })(rw, r)
	}
}

// atIssue returns a handler for a function on the issue of the path.
func atIssue[T any](s *Sandbox, f func(*Issue, T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		if _, err := strconv.Atoi(id); err != nil {
			kit.Reply(rw, nil, errors.Wrap(kit.ErrInvalid, "the ID of an issue is a number"))
			return
		}
		i, err := s.Issue(r.PathValue("org"), id)
		if err != nil {
			kit.Reply(rw, nil, err)
			return
		}
		kit.Body(func(q T) (any, error) { return f(i, q) })(rw, r)
	}
}
