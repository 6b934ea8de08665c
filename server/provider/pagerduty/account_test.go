package pagerduty

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// authorize lets Ada authorize the app with these scopes and this verifier, and returns the response of the token endpoint.
func (w *testEnv) authorize(scopes []string, wait time.Duration, verifier string) (*oauth2.Token, error) {
	w.t.Helper()
	require.NoError(w.t, w.sbx.SetPolicy(sandbox.Policy{AutoApprove: "ada@example.com"}))
	at := New().Endpoints(w.site)
	require.True(w.t, at.CredentialsInBody)
	config := oauth2.Config{
		ClientID: "chat", ClientSecret: "secret", RedirectURL: "https://chat.example.com/complete", Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: at.AuthURL, TokenURL: at.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(config.AuthCodeURL("st", oauth2.S256ChallengeOption("the verifier of this attempt")))
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	back, err := url.Parse(response.Header.Get("Location"))
	require.NoError(w.t, err)
	w.sbx.Advance(wait)
	return config.Exchange(w.t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
}

// bearerSession returns a session with an access token.
func (w *testEnv) bearerSession(token *oauth2.Token) provider.Session {
	s := w.sessionOf("")
	s.HTTP = &http.Client{Transport: providertest.Authorization("Bearer " + token.AccessToken)}
	return s
}

func TestAuthorizationUsesScopesAndPKCE(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	token, err := w.authorize(New().Endpoints(w.site).Scopes, 0, "the verifier of this attempt")
	require.NoError(t, err)
	s := w.bearerSession(token)
	account, err := New().WhoAmI(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, provider.Account{ID: "PADA", Name: "Ada Lovelace", URL: w.site.URL + "/web/users/PADA"}, account)
	made, secret, err := New().Subscribe(t.Context(), s, Scope{Kind: ScopeAccount}, w.hook)
	require.NoError(t, err)
	w.acceptSecret(secret)
	e, err := New().Trigger(t.Context(), s, NewIncident{ServiceID: "PDBSERVICE", Title: "Disk full"})
	require.NoError(t, err)
	_, err = New().AddNote(t.Context(), s, e.Subject, "x")
	require.NoError(t, err)
	require.Equal(t, "Chat", w.incident(e.Subject).Notes[0].Via)
	_, err = New().OnCall(t.Context(), s, "PSCHED1", noon)
	require.NoError(t, err)
	_, _, err = New().Find(t.Context(), s, Search{}, noon)
	require.NoError(t, err)
	_, err = New().Services(t.Context(), s, "")
	require.NoError(t, err)
	w.applyEvents(e)
	for _, choice := range []string{choiceEscalate, choiceReassign, choicePriority} {
		_, err = New().HandleAction(t.Context(), s, provider.ActionRequest{Action: choice, State: w.state(e.Subject)})
		require.NoError(t, err, "the scopes are enough for all that we do: %s", choice)
	}
	require.NoError(t, New().Unsubscribe(t.Context(), s, made))

	me, err := New().Me(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, "Europe/Berlin", me.TimeZone)
	idToken, _ := token.Extra("id_token").(string)
	site, err := New().SiteOfAccount(idToken, []provider.Site{{ID: "other", API: "https://api.example.com"}, w.site})
	require.NoError(t, err)
	require.Equal(t, w.site, site)
}

func TestACodeExpiresAfter30SecondsAndNeedsItsVerifier(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	_, err := w.authorize(scopes(), 31*time.Second, "the verifier of this attempt")
	require.Error(t, err)
	_, err = w.authorize(scopes(), 0, "a guess")
	require.Error(t, err)
}

func TestUnknownScopesAreSilentlyIgnored(t *testing.T) {
	t.Parallel() // so that an unknown scope shows only in calls
	w := newTestEnv(t)
	token, err := w.authorize([]string{"read", "write"}, 0, "the verifier of this attempt")
	require.NoError(t, err)
	_, err = New().WhoAmI(t.Context(), w.bearerSession(token))
	wantFault(t, fault.ProviderForbidden, err)
	require.Contains(t, scopes(), "openid")
	for _, scope := range scopes() {
		write, is := strings.CutSuffix(scope, ".write")
		require.True(t, !is || write == "incidents" || write == "webhook_subscriptions", "only incidents and webhooks are written to: %s", scope)
	}
}

func TestSitesAreParsedForBothRegions(t *testing.T) {
	t.Parallel()
	p := New()
	for _, site := range p.Sites() {
		require.Equal(t, "https://identity.pagerduty.com/oauth/authorize", p.Endpoints(site).AuthURL)
		require.Equal(t, "https://identity.pagerduty.com/oauth/token", p.Endpoints(site).TokenURL)
	}
	require.Equal(t, "https://api.pagerduty.com", p.Sites()[0].API)
	require.Equal(t, "https://api.eu.pagerduty.com", p.Sites()[1].API)
	for _, kind := range p.SiteKinds() {
		require.NotEmpty(t, english(t, kind.Label))
	}
	site, err := p.ParseSite(regionEU, "https://acme.eu.pagerduty.com/", "")
	require.NoError(t, err)
	require.Equal(t, p.Sites()[1], site, "an account's own address is its region's")
	site, err = p.ParseSite(regionUS, "https://proxy.example.com/pd/", "https://proxy.example.com/api/")
	require.NoError(t, err)
	require.Equal(t, provider.Site{
		ID: "https://proxy.example.com/pd", Kind: regionUS, URL: "https://proxy.example.com/pd", API: "https://proxy.example.com/api",
	}, site)
	for i, region := range []string{regionUS, regionEU} {
		site, err = p.ParseSite(region, " ", "")
		require.NoError(t, err)
		require.Equal(t, p.Sites()[i], site, "blank is PagerDuty's own, as the form says")
	}
	_, err = p.ParseSite("mars", "https://x.example", "")
	wantFieldError(t, "kind", err)
	_, err = p.ParseSite(regionUS, "x", "")
	wantFieldError(t, "url", err)
	_, err = p.ParseSite(regionUS, "https://x.example", "ftp://x")
	wantFieldError(t, "api", err)
}

func TestTheRegionIsTheAudienceOfTheIDToken(t *testing.T) {
	t.Parallel()
	token := func(audience any) string {
		claims, err := json.Marshal(map[string]any{"aud": audience})
		require.NoError(t, err)
		return "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".sig"
	}
	p := New()
	for _, audience := range []any{"https://api.eu.pagerduty.com", "https://api.eu.pagerduty.com/", []string{"client", "https://api.eu.pagerduty.com"}} {
		site, err := p.SiteOfAccount(token(audience), p.Sites())
		require.NoError(t, err)
		require.Equal(t, regionEU, site.ID)
	}
	for _, bad := range []string{"", "a.b", "a.!.c", "a.e30.c", token("https://api.mars.pagerduty.com"), token(7), "x." + base64.RawURLEncoding.EncodeToString([]byte("[")) + ".y"} {
		_, err := p.SiteOfAccount(bad, p.Sites())
		wantFault(t, fault.AccountRejected, err)
	}
}

func FuzzRegionOf(f *testing.F) {
	f.Add("a.eyJhdWQiOiJ4In0.c")
	f.Fuzz(func(t *testing.T, token string) {
		if site, err := New().SiteOfAccount(token, New().Sites()); err == nil {
			require.NotEmpty(t, site.API)
		}
	})
}
