// Package zoom speaks Zoom's REST API and reads its webhook events.
//
// A Client makes one call at a time as someone (a Caller), repeats it only where that can't do harm, and turns each way
// in which Zoom refuses or fails into a fault that tells people what happened. It keeps no tokens: a Caller brings the
// TokenSource of the grant to use. A Verifier says whether a webhook delivery is Zoom's, and ParseEvent reads it.
//
// Host links (start_url), which let anyone who has them act as the host, are never read out of Zoom's answers.
package zoom

import (
	"context"
	"encoding/json"
	stderrors "errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Me is the user of calls made with a user-managed app's grant. Zoom refuses an address or id there, and refuses "me" for
// server-to-server apps: https://developers.zoom.us/docs/api/using-zoom-apis/
const Me = "me"

// callTimeout is how long one call may take, repetitions, waits and the renewal of its token included.
const callTimeout = 10 * time.Second

// TokenSource gives the bearer token of one grant.
//
// The contexts end with the call, after ten seconds. A source that rotates refresh tokens must see a refresh through that
// it began, or the new refresh token is lost.
type TokenSource interface {
	// Token returns a token that is thought to be valid.
	Token(ctx context.Context) (string, error)
	// Renew returns another token after Zoom rejected this one; a source that has another by now returns that.
	Renew(ctx context.Context, rejected string) (string, error)
}

// AppKind is who authorized the Zoom app, which decides its scopes and who can authorize again.
type AppKind string

const (
	// UserApp is a user-managed app, which each user authorizes.
	UserApp AppKind = "user"
	// AccountApp is an admin-managed app, which one admin authorizes for everyone.
	AccountApp AppKind = "account"
	// ServerApp is a server-to-server app, which authorizes itself.
	ServerApp AppKind = "s2s"
)

// Caller says as whom a call is made.
type Caller struct {
	// App is the kind of the Zoom app.
	App AppKind
	// User is Me for a user-managed app, else an email address or user id.
	User string
	// Tokens is the grant to call with, and Grant its name, under which it is stored.
	Tokens TokenSource
	Grant  string
}

// Client calls Zoom's REST API. It is safe for concurrent use.
//
// Its methods return these faults, whose meaning package fault explains: MissingScope, Revoked and AccountRevoked (a token
// that Zoom rejects even when renewed), ZoomUserUnknown, MeetingUnknown, RateLimited, DailyLimit, ZoomUnavailable,
// ZoomTimeout, ZoomUnreachable, ZoomRefused; and whatever fault the TokenSource returns.
type Client struct {
	baseURL func() string
	http    *http.Client
	now     func() time.Time
	log     *slog.Logger
}

// NewClient returns a client for the API at baseURL, such as https://api.zoom.us/v2, which is asked before each call.
// It takes proxy and TLS settings from transport, but sets its own time limits and follows no redirects. Calls that fail
// are logged with names and values in pairs; no token is ever among them.
func NewClient(baseURL func() string, transport *http.Client, now func() time.Time, log *slog.Logger) *Client {
	return &Client{baseURL: baseURL, http: plainClient(transport), now: now, log: log}
}

// call is one operation of the API.
type call struct {
	// operation names it in the log.
	operation string
	method    string
	// path follows the base URL; its variable parts are encoded.
	path string
	// body is sent as JSON unless it is nil.
	body any
}

// do makes a call and decodes Zoom's answer into result, which reports by complete whether it holds what any such answer has.
func (c *Client) do(ctx context.Context, as Caller, k call, result interface{ complete() bool }) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	target, err := c.target(k.path)
	if err != nil {
		return err
	}
	token, err := as.Tokens.Token(ctx)
	if err != nil {
		return tokenError(err)
	}
	a, err := c.send(ctx, k, target.String(), token)
	if err == nil && a.rejectsToken() {
		c.log.Info("Zoom rejected a token; it's renewed", "operation", k.operation, "status", a.status, "tracking_id", a.trackingID)
		if token, err = as.Tokens.Renew(ctx, token); err != nil {
			return tokenError(err)
		}
		a, err = c.send(ctx, k, target.String(), token)
	}
	switch {
	case err != nil:
		return c.unanswered(k, target, err)
	case !a.ok():
		return c.refused(ctx, k, target, as, a)
	}
	if err := decode(a.body, result); err != nil || !result.complete() {
		return c.foreign(k, target, a)
	}
	return nil
}

// target returns the address of a call.
func (c *Client) target(path string) (*url.URL, error) {
	base := strings.TrimRight(strings.TrimSpace(c.baseURL()), "/")
	target, err := url.Parse(base + path)
	if err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http" {
		return nil, fault.Wrap(errors.New("the API address is not a web address"), fault.ZoomUnreachable).With("URL", base)
	}
	return target, nil
}

// tokenError gives an error of a TokenSource a code if it has none.
func tokenError(err error) error {
	var known *fault.Error
	switch {
	case stderrors.As(err, &known):
		return err
	case stderrors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(errors.Wrap(err, "get a token"), fault.ZoomTimeout)
	default:
		return errors.Wrap(err, "get a token")
	}
}

// decode reads JSON and leaves fields empty whose type is not the documented one: Zoom's answers vary, and a field that
// no one needs must not fail a call.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var mismatch *json.UnmarshalTypeError
	if stderrors.As(err, &mismatch) {
		return nil
	}
	return err
}

// segment encodes an id or address for use as one segment of a path.
func segment(id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		return "", errors.Errorf("%q cannot be part of an address", id)
	}
	// QueryEscape also encodes "+" and "=", which addresses and meeting UUIDs have and servers read differently.
	return strings.ReplaceAll(url.QueryEscape(id), "+", "%20"), nil
}
