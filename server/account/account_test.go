package account_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// office is a fake chat server with a few users, and a fake Zoom at which they authorize.
type office struct {
	t        *testing.T
	settings account.Settings
	people   map[string]chat.Person
	verifies bool
	told     []string
	logged   []string
	// zoomUsers are the owners of the tokens, by authorization code.
	zoomUsers map[string]zoom.User
	issued    int
	revoked   int
	now       time.Time
	service   *account.Service
}

func newOffice(t *testing.T, mode account.Mode) *office {
	t.Helper()
	o := &office{
		t: t, now: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), verifies: true,
		settings: account.Settings{Mode: mode, ClientID: "client", ConnectURL: "https://chat.example/connect"},
		people: map[string]chat.Person{
			"ada":  {ID: "ada", Email: "ada@example.com", EmailVerified: true},
			"bob":  {ID: "bob", Email: "bob@example.com"},
			"sso":  {ID: "sso", Email: "sso@example.com", IdentityProvider: "saml"},
			"root": {ID: "root", Email: "root@example.com", EmailVerified: true, Admin: true},
		},
		zoomUsers: map[string]zoom.User{
			"code-ada": {ID: "z-ada", Email: "ada@zoom.example", PMI: "5551112222", AccountID: "acme"},
			"code-bob": {ID: "z-bob", Email: "bob@zoom.example", AccountID: "acme"},
		},
	}
	now := func() time.Time { return o.now }
	table := kvtable.NewMemoryKV(now)
	records := memory.New(now)
	vault := oauth.NewVault(records.Keyring, now)
	vault.SetKey("a setting of enough characters")
	app := func() oauth.App {
		return oauth.App{
			ClientID: o.settings.ClientID, ClientSecret: "secret", AccountID: "acme", AuthURL: "https://zoom.example/authorize",
			TokenURL: "https://zoom.example/token", RevokeURL: "https://zoom.example/revoke", RedirectURL: "https://chat.example/complete",
		}
	}
	client := &http.Client{Transport: o}
	log := logging.New(func(_ slog.Level, msg string, _ ...any) { o.logged = append(o.logged, msg) })
	authorization := oauth.Dependencies{Grants: records.Grants, SignIns: records.SignIns, Vault: vault, App: app, Client: client, Now: now, Log: log}
	o.service = account.NewService(account.Dependencies{
		Settings: func() account.Settings { return o.settings }, People: o, Tokens: oauth.NewTokens(authorization), Flow: oauth.NewFlow(authorization),
		Zoom: o, Personal: memory.New(now).Meetings, Left: table, Now: now, Log: log,
	})
	return o
}

