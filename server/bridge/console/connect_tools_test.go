package console_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func hexed(b []byte) string { return hex.EncodeToString(b) }

func unhexed(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

// builder is a tool whose webhook people enter themselves.
type builder struct{}

func (builder) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: "builder", Name: "Builder", Summary: chat.Verbatim("Brings builds."),
		ResourceNoun: chat.Verbatim("server"), ConnectHint: chat.Verbatim("[name]"),
		Events: []provider.EventKind{{ID: "built", Label: chat.Verbatim("Builds"), Default: true}, {ID: "queued", Label: chat.Verbatim("Queue")}},
	}
}

func (builder) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	if at := provider.MatchSecret(d.PathSecret, secrets); at >= 0 {
		return provider.Proof{Secret: at, By: provider.ByPath}, nil
	}
	return provider.Proof{}, provider.ErrForged
}

func (builder) Parse(provider.Delivery) ([]provider.Event, error) { return nil, nil }

func (builder) Fold(_, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	return provider.Change{State: e.Data, Kind: "queued"}, nil
}

func (builder) Card(json.RawMessage) (chat.Card, error) {
	return chat.Card{Emoji: "white_check_mark", State: chat.Verbatim("Sample"), Title: "web #1"}, nil
}

func (builder) Sample(now time.Time) provider.Event {
	return provider.Event{
		Subject: "web/1", Series: "web", RelatedSubjects: []string{"commit/1"}, Labels: map[string]string{"job": "web"}, At: now, Data: json.RawMessage(`{}`),
	}
}

// coder is a tool that sets up webhooks by calls, for people with an account or with a token.
type coder struct {
	builder
	// hooks are those that are set up, by the resource's path.
	hooks map[string]provider.Hook
	// private are the paths that not everybody sees, admins who may administer.
	private map[string]bool
	admins  []string
	// broken fails calls, by their name.
	broken map[string]error
	made   int
	// makesUp is the secret that the tool makes up for a webhook; "" where it takes ours.
	makesUp string
	// meanwhile happens after a webhook is made, before we know of it; nil for nothing.
	meanwhile func()
}

func newCoder() *coder {
	return &coder{
		hooks: map[string]provider.Hook{}, private: map[string]bool{}, admins: []string{ada, bob, "token:good"}, broken: map[string]error{},
	}
}

func (c *coder) Describe() provider.Descriptor {
	d := c.builder.Describe()
	d.ID, d.Name, d.ResourceNoun, d.ConnectHint = "coder", "Coder", chat.Verbatim("repository"), chat.Verbatim("[repository address]")
	d.Events = []provider.EventKind{
		{ID: "pushes", Label: chat.Verbatim("Pushes"), Default: true},
		{ID: "reviews", Label: chat.Verbatim("Reviews"), Default: true},
		{ID: "forks", Label: chat.Verbatim("Forks")},
	}
	return d
}

func (c *coder) Locate(text string, _ []provider.Site) (provider.Location, error) {
	rest, ok := strings.CutPrefix(text, "https://")
	host, path, named := strings.Cut(rest, "/")
	if !ok || !named || path == "" {
		return provider.Location{}, fault.New(fault.AddressUnknown).With("Provider", "Coder").With("Example", webRepo)
	}
	return provider.Location{Site: "https://" + host, Path: path}, nil
}

func (c *coder) Resource(_ context.Context, s provider.Session, path string) (provider.Resource, error) {
	if err := c.broken["resource"]; err != nil {
		return provider.Resource{}, err
	}
	if !slices.Contains(c.admins, s.Account.ID) {
		return provider.Resource{}, fault.New(fault.NotResourceAdmin).With("Provider", "Coder").With("Resource", path)
	}
	return provider.Resource{
		ID: "id-" + path, Name: path, Path: path, URL: "https://coder.test/" + path, Private: c.private[path],
		SettingsURL: "https://coder.test/" + path + "/hooks",
	}, nil
}

