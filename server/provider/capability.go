package provider

import (
	"context"
	"encoding/json"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Hook is the webhook address of a connection with its secret.
type Hook struct {
	// URL is the address without the secret.
	URL string
	// Secret is a random text that the plugin generates.
	Secret string
}

// SecretURL returns the address with the secret at its end, for senders that can't prove themselves in another way.
func (h Hook) SecretURL() string { return h.URL + "/" + h.Secret }

// ManualSetup is a provider whose webhook users set up in the provider themselves.
type ManualSetup interface {
	// Instructions returns the direct message that the user who connects a channel gets once. It is the only place where the secret is
	// shown.
	Instructions(h Hook) chat.Message
}

// Resource is something in the provider that a channel can subscribe to: a repository, a project, a service.
type Resource struct {
	// ID is the provider's stable identifier; Name is the display name. Both are untrusted text.
	ID   string `json:"id"`
	Name string `json:"name"`
	// URL is the page of the resource, SettingsURL the page of its webhooks; "" if there is none.
	URL         string `json:"url,omitempty"`
	SettingsURL string `json:"settings_url,omitempty"`
	// Private is set for resources that not everyone in the provider may see.
	Private bool `json:"private,omitempty"`
	// Path addresses the resource in the provider's API.
	Path string `json:"path,omitempty"`
}

// Location is what an address or name that a user typed refers to.
type Location struct {
	// Site is the base address of the site, Path the path of the resource. Each is "" if the user didn't name it.
	Site string `json:"site,omitempty"`
	Path string `json:"path,omitempty"`
}

// Installation is a webhook that the plugin created.
type Installation struct {
	// Ref identifies the webhook in the provider.
	Ref json.RawMessage
	// Secret signs the deliveries if the provider generates it and shows it only once. It is "" if the provider signs with the secret of
	// the Hook.
	Secret string
}

// Installer is a provider whose webhook the plugin creates, with the account of the user who connects a channel.
type Installer interface {
	// Locate parses what a user typed. Fault: AddressUnknown.
	Locate(text string, sites []Site) (Location, error)
	// Resource returns the resource at the path if the session may administer it. For a SigningSecret, whose VerifySource checks that,
	// the session only has to be able to see it. Faults: ResourceUnknown, NotResourceAdmin.
	Resource(ctx context.Context, s Session, path string) (Resource, error)
	// Install creates the webhook and returns a reference to it. A webhook with the same address is updated instead.
	Install(ctx context.Context, s Session, r Resource, h Hook) (Installation, error)
	// Installed reports whether the webhook exists and works.
	Installed(ctx context.Context, s Session, r Resource, h Hook, installation json.RawMessage) (bool, error)
	// Uninstall removes the webhook. It is no error if the webhook doesn't exist.
	Uninstall(ctx context.Context, s Session, r Resource, installation json.RawMessage) error
}

// Authorizer is a provider in which users have their own accounts, and act with them.
type Authorizer interface {
	// Endpoints returns where users authorize for the site.
	Endpoints(site Site) Endpoints
	// WhoAmI returns the account of the session.
	WhoAmI(ctx context.Context, s Session) (Account, error)
}

// CloudSites is a provider that the vendor hosts, so that no admin has to name an address.
type CloudSites interface {
	// Sites returns the vendor's sites. Their addresses never change.
	Sites() []Site
}

// Endpoints are the OAuth endpoints of a site: https://datatracker.ietf.org/doc/html/rfc6749.
type Endpoints struct {
	AuthURL   string
	TokenURL  string
	RevokeURL string // "" if there is none
	Scopes    []string
	// CredentialsInBody sends the client's credentials in the body instead of a header.
	CredentialsInBody bool
}

// Account is a user's login at the provider.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// TokenAuth is a provider that accepts an API token, which a user enters in a form, as the credential of a connection.
type TokenAuth interface {
	// CredentialForm returns the fields of the form: any of "url", "user", "token", "secret" (the signing secret) and "jobs" (what the
	// credential may be used for).
	CredentialForm() []chat.FormField
	// ParseCredential returns the credential from the submitted values. If a value is invalid, the error is a *FieldError.
	ParseCredential(values map[string]string) (Credential, error)
	// CheckCredential makes one call with the credential, so that a mistake shows up while the form is open.
	CheckCredential(ctx context.Context, s Session) error
}

// SelfHosted is a provider that companies also run on their own servers. An admin names those.
type SelfHosted interface {
	// SiteKinds returns the kinds of sites; the value of each is a Site.Kind.
	SiteKinds() []chat.Option
	// ParseSite returns the site for what an admin typed; api is "" for the usual address. If a value is invalid, the error is a
	// *FieldError for "kind", "url" or "api".
	ParseSite(kind, address, api string) (Site, error)
}

// ActionHandler is a provider whose cards have actions.
type ActionHandler interface {
	// HandleAction runs an action of a card with the session's account, or returns a form that asks for more. Faults are shown to the
	// user who clicked.
	HandleAction(ctx context.Context, s Session, c ActionRequest) (ActionResult, error)
}

// ActionRequest is a click on an action of a card, or the submission of the form that the action opened.
type ActionRequest struct {
	Action string
	// State is the state of the card's subject.
	State json.RawMessage
	// Resource is the resource of the connection, if it has one.
	Resource Resource
	// Values came with the click or the form. They are untrusted.
	Values map[string]string
	// Submitted is set if Values are the submission of a form of this provider.
	Submitted bool
	// Account is the account that acts, zero for the connection's own credential. By is the name in chat of the user who clicked.
	Account Account
	By      string
	At      time.Time
}

// ActionResult is the result of an action.
type ActionResult struct {
	// Form asks for more; its submission comes as another ActionRequest. The bridge sets its Kind and State.
	Form *chat.Form
	// Note tells the user who clicked the result; zero for nothing.
	Note chat.Message
	// Share is what the user who clicked may post to the channel with a button under the note; zero for no button.
	Share chat.Message
	// Events are applied to the card at once, before the provider's delivery arrives.
	Events []Event
	// Reply goes to the thread, visible to everyone; an empty text means no reply.
	Reply chat.Reply
}

// Task is something to look up later, because the provider doesn't send it.
type Task struct {
	// Key identifies the task within its connection.
	Key string `json:"key"`
	// After is how long to wait. Round counts how often the task has run.
	After time.Duration   `json:"after"`
	Round int             `json:"round"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// TaskRunner is a provider that has tasks.
type TaskRunner interface {
	// RunTask runs the task and returns what happened, and the tasks to run next.
	RunTask(ctx context.Context, s Session, r Resource, t Task) ([]Event, []Task, error)
}
