package zoom

import (
	"encoding/json"
	"net/url"
	"slices"
	"sort"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// Kind is how an app of the Zoom Marketplace is authorized.
type Kind string

// The kinds of apps.
const (
	// KindUser is a user-managed General app: each user authorizes it and it can
	// act only for that user, named "me".
	KindUser Kind = "user"
	// KindAccount is an admin-managed General app: one admin authorizes it for
	// the account, and it names users by ID or email address.
	KindAccount Kind = "account"
	// KindS2S is a Server-to-Server OAuth app, which no user authorizes.
	KindS2S Kind = "s2s"
)

// App is a registration at the Zoom Marketplace.
type App struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// ClientID and ClientSecret are generated when empty, as is
	// WebhookSecret, the "secret token" that notifications are signed with.
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	WebhookSecret string `json:"webhook_secret"`
	// AccountID is the account of a server-to-server app.
	AccountID string `json:"account_id"`
	// RedirectURIs is the allow list, compared character by character.
	RedirectURIs []string `json:"redirect_uris"`
	Scopes       []string `json:"scopes"`
	// WebhookURL is the notification endpoint; no events are sent while empty.
	WebhookURL string `json:"webhook_url"`
	// Events lists the subscribed types; empty means the meeting events that the
	// sandbox can send.
	Events []string `json:"events,omitempty"`
	// DeauthorizationURL is notified when a user removes the app, in addition to WebhookURL.
	DeauthorizationURL string `json:"deauthorization_url"`
	// Validate makes saving the app depend on the endpoint passing
	// endpoint.url_validation, as saving in the Marketplace does.
	Validate bool `json:"validate,omitempty"`
	// Manifest is what the app was registered with, nil for none.
	Manifest json.RawMessage `json:"manifest,omitempty"`
	// Bot is the app's part in Team Chat, nil for none.
	Bot *teamchat.Subscription `json:"bot,omitempty"`
}

// AppStatus is an app and the state of its notification endpoint.
type AppStatus struct {
	App
	// WebhookEnabled is false after six failed validations in a row, or when the
	// validation at saving failed.
	WebhookEnabled     bool `json:"webhook_enabled"`
	ValidationFailures int  `json:"validation_failures"`
}

// registration is an app with the state of its notification endpoint.
type registration struct {
	App
	enabled    bool
	failures   int       // failed validations in a row
	revalidate time.Time // when the next validation is due
	installers []*User   // who have added the app
}

// addApp registers an app, or replaces the one with the same client ID.
func (w *world) addApp(a App) (*registration, error) {
	if !slices.Contains([]Kind{KindUser, KindAccount, KindS2S}, a.Kind) {
		return nil, errors.Wrapf(kit.ErrInvalid, "kind can't be %q", a.Kind)
	}
	for _, address := range append([]string{a.WebhookURL, a.DeauthorizationURL}, a.RedirectURIs...) {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "") {
			return nil, errors.Wrapf(kit.ErrInvalid, "%q is not an absolute address", address)
		}
	}
	if a.ClientID == "" {
		a.ClientID = "sbx" + w.ids.object()
	}
	if a.ClientSecret == "" {
		a.ClientSecret = w.ids.Secret("cs")
	}
	if a.WebhookSecret == "" {
		a.WebhookSecret = w.ids.Secret("wh")
	}
	if a.AccountID == "" {
		a.AccountID = DefaultAccountID
	}
	if err := w.prepareBot(&a); err != nil {
		return nil, err
	}
	r := &registration{App: a, revalidate: w.Now().Add(validationInterval)}
	r.enabled = len(r.endpoints()) > 0
	if before := w.apps[a.ClientID]; before != nil {
		r.installers = before.installers
	}
	w.apps[a.ClientID] = r
	return r, nil
}

// status returns what the control API shows of an app.
func (r *registration) status() AppStatus {
	app := r.App
	if app.Bot != nil {
		bot := *app.Bot
		app.Bot = &bot
	}
	app.RedirectURIs, app.Scopes, app.Events = slices.Clone(app.RedirectURIs), slices.Clone(app.Scopes), slices.Clone(app.Events)
	return AppStatus{App: app, WebhookEnabled: r.enabled, ValidationFailures: r.failures}
}

// sortedApps returns all apps in a stable order.
func (w *world) sortedApps() []*registration {
	all := make([]*registration, 0, len(w.apps))
	for _, r := range w.apps {
		all = append(all, r)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ClientID < all[j].ClientID })
	return all
}
