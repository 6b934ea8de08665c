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
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
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
	Code string    `json:"code"`
	Done Completed `json:"done"`
	Who  Identity  `json:"who"`
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
	h := handover{Code: newCode(), Done: done, Who: who}
	plain, err := json.Marshal(h)
	if err != nil {
		return Handed{}, errors.Wrap(err, "encode an authorization")
	}
	sealed, err := f.vault.Seal(ctx, f.named(handoverName), plain)
	if err != nil {
		return Handed{}, err
	}
	if err := f.signIns.SaveHandover(ctx, f.handoverID(person), string(sealed), handoverLife); err != nil {
		return Handed{}, errors.Wrap(err, "keep an authorization for its code")
	}
	return Handed{Code: h.Code, Person: person, Who: who}, nil
}

// Take returns, once, what Hand kept for the person, given the right code. After five wrong codes it is removed. Fault: CodeWrong.
func (f *Flow) Take(ctx context.Context, person chat.PersonID, code string) (Completed, Identity, error) {
	id := f.handoverID(person)
	sealed, tries, err := f.signIns.TryHandover(ctx, id)
	if err != nil {
		return Completed{}, Identity{}, errors.Wrap(err, "look up an authorization for its code")
	}
	if sealed == "" || tries > handoverTries {
		return Completed{}, Identity{}, fault.New(fault.CodeWrong)
	}
	var h handover
	plain, err := f.vault.Open(ctx, f.named(handoverName), []byte(sealed))
	if err == nil {
		err = json.Unmarshal(plain, &h)
	}
	if err != nil {
		return Completed{}, Identity{}, fault.Wrap(err, fault.CodeWrong)
	}
	right := sameCode(h.Code, code)
	if !right && tries < handoverTries {
		return Completed{}, Identity{}, fault.New(fault.CodeWrong)
	}
	ended, err := f.signIns.EndHandover(ctx, id, sealed)
	if err != nil {
		return Completed{}, Identity{}, errors.Wrap(err, "use a code up")
	}
	if !right || !ended { // a concurrent try with the right code was first
		return Completed{}, Identity{}, fault.New(fault.CodeWrong)
	}
	return h.Done, h.Who, nil
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

// handoverID names the one authorization that waits for the person, per provider.
func (f *Flow) handoverID(person chat.PersonID) string {
	return digest.Of(f.named(handoverName), string(person))
}
