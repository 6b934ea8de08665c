package main

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// door is an https server with an untrusted certificate. It records TLS handshakes.
type door struct {
	*testing.T
	url string

	mu      sync.Mutex
	hello   *tls.ClientHelloInfo
	entered bool
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{T: t}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.entered = true
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.hello = info
		return nil, nil
	}}
	server.StartTLS()
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// requireSafe requires that clients offered nothing older than TLS 1.2 and nothing without forward secrecy, and sent no request: a server that can't
// prove to be the provider gets no token.
func (d *door) requireSafe() {
	d.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	require.NotNil(d, d.hello)
	require.False(d, d.entered)
	require.GreaterOrEqual(d, slices.Min(d.hello.SupportedVersions), uint16(tls.VersionTLS12))
	require.Contains(d, d.hello.CipherSuites, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
	for _, suite := range d.hello.CipherSuites {
		require.NotContains(d, tls.CipherSuiteName(suite), "TLS_RSA_", "without forward secrecy")
	}
}
