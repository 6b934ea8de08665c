package bitbucket

import (
	"net/http"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// routeCloud registers what Cloud serves.
func (s *Sandbox) routeCloud() {
	s.routeOAuth("/site/oauth2/authorize", "/site/oauth2/access_token")
	for _, op := range cloudOperations() {
		method, path, _ := strings.Cut(op.pattern, " ")
		s.site.HandleFunc(method+" /2.0"+path, s.serveCloud(op))
	}
	for _, path := range []string{"/repositories", "/workspaces", "/user/permissions/repositories", "/user/permissions/workspaces"} {
		s.site.HandleFunc("GET /2.0"+path, func(rw http.ResponseWriter, _ *http.Request) {
			writeCloudError(rw, &apiError{status: http.StatusGone, message: "This endpoint has been removed. See CHANGE-2770."})
		})
	}
	s.site.HandleFunc("/2.0/", func(rw http.ResponseWriter, _ *http.Request) {
		writeCloudError(rw, &apiError{status: http.StatusNotFound, message: "Resource not found"})
	})
}

// cloudOperations is the part of Cloud's API that the sandbox serves.
func cloudOperations() []operation {
	const one = "/repositories/{workspace}/{slug}"
	const pr = one + "/pullrequests/{id}"
	return []operation{
		{"GET /user", "account", "", cloudMe},
		{"GET /users/{user}", "account", "", cloudOneUser},
		{"GET /user/workspaces", "account", "", cloudWorkspaces},
		{"GET /workspaces/{workspace}", "account", "", cloudOneWorkspace},
		{"GET /repositories/{workspace}", "repository", "", cloudRepos},
		{"GET " + one, "repository", RightRead, cloudReadRepo},
		{"GET " + one + "/refs/branches", "repository", RightRead, cloudBranches},

		{"GET " + one + "/hooks", "webhook", RightAdmin, cloudHooks},
		{"POST " + one + "/hooks", "webhook", RightAdmin, cloudCreateHook},
		{"GET " + one + "/hooks/{hook}", "webhook", RightAdmin, cloudReadHook},
		{"PUT " + one + "/hooks/{hook}", "webhook", RightAdmin, cloudUpdateHook},
		{"DELETE " + one + "/hooks/{hook}", "webhook", RightAdmin, cloudDeleteHook},

		{"GET " + one + "/commit/{commit}", "repository", RightRead, cloudReadCommit},
		{"GET " + one + "/commit/{commit}/statuses", "repository", RightRead, cloudStatuses},
		{"POST " + one + "/commit/{commit}/statuses/build", "repository", RightWrite, cloudSetStatus},
		{"GET " + one + "/commit/{commit}/statuses/build/{key}", "repository", RightRead, cloudReadStatus},

		{"GET " + one + "/pipelines", "pipeline", RightRead, cloudPipelines},
		{"GET " + one + "/pipelines/{$}", "pipeline", RightRead, cloudPipelines},
		{"POST " + one + "/pipelines", "pipeline:write", RightWrite, cloudRunPipeline},
		{"POST " + one + "/pipelines/{$}", "pipeline:write", RightWrite, cloudRunPipeline},
		{"GET " + one + "/pipelines/{pipeline}", "pipeline", RightRead, cloudReadPipeline},
		{"GET " + one + "/pipelines/{pipeline}/steps", "pipeline", RightRead, cloudSteps},
		{"GET " + one + "/pipelines/{pipeline}/steps/{$}", "pipeline", RightRead, cloudSteps},
		{"POST " + one + "/pipelines/{pipeline}/stopPipeline", "pipeline:write", RightWrite, cloudStopPipeline},

		{"GET " + one + "/pullrequests", "pullrequest", RightRead, cloudPulls},
		{"POST " + one + "/pullrequests", "pullrequest:write", RightWrite, cloudOpenPull},
		{"GET " + pr, "pullrequest", RightRead, onPull(cloudReadPull)},
		{"PUT " + pr, "pullrequest:write", RightWrite, onPull(cloudEditPull)},
		{"POST " + pr + "/approve", "pullrequest:write", RightRead, onPull(cloudReview(opinionApproved))},
		{"DELETE " + pr + "/approve", "pullrequest:write", RightRead, onPull(cloudWithdraw(opinionApproved))},
		{"POST " + pr + "/request-changes", "pullrequest:write", RightRead, onPull(cloudReview(opinionChanges))},
		{"DELETE " + pr + "/request-changes", "pullrequest:write", RightRead, onPull(cloudWithdraw(opinionChanges))},
		{"POST " + pr + "/merge", "pullrequest:write", RightWrite, onPull(cloudMerge)},
		{"POST " + pr + "/decline", "pullrequest:write", RightRead, onPull(cloudDecline)},
		{"GET " + pr + "/statuses", "pullrequest", RightRead, onPull(cloudPullStatuses)},
		{"GET " + pr + "/comments", "pullrequest", RightRead, onPull(cloudComments)},
		{"POST " + pr + "/comments", "pullrequest", RightRead, onPull(cloudAddComment)},
		{"GET " + pr + "/comments/{comment}", "pullrequest", RightRead, onComment(cloudReadComment)},
		{"PUT " + pr + "/comments/{comment}", "pullrequest", RightRead, onComment(cloudEditComment)},
		{"DELETE " + pr + "/comments/{comment}", "pullrequest", RightRead, onComment(cloudDeleteComment)},
		{"POST " + pr + "/comments/{comment}/resolve", "pullrequest", RightRead, onComment(cloudResolve(true))},
		{"DELETE " + pr + "/comments/{comment}/resolve", "pullrequest", RightRead, onComment(cloudResolve(false))},
	}
}

// serveCloud answers requests to one operation.
func (s *Sandbox) serveCloud(op operation) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		c, err := readCall(r)
		var status int
		var answer any
		if err == nil {
			s.Locked(func(w *world) { status, answer, err = w.answerCloud(op, c, rw.Header()) })
		}
		if err != nil {
			writeCloudError(rw, err)
			return
		}
		kit.WriteJSON(rw, status, answer)
	}
}

