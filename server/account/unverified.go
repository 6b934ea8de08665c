package account

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// askPause is the minimum time between two questions to Zoom about a user with an unverified deauthorization: anyone can send such an
// event.
const askPause = 10 * time.Minute

// MayConcern reports whether an unverified deauthorization could be about a stored grant, so that it is worth asking Zoom.
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

// VerifyDeauthorized checks a deauthorization with Zoom, using the grant in question, and carries it out if the grant is revoked. A grant
// that works stays: then the event may be anyone's.
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
	return s.forget(ctx, name, owner, message)
}

// grantOfZoomUser returns the name of this Zoom user's grant, and the person who authorized it; "" for none.
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
	owners, err := s.owners(ctx, zoomUserID)
	for _, owner := range owners {
		if _, held, err := s.grants.held(ctx, string(owner)); err != nil || held {
			return owner, string(owner), err
		}
	}
	return "", "", err
}
