package provider

import (
	"context"
	"encoding/json"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Hook is where a tool sends its deliveries, and what proves them.
type Hook struct {
	// URL is the address, without any secret.
	URL string
	// Secret is a random text of ours.
	Secret string
}

// SecretURL returns the address with the secret in it, for senders that can prove themselves no other way.
func (h Hook) SecretURL() string { return h.URL + "/" + h.Secret }

// ManualSetup is a provider whose webhook people set up at the tool themselves.
type ManualSetup interface {
	// Instructions are what is sent to who connected a channel, once, as a direct message. It is the only place where the secret is
	// ever shown.
	Instructions(h Hook) chat.Message
}

// Resource is a thing at the tool that a channel can follow: a repository, a project, a service.
type Resource struct {
	// ID is the tool's own lasting name for it; Name is what people call it. Both as they came from outside.
	ID   string `json:"id"`
	Name string `json:"name"`
	// URL is its page, SettingsURL that of its webhooks; "" for none.
	URL         string `json:"url,omitempty"`
	SettingsURL string `json:"settings_url,omitempty"`
	// Private things are not for everybody's eyes.
	Private bool `json:"private,omitempty"`
	// Path is how the provider addresses it in calls.
	Path string `json:"path,omitempty"`
}

// Location is what somebody meant by the address they typed.
type Location struct {
	// Site is the base address of the tool, Path what the provider addresses the resource by. Both may be "" when it was not said.
	Site string `json:"site,omitempty"`
	Path string `json:"path,omitempty"`
}

// Installation is a webhook that we set up.
type Installation struct {
	// Ref is what the tool calls it.
	Ref json.RawMessage
	// Secret is what its deliveries are signed with, where the tool has made that up and tells it now and never again; "" where it
	// signs with what Install was given.
	Secret string
}

// Installer is a provider whose webhook we set up at the tool ourselves, acting as who connects the channel.
type Installer interface {
	// Locate understands what somebody typed. Fault: AddressUnknown.
	Locate(text string, sites []Site) (Location, error)
	// Resource returns the resource at the location, if the session may administer it; for a SecretGiver, whose Prove checks that, if it may
	// see it. Faults: ResourceUnknown, NotResourceAdmin.
	Resource(ctx context.Context, s Session, path string) (Resource, error)
	// Install makes the webhook and returns what the tool calls it; where ours, told by its address, is there already, it is
	// brought up to date instead.
	Install(ctx context.Context, s Session, r Resource, h Hook) (Installation, error)
	// Installed reports whether the webhook is there and in order.
	Installed(ctx context.Context, s Session, r Resource, h Hook, installation json.RawMessage) (bool, error)
	// Uninstall removes the webhook; one that is gone already is no error.
	Uninstall(ctx context.Context, s Session, r Resource, installation json.RawMessage) error
}

// Authorizer is a provider at which people have accounts of their own, and act with them.
type Authorizer interface {
	// Endpoints are where people authorize at the site.
	Endpoints(site Site) Endpoints
	// WhoAmI returns whose account the session acts with.
	WhoAmI(ctx context.Context, s Session) (Account, error)
}

// CloudSites is a provider whose vendor runs the tool for everybody, so that no admin has to name an address.
type CloudSites interface {
	// Sites are the vendor's own. Their addresses never change.
	Sites() []Site
}

// Endpoints are where and how people authorize: https://datatracker.ietf.org/doc/html/rfc6749.
type Endpoints struct {
	AuthURL   string
	TokenURL  string
	RevokeURL string // "" where there is none
	Scopes    []string
	// CredentialsInBody sends the client's credentials in the body instead of a header.
	CredentialsInBody bool
}

// Account is somebody's login at the tool.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// TokenAuth is a provider to which a connection can carry a credential of its own: an API token that somebody enters in a form.
type TokenAuth interface {
	// CredentialForm are the fields of the form: any of "url", "user", "token", "secret" (what the tool signs with) and "jobs" (what the
	// credential may be used for).
	CredentialForm() []chat.FormField
	// ParseCredential makes the credential of the answers; where they are not good, the error is a *FieldError.
	ParseCredential(values map[string]string) (Credential, error)
	// CheckCredential calls the tool once with it, so that a slip is noticed at once.
	CheckCredential(ctx context.Context, s Session) error
}

// SelfHosted is a provider whose tool companies also run on servers of their own, which an admin names.
type SelfHosted interface {
	// SiteKinds are what such a server can be; the value of each is Site.Kind.
	SiteKinds() []chat.Option
	// ParseSite makes the site of what an admin typed; api is "" where the usual address is meant. Where it is not good, the error is a
	// *FieldError for "kind", "url" or "api".
	ParseSite(kind, address, api string) (Site, error)
}

// ActionHandler is a provider whose cards have actions.
type ActionHandler interface {
	// HandleAction carries out an action on a card as the session's account, or asks for more with a form. Faults are shown to who clicked.
	HandleAction(ctx context.Context, s Session, c ActionRequest) (ActionResult, error)
}

// ActionRequest is somebody's click on an action of a card, or their answer to the form that it led to.
type ActionRequest struct {
	Action string
	// State is that of the card's subject.
	State json.RawMessage
	// Resource is that of the connection, where it has one.
	Resource Resource
	// Values came with the click or the form, by the word of a client.
	Values map[string]string
	// Submitted says that the values are the answer to a form of this provider's.
	Submitted bool
	// Account is the account that acts, zero where the connection's own credential does; By is who clicked, as a name in chat.
	Account Account
	By      string
	At      time.Time
}

// ActionResult is what came of an action.
type ActionResult struct {
	// Form asks for more; the answer comes as another Call. Its Kind and State are the bridge's.
	Form *chat.Form
	// Note tells who clicked what came of it; zero for nothing.
	Note chat.Message
	// Share is what who clicked may post to the channel by a button under the note; zero for no such button.
	Share chat.Message
	// Events are applied to the card at once, before the tool's own delivery arrives.
	Events []Event
	// Reply goes to the thread, seen by all; zero text for none.
	Reply chat.Reply
}

// Task is something to look at after a while, for what a tool does not tell by itself.
type Task struct {
	// Key tells one task of a connection from another.
	Key string `json:"key"`
	// After is how long to wait; Round counts how often it was done.
	After time.Duration   `json:"after"`
	Round int             `json:"round"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// TaskRunner is a provider that does tasks.
type TaskRunner interface {
	// RunTask looks and returns what happened, and what is to be done after another while.
	RunTask(ctx context.Context, s Session, r Resource, t Task) ([]Event, []Task, error)
}
