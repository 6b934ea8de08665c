package bridge

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// askSignOut asks whether to sign out; who is not signed in is offered to be. Both ways lead to another account.
func (s *Service) askSignOut(ctx context.Context, w wish) (chat.Note, error) {
	if len(s.signedIn(ctx, w)) == 0 {
		link, err := s.signInLink(ctx, w)
		return chat.Note{Text: i18n.M("bridge.signout.not_in", "Provider", s.name(w.provider), "URL", link)}, err
	}
	return s.question(ctx, i18n.M("bridge.signout.confirm", "Provider", s.name(w.provider)),
		offer{label: i18n.M("bridge.button.sign_out"), primary: true, deed: deedSignOut, wish: w}, orCancel(w))
}

// signOut ends the person's sign-in at all sites, and offers to sign in with another account.
func (s *Service) signOut(ctx context.Context, w wish) (chat.Note, error) {
	for _, site := range s.signedIn(ctx, w) {
		if err := s.Sessions.SignOut(ctx, w.provider, site, w.userID); err != nil {
			return chat.Note{}, err
		}
	}
	text := i18n.M("bridge.disconnect.signed_out", "Provider", s.name(w.provider), "Command", s.word(w.provider))
	if link, err := s.signInLink(ctx, w); err == nil && link != "" {
		text = i18n.Lines(text, i18n.M("bridge.signout.again", "Provider", s.name(w.provider), "URL", link))
	}
	return chat.Note{Text: text}, nil
}

// signInLink returns a link with which the person signs in and nothing else happens; "" where nobody can sign in at any site.
func (s *Service) signInLink(ctx context.Context, w wish) (string, error) {
	sites, err := s.Sessions.Sites(ctx, w.provider)
	if err != nil {
		return "", errors.Wrap(err, "list the sites")
	}
	next, err := json.Marshal(w.intends(deedSignedIn))
	if err != nil {
		return "", errors.Wrap(err, "encode what to resume")
	}
	for _, site := range sites {
		if !site.OAuth {
			continue
		}
		link, err := s.Sessions.ConnectURL(ctx, w.provider, site, w.userID, string(next))
		if !fault.Is(err, fault.SetupNeeded) {
			return link, errors.Wrap(err, "make a link for signing in")
		}
	}
	return "", nil
}

// signedInNow says that the person is signed in.
func (s *Service) signedInNow(_ context.Context, w wish) (chat.Note, error) {
	return chat.Note{Text: i18n.M("bridge.signout.in", "Provider", s.name(w.provider))}, nil
}

// authorizes reports whether people have accounts of their own at the provider's tool.
func (s *Service) authorizes(providerID string) bool {
	_, ok := s.Registry.Get(providerID).(provider.Authorizer)
	return ok
}
