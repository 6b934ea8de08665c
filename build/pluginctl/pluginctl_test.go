package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const (
	adminToken    = "a-token-of-the-admin"
	adminName     = "sysadmin"
	adminPassword = "a-password-of-the-admin"
)

// mattermost is as much of a Mattermost server as pluginctl needs: it knows one admin and remembers what was asked of it.
type mattermost struct {
	mu     sync.Mutex
	calls  []string
	bundle []byte
	log    []string
	local  bool // asks for no account, as the local mode socket does
}

func (m *mattermost) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v4/users/login", func(w http.ResponseWriter, r *http.Request) {
		var login map[string]string
		_ = json.NewDecoder(r.Body).Decode(&login)
		if login["login_id"] != adminName || login["password"] != adminPassword {
			refuse(w)
			return
		}
		w.Header().Set("Token", adminToken)
		_ = json.NewEncoder(w).Encode(&model.User{Username: adminName})
	})
	mux.HandleFunc("POST /api/v4/plugins", m.admin(func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("plugin")
		if err == nil {
			m.bundle, err = io.ReadAll(file)
		}
		if err != nil || r.FormValue("force") != "true" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(&model.Manifest{Id: "zoom", Version: "1.2.3"})
	}))
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"status":"OK"}`) }
	mux.HandleFunc("POST /api/v4/plugins/{id}/enable", m.admin(ok))
	mux.HandleFunc("POST /api/v4/plugins/{id}/disable", m.admin(ok))
	mux.HandleFunc("GET /api/v4/logs", m.admin(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(m.log)
	}))
	return mux
}

// admin lets only the admin pass, one call at a time, and writes the call down.
func (m *mattermost) admin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.local && !strings.EqualFold(r.Header.Get("Authorization"), "Bearer "+adminToken) {
			refuse(w)
			return
		}
		m.calls = append(m.calls, r.Method+" "+r.URL.Path)
		next(w, r)
	}
}

func (m *mattermost) write(lines ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log = append(m.log, lines...)
}

func refuse(w http.ResponseWriter) {
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"message":"Invalid or expired session","status_code":401}`)
}

// start serves m and returns the environment of someone who uses it with the admin's token.
func start(t *testing.T, m *mattermost) map[string]string {
	t.Helper()
	server := httptest.NewServer(m.routes())
	t.Cleanup(server.Close)
	return map[string]string{"MM_SERVICESETTINGS_SITEURL": server.URL + "/", "MM_ADMIN_TOKEN": adminToken}
}

// pluginctl runs one command line and returns what it printed.
func pluginctl(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), func(key string) string { return env[key] }, args, &out)
	return out.String(), err
}

// bundleFile writes something to upload.
func bundleFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "zoom-1.2.3.tar.gz")
	require.NoError(t, os.WriteFile(file, []byte("the bundle"), 0o600))
	return file
}

func TestDeployReplacesAndEnables(t *testing.T) {
	t.Parallel()
	m := &mattermost{}
	out, err := pluginctl(t, start(t, m), "deploy", "zoom", bundleFile(t))
	require.NoError(t, err)
	require.Equal(t, "zoom 1.2.3 is installed and enabled\n", out)
	require.Equal(t, []string{"POST /api/v4/plugins", "POST /api/v4/plugins/zoom/enable"}, m.calls)
	require.Equal(t, "the bundle", string(m.bundle))
}

func TestDeployDoesNotEnableAnotherPlugin(t *testing.T) {
	t.Parallel()
	m := &mattermost{}
	_, err := pluginctl(t, start(t, m), "deploy", "jitsi", bundleFile(t))
	require.ErrorContains(t, err, `holds the plugin "zoom", not "jitsi"`)
	require.Equal(t, []string{"POST /api/v4/plugins"}, m.calls)
}

func TestDeployOfABundleThatWasNotBuilt(t *testing.T) {
	t.Parallel()
	m := &mattermost{}
	_, err := pluginctl(t, start(t, m), "deploy", "zoom", filepath.Join(t.TempDir(), "none.tar.gz"))
	require.ErrorContains(t, err, "open the bundle")
	require.Empty(t, m.calls)
}

func TestDisableEnableAndReset(t *testing.T) {
	t.Parallel()
	const enable, disable = "POST /api/v4/plugins/zoom/enable", "POST /api/v4/plugins/zoom/disable"
	for command, want := range map[string][]string{"disable": {disable}, "enable": {enable}, "reset": {disable, enable}} {
		m := &mattermost{}
		_, err := pluginctl(t, start(t, m), command, "zoom")
		require.NoError(t, err)
		require.Equal(t, want, m.calls, command)
	}
}

