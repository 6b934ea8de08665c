// Package session makes authenticated calls to providers: it keeps users' own accounts, connections' credentials, and the sites that
// admins have defined. It knows no provider's API.
//
// A session's HTTP client sends the credential only to the hosts of its site. Users' grants are stored and renewed by package oauth, as
// those for Zoom are; its faults are returned here in the name of the provider.
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

// Records are what sessions store.
type Records struct {
	// Grants are those of users, and the tokens that they entered.
	Grants  oauth.Grants
	SignIns oauth.SignIns
	Sites   Sites
}

// Dependencies are what sessions are made with.
type Dependencies struct {
	Registry *provider.Registry
	Records  Records
	Vault    *oauth.Vault
	// Trusted calls the vendors' sites and those that an admin has defined. Guarded calls addresses that other users entered, and must
	// not reach the server's own network.
	Trusted, Guarded *http.Client
	// PluginURL returns the address of a path below the plugin's own.
	PluginURL func(path string) string
	// Command returns the provider's command as users type it ("/bitbucket").
	Command func(providerID string) string
	Now     func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Sessions makes sessions; see bridge.Sessions. It is safe for concurrent use by several goroutines and servers.
type Sessions struct {
	*Registrations
	*Accounts
	*SignIns
}

// New returns Sessions with these dependencies.
func New(d Dependencies) *Sessions {
	registrations := &Registrations{SiteList: &SiteList{&faults{d}}, oauthSites: map[string]*oauthSite{}}
	accounts := &Accounts{Registrations: registrations, trusted: persistent(d.Trusted), guarded: persistent(d.Guarded)}
	return &Sessions{Registrations: registrations, Accounts: accounts, SignIns: &SignIns{Registrations: registrations, accounts: accounts}}
}

// faults makes faults in the name of the provider.
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

// explain translates a fault of package oauth, which is in Zoom's name, into one in the provider's name. It returns any other error
// unchanged.
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
