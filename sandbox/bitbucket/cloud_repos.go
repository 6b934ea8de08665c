package bitbucket

import (
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// paged cuts a list into pages as Cloud does; next is the address of the rest.
func (w *world) paged(c *call, values []object) (int, any, error) {
	q := c.URL.Query()
	length, page := 10, 1
	for name, into := range map[string]*int{"pagelen": &length, "page": &page} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || name == "pagelen" && n > 100 {
			return 0, nil, errors.Wrapf(kit.ErrInvalid, "Invalid %s", name)
		}
		*into = n
	}
	from := min((page-1)*length, len(values))
	to := min(from+length, len(values))
	shown := values[from:to]
	if len(shown) == 0 {
		shown = []object{}
	}
	answer := object{"values": shown, "pagelen": length, "page": page, "size": len(values)}
	if to < len(values) {
		q.Set("page", strconv.Itoa(page+1))
		answer["next"] = w.Base + c.URL.EscapedPath() + "?" + q.Encode()
	}
	return http.StatusOK, answer, nil
}

// cloudMe is GET /user.
func cloudMe(w *world, c *call) (int, any, error) { return http.StatusOK, w.cloudUser(c.user), nil }

// cloudOneUser is GET /users/{user}.
func cloudOneUser(w *world, c *call) (int, any, error) {
	for _, u := range w.users {
		if key := c.PathValue("user"); u.UUID == key || u.AccountID == key {
			return http.StatusOK, w.cloudUser(u), nil
		}
	}
	return 0, nil, errors.Wrap(kit.ErrNotFound, "user")
}

// cloudWorkspaces is GET /user/workspaces.
func cloudWorkspaces(w *world, c *call) (int, any, error) {
	names, admin := w.workspaces(c.user)
	var list []object
	for _, name := range names {
		list = append(list, object{"type": "workspace_access", "administrator": admin[name], "workspace": object{
			"type": "workspace_base", "uuid": w.workspaceUUID(name), "slug": name, "links": object{"self": link(w.Base + "/2.0/workspaces/" + name)},
		}})
	}
	return w.paged(c, list)
}

// cloudOneWorkspace is GET /workspaces/{workspace}.
func cloudOneWorkspace(w *world, c *call) (int, any, error) {
	for _, r := range w.repos {
		if key := c.PathValue("workspace"); strings.EqualFold(r.Workspace, key) || w.workspaceUUID(r.Workspace) == key {
			return http.StatusOK, w.cloudWorkspace(r.Workspace), nil
		}
	}
	return 0, nil, errors.Wrap(kit.ErrNotFound, "No workspace with identifier '"+c.PathValue("workspace")+"'.")
}

// condition is one comparison of a query: name ~ "web".
var condition = regexp.MustCompile(`^\s*([a-z_]+)\s*(=|!=|~|!~)\s*("[^"]*"|true|false)\s*$`)

// conjunction is the operator between two comparisons.
var conjunction = regexp.MustCompile(`(?i)\s+and\s+`)

// matches reports whether a repository is one that a query asks for. Of Cloud's
// query language it knows comparisons of texts, joined by AND.
func (r *repo) matches(query string) (bool, error) {
	if strings.TrimSpace(query) == "" {
		return true, nil
	}
	fields := map[string]string{
		"name": r.Name, "slug": r.Slug, "full_name": r.fullName(), "uuid": r.uuid, "is_private": strconv.FormatBool(r.Private),
	}
	for _, part := range conjunction.Split(query, -1) {
		m := condition.FindStringSubmatch(part)
		if m == nil {
			return false, errors.Wrapf(kit.ErrInvalid, "Invalid query: %s", query)
		}
		have, known := fields[m[1]]
		if !known {
			return false, errors.Wrapf(kit.ErrInvalid, "Invalid field in query: %s", m[1])
		}
		want := strings.Trim(m[3], `"`)
		fits := have == want
		if strings.HasSuffix(m[2], "~") {
			fits = strings.Contains(strings.ToLower(have), strings.ToLower(want))
		}
		if fits == strings.HasPrefix(m[2], "!") {
			return false, nil
		}
	}
	return true, nil
}

