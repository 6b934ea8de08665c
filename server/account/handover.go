package account

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Handed is an authorization that waits for its code to be typed in Mattermost.
type Handed struct {
	// Code is shown in the browser that authorized, and nowhere else.
	Code string
	// Username is who has to type it, and Email the Zoom user that they would be connected with.
	Username string
	Email    string
}

// waiting is what is kept of it.
type waiting struct {
	Mode  Mode        `json:"mode"`
	Token oauth.Token `json:"token"`
	User  zoom.User   `json:"user"`
	Next  string      `json:"next,omitempty"`
}

// BeginElsewhere is Begin in a browser in which nobody is signed in to Mattermost, as on a phone. The ticket says for whom; that it is
// really them, their typing the code of HandOver proves. Faults: LinkExpired, AdminOnly.
func (s *Service) BeginElsewhere(ctx context.Context, ticket string) (string, error) {
	userID, err := s.flow.TicketOwner(ctx, ticket)
	if err != nil {
		return "", err
	}
	return s.Begin(ctx, userID, ticket)
}

// HandOver is Complete in such a browser: nothing is connected yet. Faults as with Complete.
func (s *Service) HandOver(ctx context.Context, code, state string) (Handed, error) {
	userID, err := s.flow.StateOwner(ctx, state)
	if err != nil {
		return Handed{}, err
	}
	mode, done, user, err := s.authorized(ctx, userID, code, state)
	if err != nil {
		return Handed{}, err
	}
	who, err := s.people.Person(ctx, userID)
	if err != nil {
		return Handed{}, errors.Wrap(err, "look up who has to type the code")
	}
	plain, err := json.Marshal(waiting{Mode: mode, Token: done.Token, User: user, Next: done.Next})
	if err != nil {
		return Handed{}, errors.Wrap(err, "encode the authorization")
	}
	typed, err := s.flow.Hand(ctx, userID, plain)
	return Handed{Code: typed, Username: who.Username, Email: user.Email}, err
}

// Redeem finishes an authorization with the code that the browser was shown, typed in Mattermost by the person for whom it was begun.
// Faults: CodeWrong, AdminOnly.
func (s *Service) Redeem(ctx context.Context, userID, code string) (Connected, error) {
	plain, err := s.flow.Take(ctx, userID, code)
	if err != nil {
		return Connected{}, err
	}
	var w waiting
	if err := json.Unmarshal(plain, &w); err != nil {
		return Connected{}, errors.Wrap(err, "read the authorization")
	}
	if w.Mode != s.settings().Mode {
		return Connected{}, fault.New(fault.CodeWrong)
	}
	if err := s.mayConnect(ctx, userID, w.Mode); err != nil {
		return Connected{}, err
	}
	if err := s.keep(ctx, userID, w.Mode, w.Token, w.User); err != nil {
		return Connected{}, err
	}
	return Connected{Email: w.User.Email, ForAll: w.Mode == ByAdmin, Next: w.Next}, nil
}