func (c *coder) Install(_ context.Context, _ provider.Session, r provider.Resource, h provider.Hook) (provider.Installation, error) {
	if err := c.broken["install"]; err != nil {
		return provider.Installation{}, err
	}
	c.made++
	c.hooks[r.Path] = h
	if c.meanwhile != nil {
		c.meanwhile()
	}
	return provider.Installation{Ref: json.RawMessage(`"hook"`), Secret: c.makesUp}, nil
}

func (c *coder) Installed(_ context.Context, _ provider.Session, r provider.Resource, h provider.Hook, _ json.RawMessage) (bool, error) {
	return c.hooks[r.Path].URL == h.URL, c.broken["installed"]
}

func (c *coder) Uninstall(_ context.Context, s provider.Session, r provider.Resource, _ json.RawMessage) error {
	if err := c.broken["uninstall"]; err != nil {
		return err
	}
	delete(c.hooks, r.Path)
	return nil
}

func (c *coder) Endpoints(provider.Site) provider.Endpoints { return provider.Endpoints{} }

func (c *coder) WhoAmI(_ context.Context, s provider.Session) (provider.Account, error) {
	return s.Account, nil
}

func (c *coder) CredentialForm() []chat.FormField {
	return []chat.FormField{
		{Name: "url", Kind: chat.TextField, Label: chat.Verbatim("Address of the server")},
		{Name: "token", Kind: chat.SecretField, Label: chat.Verbatim("Access token")},
	}
}

func (c *coder) ParseCredential(values map[string]string) (provider.Credential, error) {
	if strings.Contains(values["token"], " ") {
		return provider.Credential{}, &provider.FieldError{Field: "token", Message: chat.Verbatim("A token has no blanks.")}
	}
	return provider.Credential{Scheme: provider.BearerToken, Secret: values["token"]}, nil
}

func (c *coder) CheckCredential(context.Context, provider.Session) error { return nil }

// officeAccounts are the sign-ins at coder.
type officeAccounts struct {
	signedIn   map[string]bool
	registered bool
	next       string
}

func (a *officeAccounts) Sites(_ context.Context, providerID string) ([]provider.Site, error) {
	if providerID != "coder" {
		return nil, nil
	}
	return []provider.Site{{ID: "cloud", URL: "https://coder.test", API: "https://api.coder.test"}}, nil
}

func (a *officeAccounts) SaveSite(context.Context, string, provider.Site, string, string) error {
	return nil
}

func (a *officeAccounts) RemoveSite(context.Context, string, string) error { return nil }

func (a *officeAccounts) ForUser(_ context.Context, _ string, site provider.Site, person chat.PersonID) (provider.Session, error) {
	if !a.signedIn[string(person)] {
		return provider.Session{}, fault.New(fault.AccountNeeded).With("Provider", "Coder").With("Command", "/coder")
	}
	return provider.Session{Provider: "Coder", Site: site, Account: provider.Account{ID: string(person), Name: string(person)}}, nil
}

func (a *officeAccounts) With(_ context.Context, _ string, site provider.Site, c provider.Credential) (provider.Session, error) {
	return provider.Session{Provider: "Coder", Site: site, Account: provider.Account{ID: "token:" + c.Secret}}, nil
}

func (a *officeAccounts) ConnectURL(_ context.Context, _ string, _ provider.Site, _ chat.PersonID, next string) (string, error) {
	if !a.registered {
		return "", fault.New(fault.SetupNeeded).With("Provider", "Coder").With("Command", "/coder")
	}
	if len(next) > 1500 {
		return "", errors.Errorf("%d bytes are too many to come back", len(next))
	}
	a.next = next
	return "https://coder.test/authorize", nil
}

func (a *officeAccounts) SaveToken(context.Context, string, provider.Site, chat.PersonID, provider.Credential) (provider.Account, error) {
	return provider.Account{}, nil
}

func (a *officeAccounts) Redeem(context.Context, string, chat.PersonID, string) (provider.Account, string, error) {
	return provider.Account{}, "", fault.New(fault.CodeWrong)
}

func (a *officeAccounts) SignOut(_ context.Context, _ string, _ provider.Site, person chat.PersonID) error {
	delete(a.signedIn, string(person))
	return nil
}

func (a *officeAccounts) RedirectURL(string) string { return "https://chat.test/oauth2/complete" }
