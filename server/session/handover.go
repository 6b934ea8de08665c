package session

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// BeginElsewhere is Begin for a browser in which no one is signed in to Mattermost, as on a phone. The ticket names the user; typing the
// code of HandOver proves that it is them. Faults: LinkExpired, SetupNeeded.
func (s *SignIns) BeginElsewhere(ctx context.Context, providerID, ticket string) (string, error) {
	person, err := s.links(providerID).TicketOwner(ctx, ticket)
	if err != nil {
		return "", s.explain(providerID, err)
	}
	return s.Begin(ctx, providerID, person, ticket)
}

// HandOver is Complete for such a browser: no one is signed in yet. It also returns the command that finishes. Same faults as Complete.
func (s *SignIns) HandOver(ctx context.Context, providerID, code, state string) (handed oauth.Handed, typed string, err error) {
	links := s.links(providerID)
	person, err := links.StateOwner(ctx, state)
	if err != nil {
		return oauth.Handed{}, "", s.explain(providerID, err)
	}
	done, account, err := s.authorized(ctx, providerID, person, code, state)
	if err != nil {
		return oauth.Handed{}, "", err
	}
	handed, err = links.Hand(ctx, person, done, identityOf(account))
	return handed, s.Command(providerID) + " signin " + handed.Code, err
}

// Redeem finishes an authorization with the code that the browser showed, typed in Mattermost by the person who started it. It returns
// the value that ConnectURL was given. Faults: CodeWrong, SetupNeeded.
func (s *SignIns) Redeem(ctx context.Context, providerID string, person chat.PersonID, code string) (account provider.Account, next string, err error) {
	done, who, err := s.links(providerID).Take(ctx, person, code)
	if err != nil {
		return provider.Account{}, "", s.explain(providerID, err)
	}
	account = accountOf(who)
	return account, done.Next, s.keep(ctx, providerID, person, done, account)
}

func identityOf(a provider.Account) oauth.Identity {
	return oauth.Identity{UserID: a.ID, Name: a.Name, URL: a.URL}
}

func accountOf(i oauth.Identity) provider.Account {
	return provider.Account{ID: i.UserID, Name: i.Name, URL: i.URL}
}
