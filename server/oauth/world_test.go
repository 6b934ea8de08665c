package oauth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/store/storetest"
)

const firstKey, secondKey = "the first setting 0123456789", "the second setting 987654321"

// world is a cluster with one table, and Zoom.
type world struct {
	t    *testing.T
	kv   *storetest.MemoryKV
	zoom *authServer

	mu  sync.Mutex
	log []string
}

// server is one process with the plugin.
type server struct {
	kv     *cable
	vault  *Vault
	tokens *Tokens
	flow   *Flow
	app    func() App
}

// cable is a server's connection to the table; cut plays the death of the server or of the connection.
type cable struct {
	KV
	cut atomic.Bool
}

var errCut = errors.New("no connection to the database")

func (c *cable) Get(key string) ([]byte, error) {
	if c.cut.Load() {
		return nil, errCut
	}
	return c.KV.Get(key)
}

func (c *cable) Set(key string, value []byte, ttl time.Duration) error {
	if c.cut.Load() {
		return errCut
	}
	return c.KV.Set(key, value, ttl)
}

func (c *cable) Swap(key string, old, value []byte, ttl time.Duration) (bool, error) {
	if c.cut.Load() {
		return false, errCut
	}
	return c.KV.Swap(key, old, value, ttl)
}

// inWorld tells a story in synthetic time.
func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		story(t, &world{t: t, kv: storetest.NewMemoryKV(time.Now), zoom: newAuthServer()})
	})
}

// server starts one whose setting is the key.
func (w *world) server(key string) *server {
	s := &server{kv: &cable{KV: w.kv}, app: w.zoom.app}
	s.vault = NewVault(s.kv, time.Now)
	s.vault.SetKey(key)
	s.tokens = NewTokens(w.dependencies(s, w.zoom.client()))
	s.flow = NewFlow(w.dependencies(s, w.zoom.client()))
	return s
}

// dependencies are those of the server, with this client.
func (w *world) dependencies(s *server, client *http.Client) Dependencies {
	return Dependencies{KV: s.kv, Vault: s.vault, App: func() App { return s.app() }, Client: client, Now: time.Now, Log: logging.New(w.write)}
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
func (w *world) connect(s *server, name, email string, life time.Duration) Token {
	w.t.Helper()
	token := w.zoom.grant(email, life)
	require.NoError(w.t, s.tokens.Of(name).Save(w.t.Context(), token, Identity{Email: email, ZoomUserID: "zoom-" + name}))
	return token
}

// keepsSecrets requires that nothing secret is in the table or in the log.
func (w *world) keepsSecrets() {
	w.t.Helper()
	w.mu.Lock()
	everything := strings.Join(w.log, "\n")
	w.mu.Unlock()
	for key, value := range w.kv.Dump() {
		everything += key + "=" + string(value) + "\n"
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
