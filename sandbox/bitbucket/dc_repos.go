package bitbucket

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// dcProperties is GET application-properties, which needs no login.
func dcProperties(w *world, _ *call) (int, any, error) {
	return http.StatusOK, object{
		"version": w.version, "buildNumber": strconv.Itoa(w.major()) + "004000", "buildDate": "1730000000000", "displayName": "Bitbucket",
	}, nil
}

// dcOneUser is GET users/{user}.
func dcOneUser(w *world, c *call) (int, any, error) {
	if c.user == nil {
		return 0, nil, errPermission()
	}
	for _, u := range w.users {
		if strings.EqualFold(u.Nickname, c.PathValue("user")) {
			return http.StatusOK, w.dcUser(u, nil), nil
		}
	}
	return 0, nil, &apiError{http.StatusNotFound, "user.NoSuchUserException", "User " + c.PathValue("user") + " does not exist.", nil}
}

// dcRepos is GET repos, with its filters, and GET projects/{workspace}/repos.
func dcRepos(w *world, c *call) (int, any, error) {
	q := c.URL.Query()
	needed, ok := map[string]string{"": RightRead, "REPO_READ": RightRead, "REPO_WRITE": RightWrite, "REPO_ADMIN": RightAdmin}[q.Get("permission")]
	if !ok {
		return 0, nil, errors.Wrap(kit.ErrInvalid, "permission is none")
	}
	project := q.Get("projectkey")
	if inPath := c.PathValue("workspace"); inPath != "" {
		project = inPath
	}
	var list []object
	for _, r := range w.repos {
		fits := r.allows(c.user, needed) && (!r.Private || c.may("REPO_READ")) &&
			(project == "" || strings.EqualFold(project, r.Workspace)) &&
			strings.Contains(strings.ToLower(r.Name), strings.ToLower(q.Get("name"))) &&
			strings.Contains(strings.ToLower(r.Workspace), strings.ToLower(q.Get("projectname")))
		if fits {
			list = append(list, w.dcRepo(r))
		}
	}
	return dcPaged(c, list)
}

// dcProjects is GET projects.
func dcProjects(w *world, c *call) (int, any, error) {
	var list []object
	var seen []string
	for _, r := range w.repos {
		if r.allows(c.user, RightRead) && !r.personal() && !slices.Contains(seen, r.Workspace) {
			seen, list = append(seen, r.Workspace), append(list, w.dcProject(r))
		}
	}
	return dcPaged(c, list)
}

// dcReadRepo is GET on a repository.
func dcReadRepo(w *world, c *call) (int, any, error) {
	return http.StatusOK, w.dcRepo(c.repo), nil
}

// dcBranches is GET branches.
func dcBranches(_ *world, c *call) (int, any, error) {
	var list []object
	for name, hash := range c.repo.branches {
		list = append(list, object{
			"id": "refs/heads/" + name, "displayId": name, "type": "BRANCH", "latestCommit": hash,
		})
	}
	sort.Slice(list, func(i, j int) bool { return string(kit.Compact(list[i]["id"])) < string(kit.Compact(list[j]["id"])) })
	return dcPaged(c, list)
}

// dcPullSettings is GET settings/pull-requests, which says among others how pull
// requests can be merged.
func dcPullSettings(w *world, _ *call) (int, any, error) {
	var all []object
	for _, id := range w.mergeStrategies() {
		all = append(all, object{"id": id, "name": id, "enabled": true})
	}
	return http.StatusOK, object{
		"mergeConfig": object{"type": "DEFAULT", "defaultStrategy": all[0], "strategies": all, "commitSummaries": 20},
	}, nil
}

// dcPermissions is GET permissions/users.
func dcPermissions(w *world, c *call) (int, any, error) {
	var list []object
	for _, u := range w.users {
		if right := c.repo.Rights[u.Nickname]; right != "" && strings.Contains(u.Nickname, c.URL.Query().Get("filter")) {
			list = append(list, object{"user": w.dcUser(u, nil), "permission": "REPO_" + strings.ToUpper(right)})
		}
	}
	return dcPaged(c, list)
}

// dcHookRequest is the body of a request about a webhook; nil fields are absent.
type dcHookRequest struct {
	Name          *string  `json:"name"`
	URL           *string  `json:"url"`
	Active        *bool    `json:"active"`
	Events        []string `json:"events"`
	VerifyTLS     *bool    `json:"sslVerificationRequired"`
	Configuration struct {
		Secret *string `json:"secret"`
	} `json:"configuration"`
}

// lay updates a webhook with a request.
func (q dcHookRequest) lay(h *hook) {
	set(&h.name, q.Name)
	set(&h.url, q.URL)
	set(&h.active, q.Active)
	set(&h.secret, q.Configuration.Secret)
	if q.VerifyTLS != nil {
		h.skipTLS = !*q.VerifyTLS
	}
	if q.Events != nil {
		h.events = q.Events
	}
}

// dcHooks is GET webhooks.
func dcHooks(w *world, c *call) (int, any, error) {
	var list []object
	for _, h := range c.repo.hooks {
		list = append(list, w.dcHook(h))
	}
	return dcPaged(c, list)
}

