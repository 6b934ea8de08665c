package bitbucket

import (
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// object is a JSON object.
type object = map[string]any

// world is everything that a reset forgets. Its methods need the sandbox's lock.
// None of them does any I/O: deliveries are left in the outbox.
type world struct {
	*kit.World
	kind    Kind
	version string
	ids     ids
	policy  Policy

	apps  map[string]*App // by client ID
	users []*User
	repos []*repo
	last  int // the latest number

	grants *kit.Grants[*User]
}

// newWorld returns a world that begins with a seed.
func newWorld(base *kit.World, kind Kind, version string, seed Seed) (*world, error) {
	w := &world{World: base, kind: kind, version: version, ids: ids{base.IDs}, apps: map[string]*App{}}
	w.grants = kit.NewGrants[*User](base, w.grantRules())
	return w, w.plant(seed)
}

// Policy are switches for undocumented behavior of Bitbucket, or what differs between
// its versions.
type Policy struct {
	// SignedPing has a Data Center sign the ping of its "Test connection", too.
	SignedPing bool `json:"signed_ping"`
	// AutoApprove is the nickname of the user who allows every app at once; the consent page
	// asks when empty.
	AutoApprove string `json:"auto_approve"`
	// ConflictStatus is what Cloud answers when a pull request's state does not
	// allow what is asked for: 400 when 0.
	ConflictStatus int `json:"conflict_status"`
}

// Seed is what a sandbox begins with and returns to on reset.
type Seed struct {
	Policy Policy `json:"policy"`
	Apps   []App  `json:"apps"`
	Users  []User `json:"users"`
	Repos  []Repo `json:"repos"`
}

// Check reports what is wrong with a seed for that product.
func (s Seed) Check(kind Kind) error {
	_, err := newWorld(kit.NewWorld(), kind, "", s)
	return err
}

// plant fills an empty world from a seed.
func (w *world) plant(s Seed) error {
	w.policy = s.Policy
	for _, app := range s.Apps {
		if _, err := w.addApp(app); err != nil {
			return errors.Wrapf(err, "app %q", app.Name)
		}
	}
	for _, user := range s.Users {
		if _, err := w.addUser(user); err != nil {
			return errors.Wrapf(err, "user %q", user.Nickname)
		}
	}
	for _, r := range s.Repos {
		if _, err := w.addRepo(r); err != nil {
			return errors.Wrapf(err, "repository %q", r.Slug)
		}
	}
	return nil
}

// number returns the next number.
func (w *world) number() int {
	w.last++
	return w.last
}

// major is the first part of a Data Center's version.
func (w *world) major() int {
	first, _, _ := strings.Cut(w.version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return n
}
