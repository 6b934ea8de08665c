package pagerduty

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// object is a JSON object.
type object = map[string]any

// world is everything that a reset forgets. Its methods need the sandbox's lock.
// None of them does any I/O: deliveries are left in the outbox.
type world struct {
	*kit.World
	ids    ids
	policy Policy

	apps       map[string]*App // by client ID
	users      []*User
	teams      []*Team
	services   []*Service
	policies   []*EscalationPolicy
	schedules  []*Schedule
	priorities []*Priority
	incidents  []*incident

	grants *kit.Grants[*User]

	subscriptions []*subscription
}

// newWorld returns a world that begins with a seed.
func newWorld(base *kit.World, seed Seed) (*world, error) {
	w := &world{World: base, ids: ids{base.IDs}, apps: map[string]*App{}}
	w.grants = kit.NewGrants[*User](base, w.grantRules())
	return w, w.plant(seed)
}

// Policy are switches for behavior of PagerDuty that varies.
type Policy struct {
	// AutoApprove is the address of the user who allows every app at once; the consent page
	// asks when empty.
	AutoApprove string `json:"auto_approve"`
	// CallsAMinute is how many calls a token may make in a minute; 960 when 0.
	CallsAMinute int `json:"calls_a_minute"`
	// ErrorForm is how refusals list their details: "list", "text" in place of the
	// list, "array" as a list of texts in place of the error; "list" when empty.
	ErrorForm string `json:"error_form"`
}

// Seed is what a sandbox begins with and returns to on reset.
type Seed struct {
	Policy     Policy             `json:"policy"`
	Apps       []App              `json:"apps"`
	Users      []User             `json:"users"`
	Teams      []Team             `json:"teams"`
	Schedules  []Schedule         `json:"schedules"`
	Policies   []EscalationPolicy `json:"escalation_policies"`
	Services   []Service          `json:"services"`
	Priorities []Priority         `json:"priorities"`
}

// Check reports what is wrong with a seed.
func (s Seed) Check() error {
	_, err := newWorld(kit.NewWorld(), s)
	return err
}

// plant fills an empty world from a seed.
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
	return w.plantPlaces(s)
}

// check reports what is wrong with the switches.
func (p Policy) check() error {
	switch p.ErrorForm {
	case "", "list", "text", "array":
	default:
		return errors.Wrapf(kit.ErrInvalid, "unknown error form %q", p.ErrorForm)
	}
	if p.CallsAMinute < 0 {
		return errors.Wrap(kit.ErrInvalid, "a limit can't be negative")
	}
	return nil
}

// SetPolicy replaces the switches.
func (s *Sandbox) SetPolicy(p Policy) error {
	return s.Control(func(w *world) error {
		if err := p.check(); err != nil {
			return err
		}
		if p.AutoApprove != "" && w.user(p.AutoApprove) == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q", p.AutoApprove)
		}
		w.policy = p
		return nil
	})
}