func TestAnAdminMayUseNameAndPassword(t *testing.T) {
	t.Parallel()
	env := start(t, &mattermost{})
	delete(env, "MM_ADMIN_TOKEN")

	_, err := pluginctl(t, env, "enable", "zoom")
	require.ErrorContains(t, err, "set MM_ADMIN_TOKEN, or")

	env["MM_ADMIN_USERNAME"], env["MM_ADMIN_PASSWORD"] = adminName, "wrong"
	_, err = pluginctl(t, env, "enable", "zoom")
	require.ErrorContains(t, err, "as sysadmin")
	require.NotContains(t, err.Error(), "wrong", "a password is never printed")

	env["MM_ADMIN_PASSWORD"] = adminPassword
	_, err = pluginctl(t, env, "enable", "zoom")
	require.NoError(t, err)
}

func TestARefusedTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	env := start(t, &mattermost{})
	env["MM_ADMIN_TOKEN"] = "stale-token"
	_, err := pluginctl(t, env, "enable", "zoom")
	require.ErrorContains(t, err, "enable zoom")
	require.NotContains(t, err.Error(), "stale-token")
}

func TestLocalModeNeedsNoAccount(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "mm.socket")
	env := map[string]string{"MM_LOCALSOCKETPATH": socket}
	_, err := pluginctl(t, env, "enable", "zoom")
	require.ErrorContains(t, err, "MM_SERVICESETTINGS_SITEURL", "the message says what else to do")

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	m := &mattermost{local: true}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: m.routes(), ReadHeaderTimeout: time.Second}}
	server.Start()
	t.Cleanup(server.Close)
	_, err = pluginctl(t, env, "enable", "zoom")
	require.NoError(t, err)
	require.Equal(t, []string{"POST /api/v4/plugins/zoom/enable"}, m.calls)
}

func TestLogsShowOnlyThePluginsLines(t *testing.T) {
	t.Parallel()
	m := &mattermost{}
	m.write(
		`{"timestamp":"2026-01-02 10:00:00.000 Z","level":"info","msg":"Server is listening","caller":"app/server.go:1"}`,
		"\n"+`{"timestamp":"2026-01-02 10:00:01.000 Z","level":"warn","msg":"Zoom answered late","plugin_id":"zoom","caller":"x.go:1","ms":900,"attempt":2}`,
		`{"timestamp":"2026-01-02 10:00:02.000 Z","level":"info","msg":"hello","plugin_id":"jitsi"}`,
		"--- no JSON ---",
	)
	out, err := pluginctl(t, start(t, m), "logs", "zoom")
	require.NoError(t, err)
	require.Equal(t, "2026-01-02 10:00:01.000 Z warn  Zoom answered late attempt=2 ms=900\n", out)
}

func TestFollowingTheLogPrintsEachLineOnce(t *testing.T) {
	t.Parallel()
	line := func(msg string) string {
		return `{"timestamp":"t","level":"info","msg":"` + msg + `","plugin_id":"zoom"}`
	}
	m := &mattermost{}
	m.write(line("first"))
	env := start(t, m)
	c, err := connect(t.Context(), func(key string) string { return env[key] })
	require.NoError(t, err)

	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(c.logs(ctx, "zoom", true, time.Millisecond, writer)) }()
	expect := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		_, err := io.ReadFull(reader, got)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	expect("t info  first\n")
	m.write(`{"msg":"of the server"}`, line("second"))
	expect("t info  second\n")
	m.write(line("third"))
	expect("t info  third\n")
	stop()
	_, err = io.ReadAll(reader)
	require.ErrorIs(t, err, context.Canceled)
}

func TestACommandLineThatMakesNoSense(t *testing.T) {
	t.Parallel()
	env := start(t, &mattermost{})
	for name, args := range map[string][]string{
		"nothing":             nil,
		"no plugin":           {"enable"},
		"no bundle":           {"deploy", "zoom"},
		"a flag of no use":    {"logs", "-x", "zoom"},
		"an unknown command":  {"paint", "zoom"},
		"one name too many":   {"reset", "zoom", "jitsi"},
		"a flag at the wrong": {"logs", "zoom", "-f"},
	} {
		_, err := pluginctl(t, env, args...)
		require.ErrorContains(t, err, "usage: pluginctl", name)
	}
}
