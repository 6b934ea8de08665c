package pagerduty

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The roles of users, the lowest first.
const (
	// RoleObserver can read.
	RoleObserver = "observer"
	// RoleResponder can work on incidents.
	RoleResponder = "limited_user"
	// RoleManager can also administer services and their webhooks.
	RoleManager = "user"
	// RoleAdmin can administer the account.
	RoleAdmin = "admin"
)

// roles are all of them in order.
func roles() []string { return []string{RoleObserver, RoleResponder, RoleManager, RoleAdmin} }

// User is a user account.
type User struct {
	// ID is generated when empty.
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Role is RoleManager when empty.
	Role     string `json:"role"`
	TimeZone string `json:"time_zone"`
	// Token is an API key of the person's own, shown as "Token token=…"; empty for
	// none.
	Token string `json:"token,omitempty"`
}

// atLeast reports whether the person has the role or a higher one.
func (u *User) atLeast(role string) bool {
	return slices.Index(roles(), u.Role) >= slices.Index(roles(), role)
}

// addUser adds a user.
func (w *world) addUser(u User) (*User, error) {
	if !strings.Contains(u.Email, "@") {
		return nil, errors.Wrap(kit.ErrInvalid, "a user needs an email address")
	}
	if w.user(u.Email) != nil || w.user(u.ID) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", u.Email)
	}
	if u.Role == "" {
		u.Role = RoleManager
	}
	if !slices.Contains(roles(), u.Role) {
		return nil, errors.Wrapf(kit.ErrInvalid, "unknown role %q", u.Role)
	}
	if u.Name == "" {
		login, _, _ := strings.Cut(u.Email, "@")
		u.Name = login
	}
	if u.TimeZone == "" {
		u.TimeZone = "Etc/UTC"
	}
	if u.ID == "" {
		u.ID = w.ids.id("P", 7)
	}
	user := &u
	w.users = append(w.users, user)
	return user, nil
}

// user finds a user by ID or address.
func (w *world) user(key string) *User {
	for _, u := range w.users {
		if key != "" && (u.ID == key || strings.EqualFold(u.Email, key)) {
			return u
		}
	}
	return nil
}

// AddUser adds a user and returns it with its generated fields.
func (s *Sandbox) AddUser(u User) (User, error) {
	return kit.Kept(s.Sandbox, func(w *world) (*User, error) { return w.addUser(u) })
}

// SetRole changes a user's role.
func (s *Sandbox) SetRole(key, role string) error {
	return s.Control(func(w *world) error {
		u := w.user(key)
		if u == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q", key)
		}
		if !slices.Contains(roles(), role) {
			return errors.Wrapf(kit.ErrInvalid, "unknown role %q", role)
		}
		u.Role = role
		return nil
	})
}

// App is a registered app with scoped OAuth.
type App struct {
	Name         string `json:"name"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RedirectURI  string `json:"redirect_uri"`
	// Scopes are the most it can be granted; all scopes when empty.
	Scopes []string `json:"scopes,omitempty"`
}

// allScopes are the scopes that an app can be granted.
func allScopes() []string {
	return []string{
		"openid", "incident_workflows.read", "incidents.read", "incidents.write", "services.read", "services.write", "users.read", "teams.read", "schedules.read",
		"oncalls.read", "escalation_policies.read", "priorities.read", "webhook_subscriptions.read", "webhook_subscriptions.write",
	}
}

// addApp registers an app, or replaces the one with the same client ID.
func (w *world) addApp(a App) (*App, error) {
	if a.RedirectURI == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "an app needs a redirect_uri")
	}
	if a.ClientID == "" {
		a.ClientID = "sbx_client_" + w.ids.UUID()[:13]
	}
	if a.ClientSecret == "" {
		a.ClientSecret = w.ids.Secret("client")
	}
	if len(a.Scopes) == 0 {
		a.Scopes = allScopes()
	}
	for _, scope := range a.Scopes {
		if !slices.Contains(allScopes(), scope) {
			return nil, errors.Wrapf(kit.ErrInvalid, "unknown scope %q", scope)
		}
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
