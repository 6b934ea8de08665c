package oauth

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"mattermost-plugin-zoom/server/fault"
)

const (
	// callTimeout limits one call to the authorization server.
	callTimeout = 10 * time.Second
	// defaultLife is how long an access token is valid if Zoom doesn't say: its documented hour.
	defaultLife = time.Hour
)

// errRejected means that the authorization server no longer accepts the grant itself (code, refresh token, account).
var errRejected = errors.New("the authorization server does not accept the grant")

// endpoint calls Zoom's authorization server for one app.
type endpoint struct {
	app    func() App
	client *http.Client
	now    func() time.Time
}

// newEndpoint uses the client without following redirects: codes and tokens go to the configured address only. Its timeout is replaced by
// callTimeout, which can be recognized even in the middle of a response.
func newEndpoint(app func() App, client *http.Client, now func() time.Time) endpoint {
	own := *client
	own.Timeout = 0
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return endpoint{app: app, client: &own, now: now}
}

// config returns the oauth2 library's configuration for the app. Fault: NotConfigured.
func (e endpoint) config() (*oauth2.Config, error) {
	app := e.app()
	switch {
	case app.ClientID == "":
		return nil, notConfigured("Zoom OAuth client ID")
	case app.ClientSecret == "":
		return nil, notConfigured("Zoom OAuth client secret")
	}
	style := oauth2.AuthStyleInHeader
	if app.InBody {
		style = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURL: app.RedirectURL, Scopes: app.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: app.AuthURL, TokenURL: app.TokenURL, AuthStyle: style},
	}, nil
}

// exchange exchanges an authorization code for tokens. A used, expired or foreign code is errRejected.
func (e endpoint) exchange(ctx context.Context, code, verifier string) (Token, error) {
	config, err := e.config()
	if err != nil {
		return Token{}, err
	}
	return e.call(ctx, []string{code, verifier}, func(ctx context.Context) (*oauth2.Token, error) {
		return config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	})
}

// refresh exchanges a refresh token for new tokens; if the response has no refresh token, the old one stays. A revoked one is
// errRejected, and so is an empty one: then the grant ended with its access token.
func (e endpoint) refresh(ctx context.Context, refresh string) (Token, error) {
	if refresh == "" {
		return Token{}, errors.Wrap(errRejected, "there is no refresh token")
	}
	config, err := e.config()
	if err != nil {
		return Token{}, err
	}
	return e.call(ctx, []string{refresh}, func(ctx context.Context) (*oauth2.Token, error) {
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	})
}

// mint gets a token for the server itself:
// https://developers.zoom.us/docs/internal-apps/s2s-oauth/#use-account-credentials-to-get-an-access-token.
func (e endpoint) mint(ctx context.Context) (Token, error) {
	config, err := e.config()
	if err != nil {
		return Token{}, err
	}
	account := e.app().AccountID
	if account == "" {
		return Token{}, notConfigured("Zoom account ID")
	}
	own := clientcredentials.Config{
		ClientID: config.ClientID, ClientSecret: config.ClientSecret, TokenURL: config.Endpoint.TokenURL,
		AuthStyle:      oauth2.AuthStyleInHeader,
		EndpointParams: url.Values{"grant_type": {"account_credentials"}, "account_id": {account}},
	}
	token, err := e.call(ctx, nil, own.Token)
	if fault.Is(err, fault.ZoomRefused) && fault.ParamsOf(err)["Code"] == "invalid_request" {
		// This is Zoom's response for an account that the app doesn't belong to.
		err = fault.Wrap(err, fault.ClientRejected)
	}
	return token, err
}

// call makes one token request within the time limit, with errors that say who has to act. The request contains secrets: they are removed
// from a response before it is logged.
func (e endpoint) call(ctx context.Context, sent []string, get func(context.Context) (*oauth2.Token, error)) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	asked := e.now()
	token, err := get(context.WithValue(ctx, oauth2.HTTPClient, e.client))
	if err != nil {
		return Token{}, explain(ctx, e.app().TokenURL, append(sent, e.app().ClientSecret), err)
	}
	scope, _ := token.Extra("scope").(string)
	id, _ := token.Extra("id_token").(string)
	return Token{Access: token.AccessToken, Refresh: token.RefreshToken, Expiry: asked.Add(life(token)), Scope: scope, ID: id}, nil
}

// life returns how long the token is valid. Zoom reports it as a number or a string; the library reads both, but counts from its own
// clock.
func life(token *oauth2.Token) time.Duration {
	if token.Expiry.IsZero() {
		return defaultLife
	}
	return time.Until(token.Expiry).Round(time.Second)
}

// revoke ends the token's grant in Zoom.
func (e endpoint) revoke(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	app := e.app()
	form := url.Values{"token": {token}}
	if app.InBody {
		form.Set("client_id", app.ClientID)
		form.Set("client_secret", app.ClientSecret)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, app.RevokeURL, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.Wrap(err, "make the request to revoke")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !app.InBody {
		request.SetBasicAuth(url.QueryEscape(app.ClientID), url.QueryEscape(app.ClientSecret))
	}
	response, err := e.client.Do(request)
	if err != nil {
		return explain(ctx, app.RevokeURL, nil, err)
	}
	defer func() { _ = response.Body.Close() }() // nothing was read, so nothing can be lost
	if response.StatusCode != http.StatusOK {
		return errors.Errorf("the authorization server answered %d", response.StatusCode)
	}
	return nil
}

// accountRefused reports whether the error means that Zoom rejects a server-to-server app: for account_credentials only the account can
// be wrong, and Zoom calls that an invalid_request.
func accountRefused(err error) bool {
	return errors.Is(err, errRejected) || fault.Is(err, fault.ZoomRefused)
}

// explain turns an error of a call into a fault or errRejected. Of the response body only the server's reason is kept, without the
// secrets of the request.
func explain(ctx context.Context, address string, sent []string, err error) error {
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) && refusal.Response != nil {
		return explainRefusal(address, readRefusal(refusal, sent))
	}
	var network net.Error
	timedOut := errors.As(err, &network) && network.Timeout()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return errors.Wrap(ctx.Err(), "call the authorization server")
	case timedOut, ctx.Err() != nil:
		return fault.Wrap(errors.New("the authorization server did not answer in time"), fault.ZoomTimeout)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return unreachable(address, errors.Wrap(failed.Err, "call the authorization server"))
	}
	return unreachable(address, errors.New("the authorization server's answer is not a token"))
}

// unreachable is an address that doesn't respond as an authorization server; users see the host.
func unreachable(address string, cause error) error {
	host := ""
	if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
		host = parsed.Scheme + "://" + parsed.Host
	}
	return fault.Wrap(cause, fault.ZoomUnreachable).With("URL", host)
}
