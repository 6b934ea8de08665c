package console_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/fstest"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// actTool is a tool of builds whose cards can be acted on with the credential of the connection.
type actTool struct {
	id    string
	calls []provider.ActionRequest
}

// actState is what a card of it shows.
type actState struct{ Title, Status string }

func actEvent(title, status string) provider.Event {
	data, _ := json.Marshal(actState{Title: title, Status: status})
	return provider.Event{ID: title + status, Subject: "pr/7", Data: data}
}

func (p *actTool) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: p.id, Name: strings.ToUpper(p.id), Texts: fstest.MapFS{},
		Events: []provider.EventKind{
			{ID: "broken", Label: chat.Verbatim("Broken"), Default: true},
			{ID: "mended", Label: chat.Verbatim("Mended"), Default: true},
			{ID: "begun", Label: chat.Verbatim("Begun")},
		},
		Filters: []provider.Filter{
			{ID: "branch", Label: chat.Verbatim("Branches")},
			{ID: "severity", Label: chat.Verbatim("Severity"), Levels: []string{"low", "high"}},
		},
	}
}

func (p *actTool) Verify(provider.Delivery, []string) (provider.Proof, error) {
	return provider.Proof{}, provider.ErrUnsigned
}
func (p *actTool) Parse(provider.Delivery) ([]provider.Event, error) { return nil, nil }
func (p *actTool) Fold(_, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	return provider.Change{State: e.Data, Kind: "mended"}, nil
}

func (p *actTool) Card(state json.RawMessage) (chat.Card, error) {
	var s actState
	if err := json.Unmarshal(state, &s); err != nil {
		return chat.Card{}, err
	}
	return chat.Card{Title: s.Title, State: chat.Verbatim(s.Status), Actions: []chat.Action{{ID: "approve", Label: chat.Verbatim("Approve")}}}, nil
}
func (p *actTool) Sample(time.Time) provider.Event { return actEvent("sample", "open") }

func (p *actTool) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	p.calls = append(p.calls, c)
	if err := s.Call(ctx, http.MethodPost, "/"+c.Action, nil, nil); err != nil {
		return provider.ActionResult{}, err
	}
	switch {
	case c.Action == "late":
		return provider.ActionResult{Events: []provider.Event{actEvent("Fix the door", "merged")}}, fault.New(fault.TooLate)
	case c.Action == "merge" && !c.Submitted:
		return provider.ActionResult{Form: &chat.Form{
			Title:  chat.Verbatim("Merge"),
			Fields: []chat.FormField{{Name: "how", Kind: chat.TextField, Label: chat.Verbatim("How")}},
		}}, nil
	case c.Action == "merge" && c.Values["how"] == "upside down":
		return provider.ActionResult{}, &provider.FieldError{Field: "how", Message: chat.Verbatim("There is no such way.")}
	}
	return provider.ActionResult{
		Note:   chat.Verbatim(c.Action + " done"),
		Reply:  chat.Reply{Text: chat.Verbatim(c.By + " did " + c.Action + c.Values["how"])},
		Events: []provider.Event{actEvent("Fix the door", c.Action)},
	}, nil
}

func (p *actTool) CredentialForm() []chat.FormField {
	return []chat.FormField{
		{Name: "url", Kind: chat.TextField, Label: chat.Verbatim("Address")},
		{Name: "user", Kind: chat.TextField, Label: chat.Verbatim("User"), Optional: true},
		{Name: "token", Kind: chat.SecretField, Label: chat.Verbatim("Token")},
	}
}

func (p *actTool) ParseCredential(values map[string]string) (provider.Credential, error) {
	if values["token"] == "" || values["url"] == "" {
		return provider.Credential{}, &provider.FieldError{Field: "token", Message: chat.Verbatim("Enter a token.")}
	}
	return provider.Credential{Scheme: provider.Basic, User: values["user"], Secret: values["token"]}, nil
}

func (p *actTool) CheckCredential(ctx context.Context, s provider.Session) error {
	return s.Call(ctx, http.MethodGet, "/me", nil, nil)
}

// actForge is a tool at which people have accounts, companies have servers, and we set up the webhooks.
type actForge struct {
	actTool
	// lost says that the webhook is gone; installs holds the account of each attempt to make one.
	lost     bool
	installs []string
}

func (p *actForge) Sites() []provider.Site {
	return []provider.Site{{ID: "cloud", URL: actCloud, API: actCloud}}
}

func (p *actForge) SiteKinds() []chat.Option {
	return []chat.Option{{Label: chat.Verbatim("Cloud"), Value: "cloud"}, {Label: chat.Verbatim("Own server"), Value: "own"}}
}

func (p *actForge) ParseSite(kind, address, api string) (provider.Site, error) {
	switch {
	case kind == "cloud":
		return p.Sites()[0], nil
	case !strings.HasPrefix(address, "https://"):
		return provider.Site{}, &provider.FieldError{Field: "url", Message: chat.Verbatim("Enter an address.")}
	case api == "":
		api = address + "/rest"
	}
	return provider.Site{ID: address, Kind: kind, URL: address, API: api}, nil
}

func (p *actForge) Endpoints(s provider.Site) provider.Endpoints {
	return provider.Endpoints{Scopes: []string{"repo:" + s.Kind}}
}

