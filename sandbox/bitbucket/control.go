package bitbucket

import (
	"net/http"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// versionRequest is an upgrade of a Data Center.
type versionRequest struct {
	Version string `json:"version"`
}

// routeControl adds to the control API: each path does what the Go method of the
// same name does.
func (s *Sandbox) routeControl() {
	s.Handle("POST /_sandbox/apps", kit.Body(s.SetApp))
	s.Handle("POST /_sandbox/users", kit.Body(s.AddUser))
	s.Handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	s.Handle("POST /_sandbox/version", kit.Body(func(q versionRequest) (any, error) { s.SetVersion(q.Version); return nil, nil }))
	s.RouteGrants(s)
	s.routeStories()
}

// rightRequest gives a right.
type rightRequest struct {
	User  string `json:"user"`
	Right string `json:"right"`
}

// routeStories registers what can happen in a repository.
func (s *Sandbox) routeStories() {
	const one = "/_sandbox/repos/{workspace}/{slug}"
	s.Handle("POST /_sandbox/repos", kit.Body(func(q Repo) (any, error) { _, err := s.AddRepo(q); return nil, err }))
	s.Handle("POST "+one+"/push", story(s, func(h *Repository, q Push) (any, error) {
		hash, err := h.Push(q)
		return map[string]string{"hash": hash}, err
	}))
	s.Handle("POST "+one+"/status", story(s, func(h *Repository, q Status) (any, error) { return nil, h.Status(q) }))
	s.Handle("POST "+one+"/rights", story(s, func(h *Repository, q rightRequest) (any, error) { return nil, h.SetRight(q.User, q.Right) }))
	s.Handle("POST "+one+"/private", story(s, func(h *Repository, q struct {
		Private bool `json:"private"`
	},
	) (any, error) {
		return nil, h.SetPrivate(q.Private)
	}))
	s.Handle("POST "+one+"/tokens", story(s, func(h *Repository, q rightRequest) (any, error) {
		token, err := h.AccessToken(q.Right)
		return map[string]string{"token": token}, err
	}))
	s.Handle("GET "+one+"/hooks", story(s, func(h *Repository, _ struct{}) (any, error) { return h.Hooks(), nil }))
	s.Handle("DELETE "+one+"/hooks", story(s, func(h *Repository, _ struct{}) (any, error) { return nil, h.LoseHooks() }))
	s.Handle("POST "+one+"/ping", story(s, func(h *Repository, _ struct{}) (any, error) { return nil, h.Ping() }))
	s.Handle("POST "+one+"/pipelines", story(s, func(h *Repository, q struct {
		Branch string `json:"branch"`
		By     string `json:"by"`
	},
	) (any, error) {
		return h.RunPipeline(q.Branch, q.By)
	}))
	s.Handle("POST "+one+"/pipelines/finish", story(s, func(h *Repository, q struct {
		Number int    `json:"build_number"`
		Result string `json:"result"`
	},
	) (any, error) {
		return nil, h.FinishPipeline(q.Number, q.Result)
	}))
	s.Handle("POST "+one+"/pullrequests", story(s, func(h *Repository, q PullRequest) (any, error) { return h.OpenPullRequest(q) }))
	s.routePulls(one + "/pullrequests/{id}")
}

// pullStory is the body of a request that changes a pull request.
type pullStory struct {
	By          string   `json:"by"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Reviewers   []string `json:"reviewers"`
	Strategy    string   `json:"strategy"`
	Conflicted  bool     `json:"conflicted"`
	Comment     int      `json:"comment"`
	Text        string   `json:"text"`
	Done        bool     `json:"done"`
}

// routePulls registers what can happen to a pull request.
func (s *Sandbox) routePulls(one string) {
	for action, do := range map[string]func(*Pull, pullStory) error{
		"approve":         func(p *Pull, q pullStory) error { return p.Approve(q.By) },
		"request-changes": func(p *Pull, q pullStory) error { return p.RequestChanges(q.By) },
		"withdraw":        func(p *Pull, q pullStory) error { return p.Withdraw(q.By) },
		"edit":            func(p *Pull, q pullStory) error { return p.Edit(q.By, q.Title, q.Description, q.Reviewers...) },
		"merge":           func(p *Pull, q pullStory) error { return p.Merge(q.By, q.Strategy) },
		"decline":         func(p *Pull, q pullStory) error { return p.Decline(q.By) },
		"conflicted":      func(p *Pull, q pullStory) error { return p.SetConflicted(q.Conflicted) },
		"comments/edit":   func(p *Pull, q pullStory) error { return p.EditComment(q.Comment, q.Text) },
		"comments/delete": func(p *Pull, q pullStory) error { return p.DeleteComment(q.Comment) },
		"comments/resolve": func(p *Pull, q pullStory) error {
			return p.ResolveComment(q.Comment, q.Done)
		},
	} {
		s.Handle("POST "+one+"/"+action, pullHandler(s, func(p *Pull, q pullStory) (any, error) { return nil, do(p, q) }))
	}
	s.Handle("POST "+one+"/comments", pullHandler(s, func(p *Pull, q Comment) (any, error) {
		id, err := p.Comment(q)
		return map[string]int{"id": id}, err
	}))
	s.Handle("GET "+one, pullHandler(s, func(p *Pull, _ struct{}) (any, error) {
		return map[string]any{"state": p.State(), "comments": p.Comments()}, nil
	}))
}

// story returns a handler for a function on the repository of the path.
func story[T any](s *Sandbox, f func(*Repository, T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		h, err := s.Repository(r.PathValue("workspace"), r.PathValue("slug"))
		if err != nil {
			kit.Reply(rw, nil, err)
			return
		}
		kit.Body(func(q T) (any, error) { return f(h, q) })(rw, r)
	}
}

// pullHandler returns a handler for a function on the pull request of the path.
func pullHandler[T any](s *Sandbox, f func(*Pull, T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			kit.Reply(rw, nil, errors.Wrap(kit.ErrInvalid, "the ID of a pull request is a number"))
			return
		}
		story(s, func(h *Repository, q T) (any, error) { return f(h.Pull(id), q) })(rw, r)
	}
}
