package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// started runs the command and returns its address and a function that stops it.
func started(t *testing.T, args ...string) (string, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, in, io.Discard) }()
	var line struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.NewDecoder(out).Decode(&line))
	return line.URL, func() error { cancel(); return <-done }
}

func TestItPrintsItsAddressAndServesTheSeed(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	require.NoError(t, os.WriteFile(seed, []byte(`{"users":[{"email":"priya@example.com","first_name":"Priya"}],"policy":{"plan":"pro"}}`), 0o600))
	url, stop := started(t, "-listen", "127.0.0.1:0", "-seed", seed, "-random-seed", "5")
	resp, err := http.Get(url + "/_sandbox/meetings")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Contains(t, string(body), `"join_url":"`+url+`/j/`)
	time.Sleep(tick + 100*time.Millisecond) // the clock is looked at meanwhile
	require.NoError(t, stop())
}

func TestCommandLinesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"people":[]}`), 0o600))
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	require.NoError(t, os.WriteFile(wrong, []byte(`{"users":[{"email":"x"}]}`), 0o600))
	for _, args := range [][]string{
		{"-listen", "0.0.0.0:0"},
		{"-listen", ":0"},
		{"-listen", "nowhere"},
		{"-seed", filepath.Join(t.TempDir(), "missing.json")},
		{"-seed", bad},
		{"-seed", wrong},
		{"-unknown"},
	} {
		require.Error(t, run(t.Context(), args, io.Discard, io.Discard), args)
	}
	var help bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, &help))
	require.Contains(t, help.String(), "-random-seed")
}