// cloudRepos is GET /repositories/{workspace}: those that the caller can see, or
// has at least a role in.
func cloudRepos(w *world, c *call) (int, any, error) {
	q := c.URL.Query()
	needed, ok := map[string]string{
		"": RightRead, "member": RightRead, "contributor": RightWrite, "owner": RightAdmin, "admin": RightAdmin,
	}[q.Get("role")]
	if !ok {
		return 0, nil, errors.Wrapf(kit.ErrInvalid, "Invalid role: %s", q.Get("role"))
	}
	if _, exists, err := cloudOneWorkspace(w, c); exists == nil {
		return 0, nil, err
	}
	var list []object
	for _, r := range w.repos {
		key := c.PathValue("workspace")
		if !strings.EqualFold(r.Workspace, key) && w.workspaceUUID(r.Workspace) != key {
			continue
		}
		explicit := q.Get("role") == "" || c.user != nil && r.Rights[c.user.Nickname] != ""
		fits, err := r.matches(q.Get("q"))
		if err != nil {
			return 0, nil, err
		}
		if fits && explicit && r.allows(c.user, needed) {
			list = append(list, w.cloudRepo(r, true))
		}
	}
	return w.paged(c, list)
}

// cloudReadRepo is GET /repositories/{workspace}/{slug}.
func cloudReadRepo(w *world, c *call) (int, any, error) {
	return http.StatusOK, w.cloudRepo(c.repo, true), nil
}

// cloudBranches is GET refs/branches.
func cloudBranches(w *world, c *call) (int, any, error) {
	var list []object
	for name, hash := range c.repo.branches {
		if branch, ok := w.cloudRef(c.repo, refChange{name: name}, hash).(object); ok {
			list = append(list, branch)
		}
	}
	sort.Slice(list, func(i, j int) bool { return slices.Compare([]byte(nameOf(list[i])), []byte(nameOf(list[j]))) < 0 })
	return w.paged(c, list)
}

// nameOf is the name of a branch as it is shown.
func nameOf(branch object) string {
	name, _ := branch["name"].(string)
	return name
}

// hookRequest is the body of a request about a webhook; nil fields are absent.
type hookRequest struct {
	Description *string  `json:"description"`
	URL         *string  `json:"url"`
	Active      *bool    `json:"active"`
	Secret      *string  `json:"secret"`
	Events      []string `json:"events"`
	SkipTLS     *bool    `json:"skip_cert_verification"`
}

// lay updates a webhook with a request.
func (q hookRequest) lay(h *hook) {
	set(&h.name, q.Description)
	set(&h.url, q.URL)
	set(&h.active, q.Active)
	set(&h.secret, q.Secret)
	set(&h.skipTLS, q.SkipTLS)
	if q.Events != nil {
		h.events = q.Events
	}
}

// set assigns a value that was sent.
func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// cloudHook finds the webhook of the path.
func (c *call) hook() (*hook, error) {
	key := c.PathValue("hook")
	for _, h := range c.repo.hooks {
		if h.uuid == key || trimBraces(h.uuid) == key || strconv.Itoa(h.id) == key {
			return h, nil
		}
	}
	return nil, &apiError{http.StatusNotFound, "webhooks.NoSuchWebhookException", "The requested webhook does not exist.", nil}
}

// cloudHooks is GET hooks.
func cloudHooks(w *world, c *call) (int, any, error) {
	var list []object
	for _, h := range c.repo.hooks {
		list = append(list, w.cloudHook(h))
	}
	return w.paged(c, list)
}

// cloudCreateHook is POST hooks.
func cloudCreateHook(w *world, c *call) (int, any, error) {
	var q hookRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	h := hook{active: true}
	q.lay(&h)
	made, err := w.addHook(c.repo, h)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.cloudHook(made), nil
}

// cloudReadHook is GET hooks/{hook}.
func cloudReadHook(w *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.cloudHook(h), nil
}

// cloudUpdateHook is PUT hooks/{hook}. The secret stays unless another is sent.
func cloudUpdateHook(w *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err != nil {
		return 0, nil, err
	}
	var q hookRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	changed := *h
	q.lay(&changed)
	if err := w.checkHook(&changed); err != nil {
		return 0, nil, err
	}
	*h = changed
	return http.StatusOK, w.cloudHook(h), nil
}

// cloudDeleteHook is DELETE hooks/{hook}.
func cloudDeleteHook(_ *world, c *call) (int, any, error) {
	h, err := c.hook()
	if err == nil {
		c.repo.removeHook(h)
	}
	return http.StatusNoContent, nil, err
}
