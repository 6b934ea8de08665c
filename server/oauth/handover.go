package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// handoverLife is how long a person may take to type the code.
	handoverLife = 10 * time.Minute
	// handoverTries is how many codes a person may type wrong.
	handoverTries = 5
	handoverName  = "oauth.handover"
	// handoverChars leaves out characters that people mix up: 12 of them are 58 bits.
	handoverChars = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	handoverLen   = 12
)

// handover is an authorization that came back in a browser in which nobody was signed in. It is nobody's until the person for whom it was
// begun types the code that this browser was shown: who merely forwarded a link never saw the code, and who authorized can't use it.
type handover struct {
	Code  string          `json:"code"`
	Tries int             `json:"tries"`
	Plain json.RawMessage `json:"plain"`
	Until time.Time       `json:"until"`
}

// TicketOwner returns for whom the ticket was made, which proves nothing about who follows the link. Faults: LinkExpired, NotConfigured.
func (f *Flow) TicketOwner(ctx context.Context, ticket string) (userID string, err error) {
	p, err := f.unseal(ctx, f.named(ticketName), ticket)
	return p.User, err
}

// StateOwner returns for whom the authorization was begun, likewise.
func (f *Flow) StateOwner(ctx context.Context, state string) (userID string, err error) {
	p, err := f.unseal(ctx, f.named(stateName), state)
	return p.User, err
}

// Hand keeps what an authorization brought, sealed, for this person, for ten minutes, and returns the code that releases it. An earlier
// one that was kept for them is forgotten.
func (f *Flow) Hand(ctx context.Context, userID string, plain []byte) (code string, err error) {
	h := handover{Code: newCode(), Plain: plain, Until: f.now().Add(handoverLife)}
	raw, err := f.sealHandover(ctx, h)
	if err != nil {
		return "", err
	}
	return h.Code, errors.Wrap(f.kv.Set(handoverKey(userID), raw, handoverLife), "keep an authorization for its code")
}

// Take gives back, once, what was kept for the person, for the right code. After five wrong ones it is gone. Fault: CodeWrong.
func (f *Flow) Take(ctx context.Context, userID, code string) ([]byte, error) {
	for try := range writeTries {
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return nil, errors.Wrap(err, "take an authorization for its code")
			}
		}
		raw, err := f.kv.Get(handoverKey(userID))
		if err != nil {
			return nil, errors.Wrap(err, "look up an authorization for its code")
		}
		if raw == nil {
			return nil, fault.New(fault.CodeWrong)
		}
		h, next, err := f.opened(ctx, raw, code)
		if err != nil {
			return nil, err
		}
		swapped, err := f.kv.Swap(handoverKey(userID), raw, next, max(h.Until.Sub(f.now()), time.Second))
		switch {
		case err != nil:
			return nil, errors.Wrap(err, "use a code up")
		case !swapped: // another try came between
		case !f.now().Before(h.Until) || !sameCode(h.Code, code):
			return nil, fault.New(fault.CodeWrong)
		default:
			return h.Plain, nil
		}
	}
	return nil, errors.New("a code is tried too often at once")
}

// opened reads a handover and returns what is to be left of it after this code: nothing after the right one or too many wrong ones.
func (f *Flow) opened(ctx context.Context, raw []byte, code string) (handover, []byte, error) {
	var h handover
	plain, err := f.vault.Open(ctx, handoverName, raw)
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
	return f.vault.Seal(ctx, handoverName, plain)
}

// sameCode compares codes as people type them: in small letters, with and without dashes.
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

func handoverKey(userID string) string { return "hnd." + kv.Hash(userID) }
