// Package session says as whom a provider is called, and where tools are: people's own accounts, credentials of connections, and the
// sites that admins have set.
//
// A session's HTTP client shows the credential to the hosts of its site and to no other. People's grants are kept and renewed as
// those for Zoom are, by package oauth, whose faults are told here in the name of the provider.
package session

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// Dependencies are what sessions are made with.
type Dependencies struct {
	Registry *provider.Registry
	KV       oauth.KV
	Vault    *oauth.Vault
	// Trusted calls the vendors' sites and those that an admin has set; Guarded calls addresses that other people entered, and
	// must not reach what is inside of the server's own network.
	Trusted, Guarded *http.Client
	// PluginURL returns the address of a path below the plugin's own.
	PluginURL func(path string) string
	// Command returns the provider's command as people type it ("/bitbucket").
	Command func(providerID string) string
	Now     func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Sessions makes sessions; see bridge.Sessions. It is safe for use by several goroutines and several servers.
type Sessions struct {
	*Registrations
	*Accounts
	*SignIns
}

// New returns a maker of sessions.
func New(d Dependencies) *Sessions {
	registrations := &Registrations{SiteList: &SiteList{&faults{d}}, oauthSites: map[string]*oauthSite{}}
	accounts := &Accounts{Registrations: registrations, trusted: persistent(d.Trusted), guarded: persistent(d.Guarded)}
	return &Sessions{Registrations: registrations, Accounts: accounts, SignIns: &SignIns{Registrations: registrations, accounts: accounts}}
}

// faults tells in the name of the provider what went wrong.
type faults struct {
	Dependencies
}

// fault returns a fault in the name of the provider.
func (s *faults) fault(providerID string, cause error, code fault.Code) *fault.Error {
	failure := fault.Wrap(cause, code).With("Provider", s.Registry.Describe(providerID).Name).With("Command", s.Command(providerID))
	if _, takes := s.Registry.Get(providerID).(provider.TokenAuth); takes && code == fault.SetupNeeded {
		failure = failure.With("Token", "yes")
	}
	return failure
}

// explain says in the name of the provider what package oauth says in Zoom's. Any other error stays as it is.
func (s *faults) explain(providerID string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	switch f.Code {
	case fault.NotConnected, fault.AccountNotConnected, fault.Unreadable:
		return s.fault(providerID, err, fault.AccountNeeded)
	case fault.Revoked, fault.AccountRevoked:
		return s.fault(providerID, err, fault.AccountRejected)
	case fault.ClientRejected:
		return s.fault(providerID, err, fault.SetupNeeded)
	case fault.RateLimited:
		return s.fault(providerID, err, fault.ProviderLimited)
	case fault.ZoomUnavailable, fault.ZoomTimeout, fault.ZoomUnreachable:
		return s.fault(providerID, err, fault.ProviderUnavailable)
	case fault.ZoomRefused:
		return fault.Wrap(err, fault.ProviderRefused).With("Provider", s.Registry.Describe(providerID).Name).With("Message", f.Params["Code"])
	case fault.LinkExpired, fault.CodeWrong:
		return s.fault(providerID, err, f.Code)
	}
	return err
}
