// Package signin has users sign in at providers and out again, and lets admins say where a provider is installed and with which OAuth
// client users authorize there. How an authorization works is the session package's.
package signin

import (
	"context"
	"log/slog"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Accounts are the users' accounts at providers, and the sites that there are; see bridge.Sessions.
type Accounts interface {
	// Sites returns where the provider is installed.
	Sites(ctx context.Context, providerID string) ([]provider.Site, error)
	// SaveSite has an admin add a site, or change the one with the same address; the client may be blank.
	SaveSite(ctx context.Context, providerID string, s provider.Site, clientID, clientSecret string) error
	// RemoveSite takes a site away that an admin has added.
	RemoveSite(ctx context.Context, providerID, siteURL string) error
	// RedirectURL is the address that an admin registers at the provider.
	RedirectURL(providerID string) string
	// ForUser returns a session that acts as the user's own account at the site. Faults: AccountNeeded, AccountRejected.
	ForUser(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) (provider.Session, error)
	// ConnectURL returns a link with which only this user authorizes at the site. Fault: SetupNeeded.
	ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error)
	// Redeem finishes an authorization with the code from a browser in which no one was signed in. Faults: CodeWrong, SetupNeeded.
	Redeem(ctx context.Context, providerID string, person chat.PersonID, code string) (who provider.Account, next string, err error)
	// SignOut forgets the user's account at the site, and ends it there where that can be done.
	SignOut(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) error
}

// Dependencies are what users are signed in with.
type Dependencies struct {
	bridge.Providers
	People   bridge.Persons
	Sessions Accounts
	Notices  *notice.Notices
	Prompts  *conversation.Prompts
	Trail    *conversation.Trail
	// Requests goes on with what an authorization was for.
	Requests *conversation.Registry
	Log      *slog.Logger
}

// Service is the package's parts, by what they are for.
type Service struct {
	*SignIns
	Sites *Sites
}

// SignIns signs users in and out.
type SignIns struct{ Dependencies }

// Sites lets admins say where providers are installed.
type Sites struct{ Dependencies }

// New returns the package's parts.
func New(d Dependencies) *Service { return &Service{SignIns: &SignIns{d}, Sites: &Sites{d}} }

// Operations returns what users can have done about sign-ins, and admins about sites.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpSignIn:       {Run: s.SignIn},
		conversation.OpSignOut:      {Run: s.SignOut},
		conversation.OpAskSignOut:   {Run: s.AskSignOut},
		conversation.OpSignedIn:     {Run: s.SignedInNow},
		conversation.PressSetup:     {Press: s.Sites.PressSetup},
		conversation.PressSetupAsk:  {Press: s.Sites.AskSiteAway},
		conversation.PressSetupDrop: {Press: s.Sites.DropSite},
		conversation.FormSetup:      {Answer: s.Sites.SiteEntered},
	}
}
