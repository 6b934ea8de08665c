package delivery

import (
	"context"
	"crypto/subtle"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxHook is the longest end of an address that is looked up.
	maxHook = 120
	// defaultMaxBody is the largest delivery of providers that do not say, in bytes.
	defaultMaxBody = 1 << 20
	// sameWithin is how long the same bytes are the same delivery. A sender repeats what it got no answer for within minutes; later, a
	// person may be trying the same command again, and would look for it in vain.
	sameWithin = 10 * time.Minute
	// installingFor is how long it takes at most to note the secret of a webhook after the provider begins to send.
	installingFor = time.Minute
	// authorization is the only header that some providers can send, and one that some servers remove.
	authorization = "Authorization"
)

// Ingest takes a delivery: hook and pathSecret are from its address, header gives its headers. It verifies and stores, and nothing
// else, since providers wait for the answer for a second only. The body isn't read before the address is known to be one of ours. After a
// nil error the delivery is safe.
// Faults: HookUnknown, TooLarge, Unsigned, Forged, InvalidInput, TooManyWaiting. After the last one, and after any other error, the
// provider should send it again.
func (s *Receiver) Ingest(ctx context.Context, hook, pathSecret string, header func(string) string, body io.Reader) error {
	c, p, err := s.connectionOf(ctx, hook)
	if err != nil {
		return err
	}
	desc := s.Registry.Describe(c.Provider)
	if skipper, ok := p.(provider.BodyFilter); ok {
		body = skipper.FilterBody(s.deliveryOf(c, header, nil).Header, body)
	}
	content, reading, err := s.intake.read(c.ID, body, maxBodyOf(desc))
	defer reading.close()
	switch {
	case fault.Is(err, fault.TooLarge):
		s.journal.Note(c.ID, bridge.Entry{Result: bridge.Unreadable, Reason: chat.Failure(err)})
		return err
	case fault.Is(err, fault.TooManyWaiting):
		s.journal.Note(c.ID, bridge.Entry{Result: bridge.Failed, Reason: chat.Failure(err)})
		return err
	case err != nil:
		return err
	}
	d := s.deliveryOf(c, header, content)
	d.PathSecret = pathSecret
	v, err := s.verify(ctx, c, p, d)
	switch {
	case errors.Is(err, provider.ErrPing):
		s.journal.Note(c.ID, bridge.Entry{Result: bridge.Tested})
		return nil
	case err != nil && !v.opened:
		s.journal.Note(c.ID, bridge.Entry{Result: bridge.Failed, Reason: chat.Failure(err)})
		return err
	case err != nil && s.Now().Sub(v.Installing) < installingFor:
		return errors.Wrap(err, "a delivery of a webhook whose secret is not noted yet") // it is sent again
	case err != nil:
		return s.refuse(c, desc, err)
	}
	return s.accept(ctx, v.Connection, p, d, s.Keys.Promote(ctx, v.Connection, v.keys, v.proof), v.secrets)
}

// verified is a connection with what a delivery proved.
type verified struct {
	bridge.Connection
	// opened says that its keys could be opened.
	opened  bool
	keys    bridge.Keys
	secrets []string
	proof   provider.Proof
}

// verify returns what the delivery proves. One that proves nothing by what is remembered of its connection is compared with the record,
// since another server may have changed the secret a moment ago.
func (s *Receiver) verify(ctx context.Context, c bridge.Connection, p provider.Provider, d provider.Delivery) (verified, error) {
	v, err := s.verifyBy(ctx, c, p, d)
	if err == nil || errors.Is(err, provider.ErrPing) {
		return v, err
	}
	latest, found, readErr := s.Connections.Connection(ctx, c.ID)
	if readErr != nil {
		return verified{Connection: c}, errors.Wrap(readErr, "read the connection of a delivery")
	}
	if !found || latest.Sealed == c.Sealed {
		v.Installing = latest.Installing
		return v, err
	}
	return s.verifyBy(ctx, latest, p, d)
}

func (s *Receiver) verifyBy(ctx context.Context, c bridge.Connection, p provider.Provider, d provider.Delivery) (verified, error) {
	v := verified{Connection: c}
	var err error
	if v.keys, err = s.Keys.Open(ctx, c); err != nil {
		return v, err
	}
	v.opened, v.secrets = true, v.keys.Believed(s.Now())
	v.proof, err = p.Verify(d, v.secrets)
	return v, err //nolint:wrapcheck // the provider's errors are told apart
}

