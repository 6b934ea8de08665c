package sentry

import (
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// object is a JSON object.
type object = map[string]any

// world is everything that a reset forgets. Its methods need the sandbox's lock.
// None of them does any I/O: deliveries are left in the outbox.
type world struct {
	*kit.World
	policy Policy

	apps  map[string]*App // by client ID
	users []*User
	orgs  []*org
	last  int // the latest number

	grants *kit.Grants[doer]
}

// newWorld returns a world that begins with a seed.
func newWorld(base *kit.World, seed Seed) (*world, error) {
	w := &world{World: base, last: 1000, apps: map[string]*App{}}
	w.grants = kit.NewGrants[doer](base, w.grantRules())
	return w, w.plant(seed)
}

// Policy are switches for undocumented behavior of Sentry, or what differs between
// its versions.
type Policy struct {
	// AutoApprove is the login of the user who allows every app at once; the consent page
	// asks when empty.
	AutoApprove string `json:"auto_approve"`
	// DisableAfter is how many timeouts within a day take an integration's events
	// away: 1000 when 0.
	DisableAfter int `json:"disable_after"`
	// ArchivedName is the action under which Sentry tells that an issue was
	// archived: "ignored" when empty, "archived" as its document has it, "both" as some
	// versions did.
	ArchivedName string `json:"archived_name"`
	// BareIssues leaves out the addresses that newer versions send with an issue; its
	// permalink is null then.
	BareIssues bool `json:"bare_issues"`
}

// Seed is what a sandbox begins with and returns to on reset.
type Seed struct {
	Policy        Policy         `json:"policy"`
	Apps          []App          `json:"apps"`
	Users         []User         `json:"users"`
	Organizations []Organization `json:"organizations"`
}

// Check reports what is wrong with a seed.
func (s Seed) Check() error {
	_, err := newWorld(kit.NewWorld(), s)
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
			return errors.Wrapf(err, "user %q", user.Login)
		}
	}
	for _, o := range s.Organizations {
		if err := w.addOrg(o); err != nil {
			return errors.Wrapf(err, "organization %q", o.Slug)
		}
	}
	return nil
}

// number returns the next number.
func (w *world) number() int {
	w.last++
	return w.last
}

// itoa writes a number.
func itoa(n int) string { return strconv.Itoa(n) }

// stamp writes t the way Sentry does: UTC, microseconds, "Z".
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
