package provider_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

func TestNoFailureOfACallTellsItsAddress(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	s := provider.Session{Provider: "Tool", Site: provider.Site{URL: gone.URL, API: gone.URL}, HTTP: http.DefaultClient}
	for name, address := range map[string]string{
		"an address that is none": "/job?token=hidden\x7f",
		"a host that is none":     "https://tool.example.com:port/hidden",
		"a server that is off":    "/job?token=hidden",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := s.Call(t.Context(), http.MethodGet, address, nil, nil)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hidden")
		})
	}
}
