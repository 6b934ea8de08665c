package zoomchat

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// appsFresh is how long the apps are kept in memory, so that a change on another server shows within seconds.
const appsFresh = 5 * time.Second

// Credentials are the secrets of an app.
type Credentials struct {
	// ClientSecret is that of the app's OAuth client.
	ClientSecret string `json:"client_secret"`
	// SecretToken signs the app's events. Several, separated by spaces, count while an admin replaces one.
	SecretToken string `json:"secret_token"`
}

// Apps are the Zoom apps whose chatbots the plugin is. It is safe for concurrent use.
type Apps struct {
	Records Records
	Seals   bridge.Seals
	// TokenURL is the address of Zoom's authorization server that issues tokens.
	TokenURL func() string
	// Transport sends the requests for tokens.
	Transport *http.Client
	Now       func() time.Time
	Log       *slog.Logger

	mu     sync.Mutex
	loaded map[string]*app
	at     time.Time
}

// app is an app with its secrets.
type app struct {
	App
	secrets Credentials
	tokens  *zoom.BotTokens
	// tokenURL is the address that the tokens are from.
	tokenURL string
}

func sealName(id string) string { return "zoomchat/app/" + id }

// get returns the app with this ID. Fault: NotConfigured if there is none.
func (a *Apps) get(ctx context.Context, id string) (*app, error) {
	all, err := a.all(ctx)
	if err != nil {
		return nil, err
	}
	if found := all[id]; found != nil {
		return found, nil
	}
	return nil, fault.New(fault.NotConfigured).With("Setting", "Zoom Team Chat app "+id)
}

// all returns the apps by their IDs.
func (a *Apps) all(ctx context.Context) (map[string]*app, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.loaded != nil && a.Now().Sub(a.at) < appsFresh {
		return a.loaded, nil
	}
	stored, err := a.Records.Apps(ctx)
	if err != nil {
		return nil, errors.Wrap(err, "read the Zoom Team Chat apps")
	}
	all := map[string]*app{}
	for _, s := range stored {
		opened, err := a.open(ctx, s)
		if fault.Is(err, fault.Unreadable) {
			a.Log.Error("The secrets of a Zoom Team Chat app can't be read; enter them again", "app", s.ID, "error", err.Error())
			continue
		}
		if err != nil {
			return nil, err
		}
		all[s.ID] = opened
	}
	a.loaded, a.at = all, a.Now()
	return all, nil
}

// open returns the app with its secrets, sealed with the key in use. The tokens stay while the app is the same.
func (a *Apps) open(ctx context.Context, s App) (*app, error) {
	plain, err := a.Seals.Open(ctx, sealName(s.ID), []byte(s.Sealed))
	if err != nil {
		return nil, errors.Wrap(err, "open the secrets of a Zoom Team Chat app")
	}
	opened := &app{App: s, tokenURL: a.TokenURL()}
	if err := json.Unmarshal(plain, &opened.secrets); err != nil {
		return nil, errors.Wrap(err, "read the secrets of a Zoom Team Chat app")
	}
	if fresh, changed, err := a.Seals.Reseal(ctx, sealName(s.ID), []byte(s.Sealed)); err == nil && changed {
		s.Sealed = string(fresh)
		if err := a.Records.SaveApp(ctx, s); err != nil {
			a.Log.Warn("The secrets of a Zoom Team Chat app couldn't be stored under the new key; the next try follows", "app", s.ID, "error", err.Error())
		}
	}
	if before := a.loaded[s.ID]; before != nil && before.ClientID == s.ClientID && before.secrets == opened.secrets && before.tokenURL == opened.tokenURL {
		opened.tokens = before.tokens
		return opened, nil
	}
	opened.tokens = a.tokens(s.ClientID, opened.secrets)
	return opened, nil
}

func (a *Apps) tokens(clientID string, c Credentials) *zoom.BotTokens {
	return zoom.NewBotTokens(clientID, c.ClientSecret, a.TokenURL(), a.Transport, a.Now)
}

// Save stores an app after Zoom gave it a token, so its credentials are right. Faults: those of zoom.BotTokens.
func (a *Apps) Save(ctx context.Context, s App, c Credentials) error {
	if _, err := a.tokens(s.ClientID, c).Token(ctx); err != nil {
		return err
	}
	plain, err := json.Marshal(c) //nolint:gosec // to be sealed
	if err != nil {
		return errors.Wrap(err, "encode the secrets of a Zoom Team Chat app")
	}
	sealed, err := a.Seals.Seal(ctx, sealName(s.ID), plain)
	if err != nil {
		return errors.Wrap(err, "seal the secrets of a Zoom Team Chat app")
	}
	s.Sealed = string(sealed)
	if err := a.Records.SaveApp(ctx, s); err != nil {
		return errors.Wrap(err, "store a Zoom Team Chat app")
	}
	a.forget()
	return nil
}

// Remove removes an app.
func (a *Apps) Remove(ctx context.Context, id string) error {
	if err := a.Records.RemoveApp(ctx, id); err != nil {
		return errors.Wrap(err, "remove a Zoom Team Chat app")
	}
	a.forget()
	return nil
}

// forget makes the next look at the apps read them.
func (a *Apps) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = time.Time{}
}

// Status is an app as admins see it.
type Status struct {
	App
	// Err is why Zoom gives the app no token; nil if it does.
	Err error
	// Accounts are the Zoom accounts that have the app.
	Accounts []string
}

// Status returns the state of each app, as a call shows it.
func (a *Apps) Status(ctx context.Context) ([]Status, error) {
	stored, err := a.Records.Apps(ctx)
	if err != nil {
		return nil, errors.Wrap(err, "read the Zoom Team Chat apps")
	}
	all, err := a.all(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]Status, 0, len(stored))
	for _, s := range stored {
		state := Status{App: s}
		if opened := all[s.ID]; opened == nil {
			state.Err = fault.New(fault.Unreadable)
		} else {
			_, state.Err = opened.tokens.Token(ctx)
		}
		if state.Accounts, err = a.Records.Accounts(ctx, s.ID); err != nil {
			return nil, errors.Wrap(err, "read the accounts of a Zoom Team Chat app")
		}
		states = append(states, state)
	}
	return states, nil
}
