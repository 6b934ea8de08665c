package zoom

import (
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// world is everything that a reset forgets. Its methods need the sandbox's lock.
// None of them does any I/O: what has to be sent is left in waiting.
type world struct {
	ids    *ids
	now    func() time.Time
	base   string
	policy Policy

	apps  map[string]*registration // by client ID
	users []*User

	codes   map[string]*authCode
	grants  map[grantKey]*grant
	access  map[string]*accessToken
	refresh map[string]*grant

	meetings map[int64]*meeting
	runs     map[string]*run       // by UUID
	starts   map[string]*startPass // by the start link's token

	windows map[string]int // requests counted per rate limit window
	faults  []*Fault

	waiting    []*delivery // not yet handed to a worker
	deliveries []*delivery
	journal    journal
}

// newWorld returns a world with nobody in it.
func newWorld(seed uint64, now func() time.Time, base string) *world {
	return &world{
		ids:      &ids{IDs: kit.NewIDs(seed)},
		now:      now,
		base:     base,
		apps:     map[string]*registration{},
		codes:    map[string]*authCode{},
		grants:   map[grantKey]*grant{},
		access:   map[string]*accessToken{},
		refresh:  map[string]*grant{},
		meetings: map[int64]*meeting{},
		runs:     map[string]*run{},
		starts:   map[string]*startPass{},
		windows:  map[string]int{},
		journal:  journal{counts: map[string]int{}},
	}
}

// Seed is what a sandbox begins with and returns to on reset.
type Seed struct {
	Policy Policy `json:"policy"`
	Apps   []App  `json:"apps"`
	Users  []User `json:"users"`
}

// plant puts a seed into an empty world.
func (w *world) plant(s Seed) error {
	if err := s.Policy.check(); err != nil {
		return err
	}
	w.policy = s.Policy
	for _, app := range s.Apps {
		if _, err := w.addApp(app); err != nil {
			return errors.Wrapf(err, "app %q", app.Name)
		}
	}
	for _, user := range s.Users {
		if _, err := w.addUser(user); err != nil {
			return errors.Wrapf(err, "user %q", user.Email)
		}
	}
	return nil
}