func (p *actForge) WhoAmI(_ context.Context, s provider.Session) (provider.Account, error) {
	return s.Account, nil
}

func (p *actForge) Locate(text string, _ []provider.Site) (provider.Location, error) {
	path, found := strings.CutPrefix(text, actCloud+"/")
	if !found {
		return provider.Location{}, fault.New(fault.AddressUnknown)
	}
	return provider.Location{Site: actCloud, Path: path}, nil
}

func (p *actForge) Resource(ctx context.Context, s provider.Session, path string) (provider.Resource, error) {
	return provider.Resource{ID: path, Name: path, Path: path}, s.Call(ctx, http.MethodGet, "/admin", nil, nil)
}

func (p *actForge) Install(_ context.Context, s provider.Session, _ provider.Resource, h provider.Hook) (provider.Installation, error) {
	p.installs, p.lost = append(p.installs, s.Account.Name+" "+h.URL+" "+h.Secret), false
	return provider.Installation{Ref: json.RawMessage(`"new"`)}, nil
}

func (p *actForge) Installed(context.Context, provider.Session, provider.Resource, provider.Hook, json.RawMessage) (bool, error) {
	return !p.lost, nil
}

func (p *actForge) Uninstall(context.Context, provider.Session, provider.Resource, json.RawMessage) error {
	return nil
}

// actPager is a tool that only its vendor runs, and at which people have accounts.
type actPager struct{ actTool }

func (p *actPager) Endpoints(provider.Site) provider.Endpoints {
	return provider.Endpoints{Scopes: []string{"write", "read", "read"}}
}

func (p *actPager) WhoAmI(_ context.Context, s provider.Session) (provider.Account, error) {
	return s.Account, nil
}

// actWire answers for a tool: what it is asked is decided by what is shown to it.
type actWire struct{ token string }

func (w actWire) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	switch {
	case strings.Contains(r.URL.Host, "down"):
		return nil, errors.New("no route to host")
	case strings.Contains(w.token, "wrong"):
		answer.WriteHeader(http.StatusUnauthorized)
	case strings.Contains(w.token, "reader") && r.URL.Path != "/me":
		answer.WriteHeader(http.StatusForbidden)
	}
	return answer.Result(), nil
}

// actCloud is where the vendor runs the forge.
const actCloud = "https://forge.example"

// actSessions keeps people's accounts, which are known by what stands in for their tokens.
type actSessions struct {
	sites  []provider.Site
	tokens map[string]string
	// nexts are what was to follow the links to sign in; clients the OAuth clients by site.
	nexts   []string
	clients map[string]string
	removed []string
	shown   []string
}

func (s *actSessions) Sites(context.Context, string) ([]provider.Site, error) { return s.sites, nil }

func (s *actSessions) SaveSite(_ context.Context, _ string, site provider.Site, id, secret string) error {
	s.sites, s.clients[site.URL] = append(s.sites, site), id+":"+secret
	return nil
}
func (s *actSessions) RedirectURL(id string) string { return "https://chat.example/back/" + id }

func (s *actSessions) RemoveSite(_ context.Context, _, siteURL string) error {
	s.removed = append(s.removed, siteURL)
	return nil
}

func (s *actSessions) ForUser(_ context.Context, id string, site provider.Site, person chat.PersonID) (provider.Session, error) {
	token := s.tokens[string(person)]
	if token == "" {
		return provider.Session{}, fault.New(fault.AccountNeeded).With("Provider", id).With("Command", "/"+id)
	}
	return provider.Session{Provider: id, Site: site, HTTP: &http.Client{Transport: actWire{token}}, Account: provider.Account{Name: token}}, nil
}

func (s *actSessions) With(_ context.Context, id string, site provider.Site, c provider.Credential) (provider.Session, error) {
	if strings.HasPrefix(site.URL, "http://plain.") {
		return provider.Session{}, fault.New(fault.HostUnknown).With("Provider", id).With("Host", site.URL).With("Command", "/"+id)
	}
	s.shown = append(s.shown, c.Secret+" to "+site.API)
	return provider.Session{Provider: id, Site: site, HTTP: &http.Client{Transport: actWire{c.Secret}}}, nil
}

func (s *actSessions) ConnectURL(_ context.Context, id string, site provider.Site, person chat.PersonID, next string) (string, error) {
	if !site.OAuth {
		return "", fault.New(fault.SetupNeeded).With("Provider", id).With("Command", "/"+id)
	}
	s.nexts = append(s.nexts, next)
	return "https://chat.example/sign-in?for=" + string(person), nil
}

func (s *actSessions) SaveToken(_ context.Context, _ string, _ provider.Site, person chat.PersonID, c provider.Credential) (provider.Account, error) {
	if strings.Contains(c.Secret, "wrong") {
		return provider.Account{}, fault.New(fault.AccountRejected).With("Provider", "x")
	}
	s.tokens[string(person)] = c.Secret
	return provider.Account{Name: c.Secret}, nil
}

func (s *actSessions) Redeem(context.Context, string, chat.PersonID, string) (provider.Account, string, error) {
	return provider.Account{}, "", fault.New(fault.CodeWrong)
}

func (s *actSessions) SignOut(_ context.Context, _ string, _ provider.Site, person chat.PersonID) error {
	delete(s.tokens, string(person))
	return nil
}
