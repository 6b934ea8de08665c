package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/oauth2"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
)

const (
	// ticketLife is how long a connect link in a message works.
	ticketLife = time.Hour
	// stateLife is how long a user may take on Zoom's pages.
	stateLife = 10 * time.Minute
	// maxNext limits what is carried through Zoom and back in a URL, in bytes.
	maxNext = 2048
	// maxSealed limits the length of a ticket or state that is opened at all, in bytes.
	maxSealed = 8192

	ticketName = "oauth.ticket"
	stateName  = "oauth.state"
)

// Flow leads a user through Zoom's consent page and back (authorization code grant with PKCE, RFC 7636). The data for the way back is
// sealed in the link itself, so nothing is stored before the user returns, and Zoom can't read whom or what it is about.
type Flow struct {
	vault    *Vault
	signIns  SignIns
	endpoint endpoint
	now      func() time.Time
}

// NewFlow returns the Flow for the app.
func NewFlow(d Dependencies) *Flow {
	return &Flow{vault: d.Vault, signIns: d.SignIns, endpoint: newEndpoint(d.App, d.Client, d.Now), now: d.Now}
}

// Completed is the result of an authorization.
type Completed struct {
	// App and Next are the values that Ticket was given.
	App  string
	Next string
	// Token still has to be stored.
	Token Token
}

// passage is the content of a ticket or a state.
type passage struct {
	User    chat.PersonID `json:"u"`
	App     string        `json:"a"`
	Next    string        `json:"n,omitempty"`
	Expires time.Time     `json:"x"`
	// Nonce makes a state work once. It is also the secret of the PKCE verifier; it leaves this server only sealed.
	Nonce string `json:"c,omitempty"`
}

// Ticket returns the value for this user's connect link: it works for one hour, and for no one else. app names the grant and next (at
// most 2048 bytes) what to do afterwards; Complete returns both. Faults: NotConfigured, InvalidInput.
func (f *Flow) Ticket(ctx context.Context, person chat.PersonID, app, next string) (string, error) {
	if len(next) > maxNext {
		return "", fault.New(fault.InvalidInput).With("Reason", "too long")
	}
	return f.seal(ctx, f.named(ticketName), passage{User: person, App: app, Next: next, Expires: f.now().Add(ticketLife)})
}

// AuthURL returns the URL of Zoom's consent page for the user with this ticket. Faults: LinkExpired for a ticket that is expired, altered
// or another user's; NotConfigured.
func (f *Flow) AuthURL(ctx context.Context, person chat.PersonID, ticket string) (string, error) {
	config, err := f.endpoint.config()
	if err != nil {
		return "", err
	}
	p, err := f.open(ctx, f.named(ticketName), person, ticket)
	if err != nil {
		return "", err
	}
	p.Nonce, p.Expires = rand.Text(), f.now().Add(stateLife)
	state, err := f.seal(ctx, f.named(stateName), p)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(state, oauth2.S256ChallengeOption(p.verifier())), nil
}

// Holds returns the name of the grant that the ticket is for, as Ticket was given it. Faults: LinkExpired, NotConfigured.
func (f *Flow) Holds(ctx context.Context, person chat.PersonID, ticket string) (app string, err error) {
	p, err := f.open(ctx, f.named(ticketName), person, ticket)
	return p.App, err
}

// Peek returns the content of the state and leaves it usable. Faults: LinkExpired, NotConfigured.
func (f *Flow) Peek(ctx context.Context, person chat.PersonID, state string) (app, next string, err error) {
	p, err := f.open(ctx, f.named(stateName), person, state)
	if err != nil {
		return "", "", err
	}
	used, err := f.signIns.StateUsed(ctx, p.stateID())
	if err != nil {
		return "", "", errors.Wrap(err, "look up the state")
	}
	if used {
		return "", "", fault.New(fault.LinkExpired)
	}
	return p.App, p.Next, nil
}

// Complete uses up the state and exchanges the code that Zoom sent back. Faults: LinkExpired for a state that is expired, used, altered
// or another user's, and for a code that Zoom doesn't accept; ClientRejected, RateLimited, ZoomUnavailable, ZoomTimeout, ZoomUnreachable,
// ZoomRefused, NotConfigured.
func (f *Flow) Complete(ctx context.Context, person chat.PersonID, code, state string) (Completed, error) {
	p, err := f.open(ctx, f.named(stateName), person, state)
	if err != nil {
		return Completed{}, err
	}
	first, err := f.signIns.UseState(ctx, p.stateID(), stateLife)
	if err != nil {
		return Completed{}, errors.Wrap(err, "use the state up")
	}
	if !first {
		return Completed{}, fault.New(fault.LinkExpired)
	}
	token, err := f.endpoint.exchange(ctx, code, p.verifier())
	if errors.Is(err, errRejected) {
		return Completed{}, fault.Wrap(err, fault.LinkExpired)
	}
	if err != nil {
		return Completed{}, err
	}
	return Completed{App: p.App, Next: p.Next, Token: token}, nil
}

// named returns the name of a seal, so that one provider's flow doesn't accept another's.
func (f *Flow) named(what string) string {
	if name := f.endpoint.app().name(); name != zoomName {
		return what + "." + name
	}
	return what
}

func (f *Flow) seal(ctx context.Context, name string, p passage) (string, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return "", errors.Wrap(err, "encode the passage")
	}
	sealed, err := f.vault.Seal(ctx, name, plain)
	return string(sealed), err
}

// open returns the content of the ticket or state if it is genuine, this user's and not expired.
func (f *Flow) open(ctx context.Context, name string, person chat.PersonID, sealed string) (passage, error) {
	p, err := f.unseal(ctx, name, sealed)
	if err == nil && (person == "" || p.User != person) {
		return passage{}, fault.New(fault.LinkExpired)
	}
	return p, err
}

// unseal returns the content of the ticket or state if it is genuine and not expired, whichever user presents it.
func (f *Flow) unseal(ctx context.Context, name, sealed string) (passage, error) {
	if len(sealed) > maxSealed {
		return passage{}, fault.New(fault.LinkExpired)
	}
	plain, err := f.vault.Open(ctx, name, []byte(sealed))
	if fault.Is(err, fault.Unreadable) {
		return passage{}, fault.Wrap(err, fault.LinkExpired)
	}
	if err != nil {
		return passage{}, err
	}
	var p passage
	if err := json.Unmarshal(plain, &p); err != nil {
		return passage{}, fault.Wrap(err, fault.LinkExpired)
	}
	if !f.now().Before(p.Expires) {
		return passage{}, fault.New(fault.LinkExpired)
	}
	return p, nil
}

// verifier returns the passage's PKCE code verifier: 43 characters that can't be derived without the nonce.
func (p passage) verifier() string {
	mac := hmac.New(sha256.New, []byte(p.Nonce))
	mac.Write([]byte("pkce"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// stateID names the state in records, which can't be turned back into its nonce.
func (p passage) stateID() string { return digest.Of("state", p.Nonce) }