// dcCreateHook is POST webhooks.
func dcCreateHook(w *world, c *call) (int, any, error) {
	var q dcHookRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	h := hook{active: true}
	q.lay(&h)
	if h.name == "" {
		return 0, nil, errors.Wrap(kit.ErrInvalid, "name: A name is required")
	}
	made, err := w.addHook(c.repo, h)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.dcHook(made), nil
}

// dcTestHook is POST webhooks/test: the webhook with that address gets a ping.
func dcTestHook(w *world, c *call) (int, any, error) {
	for _, h := range c.repo.hooks {
		if h.url == c.URL.Query().Get("url") {
			w.post(h, eventPing, []byte(`{"test": true}`))
			return http.StatusOK, object{}, nil
		}
	}
	return 0, nil, errors.Wrap(kit.ErrNotFound, "webhook")
}

// dcReadHook is GET webhooks/{hook}.
func dcReadHook(w *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcHook(h), nil
}

// dcUpdateHook is PUT webhooks/{hook}.
func dcUpdateHook(w *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err != nil {
		return 0, nil, err
	}
	var q dcHookRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	changed := *h
	q.lay(&changed)
	if err := w.checkHook(&changed); err != nil {
		return 0, nil, err
	}
	*h = changed
	return http.StatusOK, w.dcHook(h), nil
}

// dcDeleteHook is DELETE webhooks/{hook}.
func dcDeleteHook(_ *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err == nil {
		c.repo.removeHook(h)
	}
	return http.StatusNoContent, nil, err
}

// dcCommits is GET commits: those that lead to "until", or to the main branch, and
// that do not lead to "since"; the newest first.
func dcCommits(w *world, c *call) (int, any, error) {
	q := c.URL.Query()
	until := c.repo.branches[c.repo.MainBranch]
	if text := q.Get("until"); text != "" {
		until = text
	}
	for _, hash := range []string{until, q.Get("since")} {
		if hash != "" && c.repo.commit(hash) == nil {
			return 0, nil, &apiError{http.StatusNotFound, "commit.NoSuchCommitException", "Commit '" + hash + "' does not exist.", nil}
		}
	}
	var list []object
	for _, one := range c.repo.history(until, q.Get("since")) {
		list = append(list, w.dcCommit(one))
	}
	return dcPaged(c, list)
}

// dcReadCommit is GET commits/{commit}.
func dcReadCommit(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcCommit(found), nil
}

// dcBuilds is GET commits/{commit}/builds: the build with a key. Nothing lists
// those of a repository.
func dcBuilds(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	key := c.URL.Query().Get("key")
	if key == "" {
		return 0, nil, errors.Wrap(kit.ErrInvalid, "key: A build status key is required")
	}
	st := c.repo.status(found.hash, key)
	if st == nil {
		return 0, nil, &apiError{http.StatusNotFound, "build.NoSuchBuildStatusException", "There is no build " + key + ".", nil}
	}
	return http.StatusOK, w.dcBuild(st), nil
}

// dcBuildList is a list of build statuses.
func (w *world) dcBuildList(statuses []*status) []object {
	var list []object
	for _, st := range statuses {
		list = append(list, w.dcBuild(st))
	}
	return list
}

// dcBuildRequest is a build status.
type dcBuildRequest struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Ref         string `json:"ref"`
}

// setBuild records a build's status.
func (w *world) setBuild(c *call, r *repo, hash string) (int, any, error) {
	var q dcBuildRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if q.State == "CANCELLED" {
		q.State = Stopped
	}
	_, err := w.setStatus(r, Status{
		Hash: hash, Key: q.Key, Name: q.Name, State: q.State, Description: q.Description, URL: q.URL,
		Ref: strings.TrimPrefix(q.Ref, "refs/heads/"), By: c.user.Nickname,
	})
	return http.StatusNoContent, nil, err
}

// dcSetBuild is POST commits/{commit}/builds.
func dcSetBuild(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	return w.setBuild(c, c.repo, found.hash)
}

// repoOfCommit finds a repository with a commit that the caller can see.
func (w *world) repoOfCommit(c *call) *repo {
	for _, r := range w.repos {
		if r.commits[c.PathValue("commit")] != nil && r.allows(c.user, RightRead) {
			return r
		}
	}
	return nil
}

// dcOldStatuses is GET build-status commits/{commit}, which knows no repository.
func dcOldStatuses(w *world, c *call) (int, any, error) {
	var list []object
	if r := w.repoOfCommit(c); r != nil && c.user != nil {
		list = w.dcBuildList(r.statusesOf(c.PathValue("commit")))
	}
	return dcPaged(c, list)
}

// dcSetOldStatus is POST build-status commits/{commit}.
func dcSetOldStatus(w *world, c *call) (int, any, error) {
	r := w.repoOfCommit(c)
	if r == nil || c.user == nil {
		return 0, nil, errPermission()
	}
	return w.setBuild(c, r, c.PathValue("commit"))
}
