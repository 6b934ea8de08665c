package account

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
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
func (s *Service) Status(ctx context.Context, person chat.PersonID) (Status, error) {
	mode := s.settings().Mode
	if mode == ByServer {
		return Status{Mode: mode, Connected: true}, nil
	}
	identity, held, err := s.held(ctx, s.grantOf(person, mode))
	return Status{Mode: mode, Connected: held, Email: identity.Email}, err
}

// MayDisconnect reports whether there is a grant for the person to end, and returns the address of the Zoom user it is of. Faults:
// NotConnected, AdminOnly, NobodyAuthorizes.
func (s *Service) MayDisconnect(ctx context.Context, person chat.PersonID) (email string, err error) {
	mode := s.settings().Mode
	if err := s.mayConnect(ctx, person, mode); err != nil {
		return "", err
	}
	identity, err := s.grant(s.grantOf(person, mode)).Identity(ctx)
	if fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return "", err
	}
	return identity.Email, nil // one that is dead or unreadable can be ended, too
}

// Disconnect ends the person's grant at Zoom and here; with an account-level app that of everybody, which only an admin may.
// Faults: NotConnected, AdminOnly, NobodyAuthorizes.
func (s *Service) Disconnect(ctx context.Context, person chat.PersonID) error {
	mode := s.settings().Mode
	if err := s.mayConnect(ctx, person, mode); err != nil {
		return err
	}
	grant := s.grant(s.grantOf(person, mode))
	identity, err := grant.Identity(ctx)
	if fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return err
	}
	// A grant that is dead or unreadable is removed all the same: that is what the person asked for.
	if err := grant.Drop(ctx, true); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if err := s.forgetLegacy(ctx, s.grantOf(person, mode)); err != nil || mode != ByUser {
		return err
	}
	if err := s.links.SetPersonalMeetingID(ctx, person, "", 0); err != nil {
		return errors.Wrap(err, "forget the personal meeting ID")
	}
	if identity.ZoomUserID != "" {
		return errors.Wrap(s.links.Unlink(ctx, identity.ZoomUserID, person), "unlink the Zoom user")
	}
	return nil
}

// Deauthorized carries out that a user removed the app at Zoom: the grant is dropped and its owner told.
// A grant that is not ours, or was renewed since, is none of this event's business.
func (s *Service) Deauthorized(ctx context.Context, e zoom.Event) error {
	gone := e.Deauthorized
	if gone.UserID == "" || gone.ClientID != "" && gone.ClientID != s.settings().ClientID {
		return nil
	}
	if err := s.accountDeauthorized(ctx, e); err != nil {
		return err
	}
	person, err := s.links.Linked(ctx, gone.UserID)
	if err != nil {
		return errors.Wrap(err, "find whose Zoom user it is")
	}
	if person == "" {
		if person, err = s.legacyOwner(ctx, gone.UserID); err != nil || person == "" {
			return err
		}
	}
	identity, held, err := s.held(ctx, string(person))
	if err != nil {
		return err
	}
	if held && renewed(identity, e) {
		return nil
	}
	// A grant of another Zoom user lives on; one that is dead or cannot be opened has nothing more to say.
	if !held || identity.ZoomUserID == gone.UserID {
		if err := s.forget(ctx, string(person), person, "account.deauthorized"); err != nil {
			return err
		}
	}
	return errors.Wrap(s.links.Unlink(ctx, gone.UserID, person), "unlink the Zoom user")
}

// accountDeauthorized carries it out for the grant of everybody, if the user is the admin who gave it.
func (s *Service) accountDeauthorized(ctx context.Context, e zoom.Event) error {
	identity, held, err := s.held(ctx, accountGrant)
	if err == nil && held && identity.ZoomUserID == "" {
		return s.tryOut(ctx)
	}
	if err != nil || !held || identity.ZoomUserID != e.Deauthorized.UserID || renewed(identity, e) {
		return err
	}
	return s.forget(ctx, accountGrant, identity.AuthorizedBy, "account.deauthorized_all")
}

// tryOut renews a grant of everybody whose giver is not known, because the public plugin did not note that. If Zoom ended it,
// the attempt marks it as dead, and the next start says so.
func (s *Service) tryOut(ctx context.Context) error {
	grant := s.tokens.Of(accountGrant)
	access, err := grant.Token(ctx)
	if err == nil {
		_, err = grant.Renew(ctx, access)
	}
	if notUsable(err) {
		return nil
	}
	return errors.Wrap(err, "try out the account's grant")
}

// held returns the owner of the grant, if there is one that can be used. An error is one that passes.
func (s *Service) held(ctx context.Context, grant string) (oauth.Identity, bool, error) {
	identity, err := s.grant(grant).Identity(ctx)
	if notUsable(err) {
		return oauth.Identity{}, false, nil
	}
	return identity, err == nil, errors.Wrap(err, "read the grant")
}

// notUsable reports whether the error says that there is no grant, or none that can be used any more.
func notUsable(err error) bool {
	return fault.Is(err, fault.NotConnected, fault.AccountNotConnected, fault.Revoked, fault.AccountRevoked, fault.Unreadable)
}

// renewed reports whether the grant was given after the event: Zoom may repeat one for an hour and a half, in which people
// connect again. Zoom's time may be cut to the second.
func renewed(identity oauth.Identity, e zoom.Event) bool {
	return !e.At.IsZero() && identity.AuthorizedAt.Truncate(time.Second).After(e.At)
}

func (s *Service) forget(ctx context.Context, grant string, owner chat.PersonID, message string) error {
	if err := s.tokens.Of(grant).Drop(ctx, false); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if err := s.people.DirectMessage(ctx, owner.Actor(), chat.Say(message)); err != nil {
		s.log.Warn("A user couldn't be told that Zoom ended their authorization", "user_id", string(owner), "error", err.Error())
	}
	return nil
}

func (s *Service) grantOf(person chat.PersonID, mode Mode) string {
	if mode == ByAdmin {
		return accountGrant
	}
	return string(person)
}

// Connected reports whether the person's calls to Zoom can be made, and the address of the Zoom user who authorized.
func (s *Service) Connected(ctx context.Context, person chat.PersonID) (email string, connected bool, err error) {
	status, err := s.Status(ctx, person)
	return status.Email, status.Connected, err
}
