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
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// ticketLife is how long a connect link in a message works.
	ticketLife = time.Hour
	// stateLife is how long someone may take on Zoom's pages.
	stateLife = 10 * time.Minute
	// maxNext bounds what is carried through Zoom and back in an address.
	maxNext = 2048
	// maxSealed bounds a ticket or state that is looked at at all.
	maxSealed = 8192

	ticketName = "oauth.ticket"
	stateName  = "oauth.state"
)

// Flow leads a user through Zoom's consent page and back (authorization code grant with PKCE, RFC 7636). What must survive the
// way is sealed in the link itself, so nothing is stored before the user comes back, and Zoom can't read whom or what it is about.
type Flow struct {
	vault    *Vault
	kv       KV
	endpoint endpoint
	now      func() time.Time
}

// NewFlow returns the flow for the app.
func NewFlow(d Dependencies) *Flow {
	return &Flow{vault: d.Vault, kv: d.KV, endpoint: newEndpoint(d.App, d.Client, d.Now), now: d.Now}
}

// Completed is what came of an authorization.
type Completed struct {
	// App and Next are as they were given to Ticket.
	App  string
	Next string
	// Token still has to be stored.
	Token Token
}

// passage is what a ticket or a state holds.
type passage struct {
	User    chat.PersonID `json:"u"`
	App     string        `json:"a"`
	Next    string        `json:"n,omitempty"`
	Expires time.Time     `json:"x"`
	// Nonce makes a state work once. It is the secret of the PKCE verifier as well; it leaves this server only sealed.
	Nonce string `json:"c,omitempty"`
}

// Ticket returns what goes into the connect link of this user: it works for one hour, and for no one else. app says whose grant it
// will be and next (at most 2048 bytes) what to do afterwards; Complete gives both back. Faults: NotConfigured, InvalidInput.
func (f *Flow) Ticket(ctx context.Context, person chat.PersonID, app, next string) (string, error) {
	if len(next) > maxNext {
		return "", fault.New(fault.InvalidInput).With("Reason", "too long")
	}
	return f.seal(ctx, f.named(ticketName), passage{User: person, App: app, Next: next, Expires: f.now().Add(ticketLife)})
}

// AuthURL returns the address of Zoom's consent page for the user with this ticket. Faults: LinkExpired for a ticket that is old,
// altered or someone else's; NotConfigured.
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

// Holds returns whose grant the ticket is for, as it was given to Ticket. Faults: LinkExpired, NotConfigured.
func (f *Flow) Holds(ctx context.Context, person chat.PersonID, ticket string) (app string, err error) {
	p, err := f.open(ctx, f.named(ticketName), person, ticket)
	return p.App, err
}

// Peek returns what the state is about, and leaves it usable. Faults: LinkExpired, NotConfigured.
func (f *Flow) Peek(ctx context.Context, person chat.PersonID, state string) (app, next string, err error) {
	p, err := f.open(ctx, f.named(stateName), person, state)
	if err != nil {
		return "", "", err
	}
	used, err := f.kv.Get(p.nonceKey())
	if err != nil {
		return "", "", errors.Wrap(err, "look up the state")
	}
	if used != nil {
		return "", "", fault.New(fault.LinkExpired)
	}
	return p.App, p.Next, nil
}

// Complete uses the state up and exchanges the code that Zoom sent the user back with. Faults: LinkExpired for a state that is old,
// used, altered or someone else's, and for a code that Zoom does not accept; ClientRejected, RateLimited, ZoomUnavailable, ZoomTimeout,
// ZoomUnreachable, ZoomRefused, NotConfigured.
func (f *Flow) Complete(ctx context.Context, person chat.PersonID, code, state string) (Completed, error) {
	p, err := f.open(ctx, f.named(stateName), person, state)
	if err != nil {
		return Completed{}, err
	}
	first, err := f.kv.Swap(p.nonceKey(), nil, []byte("1"), stateLife)
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

// named returns the name of a seal, so that what one tool's flow made is nothing to another's.
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

// open returns what the ticket or state holds, if it is ours, this user's and not too old.
func (f *Flow) open(ctx context.Context, name string, person chat.PersonID, sealed string) (passage, error) {
	p, err := f.unseal(ctx, name, sealed)
	if err == nil && (person == "" || p.User != person) {
		return passage{}, fault.New(fault.LinkExpired)
	}
	return p, err
}

// unseal returns what the ticket or state holds, if it is ours and not too old, whoever shows it.
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

// verifier returns the PKCE code verifier of the passage: 43 characters that only who knows the nonce can tell.
func (p passage) verifier() string {
	mac := hmac.New(sha256.New, []byte(p.Nonce))
	mac.Write([]byte("pkce"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (p passage) nonceKey() string { return "nce." + kv.Hash(p.Nonce) }
