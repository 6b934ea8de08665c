package account

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// askPause is how often Zoom is asked about one user whose deauthorization no one can verify: anyone can send such a notice.
const askPause = 10 * time.Minute

// MayConcern reports whether a deauthorization that no secret token verifies could be about a grant of ours, so that it is worth asking
// Zoom.
func (s *Deauthorizations) MayConcern(ctx context.Context, e zoom.Event) (bool, error) {
	gone := e.Deauthorized
	if gone.UserID == "" || gone.ClientID != "" && gone.ClientID != s.settings().ClientID {
		return false, nil
	}
	if _, name, err := s.grantOfZoomUser(ctx, gone.UserID); err != nil || name == "" {
		return false, err
	}
	return s.askDue(gone.UserID), nil
}

func (s *Deauthorizations) askDue(zoomUserID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for id, at := range s.asked {
		if now.Sub(at) >= askPause {
			delete(s.asked, id)
		}
	}
	if _, recent := s.asked[zoomUserID]; recent {
		return false
	}
	s.asked[zoomUserID] = now
	return true
}

// VerifyDeauthorized asks Zoom, with the grant in question, whether a deauthorization is true, and carries it out if the grant is dead.
// A grant that works stays: then anybody may have sent the notice.
func (s *Deauthorizations) VerifyDeauthorized(ctx context.Context, e zoom.Event) error {
	owner, name, err := s.grantOfZoomUser(ctx, e.Deauthorized.UserID)
	if err != nil || name == "" {
		return err
	}
	app, message := zoom.UserApp, "account.deauthorized"
	if name == accountGrant {
		app, message = zoom.AccountApp, "account.deauthorized_all"
	}
	_, err = s.zoom.User(ctx, zoom.Caller{App: app, User: zoom.Me, Tokens: s.grants.of(name)})
	switch {
	case err == nil, fault.Is(err, fault.MissingScope):
		s.log.Warn("A deauthorization event was forged: the grant still works", "zoom_user_id", e.Deauthorized.UserID)
		return nil
	case !notUsable(err):
		return errors.Wrap(err, "ask Zoom about a grant")
	}
	if err := s.forget(ctx, name, owner, message); err != nil || name == accountGrant {
		return err
	}
	return errors.Wrap(s.links.Unlink(ctx, e.Deauthorized.UserID, owner), "unlink the Zoom user")
}

// grantOfZoomUser returns the name of the grant that this Zoom user gave, and the person who went through the consent page; "" for none.
func (s *Deauthorizations) grantOfZoomUser(ctx context.Context, zoomUserID string) (owner chat.PersonID, name string, err error) {
	if s.settings().Mode == ByServer {
		return "", "", nil
	}
	if s.settings().Mode == ByAdmin {
		identity, held, err := s.grants.held(ctx, accountGrant)
		if err != nil || !held || identity.ZoomUserID != zoomUserID {
			return "", "", err
		}
		return identity.AuthorizedBy, accountGrant, nil
	}
	owner, err = s.links.Linked(ctx, zoomUserID)
	if err != nil || owner == "" {
		if owner, err = s.legacy.owner(ctx, zoomUserID); err != nil || owner == "" {
			return "", "", errors.Wrap(err, "find whose Zoom user it is")
		}
	}
	if _, held, err := s.grants.held(ctx, string(owner)); err != nil || !held {
		return "", "", err
	}
	return owner, string(owner), nil
}
