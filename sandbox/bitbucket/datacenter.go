package bitbucket

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// routeDataCenter registers what a Data Center serves.
func (s *Sandbox) routeDataCenter() {
	s.routeOAuth("/rest/oauth2/latest/authorize", "/rest/oauth2/latest/token")
	for _, op := range dcOperations() {
		method, path, _ := strings.Cut(op.pattern, " ")
		for _, version := range []string{"1.0", "latest"} {
			s.site.HandleFunc(method+" /rest/api/"+version+path, s.serveDataCenter(op))
			if below, ok := strings.CutPrefix(path, "/projects/{workspace}/repos/"); ok {
				s.site.HandleFunc(method+" /rest/api/"+version+"/users/{owner}/repos/"+below, s.serveDataCenter(op))
			}
		}
	}
	for _, version := range []string{"1.0", "latest"} {
		op := operation{"", "REPO_READ", "", dcOldStatuses}
		s.site.HandleFunc("GET /rest/build-status/"+version+"/commits/{commit}", s.serveDataCenter(op))
		op = operation{"", "REPO_WRITE", "", dcSetOldStatus}
		s.site.HandleFunc("POST /rest/build-status/"+version+"/commits/{commit}", s.serveDataCenter(op))
	}
	s.site.HandleFunc("GET /plugins/servlet/applinks/whoami", s.serveWhoAmI)
	s.site.HandleFunc("/rest/", func(rw http.ResponseWriter, _ *http.Request) {
		writeDCError(rw, &apiError{http.StatusNotFound, "NotFoundException", "HTTP 404 Not Found", nil})
	})
}

// dcOperations is the part of a Data Center's API that the sandbox serves.
func dcOperations() []operation {
	const one = "/projects/{workspace}/repos/{slug}"
	const pr = one + "/pull-requests/{id}"
	return []operation{
		{"GET /application-properties", "", "", dcProperties},
		{"GET /users/{user}", "", "", dcOneUser},
		{"GET /repos", "PUBLIC_REPOS", "", dcRepos},
		{"GET /projects", "PUBLIC_REPOS", "", dcProjects},
		{"GET /projects/{workspace}/repos", "PUBLIC_REPOS", "", dcRepos},
		{"GET " + one, "PUBLIC_REPOS", RightRead, dcReadRepo},
		{"GET " + one + "/branches", "PUBLIC_REPOS", RightRead, dcBranches},
		{"GET " + one + "/settings/pull-requests", "PUBLIC_REPOS", RightRead, dcPullSettings},
		{"GET " + one + "/permissions/users", "REPO_ADMIN", RightAdmin, dcPermissions},

		{"GET " + one + "/webhooks", "REPO_ADMIN", RightAdmin, dcHooks},
		{"POST " + one + "/webhooks", "REPO_ADMIN", RightAdmin, dcCreateHook},
		{"POST " + one + "/webhooks/test", "REPO_ADMIN", RightAdmin, dcTestHook},
		{"GET " + one + "/webhooks/{hook}", "REPO_ADMIN", RightAdmin, dcReadHook},
		{"PUT " + one + "/webhooks/{hook}", "REPO_ADMIN", RightAdmin, dcUpdateHook},
		{"DELETE " + one + "/webhooks/{hook}", "REPO_ADMIN", RightAdmin, dcDeleteHook},

		{"GET " + one + "/commits", "PUBLIC_REPOS", RightRead, dcCommits},
		{"GET " + one + "/commits/{commit}", "PUBLIC_REPOS", RightRead, dcReadCommit},
		{"GET " + one + "/commits/{commit}/builds", "PUBLIC_REPOS", RightRead, dcBuilds},
		{"POST " + one + "/commits/{commit}/builds", "REPO_WRITE", RightRead, dcSetBuild},

		{"GET " + one + "/pull-requests", "PUBLIC_REPOS", RightRead, dcPulls},
		{"POST " + one + "/pull-requests", "REPO_READ", RightRead, dcOpenPull},
		{"GET " + pr, "PUBLIC_REPOS", RightRead, onPull(dcReadPull)},
		{"PUT " + pr, "REPO_WRITE", RightRead, onPull(dcEditPull)},
		{"DELETE " + pr, "REPO_WRITE", RightRead, onPull(dcDeletePull)},
		{"POST " + pr + "/approve", "REPO_READ", RightRead, onPull(dcReview(opinionApproved))},
		{"DELETE " + pr + "/approve", "REPO_READ", RightRead, onPull(dcReview(opinionNone))},
		{"PUT " + pr + "/participants/{user}", "REPO_READ", RightRead, onPull(dcParticipate)},
		{"GET " + pr + "/merge", "PUBLIC_REPOS", RightRead, onPull(dcCanMerge)},
		{"POST " + pr + "/merge", "REPO_WRITE", RightWrite, onPull(dcMerge)},
		{"POST " + pr + "/decline", "REPO_WRITE", RightRead, onPull(dcDecline)},
		{"POST " + pr + "/comments", "REPO_READ", RightRead, onPull(dcAddComment)},
		{"GET " + pr + "/comments/{comment}", "PUBLIC_REPOS", RightRead, onComment(dcReadComment)},
		{"PUT " + pr + "/comments/{comment}", "REPO_READ", RightRead, onComment(dcEditComment)},
		{"DELETE " + pr + "/comments/{comment}", "REPO_READ", RightRead, onComment(dcDeleteComment)},
	}
}

