package bitbucket

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The rights that a person can have in a repository; each includes those after it.
const (
	RightAdmin = "admin"
	RightWrite = "write"
	RightRead  = "read"
)

// rights are in the order of what they allow.
func rights() []string { return []string{RightRead, RightWrite, RightAdmin} }

// Repo is a repository as it is set up.
type Repo struct {
	// Workspace is the slug of a workspace, in a Data Center the key of a project,
	// or "~" and a name for a personal repository.
	Workspace string `json:"workspace"`
	Slug      string `json:"slug"`
	// Name is its display name, the slug when empty.
	Name string `json:"name"`
	// Project is the key of the project within a workspace of Cloud's.
	Project string `json:"project"`
	// MainBranch is "main" when empty.
	MainBranch string `json:"main_branch"`
	Private    bool   `json:"private"`
	// Rights are the rights of users, by nickname. One must be an admin; everyone
	// can read a public repository.
	Rights map[string]string `json:"rights"`
}

// repo is a repository with what is in it.
type repo struct {
	Repo
	uuid      string
	id        int
	created   time.Time
	updated   time.Time
	branches  map[string]string // the hash of the head, by name
	tags      map[string]string
	commits   map[string]*commit
	statuses  []*status
	pipelines []*pipeline
	pulls     []*pull
	hooks     []*hook
}

// commit is one commit.
type commit struct {
	hash    string
	message string
	author  *User
	at      time.Time
	parent  string
}

// fullName is how the repository is called.
func (r *repo) fullName() string { return r.Workspace + "/" + r.Slug }

// personal reports whether it belongs to a person of a Data Center.
func (r *repo) personal() bool { return strings.HasPrefix(r.Workspace, "~") }

// addRepo creates a repository with a first commit.
func (w *world) addRepo(given Repo) (*repo, error) {
	if !nicknameForm.MatchString(given.Workspace) || !nicknameForm.MatchString(given.Slug) {
		return nil, errors.Wrapf(kit.ErrInvalid, "a repository can't be called %q", given.Workspace+"/"+given.Slug)
	}
	if w.repo(given.Workspace, given.Slug) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s/%s exists already", given.Workspace, given.Slug)
	}
	if given.Name == "" {
		given.Name = given.Slug
	}
	if given.Project == "" {
		given.Project = "PROJ"
	}
	if given.MainBranch == "" {
		given.MainBranch = "main"
	}
	r := &repo{
		Repo: given, uuid: w.ids.braced(), id: w.number(), created: w.Now(), updated: w.Now(),
		branches: map[string]string{}, tags: map[string]string{}, commits: map[string]*commit{},
	}
	r.Rights = map[string]string{}
	for nickname, right := range given.Rights {
		if err := w.setRight(r, nickname, right); err != nil {
			return nil, err
		}
	}
	if owner := w.user(strings.TrimPrefix(r.Workspace, "~")); r.personal() && owner != nil {
		r.Rights[owner.Nickname] = RightAdmin
	}
	if w.firstAdmin(r) == nil {
		return nil, errors.Wrapf(kit.ErrInvalid, "%s has no admin", r.fullName())
	}
	r.branches[r.MainBranch] = w.newCommit(r, w.firstAdmin(r), "Initial commit", "").hash
	w.repos = append(w.repos, r)
	return r, nil
}

// setRight gives a user a right, or removes it with "".
func (w *world) setRight(r *repo, nickname, right string) error {
	u := w.user(nickname)
	if u == nil {
		return errors.Wrapf(kit.ErrNotFound, "user %q", nickname)
	}
	if right == "" {
		delete(r.Rights, u.Nickname)
		return nil
	}
	if !slices.Contains(rights(), right) {
		return errors.Wrapf(kit.ErrInvalid, "right %q", right)
	}
	r.Rights[u.Nickname] = right
	return nil
}

// repo finds a repository; either part may be a UUID in Cloud.
func (w *world) repo(workspace, slug string) *repo {
	for _, r := range w.repos {
		if (strings.EqualFold(r.Workspace, workspace) || w.workspaceUUID(r.Workspace) == workspace) &&
			(strings.EqualFold(r.Slug, slug) || r.uuid == slug) {
			return r
		}
	}
	return nil
}

// repoByID finds a repository by its number.
func (w *world) repoByID(id int) *repo {
	for _, r := range w.repos {
		if r.id == id {
			return r
		}
	}
	return nil
}

// firstAdmin is the default actor.
func (w *world) firstAdmin(r *repo) *User {
	var names []string
	for nickname, right := range r.Rights {
		if u := w.user(nickname); right == RightAdmin && u != nil && !u.bot {
			names = append(names, nickname)
		}
	}
	if len(names) == 0 {
		return nil
	}
	sort.Strings(names)
	return w.user(names[0])
}

// actor finds who does something: the person named, or the first admin.
func (w *world) actor(r *repo, nickname string) (*User, error) {
	if nickname == "" {
		if u := w.firstAdmin(r); u != nil {
			return u, nil
		}
	}
	if u := w.user(nickname); u != nil {
		return u, nil
	}
	return nil, errors.Wrapf(kit.ErrNotFound, "user %q", nickname)
}

// right is a user's right in a repository; u is nil for an anonymous request.
func (r *repo) right(u *User) string {
	if u != nil && r.Rights[u.Nickname] != "" {
		return r.Rights[u.Nickname]
	}
	if !r.Private {
		return RightRead
	}
	return ""
}

// allows reports whether a person has at least a right.
func (r *repo) allows(u *User, right string) bool {
	return slices.Index(rights(), r.right(u)) >= slices.Index(rights(), right)
}

// newCommit creates a commit.
func (w *world) newCommit(r *repo, author *User, message, parent string) *commit {
	c := &commit{hash: w.ids.hash(), message: message, author: author, at: w.Now(), parent: parent}
	r.commits[c.hash] = c
	return c
}

// commit finds a commit by its hash, of which at least seven characters are needed.
func (r *repo) commit(hash string) *commit {
	if c := r.commits[hash]; c != nil || len(hash) < 7 {
		return c
	}
	for full, c := range r.commits {
		if strings.HasPrefix(full, hash) {
			return c
		}
	}
	return nil
}

// history returns the commits from one on, newest first, until it meets the other.
func (r *repo) history(from, until string) []*commit {
	var list []*commit
	for c := r.commits[from]; c != nil && c.hash != until; c = r.commits[c.parent] {
		list = append(list, c)
	}
	return list
}

// workspaces lists the workspaces or projects in which a person has a right, and
// whether as an admin.
func (w *world) workspaces(u *User) (names []string, admin map[string]bool) {
	admin = map[string]bool{}
	for _, r := range w.repos {
		right := r.Rights[u.Nickname]
		if right != "" && !slices.Contains(names, r.Workspace) {
			names = append(names, r.Workspace)
		}
		admin[r.Workspace] = admin[r.Workspace] || right == RightAdmin
	}
	return names, admin
}

// workspaceUUID is the same for a workspace whenever it is asked for.
func (w *world) workspaceUUID(slug string) string {
	return "{" + kit.StableUUID("workspace "+strings.ToLower(slug)) + "}"
}