// maxBodyOf returns the largest delivery of the provider, in bytes.
func maxBodyOf(desc provider.Descriptor) int64 {
	if desc.MaxBody > 0 {
		return desc.MaxBody
	}
	return defaultMaxBody
}

// connectionOf returns the connection that the end of an address belongs to. Fault: HookUnknown.
func (s *Receiver) connectionOf(ctx context.Context, hook string) (bridge.Connection, provider.Provider, error) {
	unknown := fault.New(fault.HookUnknown)
	id, key, _ := strings.Cut(hook, ".")
	if key == "" || len(hook) > maxHook || !bridge.IsConnectionID(id) {
		return bridge.Connection{}, nil, unknown
	}
	c, found, err := s.Connections.Recent(ctx, id)
	if err != nil {
		return bridge.Connection{}, nil, errors.Wrap(err, "look up the connection of a delivery")
	}
	p := s.Enabled(c.Provider)
	if !found || p == nil || c.HookKey == "" || subtle.ConstantTimeCompare([]byte(key), []byte(c.HookKey)) != 1 {
		return bridge.Connection{}, nil, unknown
	}
	return c, p, nil
}

// accept puts a verified delivery into the queue, unless it says nothing.
func (s *Receiver) accept(ctx context.Context, c bridge.Connection, p provider.Provider, d provider.Delivery, proof provider.Proof, secrets []string) error {
	entry := bridge.Entry{By: proof.By, Old: proof.Secret > 0}
	events, err := p.Parse(d)
	switch {
	case err != nil:
		entry.Result = bridge.Unreadable
		s.journal.Note(c.ID, entry)
		return fault.Wrap(err, fault.InvalidInput)
	case len(d.Body) == 0 && len(events) == 0:
		entry.Result = bridge.Tested
		s.journal.Note(c.ID, entry)
		return nil
	case len(events) == 0:
		entry.Result = bridge.Ignored
		s.journal.Note(c.ID, entry)
		return nil
	}
	job := bridge.Job{
		ID: deliveryID(c.ID, d), Key: jobKey(c.ID, events[0].Subject), Connection: c.ID,
		Delivery: withoutSecrets(d, secrets), Proof: proof,
	}
	if err := s.Inbox.Accept(ctx, job); err != nil {
		entry.Result, entry.Reason = bridge.Failed, chat.Say("bridge.deliver.not_stored")
		if fault.Is(err, fault.TooManyWaiting) {
			entry.Reason = chat.Failure(err)
		}
		s.journal.Note(c.ID, entry)
		return errors.Wrap(err, "store a delivery")
	}
	return nil
}

// jobKey names what a job is about.
func jobKey(connectionID, subject string) string { return digest.Of("subject", connectionID, subject) }

// deliveryID identifies a repeated delivery: the same content for the same connection, within some time. Headers count, since one may
// say what the body means, except the one that may hold a secret. A sender that changes a number or time in each attempt is noticed by
// the events' own IDs.
func deliveryID(connectionID string, d provider.Delivery) string {
	parts := []string{"delivery", connectionID, d.ReceivedAt.Truncate(sameWithin).UTC().Format(time.RFC3339), string(d.Body)}
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		if name != authorization {
			parts = append(parts, name, d.Header[name])
		}
	}
	return digest.Of(parts...)
}

// withoutSecrets returns the delivery as it may be stored: it was verified, and nothing that proved it is needed again.
func withoutSecrets(d provider.Delivery, secrets []string) provider.Delivery {
	d.PathSecret = ""
	d.Header = maps.Clone(d.Header)
	maps.DeleteFunc(d.Header, func(name, value string) bool {
		return name == authorization || slices.ContainsFunc(secrets, func(secret string) bool {
			return secret != "" && strings.Contains(value, secret)
		})
	})
	return d
}

// refuse notes that a delivery proved nothing, and why. Faults: Unsigned, Forged.
func (s *Receiver) refuse(c bridge.Connection, desc provider.Descriptor, err error) error {
	code, reason := fault.Forged, chat.Say("bridge.deliver.forged")
	switch {
	case !errors.Is(err, provider.ErrUnsigned):
	case slices.Contains(desc.Headers, authorization):
		code, reason = fault.Unsigned, chat.Say("bridge.deliver.stripped")
	default:
		code, reason = fault.Unsigned, chat.Say("bridge.deliver.unsigned")
	}
	s.journal.Note(c.ID, bridge.Entry{Result: bridge.Refused, Reason: reason})
	return fault.Wrap(err, code)
}
