// Package oauth connects people and accounts with their Zoom app and keeps the tokens that come of it. Other providers at which people
// authorize are served likewise; where a fault or comment says Zoom, it is the App's authorization server.
//
// A Flow leads someone through Zoom's consent page and back. Tokens keeps one Grant per person (and one for the account, and
// one of the server itself), renews access tokens once per cluster, and tells a dead grant from a Zoom that is down. A Vault
// seals all of it at rest.
//
// The rules of Zoom's side are at https://developers.zoom.us/docs/integrations/oauth/.
package oauth

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Dependencies are what Tokens and a Flow work with.
type Dependencies struct {
	Grants  Grants
	SignIns SignIns
	Vault   *Vault
	// App returns the app at this moment. It may change at any time: a grant made for another app does not count.
	App func() App
	// Client sends the requests to the authorization server; it does not follow redirects.
	Client *http.Client
	Now    func() time.Time
	Log    *slog.Logger
}

// App is the Zoom app that this server is, with the addresses of its Zoom; or that of a provider.
type App struct {
	// Name keeps grants and tickets apart from those of others; "" is "zoom". It never changes.
	Name string
	// Site keeps grants apart from those of the provider's other sites; "" for Zoom. It never changes.
	Site string
	// Vendor is what the log calls the provider; "" is "Zoom".
	Vendor       string
	ClientID     string
	ClientSecret string
	// AccountID is the account of a server-to-server app.
	AccountID string
	// Scopes are what people are asked for, where the app's registration does not say it.
	Scopes []string
	// InBody sends the client's credentials in the body instead of a header.
	InBody bool
	// AuthURL, TokenURL and RevokeURL are Zoom's.
	AuthURL   string
	TokenURL  string
	RevokeURL string
	// RedirectURL is ours, as entered in Zoom.
	RedirectURL string
}

// zoomName is the name of Zoom's apps.
const zoomName = "zoom"

func (a App) name() string {
	if a.Name == "" {
		return zoomName
	}
	return a.Name
}

func (a App) vendor() string {
	if a.Vendor == "" {
		return "Zoom"
	}
	return a.Vendor
}

// Identity is who a grant belongs to.
type Identity struct {
	// ZoomUserID, AccountID, Email and PMI are Zoom's. PMI is "" without a personal meeting ID.
	ZoomUserID string `json:"zoom_user_id,omitempty"`
	AccountID  string `json:"account_id,omitempty"`
	Email      string `json:"email,omitempty"`
	PMI        string `json:"pmi,omitempty"`
	// UserID, Name and URL are those of an account at another provider.
	UserID string `json:"user_id,omitempty"`
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
	// AuthorizedBy is the Mattermost user who went through the consent page.
	AuthorizedBy chat.PersonID `json:"authorized_by,omitempty"`
	// AuthorizedAt is when that was; what happened to the app before does not concern this grant.
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
}

// owner returns the ID of the provider's user, "" if it isn't known.
func (i Identity) owner() string { return cmp.Or(i.ZoomUserID, i.UserID) }

// Token is an access token with what is needed to renew it.
type Token struct {
	Access string `json:"access"`
	// Refresh is "" for a server's own token. Zoom gives a new one with each renewal, and the old one is dead then; others may let
	// it stay the same.
	Refresh string `json:"refresh,omitempty"`
	// Expiry is when Access stops to be valid.
	Expiry time.Time `json:"expiry"`
	// Scope is Zoom's list of granted scopes, separated by spaces.
	Scope string `json:"scope,omitempty"`
	// ID is the ID token that came along, "" for none. It is not kept.
	ID string `json:"-"`
}
