package account

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Status is the state of a person's connection to Zoom.
type Status struct {
	Mode Mode
	// Connected reports whether calls to Zoom can be made; in ByServer mode always true.
	Connected bool
	// Email is the email address of the Zoom user who authorized; "" in ByServer mode.
	Email string
}

// Connections reports who is connected to Zoom, and disconnects users.
type Connections struct {
	settings func() Settings
	people   Directory
	grants   *grants
	legacy   *Predecessor
	personal PersonalMeetings
}

// Status returns the state of the person's connection. A revoked or unreadable grant counts as not connected.
func (s *Connections) Status(ctx context.Context, person chat.PersonID) (Status, error) {
	mode := s.settings().Mode
	if mode == ByServer {
		return Status{Mode: mode, Connected: true}, nil
	}
	identity, held, err := s.grants.held(ctx, grantOf(person, mode))
	return Status{Mode: mode, Connected: held, Email: identity.Email}, err
}

// Connected reports whether the person can call Zoom, and the email address of the Zoom user who authorized.
func (s *Connections) Connected(ctx context.Context, person chat.PersonID) (email string, connected bool, err error) {
	status, err := s.Status(ctx, person)
	return status.Email, status.Connected, err
}

// MayDisconnect checks that the person has a grant to end, and returns the email address of its Zoom user. Faults: NotConnected,
// AdminOnly, NobodyAuthorizes.
func (s *Connections) MayDisconnect(ctx context.Context, person chat.PersonID) (email string, err error) {
	mode := s.settings().Mode
	if err := mayConnect(ctx, s.people, person, mode); err != nil {
		return "", err
	}
	identity, err := s.grants.of(grantOf(person, mode)).Identity(ctx)
	if fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return "", err
	}
	return identity.Email, nil // a revoked or unreadable grant can be ended, too
}

// Disconnect ends the person's grant in Zoom and here; for an account-level app it ends everyone's, which only an admin may do. Faults:
// NotConnected, AdminOnly, NobodyAuthorizes.
func (s *Connections) Disconnect(ctx context.Context, person chat.PersonID) error {
	mode := s.settings().Mode
	if err := mayConnect(ctx, s.people, person, mode); err != nil {
		return err
	}
	grant := s.grants.of(grantOf(person, mode))
	_, err := grant.Identity(ctx)
	if fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return err
	}
	// A revoked or unreadable grant is removed, too: the person asked for it.
	if err := grant.Drop(ctx, true); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if err := s.legacy.forget(grantOf(person, mode)); err != nil || mode != ByUser {
		return err
	}
	return errors.Wrap(s.personal.SetPersonalMeetingID(ctx, person, "", 0), "forget the personal meeting ID")
}
