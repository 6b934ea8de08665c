package mmtest

import (
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// User is a user with an account.
type User struct {
	ID       string
	Username string
	// Connection is the window in which the user types; "" is a client that doesn't say.
	Connection string

	mm *Mattermost
}

// Trait is something unusual about a user.
type Trait func(*model.User)

// Admin makes the user a system admin.
func Admin(u *model.User) { u.Roles = model.SystemUserRoleId + " " + model.SystemAdminRoleId }

// Guest makes the user a guest, who was invited to some channels only.
func Guest(u *model.User) { u.Roles = model.SystemGuestRoleId }

// Unverified makes the user's email address unverified.
func Unverified(u *model.User) { u.EmailVerified = false }

// Deactivated deactivates the user.
func Deactivated(u *model.User) { u.DeleteAt = 1 }

// Reads sets the user's language, such as "de".
func Reads(locale string) Trait { return func(u *model.User) { u.Locale = locale } }

// Email gives the user this address instead of <username>@example.com.
func Email(address string) Trait { return func(u *model.User) { u.Email = address } }

// SignsInWith makes the user sign in with an identity provider, such as "saml".
func SignsInWith(provider string) Trait {
	return func(u *model.User) { u.AuthService, u.AuthData = provider, model.NewPointer("data") }
}

// AddUser adds a user who reads English, with the verified address <username>@example.com.
func (mm *Mattermost) AddUser(username string, traits ...Trait) *User {
	mm.t.Helper()
	account := &model.User{
		Id: mm.newID(username), Username: username, Email: username + "@example.com", EmailVerified: true,
		Locale: "en", Roles: model.SystemUserRoleId, CreateAt: mm.millis(),
	}
	for _, trait := range traits {
		trait(account)
	}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.users[account.Id] = account
	return &User{ID: account.Id, Username: username, Connection: "windowof" + username, mm: mm}
}

// InWindow returns the same user in another window.
func (u *User) InWindow(connection string) *User {
	other := *u
	other.Connection = connection
	return &other
}

// Becomes changes the user's account. The plugin is told of a deactivation, as by the real server, and of nothing else.
func (u *User) Becomes(traits ...Trait) {
	u.mm.mu.Lock()
	for _, trait := range traits {
		trait(u.mm.users[u.ID])
	}
	now := u.mm.users[u.ID].DeepCopy()
	u.mm.mu.Unlock()
	if usher, ok := u.mm.attached().(Usher); ok && now.DeleteAt != 0 {
		usher.UserHasBeenDeactivated(&plugin.Context{}, now)
	}
}

func (a *api) GetUser(userID string) (*model.User, *model.AppError) {
	a.called("GetUser")
	if !a.mm.alive() {
		return nil, nil
	}
	a.mm.mu.Lock()
	user, known := a.mm.users[userID]
	var found model.User
	if known {
		found = *user
	}
	a.mm.mu.Unlock()
	if !known {
		return nil, notFound("app.user.missing_account.const")
	}
	sent, _ := cross(a.mm, &found)
	return sent, nil
}

func (a *api) HasPermissionTo(userID string, _ *model.Permission) bool {
	a.called("HasPermissionTo")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	user, known := a.mm.users[userID]
	return !a.mm.broken && known && user.IsSystemAdmin()
}

// EnsureBotUser returns the account with that name, even if it is a person's, as the real server does.
func (a *api) EnsureBotUser(bot *model.Bot) (string, error) {
	a.called("EnsureBotUser")
	sent, ok := cross(a.mm, bot)
	if !ok {
		return "", nil
	}
	a.mm.mu.Lock()
	for id, user := range a.mm.users {
		if strings.EqualFold(user.Username, sent.Username) {
			a.mm.mu.Unlock()
			return id, nil
		}
	}
	a.mm.mu.Unlock()
	added := a.mm.AddUser(sent.Username, func(u *model.User) { u.IsBot = true })
	return added.ID, nil
}

func (a *api) SetProfileImage(userID string, picture []byte) *model.AppError {
	a.called("SetProfileImage")
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	if _, known := a.mm.users[userID]; !known {
		return refusal("app.user.missing_account.const", http.StatusNotFound)
	}
	a.mm.pictures[userID] = picture
	return nil
}

// Picture returns the profile picture of an account, nil for the default one.
func (mm *Mattermost) Picture(userID string) []byte {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return mm.pictures[userID]
}

// GetUserByEmail returns the user with the address.
func (a *api) GetUserByEmail(email string) (*model.User, *model.AppError) {
	a.called("GetUserByEmail")
	a.mm.mu.Lock()
	var found *model.User
	for _, u := range a.mm.users {
		if strings.EqualFold(u.Email, email) {
			copied := *u
			found = &copied
		}
	}
	a.mm.mu.Unlock()
	if found == nil {
		return nil, notFound("app.user.missing_account.const")
	}
	sent, _ := cross(a.mm, found)
	return sent, nil
}
