package account

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Status is how a person stands with Zoom.
type Status struct {
	Mode Mode
	// Connected reports that calls to Zoom can be made; in ByServer mode that holds from the start.
	Connected bool
	// Email is the address of the Zoom user who authorized; "" in ByServer mode.
	Email string
}

// Status returns how the person stands. A grant that died or cannot be read counts as not connected.
func (s *Service) Status(ctx context.Context, userID string) (Status, error) {
	mode := s.settings().Mode
	if mode == ByServer {
		return Status{Mode: mode, Connected: true}, nil
	}
	identity, err := s.tokens.Of(s.grantOf(userID, mode)).Identity(ctx)
	switch {
	case err == nil:
		return Status{Mode: mode, Connected: true, Email: identity.Email}, nil
	case fault.Is(err, fault.NotConnected, fault.AccountNotConnected, fault.Revoked, fault.AccountRevoked, fault.Unreadable):
		return Status{Mode: mode}, nil
	}
	return Status{}, errors.Wrap(err, "read the grant")
}

// Disconnect ends the person's grant at Zoom and here; with an account-level app that of everybody, which only an admin may.
// Faults: NotConnected, AdminOnly, NobodyAuthorizes.
func (s *Service) Disconnect(ctx context.Context, userID string) error {
	mode := s.settings().Mode
	if err := s.mayConnect(ctx, userID, mode); err != nil {
		return err
	}
	grant := s.tokens.Of(s.grantOf(userID, mode))
	identity, err := grant.Identity(ctx)
	if fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return err
	}
	// A grant that is dead or unreadable is removed all the same: that is what the person asked for.
	if err := grant.Drop(ctx, true); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if mode != ByUser {
		return nil
	}
	if err := s.links.SetPersonalMeetingID(ctx, userID, "", 0); err != nil {
		return errors.Wrap(err, "forget the personal meeting ID")
	}
	if identity.ZoomUserID != "" {
		return errors.Wrap(s.links.Unlink(ctx, identity.ZoomUserID, userID), "unlink the Zoom user")
	}
	return nil
}

// Deauthorized carries out that a user removed the app at Zoom: the grant is dropped and its owner told.
// A grant that is not ours, or was renewed since, is none of this event's business.
func (s *Service) Deauthorized(ctx context.Context, e zoom.Event) error {
	gone := e.Deauthorized
	if settings := s.settings(); gone.ClientID != "" && gone.ClientID != settings.ClientID {
		return nil
	}
	if identity, err := s.tokens.Of(accountGrant).Identity(ctx); err == nil && identity.ZoomUserID == gone.UserID {
		if renewed(identity, e) {
			return nil
		}
		return s.forget(ctx, accountGrant, identity.AuthorizedBy, "account.deauthorized_all")
	}
	userID, err := s.links.Linked(ctx, gone.UserID)
	if err != nil {
		return errors.Wrap(err, "find whose Zoom user it is")
	}
	if userID == "" {
		return nil
	}
	if identity, err := s.tokens.Of(userID).Identity(ctx); err == nil && renewed(identity, e) {
		return nil
	}
	if err := s.forget(ctx, userID, userID, "account.deauthorized"); err != nil {
		return err
	}
	return errors.Wrap(s.links.Unlink(ctx, gone.UserID, userID), "unlink the Zoom user")
}

// renewed reports whether the grant was given after the event: Zoom may repeat one for an hour and a half, in which people
// connect again.
func renewed(identity oauth.Identity, e zoom.Event) bool {
	return !e.At.IsZero() && identity.AuthorizedAt.After(e.At)
}

func (s *Service) forget(ctx context.Context, grant, owner, message string) error {
	if err := s.tokens.Of(grant).Drop(ctx, false); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if err := s.people.DirectMessage(ctx, owner, i18n.M(message)); err != nil {
		s.log("A person could not be told that Zoom ended their authorization", "user_id", owner, "error", err.Error())
	}
	return nil
}

func (s *Service) grantOf(userID string, mode Mode) string {
	if mode == ByAdmin {
		return accountGrant
	}
	return userID
}

// Connected reports whether the person's calls to Zoom can be made, and the address of the Zoom user who authorized.
func (s *Service) Connected(ctx context.Context, userID string) (email string, connected bool, err error) {
	status, err := s.Status(ctx, userID)
	return status.Email, status.Connected, err
}
