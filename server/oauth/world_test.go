package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/oauth"
)

const firstKey, secondKey = "the first setting 0123456789", "the second setting 987654321"

// world is a cluster with one database, and Zoom.
type world struct {
	t    testing.TB
	db   *memory.Memory
	zoom *authServer

	mu  sync.Mutex
	log []string
}

// server is one process with the plugin.
type server struct {
	grants *cable
	vault  *oauth.Vault
	tokens *oauth.Tokens
	flow   *oauth.Flow
	app    func() oauth.App
}

// cable is a server's connection to the grants. cut is the death of the server or of the connection; lost is how many answers are still to
// be lost, so that what was done seems to have failed; stall is how long a new token takes to be stored.
type cable struct {
	oauth.Grants
	cut   atomic.Bool
	lost  atomic.Int32
	stall atomic.Int64
}

var (
	errCut  = errors.New("no connection to the database")
	errGone = errors.New("database gone")
)

// answer returns the error of a call whose answer may be lost.
func (c *cable) answer(err error) error {
	if err == nil && c.lost.Add(-1) >= 0 {
		return errCut
	}
	return err
}

func (c *cable) Grant(ctx context.Context, key oauth.GrantKey) (oauth.StoredGrant, error) {
	if c.cut.Load() {
		return oauth.StoredGrant{}, errCut
	}
	return c.Grants.Grant(ctx, key)
}

func (c *cable) ReplaceGrant(ctx context.Context, key oauth.GrantKey, version int64, sealed string) (bool, error) {
	if c.cut.Load() {
		return false, errCut
	}
	time.Sleep(time.Duration(c.stall.Load()))
	replaced, err := c.Grants.ReplaceGrant(ctx, key, version, sealed)
	err = c.answer(err)
	return replaced && err == nil, err
}

func (c *cable) LeaseGrant(ctx context.Context, key oauth.GrantKey, version int64, holder string, period time.Duration) (int64, error) {
	if c.cut.Load() {
		return 0, errCut
	}
	leased, err := c.Grants.LeaseGrant(ctx, key, version, holder, period)
	return leased, c.answer(err)
}

func (c *cable) ReleaseGrant(ctx context.Context, key oauth.GrantKey, holder string) error {
	if c.cut.Load() {
		return errCut
	}
	return c.Grants.ReleaseGrant(ctx, key, holder)
}

// inWorld tells a story in synthetic time.
func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { story(t, newWorld(t)) })
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{t: t, db: memory.New(time.Now), zoom: newAuthServer()}
}

// server starts one whose setting is the key.
func (w *world) server(key string) *server {
	s := &server{grants: &cable{Grants: w.db.Grants}, app: w.zoom.app, vault: oauth.NewVault(w.db.Keyring, time.Now)}
	s.vault.SetKey(key)
	s.tokens = oauth.NewTokens(w.dependencies(s, w.zoom.client()))
	s.flow = oauth.NewFlow(w.dependencies(s, w.zoom.client()))
	return s
}

// dependencies are those of the server, with this client.
func (w *world) dependencies(s *server, client *http.Client) oauth.Dependencies {
	return oauth.Dependencies{Grants: s.grants, SignIns: w.db.SignIns, Vault: s.vault, App: func() oauth.App { return s.app() }, Client: client, Now: time.Now, Log: logging.New(w.write)}
}

func (w *world) write(_ slog.Level, message string, pairs ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, message+" "+fmt.Sprint(pairs...))
}

func (w *world) logged(text string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(strings.Join(w.log, "\n"), text)
}

// connect gives the user a grant that is valid for life.
func (w *world) connect(s *server, name, email string, life time.Duration) oauth.Token {
	w.t.Helper()
	token := w.zoom.grant(email, life)
	require.NoError(w.t, s.tokens.Of(name).Save(w.t.Context(), token, oauth.Identity{Email: email, ZoomUserID: "zoom-" + name}))
	return token
}

// keepsSecrets requires that nothing secret is in the table or in the log.
func (w *world) keepsSecrets() {
	w.t.Helper()
	w.mu.Lock()
	everything := strings.Join(w.log, "\n")
	w.mu.Unlock()
	for what, text := range w.db.Dump() {
		everything += what + "=" + text + "\n"
	}
	for _, secret := range append(w.zoom.issued, clientSecret, firstKey, secondKey, "refresh_token", "ann@example.com") {
		require.NotContains(w.t, everything, secret)
	}
}

func wantFault(t *testing.T, code fault.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), err.Error())
	require.NotContains(t, err.Error(), clientSecret)
}

// stored returns the names of the stored grants.
func (w *world) stored() []string {
	var names []string
	for _, key := range w.db.Grants.Keys() {
		names = append(names, path.Join(key.Provider, key.Site, key.Name))
	}
	return names
}

// calls returns the calls of the database that the work makes.
func (w *world) calls(work func()) (calls []string) {
	var mu sync.Mutex
	w.db.OnCall(func(call, _ string) error {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call)
		return nil
	})
	defer w.db.OnCall(nil)
	work()
	return calls
}

// fail makes these calls of the database fail; none ends that.
func (w *world) fail(calls ...string) {
	w.db.OnCall(func(call, _ string) error {
		if slices.Contains(calls, call) {
			return errGone
		}
		return nil
	})
}
