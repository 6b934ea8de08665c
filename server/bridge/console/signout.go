package console

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// askSignOut asks whether to sign out; who is not signed in is offered to be. Both ways lead to another account.
func (s *Service) askSignOut(ctx context.Context, w wish) (chat.Note, error) {
	if len(s.signedIn(ctx, w)) == 0 {
		link, err := s.signInLink(ctx, w)
		return chat.Note{Text: chat.Say("bridge.signout.not_in", "Provider", s.Name(w.provider), "URL", link)}, err
	}
	return s.question(ctx, chat.Say("bridge.signout.confirm", "Provider", s.Name(w.provider)),
		offer{label: chat.Say("bridge.button.sign_out"), primary: true, deed: deedSignOut, wish: w}, orCancel(w))
}

// signOut ends the person's sign-in at all sites, and offers to sign in with another account.
func (s *Service) signOut(ctx context.Context, w wish) (chat.Note, error) {
	for _, site := range s.signedIn(ctx, w) {
		if err := s.Sessions.SignOut(ctx, w.provider, site, w.actor.Person); err != nil {
			return chat.Note{}, err
		}
	}
	text := chat.Say("bridge.disconnect.signed_out", "Provider", s.Name(w.provider), "Command", s.Word(w.provider))
	if link, err := s.signInLink(ctx, w); err == nil && link != "" {
		text = chat.Lines(text, chat.Say("bridge.signout.again", "Provider", s.Name(w.provider), "URL", link))
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
		link, err := s.Sessions.ConnectURL(ctx, w.provider, site, w.actor.Person, string(next))
		if !fault.Is(err, fault.SetupNeeded) {
			return link, errors.Wrap(err, "make a link for signing in")
		}
	}
	return "", nil
}

// signIn gives the link to sign in, or finishes with the code that a browser was shown in which nobody was signed in, and goes on with what
// the authorization was for.
func (s *Service) signIn(ctx context.Context, w wish) (chat.Note, error) {
	if w.text == "" {
		return s.offerSignIn(ctx, w)
	}
	who, next, err := s.Sessions.Redeem(ctx, w.provider, w.actor.Person, w.text)
	if err != nil {
		return chat.Note{}, err
	}
	text := chat.Say("bridge.signin.done", "Provider", s.Name(w.provider), "Name", chat.Escape(who.Name), "Command", s.Word(w.provider))
	did, err := s.resume(ctx, w.actor.Person, next)
	if err != nil {
		s.Log.Warn("What an authorization was for failed", "user_id", w.actor.ID, "error", err.Error())
		did = chat.Failure(err)
	}
	if !did.Zero() {
		text = chat.Lines(text, did)
	}
	return chat.Note{Text: text}, nil
}

// resume goes on with what an authorization was for. It says what came of it where the person was not told already.
func (s *Service) resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	var what intent
	if err := json.Unmarshal([]byte(next), &what); err != nil {
		return chat.Message{}, errors.Wrap(err, "read what to resume")
	}
	if what.Kind == wishKind && what.Action == deedSignedIn {
		return chat.Message{}, nil
	}
	did, err := s.Resume(ctx, person, next)
	if what.Kind == wishKind {
		did = chat.Message{} // resumeWish has told them, and what it returns is for the page
	}
	return did, err
}

// offerSignIn gives a link to sign in, also to who is signed in: it leads to another account.
func (s *Service) offerSignIn(ctx context.Context, w wish) (chat.Note, error) {
	link, err := s.signInLink(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if link == "" || len(s.signedIn(ctx, w)) == 0 {
		return chat.Note{Text: chat.Say("bridge.signout.not_in", "Provider", s.Name(w.provider), "URL", link)}, nil
	}
	again := chat.Say("bridge.signout.again", "Provider", s.Name(w.provider), "URL", link)
	return chat.Note{Text: chat.Lines(chat.Say("bridge.signout.in", "Provider", s.Name(w.provider)), again)}, nil
}

// signedInNow says that the person is signed in.
func (s *Service) signedInNow(_ context.Context, w wish) (chat.Note, error) {
	return chat.Note{Text: chat.Say("bridge.signout.in", "Provider", s.Name(w.provider))}, nil
}
