package sentry

import (
	"regexp"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// slugForm is what a login and the slug of an organization, project or team look
// like.
var slugForm = regexp.MustCompile(`^[a-z0-9_-]*[a-z_-][a-z0-9_-]*$`)

// User is a user account.
type User struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// ID is generated when 0.
	ID int `json:"id"`
	// Token is a personal token with all rights of its owner.
	Token string `json:"token,omitempty"`
}

// addUser adds a user.
func (w *world) addUser(u User) (*User, error) {
	if !slugForm.MatchString(u.Login) {
		return nil, errors.Wrapf(kit.ErrInvalid, "a user can't be called %q", u.Login)
	}
	if w.user(u.Login) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", u.Login)
	}
	if u.Name == "" {
		u.Name = strings.ToUpper(u.Login[:1]) + u.Login[1:]
	}
	if u.Email == "" {
		u.Email = u.Login + "@example.com"
	}
	if u.ID == 0 {
		u.ID = w.number()
	}
	user := &u
	w.users = append(w.users, user)
	return user, nil
}

// user finds a user by login, address or number.
func (w *world) user(key string) *User {
	for _, u := range w.users {
		if key != "" && (u.Login == key || strings.EqualFold(u.Email, key) || itoa(u.ID) == key) {
			return u
		}
	}
	return nil
}

// AddUser adds a user and returns it with its generated fields.
func (s *Sandbox) AddUser(u User) (User, error) {
	return kit.Kept(s.Sandbox, func(w *world) (*User, error) { return w.addUser(u) })
}

// App is an OAuth application, as users register it under User, API, Applications.
type App struct {
	Name         string `json:"name"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// RedirectURI is the callback address; the requested one must be the same.
	RedirectURI string `json:"redirect_uri"`
}

// addApp registers an app, or replaces the one with the same client ID.
func (w *world) addApp(a App) (*App, error) {
	if a.RedirectURI == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "an app needs a redirect_uri")
	}
	if a.ClientID == "" {
		a.ClientID = w.IDs.Hex(32)
	}
	if a.ClientSecret == "" {
		a.ClientSecret = w.IDs.HexSecret(32)
	}
	if a.Name == "" {
		a.Name = a.ClientID
	}
	app := &a
	w.apps[a.ClientID] = app
	return app, nil
}

// SetApp registers an app, or replaces the one with the same client ID, and
// returns it with its generated fields.
func (s *Sandbox) SetApp(a App) (App, error) {
	return kit.Kept(s.Sandbox, func(w *world) (*App, error) { return w.addApp(a) })
}

// SetPolicy replaces the switches.
func (s *Sandbox) SetPolicy(p Policy) error {
	return s.Control(func(w *world) error {
		if p.AutoApprove != "" && w.user(p.AutoApprove) == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q", p.AutoApprove)
		}
		w.policy = p
		return nil
	})
}
