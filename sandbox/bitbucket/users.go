package bitbucket

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// nicknameForm is what a nickname, a workspace, a project and the name of a
// repository in an address look like.
var nicknameForm = regexp.MustCompile(`^~?[A-Za-z0-9_.-]+$`)

// User is a user account, or the bot behind an access token of a
// repository.
type User struct {
	// Nickname is the handle in Cloud, and the name and slug of a Data Center.
	Nickname    string `json:"nickname"`
	DisplayName string `json:"display_name"`
	Email       string `json:"email"`
	// UUID, AccountID and ID are generated when empty.
	UUID      string `json:"uuid"`
	AccountID string `json:"account_id"`
	ID        int    `json:"id"`
	// Token is a password of the person's own for programs: an API token in Cloud,
	// shown with the email address, an HTTP access token in a Data Center, shown
	// with the name or as a bearer token.
	Token string `json:"token,omitempty"`

	// bot marks the account behind a repository's access token.
	bot bool
}

// addUser adds a user.
func (w *world) addUser(u User) (*User, error) {
	if !nicknameForm.MatchString(u.Nickname) {
		return nil, errors.Wrapf(kit.ErrInvalid, "a user can't be called %q", u.Nickname)
	}
	if w.user(u.Nickname) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", u.Nickname)
	}
	if u.DisplayName == "" {
		u.DisplayName = strings.ToUpper(u.Nickname[:1]) + u.Nickname[1:]
	}
	if u.Email == "" {
		u.Email = strings.ToLower(u.Nickname) + "@example.com"
	}
	if u.UUID == "" {
		u.UUID = w.ids.braced()
	}
	if u.AccountID == "" {
		u.AccountID = w.ids.accountID()
	}
	if u.ID == 0 {
		u.ID = w.number()
	}
	user := &u
	w.users = append(w.users, user)
	return user, nil
}

// user finds a user by nickname, or by what else names one.
func (w *world) user(key string) *User {
	if key == "" {
		return nil
	}
	for _, u := range w.users {
		if strings.EqualFold(u.Nickname, key) || u.UUID == key || u.AccountID == key || strings.EqualFold(u.Email, key) {
			return u
		}
	}
	return nil
}

// AddUser adds a user and returns it with its generated fields.
func (s *Sandbox) AddUser(u User) (User, error) {
	return kit.Kept(s.Sandbox, func(w *world) (*User, error) { return w.addUser(u) })
}

// App is an OAuth consumer of Cloud, or an incoming application link of a Data
// Center.
type App struct {
	Name         string `json:"name"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// RedirectURI is the callback address; the requested one must be below it.
	RedirectURI string `json:"redirect_uri"`
	// Scopes are those of a Cloud consumer, fixed at its creation; all scopes when
	// empty. A Data Center's app requests its scopes, and these are the most it
	// gets.
	Scopes []string `json:"scopes,omitempty"`
}

// allScopes are the scopes that an app can be granted.
func (w *world) allScopes() []string {
	if w.kind == Cloud {
		return []string{
			"account", "repository", "repository:write", "pullrequest", "pullrequest:write", "webhook", "pipeline", "pipeline:write",
		}
	}
	return []string{"PUBLIC_REPOS", "REPO_READ", "REPO_WRITE", "REPO_ADMIN"}
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
		a.Scopes = w.allScopes()
	}
	for _, scope := range a.Scopes {
		if !slices.Contains(w.allScopes(), scope) {
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
