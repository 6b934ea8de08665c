package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// handoverLife is how long a person may take to type the code.
	handoverLife = 10 * time.Minute
	// handoverTries is how many wrong codes a person may type.
	handoverTries = 5
	handoverName  = "oauth.handover"
	// handoverChars excludes characters that people mix up: 12 of them are 58 bits.
	handoverChars = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	handoverLen   = 12
)

// handover is an authorization from a browser in which no one was signed in. It belongs to no one until the person who started it types
// the code that this browser showed: a user who merely forwarded a link never saw the code, and the user who authorized can't use it.
type handover struct {
	Code  string    `json:"code"`
	Tries int       `json:"tries"`
	Done  Completed `json:"done"`
	Who   Identity  `json:"who"`
	Until time.Time `json:"until"`
}

// Handed is an authorization that waits for its code to be typed in Mattermost.
type Handed struct {
	// Code is shown in the browser that authorized, and nowhere else.
	Code string
	// Person is the Mattermost user who has to type it, and Who the account that they would be connected with.
	Person chat.PersonID
	Who    Identity
}

// TicketOwner returns the person that the ticket was made for, which proves nothing about the user who follows the link. Faults:
// LinkExpired, NotConfigured.
func (f *Flow) TicketOwner(ctx context.Context, ticket string) (person chat.PersonID, err error) {
	p, err := f.unseal(ctx, f.named(ticketName), ticket)
	return p.User, err
}

// StateOwner returns the person who started the authorization. Same faults.
func (f *Flow) StateOwner(ctx context.Context, state string) (person chat.PersonID, err error) {
	p, err := f.unseal(ctx, f.named(stateName), state)
	return p.User, err
}

// Hand keeps a completed authorization of this account, sealed, for the person, for ten minutes, and returns the code that releases it.
// It replaces an earlier one.
func (f *Flow) Hand(ctx context.Context, person chat.PersonID, done Completed, who Identity) (Handed, error) {
	h := handover{Code: newCode(), Done: done, Who: who, Until: f.now().Add(handoverLife)}
	raw, err := f.sealHandover(ctx, h)
	if err != nil {
		return Handed{}, err
	}
	if err := f.kv.Set(f.handoverKey(person), raw, handoverLife); err != nil {
		return Handed{}, errors.Wrap(err, "keep an authorization for its code")
	}
	return Handed{Code: h.Code, Person: person, Who: who}, nil
}

// Take returns, once, what Hand kept for the person, given the right code. After five wrong codes it is removed. Fault: CodeWrong.
func (f *Flow) Take(ctx context.Context, person chat.PersonID, code string) (Completed, Identity, error) {
	key := f.handoverKey(person)
	for try := range writeTries {
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return Completed{}, Identity{}, errors.Wrap(err, "take an authorization for its code")
			}
		}
		raw, err := f.kv.Get(key)
		if err != nil {
			return Completed{}, Identity{}, errors.Wrap(err, "look up an authorization for its code")
		}
		if raw == nil {
			return Completed{}, Identity{}, fault.New(fault.CodeWrong)
		}
		h, next, err := f.opened(ctx, raw, code)
		if err != nil {
			return Completed{}, Identity{}, err
		}
		swapped, err := f.kv.Swap(key, raw, next, max(h.Until.Sub(f.now()), time.Second))
		switch {
		case err != nil:
			return Completed{}, Identity{}, errors.Wrap(err, "use a code up")
		case !swapped: // a concurrent try
		case !f.now().Before(h.Until) || !sameCode(h.Code, code):
			return Completed{}, Identity{}, fault.New(fault.CodeWrong)
		default:
			return h.Done, h.Who, nil
		}
	}
	return Completed{}, Identity{}, errors.New("a code is tried too often at once")
}

// opened reads a handover and returns what to store after this code: nothing after the right one or too many wrong ones.
func (f *Flow) opened(ctx context.Context, raw []byte, code string) (handover, []byte, error) {
	var h handover
	plain, err := f.vault.Open(ctx, f.named(handoverName), raw)
	if err == nil {
		err = json.Unmarshal(plain, &h)
	}
	if err != nil {
		return h, nil, fault.Wrap(err, fault.CodeWrong)
	}
	h.Tries++
	if sameCode(h.Code, code) || h.Tries >= handoverTries || !f.now().Before(h.Until) {
		return h, nil, nil
	}
	next, err := f.sealHandover(ctx, h)
	return h, next, err
}

func (f *Flow) sealHandover(ctx context.Context, h handover) ([]byte, error) {
	plain, err := json.Marshal(h)
	if err != nil {
		return nil, errors.Wrap(err, "encode an authorization")
	}
	return f.vault.Seal(ctx, f.named(handoverName), plain)
}

// sameCode compares codes as people type them: in any case, with and without dashes.
func sameCode(a, b string) bool {
	tidy := func(code string) []byte {
		return []byte(strings.NewReplacer("-", "", " ", "", "`", "").Replace(strings.ToUpper(code)))
	}
	return subtle.ConstantTimeCompare(tidy(a), tidy(b)) == 1
}

// newCode returns a code such as 7K3F-9QXM-2BTR.
func newCode() string {
	var out strings.Builder
	for out.Len() < handoverLen+2 {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
		if int(b[0]) >= 256-256%len(handoverChars) {
			continue // keeps all characters equally likely
		}
		if out.Len() == 4 || out.Len() == 9 {
			out.WriteByte('-')
		}
		out.WriteByte(handoverChars[int(b[0])%len(handoverChars)])
	}
	return out.String()
}

// handoverKey is the key of the one authorization that waits for the person, per provider.
func (f *Flow) handoverKey(person chat.PersonID) string {
	return "hnd." + kv.Hash(f.named(handoverName)+"/"+string(person))
}
