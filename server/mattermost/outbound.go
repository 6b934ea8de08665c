package mattermost

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/httpservice"
)

// Outbound returns the HTTP client for calls to hosts that an admin has set. It honors the server's proxy and its setting for insecure
// connections.
func Outbound(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(true)
}

// Guarded returns the HTTP client for calls to addresses that users typed. It reaches no host of the internal network unless the server's
// setting AllowedUntrustedInternalConnections names it.
func Guarded(api plugin.API) *http.Client {
	return httpservice.MakeHTTPServicePlugin(api).MakeClient(false)
}
