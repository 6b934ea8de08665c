package zoom

import (
	"context"
	stderrors "errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"

	"mattermost-plugin-zoom/server/fault"
)

const (
	// botScope is the scope of a chatbot's token.
	botScope = "imchat:bot"
	// botTokenSpare is how long before its end a token is renewed.
	botTokenSpare = time.Minute
)

// BotTokens gives the token of one chatbot app: https://developers.zoom.us/docs/chat/chatbot/extend/tokens-and-identifiers/
//
// The token belongs to the app and serves all accounts that installed it. Zoom gives no refresh token: each server asks for a token of its
// own when it needs one, and keeps it in memory. It is safe for concurrent use.
type BotTokens struct {
	config clientcredentials.Config
	http   *http.Client
	now    func() time.Time
	group  singleflight.Group

	mu     sync.Mutex
	token  string
	expiry time.Time
}

// NewBotTokens returns the tokens of the app. tokenURL is the address of Zoom's authorization server that issues tokens.
func NewBotTokens(clientID, clientSecret, tokenURL string, transport *http.Client, now func() time.Time) *BotTokens {
	return &BotTokens{
		config: clientcredentials.Config{ClientID: clientID, ClientSecret: clientSecret, TokenURL: tokenURL, AuthStyle: oauth2.AuthStyleInHeader},
		http:   plainClient(transport), now: now,
	}
}

// Token returns the token, and asks Zoom for one if there is none or it ends soon. Faults: ClientRejected, MissingScope, RateLimited,
// ZoomTimeout, ZoomUnavailable, ZoomUnreachable.
func (b *BotTokens) Token(ctx context.Context) (string, error) {
	if token, ok := b.held(); ok {
		return token, nil
	}
	return b.fetch(ctx)
}

// Renew returns another token than the rejected one. Faults likewise.
func (b *BotTokens) Renew(ctx context.Context, rejected string) (string, error) {
	b.mu.Lock()
	if b.token == rejected {
		b.token = ""
	}
	b.mu.Unlock()
	return b.Token(ctx)
}

func (b *BotTokens) held() (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.token, b.token != "" && b.now().Before(b.expiry)
}

// fetch asks Zoom for a token, once for all who wait for one.
func (b *BotTokens) fetch(ctx context.Context) (string, error) {
	result := b.group.DoChan("", func() (any, error) {
		// Whoever asks first may stop waiting; the others don't.
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		return b.ask(own)
	})
	select {
	case <-ctx.Done():
		return "", errors.Wrap(ctx.Err(), "wait for a chatbot token")
	case r := <-result:
		token, _ := r.Val.(string)
		return token, r.Err
	}
}

func (b *BotTokens) ask(ctx context.Context) (string, error) {
	asked := b.now()
	token, err := b.config.Token(context.WithValue(ctx, oauth2.HTTPClient, b.http))
	if err != nil {
		return "", b.refused(ctx, err)
	}
	if scope, said := token.Extra("scope").(string); said && !slices.Contains(strings.Fields(scope), botScope) {
		return "", fault.Wrap(errors.Errorf("the app's token has the scopes %q", cut(scope, maxMessage)), fault.MissingScope).With("Scope", botScope).With("App", string(AccountApp))
	}
	life := time.Hour
	if !token.Expiry.IsZero() {
		life = time.Until(token.Expiry)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token, b.expiry = token.AccessToken, asked.Add(life-botTokenSpare)
	return b.token, nil
}

// refused turns an error of Zoom's authorization server into a fault. Nothing of its answer but the reason is kept.
func (b *BotTokens) refused(ctx context.Context, err error) error {
	host := ""
	if target, parseErr := url.Parse(b.config.TokenURL); parseErr == nil {
		host = target.Host
	}
	var refusal *oauth2.RetrieveError
	if stderrors.As(err, &refusal) && refusal.Response != nil {
		status := refusal.Response.StatusCode
		cause := errors.Errorf("get a chatbot token: status %d, %s", status, cut(refusal.ErrorCode, maxMessage))
		switch {
		case status == http.StatusTooManyRequests:
			return limited(cause, readLimit(refusal.Response.Header, refusal.Body, b.now()))
		case status >= http.StatusInternalServerError:
			return fault.Wrap(cause, fault.ZoomUnavailable)
		case refusal.ErrorCode != "" || status == http.StatusUnauthorized:
			return fault.Wrap(cause, fault.ClientRejected)
		}
		return fault.Wrap(cause, fault.ZoomUnreachable).With("URL", host)
	}
	var wrapped *url.Error
	if stderrors.As(err, &wrapped) {
		err = wrapped.Err
	} else {
		err = errors.New("the answer is no token")
	}
	err = errors.Wrap(err, "get a chatbot token")
	switch {
	case timedOut(err), ctx.Err() != nil:
		return fault.Wrap(err, fault.ZoomTimeout)
	case broken(err):
		return fault.Wrap(err, fault.ZoomUnavailable)
	}
	return fault.Wrap(err, fault.ZoomUnreachable).With("URL", host)
}
