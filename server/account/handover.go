package account

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

// BeginElsewhere is Begin for a browser in which no one is signed in to Mattermost, as on a phone. The ticket names the user; typing the
// code of HandOver proves that it is them. Faults: LinkExpired, AdminOnly.
func (s *Authorizations) BeginElsewhere(ctx context.Context, ticket string) (string, error) {
	person, err := s.flow.TicketOwner(ctx, ticket)
	if err != nil {
		return "", err
	}
	return s.Begin(ctx, person, ticket)
}

// HandOver is Complete for such a browser: nothing is connected yet. Same faults as Complete.
func (s *Authorizations) HandOver(ctx context.Context, code, state string) (oauth.Handed, error) {
	person, err := s.flow.StateOwner(ctx, state)
	if err != nil {
		return oauth.Handed{}, err
	}
	done, who, err := s.authorized(ctx, person, code, state)
	if err != nil {
		return oauth.Handed{}, err
	}
	return s.flow.Hand(ctx, person, done, who)
}

// Redeem finishes an authorization with the code that the browser showed, typed in Mattermost by the person who started it. Faults:
// CodeWrong, AdminOnly.
func (s *Authorizations) Redeem(ctx context.Context, person chat.PersonID, code string) (Connected, error) {
	done, who, err := s.flow.Take(ctx, person, code)
	if err != nil {
		return Connected{}, err
	}
	mode := s.settings().Mode
	if Mode(done.App) != mode {
		return Connected{}, fault.New(fault.CodeWrong)
	}
	if err := mayConnect(ctx, s.people, person, mode); err != nil {
		return Connected{}, err
	}
	return s.connected(ctx, person, done, who)
}
