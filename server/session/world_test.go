package session_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

var _ bridge.Sessions = (*session.Sessions)(nil)

// hub is a provider with a vendor's cloud and with accounts.
type hub struct {
	provider.Provider
	id string
}

func (h hub) Describe() provider.Descriptor {
	return provider.Descriptor{ID: h.id, Name: strings.ToUpper(h.id[:1]) + h.id[1:]}
}

func (h hub) Sites() []provider.Site {
	return []provider.Site{{ID: "cloud", Kind: "cloud", URL: "https://cloud.test", API: "https://api.cloud.test"}}
}

func (h hub) Endpoints(site provider.Site) provider.Endpoints {
	return provider.Endpoints{
		AuthURL: site.URL + "/oauth/authorize", TokenURL: site.URL + "/oauth/token", RevokeURL: site.URL + "/oauth/revoke",
		Scopes: []string{"repository", "webhook"},
	}
}

func (h hub) WhoAmI(ctx context.Context, s provider.Session) (provider.Account, error) {
	var a provider.Account
	return a, s.Call(ctx, http.MethodGet, "/user", nil, &a)
}

// builder is a provider without accounts.
type builder struct{ provider.Provider }

func (builder) Describe() provider.Descriptor {
	return provider.Descriptor{ID: "builder", Name: "Builder"}
}

// world is a cluster with one database, and a provider. Requests to untrusted addresses are recorded.
type world struct {
	t    *testing.T
	db   *memory.Memory
	tool *tool

	mu      sync.Mutex
	log     []string
	guarded []string
}

// inWorld runs a story in synthetic time.
func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		story(t, newWorld(t))
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, db: memory.New(time.Now), tool: newTool()}
}

// server starts a process with the plugin.
func (w *world) server() *session.Sessions {
	return w.over(&http.Client{Transport: w.tool}, &http.Client{Transport: roundTripper(w.guard)})
}

// over starts a process that makes its calls with these clients.
func (w *world) over(trusted, guarded *http.Client) *session.Sessions {
	vault := oauth.NewVault(w.db.Keyring, time.Now)
	vault.SetKey("the setting 0123456789")
	return session.New(session.Dependencies{
		Registry: provider.NewRegistry(hub{id: "hub"}, hub{id: "mirror"}, builder{}),
		Records:  session.Records{Grants: w.db.Grants, SignIns: w.db.SignIns, Sites: w.db.Sites}, Vault: vault,
		Trusted: trusted, Guarded: guarded,
		PluginURL: func(path string) string { return "https://chat.example.com/plugins/zoom" + path },
		Command:   func(id string) string { return "/" + id }, Now: time.Now, Log: logging.New(w.write),
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// guard is the client for untrusted addresses.
func (w *world) guard(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.guarded = append(w.guarded, r.URL.Host)
	w.mu.Unlock()
	return w.tool.RoundTrip(r)
}

func (w *world) write(_ slog.Level, message string, pairs ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, message+" "+fmt.Sprint(pairs...))
}

var cloud, company = provider.Site{URL: "https://cloud.test"}, provider.Site{URL: "https://dc.test/code", Kind: "datacenter"}

// setUp registers the plugin at the site, as an admin.
func (w *world) setUp(s *session.Sessions, site provider.Site) {
	w.t.Helper()
	require.NoError(w.t, s.SaveSite(w.t.Context(), "hub", site, clientID, clientSecret))
}

// consent takes a user from the link in a message to the address that the provider redirects to.
func (w *world) consent(s *session.Sessions, site provider.Site, userID, next string) (code, state string) {
	w.t.Helper()
	link, err := s.ConnectURL(w.t.Context(), "hub", site, chat.PersonID(userID), next)
	require.NoError(w.t, err)
	ticket, ours := strings.CutPrefix(link, "https://chat.example.com/plugins/zoom/oauth2/hub/connect?t=")
	require.True(w.t, ours, link)
	page, err := s.Begin(w.t.Context(), "hub", chat.PersonID(userID), ticket)
	require.NoError(w.t, err)
	return w.tool.agree(w.t, page, userID)
}

// connect takes a user through the whole authorization.
func (w *world) connect(s *session.Sessions, site provider.Site, userID string) {
	w.t.Helper()
	code, state := w.consent(s, site, userID, "")
	_, _, err := s.Complete(w.t.Context(), "hub", chat.PersonID(userID), code, state)
	require.NoError(w.t, err)
}

// whoAmI asks the provider which account the person acts as.
func (w *world) whoAmI(s *session.Sessions, site provider.Site, userID string) (string, error) {
	opened, err := s.ForUser(w.t.Context(), "hub", site, chat.PersonID(userID))
	if err != nil {
		return "", err
	}
	a, err := hub{}.WhoAmI(w.t.Context(), opened)
	return a.Name, err
}

// keepsSecrets requires that the table and the log contain no secret.
func (w *world) keepsSecrets() {
	w.t.Helper()
	w.mu.Lock()
	everything := strings.Join(w.log, "\n")
	w.mu.Unlock()
	for what, text := range w.db.Dump() {
		everything += what + "=" + text + "\n"
	}
	for _, secret := range append(w.tool.issued, "refresh_token", "id-ann") {
		require.NotContains(w.t, everything, secret)
	}
}

func wantFault(t *testing.T, code fault.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), err.Error())
	require.NotContains(t, err.Error(), clientSecret)
}

// stored returns the names of the stored grants and tokens of the provider.
func (w *world) stored(providerID string) []string {
	var names []string
	for _, key := range w.db.Grants.Keys() {
		if key.Provider == providerID {
			names = append(names, key.Name)
		}
	}
	return names
}