// RoundTrip is Zoom's authorization server: each token is named after the code that it was issued for.
func (o *office) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := "{}"
	switch body, err := io.ReadAll(r.Body); {
	case err != nil:
		return nil, err
	case r.URL.Path == "/revoke":
		o.revoked++
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		o.issued++
		answer = `{"access_token":"` + cmp.Or(form.Get("code"), "the server's own") + `","refresh_token":"r","token_type":"bearer","expires_in":3600,"scope":"meeting:write"}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), Request: r,
	}, nil
}

// User returns the Zoom user that a token belongs to.
func (o *office) User(ctx context.Context, as zoom.Caller) (zoom.User, error) {
	token, err := as.Tokens.Token(ctx)
	if err != nil {
		return zoom.User{}, err
	}
	user, ok := o.zoomUsers[token]
	if !ok {
		return zoom.User{}, errors.New("nobody's token")
	}
	return user, nil
}

func (o *office) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	return o.people[string(person)], nil
}
func (o *office) VerifiesEmail() bool { return o.verifies }

func (o *office) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	o.told = append(o.told, actor.ID+": "+text.ID)
	return nil
}

// authorizes follows a user's link to Zoom and returns with the code.
func (o *office) authorizes(userID, code string) (account.Connected, error) {
	o.t.Helper()
	link, err := o.service.ConnectURL(o.t.Context(), chat.PersonID(userID), "start it")
	if err != nil {
		return account.Connected{}, err
	}
	at, err := url.Parse(link)
	require.NoError(o.t, err)
	consent, err := o.service.Begin(o.t.Context(), chat.PersonID(userID), at.Query().Get("t"))
	require.NoError(o.t, err)
	asked, err := url.Parse(consent)
	require.NoError(o.t, err)
	return o.service.Complete(o.t.Context(), chat.PersonID(userID), code, asked.Query().Get("state"))
}

func TestEachUserConnectsAndDisconnects(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByUser)
	_, connected, err := o.service.Connected(t.Context(), "ada")
	require.NoError(t, err)
	require.False(t, connected)
	require.Equal(t, fault.NotConnected, fault.CodeOf(o.service.Disconnect(t.Context(), "ada")))

	done, err := o.authorizes("ada", "code-ada")
	require.NoError(t, err)
	require.Equal(t, account.Connected{Email: "ada@zoom.example", Next: "start it"}, done)
	email, connected, err := o.service.Connected(t.Context(), "ada")
	require.NoError(t, err)
	require.True(t, connected)
	require.Equal(t, "ada@zoom.example", email)
	caller, err := o.service.Caller(t.Context(), o.people["ada"])
	require.NoError(t, err)
	require.Equal(t, zoom.Me, caller.User)
	token, err := caller.Tokens.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "code-ada", token, "the person's own grant")
	_, connected, err = o.service.Connected(t.Context(), "bob")
	require.NoError(t, err)
	require.False(t, connected, "and no one else's")

	require.NoError(t, o.service.Disconnect(t.Context(), "ada"))
	require.Equal(t, 1, o.revoked, "it is revoked in Zoom, too")
	_, connected, err = o.service.Connected(t.Context(), "ada")
	require.NoError(t, err)
	require.False(t, connected)
}

func TestAZoomUserBelongsToTheLastPersonWhoConnectedIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByUser)
	_, err := o.authorizes("ada", "code-ada")
	require.NoError(t, err)
	_, err = o.authorizes("bob", "code-ada")
	require.NoError(t, err)
	require.Equal(t, []string{"ada: account.taken_over"}, o.told)
	_, connected, err := o.service.Connected(t.Context(), "ada")
	require.NoError(t, err)
	require.False(t, connected)
	require.Zero(t, o.revoked, "Zoom has ended the earlier grant itself")

	_, err = o.authorizes("bob", "code-bob")
	require.NoError(t, err)
	require.Equal(t, 1, o.revoked, "the grant of the Zoom user that bob leaves would live on")
	_, err = o.authorizes("ada", "code-ada")
	require.NoError(t, err)
	require.Len(t, o.told, 1, "bob had left that Zoom user before")
}

func TestOnlyAnAdminConnectsForEveryone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByAdmin)
	_, err := o.authorizes("ada", "code-ada")
	require.Equal(t, fault.AdminOnly, fault.CodeOf(err))
	done, err := o.authorizes("root", "code-ada")
	require.NoError(t, err)
	require.True(t, done.ForAll)
	caller, err := o.service.Caller(t.Context(), o.people["ada"])
	require.NoError(t, err)
	require.Equal(t, "ada@example.com", caller.User, "calls are made for the person's address")
	require.NoError(t, o.service.SharedGrant()(t.Context()))
	require.Equal(t, fault.AdminOnly, fault.CodeOf(o.service.Disconnect(t.Context(), "ada")))
	require.NoError(t, o.service.Disconnect(t.Context(), "root"))
	require.Equal(t, fault.AccountNotConnected, fault.CodeOf(o.service.SharedGrant()(t.Context())))
}

// A user's permissions, and the mode, may change between the link and the return from Zoom.
func TestPermissionsAreCheckedAgainOnReturn(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		changes func(*office)
		code    fault.Code
	}{
		"no longer an admin":    {func(o *office) { o.people["root"] = chat.Person{ID: "root"} }, fault.AdminOnly},
		"another mode":          {func(o *office) { o.settings.Mode = account.ByUser }, fault.LinkExpired},
		"the server authorizes": {func(o *office) { o.settings.Mode = account.ByServer }, fault.LinkExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, account.ByAdmin)
			link, err := o.service.ConnectURL(t.Context(), "root", "")
			require.NoError(t, err)
			at, err := url.Parse(link)
			require.NoError(t, err)
			consent, err := o.service.Begin(t.Context(), "root", at.Query().Get("t"))
			require.NoError(t, err)
			asked, err := url.Parse(consent)
			require.NoError(t, err)
			story.changes(o)
			_, err = o.service.Complete(t.Context(), "root", "code-ada", asked.Query().Get("state"))
			require.Equal(t, story.code, fault.CodeOf(err))
			require.Zero(t, o.issued, "nothing is exchanged")
		})
	}
}

// If addresses decide who acts as whom, an address has to be known to be the person's.
func TestAnAddressCountsOnlyWhereItIsKnownToBeThePersons(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		who               string
		verifies, trusted bool
		code              fault.Code
	}{
		"verified":                             {"ada", true, false, ""},
		"from an identity provider":            {"sso", true, false, ""},
		"not verified":                         {"bob", true, false, fault.EmailUnverified},
		"not verified, though trusted":         {"bob", true, true, fault.EmailUnverified},
		"on a server that verifies none":       {"bob", false, false, fault.EmailUntrusted},
		"there, where the admin trusts it":     {"bob", false, true, ""},
		"verified on a server that verifies n": {"ada", false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for mode, app := range map[account.Mode]zoom.AppKind{account.ByAdmin: zoom.AccountApp, account.ByServer: zoom.ServerApp} {
				o := newOffice(t, mode)
				o.verifies, o.settings.TrustUnverifiedEmail = story.verifies, story.trusted
				caller, err := o.service.Caller(t.Context(), o.people[story.who])
				require.Equal(t, story.code, fault.CodeOf(err))
				if err == nil {
					require.Equal(t, app, caller.App)
					require.Equal(t, o.people[story.who].Email, caller.User)
				}
			}
			o := newOffice(t, account.ByUser)
			o.verifies = story.verifies
			_, err := o.service.Caller(t.Context(), o.people[story.who])
			require.NoError(t, err, "where people authorize themselves it doesn't matter")
		})
	}
}

func TestNobodyAuthorizesWhereTheServerDoes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByServer)
	_, err := o.authorizes("root", "code-ada")
	require.Equal(t, fault.NobodyAuthorizes, fault.CodeOf(err))
	require.Equal(t, fault.NobodyAuthorizes, fault.CodeOf(o.service.Disconnect(t.Context(), "root")))
	_, connected, err := o.service.Connected(t.Context(), "bob")
	require.NoError(t, err)
	require.True(t, connected)
	require.Nil(t, newOffice(t, account.ByUser).service.SharedGrant(), "each has their own")
}

// A token that lacks a scope is replaced, but not on each of many attempts.
func TestAMissingScopeGetsTheServerANewTokenOnceAMinute(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByServer)
	asked := func() int {
		require.NoError(t, o.service.SharedGrant()(t.Context()))
		return o.issued
	}
	require.Equal(t, 1, asked())
	for range 5 {
		o.service.ScopeMissed(t.Context())
		require.Equal(t, 2, asked())
	}
	o.now = o.now.Add(time.Minute)
	o.service.ScopeMissed(t.Context())
	require.Equal(t, 3, asked())
	o.settings.Mode = account.ByAdmin
	o.now = o.now.Add(2 * time.Minute)
	o.service.ScopeMissed(t.Context())
	o.settings.Mode = account.ByServer
	require.Equal(t, 3, asked(), "in another mode the token has nothing to do with it")
}

func TestRemovingTheAppInZoomEndsTheGrantOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, account.ByUser)
	_, err := o.authorizes("ada", "code-ada")
	require.NoError(t, err)
	gone := func(userID, clientID string, at time.Time) {
		t.Helper()
		require.NoError(t, o.service.Deauthorized(t.Context(), zoom.Event{
			Type: zoom.EventDeauthorized, At: at, Deauthorized: zoom.Deauthorized{UserID: userID, ClientID: clientID},
		}))
	}
	holds := func() bool {
		_, connected, err := o.service.Connected(t.Context(), "ada")
		require.NoError(t, err)
		return connected
	}
	later := o.now.Add(time.Hour)
	gone("", "client", later)
	gone("z-ada", "another app", later)
	gone("z-nobody", "client", later)
	gone("z-ada", "client", o.now.Add(-time.Hour))
	require.True(t, holds(), "none of these is about the grant")
	require.Empty(t, o.told)
	gone("z-ada", "client", later)
	require.False(t, holds())
	require.Len(t, o.told, 1)
	gone("z-ada", "client", later)
	require.Len(t, o.told, 1)
}