// serveDataCenter answers requests to one operation.
func (s *Sandbox) serveDataCenter(op operation) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		c, err := readCall(r)
		var status int
		var answer any
		if err == nil {
			s.Locked(func(w *world) { status, answer, err = w.answerDC(op, c, rw.Header()) })
		}
		if err != nil {
			writeDCError(rw, err)
			return
		}
		kit.WriteJSON(rw, status, answer)
	}
}

// serveWhoAmI answers with the caller's name, or with nothing.
func (s *Sandbox) serveWhoAmI(rw http.ResponseWriter, r *http.Request) {
	c := &call{Request: r}
	s.Locked(func(w *world) { w.authenticate(c) })
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if c.user != nil {
		_, _ = rw.Write([]byte(c.user.Nickname))
	}
}

// errPermission refuses users who lack the right.
func errPermission() error {
	return &apiError{http.StatusUnauthorized, "AuthorisationException", "You are not permitted to access this resource", nil}
}

// answerDC checks who calls and with what right, then runs the operation. A Data
// Center says 401 also to users who lack the right.
func (w *world) answerDC(op operation, c *call, header http.Header) (int, any, error) {
	ok, _ := w.authenticate(c)
	if !ok {
		return 0, nil, &apiError{http.StatusUnauthorized, "AuthenticationException", "Authentication failed. Please check your credentials and try again.", nil}
	}
	if c.user != nil {
		header.Set("X-Ausername", c.user.Nickname)
		header.Set("X-Auserid", strconv.Itoa(c.user.ID))
	}
	if !c.may(op.scope) {
		return 0, nil, errPermission()
	}
	if op.right == "" {
		return op.run(w, c)
	}
	workspace := c.PathValue("workspace")
	if owner := c.PathValue("owner"); owner != "" {
		workspace = "~" + owner
	}
	c.repo = w.repo(workspace, c.PathValue("slug"))
	if c.repo == nil {
		return 0, nil, &apiError{
			http.StatusNotFound, "repository.NoSuchRepositoryException",
			"Repository " + workspace + "/" + c.PathValue("slug") + " does not exist.", nil,
		}
	}
	if !c.repo.allows(c.user, op.right) || c.user == nil && c.Method != http.MethodGet {
		return 0, nil, errPermission()
	}
	if c.repo.Private && !c.may("REPO_READ") {
		return 0, nil, errPermission()
	}
	return op.run(w, c)
}

// writeDCError answers with an error in a Data Center's form.
func writeDCError(rw http.ResponseWriter, err error) {
	status, what, message := http.StatusBadRequest, "validation.ArgumentValidationException", plain(err)
	var known *apiError
	var refused *refusal
	switch {
	case errors.As(err, &known):
		status, what = known.status, known.what
	case errors.As(err, &refused):
		what = refused.what
		if errors.Is(err, kit.ErrConflict) {
			status = http.StatusConflict
		}
	case errors.Is(err, kit.ErrNotFound):
		status, what = http.StatusNotFound, "NoSuchEntityException"
	}
	kit.WriteJSON(rw, status, object{"errors": []object{{
		"context": nil, "message": message, "exceptionName": "com.atlassian.bitbucket." + what,
	}}})
}

// dcPaged cuts a list into pages as a Data Center does.
func dcPaged(c *call, values []object) (int, any, error) {
	q := c.URL.Query()
	start, limit := 0, 25
	for name, into := range map[string]*int{"start": &start, "limit": &limit} {
		if text := q.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return 0, nil, errors.Wrapf(kit.ErrInvalid, "%s must be a number", name)
			}
			*into = n
		}
	}
	limit = min(max(limit, 1), 1000)
	from := min(start, len(values))
	to := min(from+limit, len(values))
	answer := object{
		"size": to - from, "limit": limit, "isLastPage": to == len(values), "start": start, "values": append([]object{}, values[from:to]...),
	}
	if to < len(values) {
		answer["nextPageStart"] = to
	}
	return http.StatusOK, answer, nil
}