// answerCloud checks who calls and with what right, then runs the operation.
func (w *world) answerCloud(op operation, c *call, header http.Header) (int, any, error) {
	switch ok, expired := w.authenticate(c); {
	case expired:
		return 0, nil, &apiError{status: http.StatusUnauthorized, message: "Access token expired. Use your refresh token to obtain a new access token."}
	case !ok:
		return 0, nil, &apiError{status: http.StatusUnauthorized, message: "Token is invalid or not supported for this endpoint."}
	}
	if c.grant != nil {
		header.Set("X-Oauth-Scopes", strings.Join(c.grant.Scopes, ", "))
		header.Set("X-Accepted-Oauth-Scopes", op.scope)
	}
	if !c.may(op.scope) {
		return 0, nil, &apiError{
			status: http.StatusForbidden, message: "Your credentials lack one or more required privilege scopes.",
			detail: object{"granted": c.grant.Scopes, "required": []string{op.scope}},
		}
	}
	if op.right == "" {
		if c.user == nil && op.scope == "account" {
			return 0, nil, &apiError{status: http.StatusUnauthorized, message: "This API is only accessible by authenticated users."}
		}
		return op.run(w, c)
	}
	c.repo = w.repo(c.PathValue("workspace"), c.PathValue("slug"))
	if c.repo == nil || !c.repo.allows(c.user, RightRead) {
		return 0, nil, &apiError{status: http.StatusNotFound, message: "You may not have access to this repository or it no longer exists in this workspace. " +
			"If you think this repository exists and you have access, make sure you are authenticated."}
	}
	if c.user == nil && (op.right != RightRead || c.Method != http.MethodGet) {
		return 0, nil, &apiError{status: http.StatusUnauthorized, message: "Authentication required"}
	}
	if !c.repo.allows(c.user, op.right) {
		return 0, nil, &apiError{status: http.StatusForbidden, message: "Your account does not have the required " + op.right + " permission for this repository."}
	}
	return op.run(w, c)
}

// writeCloudError answers with an error in Cloud's form.
func writeCloudError(rw http.ResponseWriter, err error) {
	status, inner := http.StatusBadRequest, object{"message": plain(err)}
	var known *apiError
	switch {
	case errors.As(err, &known):
		status = known.status
		if known.detail != nil {
			inner["detail"] = known.detail
		}
	case errors.Is(err, kit.ErrNotFound):
		status = http.StatusNotFound
	}
	kit.WriteJSON(rw, status, object{"type": "error", "error": inner})
}

// plain is what an error says, without what kind it is.
func plain(err error) string {
	return strings.TrimSuffix(strings.TrimSuffix(err.Error(), ": "+kit.ErrInvalid.Error()), ": "+kit.ErrNotFound.Error())
}

// onPull runs on the pull request of the path.
func onPull(run func(*world, *call, *pull) (int, any, error)) func(*world, *call) (int, any, error) {
	return func(w *world, c *call) (int, any, error) {
		p := c.repo.pull(c.number("id"))
		if p == nil {
			return 0, nil, errors.Wrapf(kit.ErrNotFound, "pull request %q", c.PathValue("id"))
		}
		return run(w, c, p)
	}
}

// onComment runs on the comment of the path.
func onComment(run func(*world, *call, *pull, *comment) (int, any, error)) func(*world, *call) (int, any, error) {
	return onPull(func(w *world, c *call, p *pull) (int, any, error) {
		found := p.comment(c.number("comment"))
		if found == nil {
			return 0, nil, errors.Wrapf(kit.ErrNotFound, "comment %q", c.PathValue("comment"))
		}
		return run(w, c, p, found)
	})
}
