package zoom

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// world is everything that a reset forgets. Its methods need the sandbox's lock.
// None of them does any I/O: notifications are left in the outbox.
type world struct {
	*kit.World
	ids    *ids
	policy Policy

	apps  map[string]*registration // by client ID
	users []*User

	grants *kit.Grants[*User]

	meetings map[int64]*meeting
	runs     map[string]*run       // by UUID
	starts   map[string]*startPass // by the start link's token

	chat *teamchat.Chat
}

// newWorld returns a world that begins with a seed.
func newWorld(base *kit.World, seed Seed) (*world, error) {
	w := &world{
		World: base, ids: &ids{IDs: base.IDs},
		apps:     map[string]*registration{},
		meetings: map[int64]*meeting{},
		runs:     map[string]*run{},
		starts:   map[string]*startPass{},
	}
	w.grants = kit.NewGrants[*User](base, w.grantRules())
	w.chat = teamchat.New(base, chatSurroundings{w})
	return w, w.plant(seed)
}

// Seed is what a sandbox begins with and returns to on reset.
type Seed struct {
	Policy Policy `json:"policy"`
	Apps   []App  `json:"apps"`
	Users  []User `json:"users"`
	// Channels are those of Team Chat, and Installs who has added which app.
	Channels []teamchat.NewChannel `json:"channels"`
	Installs []Install             `json:"installs"`
}

// Install names a user who has added an app, and the app.
type Install struct {
	Email    string `json:"email"`
	ClientID string `json:"client_id"`
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
	for _, one := range s.Installs {
		app, u := w.apps[one.ClientID], w.user(one.Email)
		if app == nil || u == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q or app %q", one.Email, one.ClientID)
		}
		w.install(app, u)
	}
	for _, channel := range s.Channels {
		if _, err := w.chat.AddChannel(channel); err != nil {
			return errors.Wrapf(err, "channel %q", channel.Name)
		}
	}
	return nil
}
