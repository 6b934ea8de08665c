package signin

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// AskSignOut asks whether to sign out; a user who isn't signed in is offered a sign-in. Both lead to another account.
func (s *SignIns) AskSignOut(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if len(s.SignedIn(ctx, w)) == 0 {
		link, err := s.signInLink(ctx, w)
		return chat.Note{Text: chat.Say("bridge.signout.not_in", "Provider", s.Name(w.Provider), "URL", link)}, err
	}
	return s.Prompts.Question(ctx, chat.Say("bridge.signout.confirm", "Provider", s.Name(w.Provider)),
		conversation.Offer{Label: chat.Say("bridge.button.sign_out"), Primary: true, Operation: conversation.OpSignOut, Request: w}, conversation.OrCancel(w))
}

// SignOut ends the person's sign-in at all sites, and offers to sign in with another account.
func (s *SignIns) SignOut(ctx context.Context, w conversation.Request) (chat.Note, error) {
	for _, site := range s.SignedIn(ctx, w) {
		if err := s.Sessions.SignOut(ctx, w.Provider, site, w.Actor.Person); err != nil {
			return chat.Note{}, err
		}
	}
	text := chat.Say("bridge.disconnect.signed_out", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider))
	if link, err := s.signInLink(ctx, w); err == nil && link != "" {
		text = chat.Lines(text, chat.Say("bridge.signout.again", "Provider", s.Name(w.Provider), "URL", link))
	}
	return chat.Note{Text: text}, nil
}

// signInLink returns a link with which the person only signs in; "" if no site supports it.
func (s *SignIns) signInLink(ctx context.Context, w conversation.Request) (string, error) {
	sites, err := s.Sessions.Sites(ctx, w.Provider)
	if err != nil {
		return "", errors.Wrap(err, "list the sites")
	}
	next, err := json.Marshal(w.Intends(conversation.OpSignedIn))
	if err != nil {
		return "", errors.Wrap(err, "encode what to resume")
	}
	for _, site := range sites {
		if !site.OAuth {
			continue
		}
		link, err := s.Sessions.ConnectURL(ctx, w.Provider, site, w.Actor.Person, string(next))
		if !fault.Is(err, fault.SetupNeeded) {
			return link, errors.Wrap(err, "make a link for signing in")
		}
	}
	return "", nil
}

// SignIn gives the link to sign in, or finishes with the code that a browser was shown in which nobody was signed in, and goes on with what
// the authorization was for.
func (s *SignIns) SignIn(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if w.Text == "" {
		return s.offerSignIn(ctx, w)
	}
	who, next, err := s.Sessions.Redeem(ctx, w.Provider, w.Actor.Person, w.Text)
	if err != nil {
		return chat.Note{}, err
	}
	text := chat.Say("bridge.signin.done", "Provider", s.Name(w.Provider), "Name", who.Name, "Command", s.Word(w.Provider))
	did, err := s.resume(ctx, w.Actor.Person, next)
	if err != nil {
		s.Log.Log(ctx, fault.Level(err), "The operation after a sign-in failed", "user_id", w.Actor.ID, "error", err.Error())
		did = chat.Failure(err)
	}
	if !did.Zero() {
		text = chat.Lines(text, did)
	}
	return chat.Note{Text: text}, nil
}

// resume continues what an authorization was for. It returns the result unless the operation has shown it already.
func (s *SignIns) resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	var what conversation.Intent
	if err := json.Unmarshal([]byte(next), &what); err != nil {
		return chat.Message{}, errors.Wrap(err, "read what to resume")
	}
	if what.Kind == conversation.OpSignedIn {
		return chat.Message{}, nil
	}
	did, err := s.Requests.Resume(ctx, person, next)
	if s.Requests.Told(what) {
		did = chat.Message{} // it is for the page
	}
	return did, err
}

// offerSignIn gives a link to sign in, also to a user who is signed in: it leads to another account.
func (s *SignIns) offerSignIn(ctx context.Context, w conversation.Request) (chat.Note, error) {
	link, err := s.signInLink(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if link == "" || len(s.SignedIn(ctx, w)) == 0 {
		return chat.Note{Text: chat.Say("bridge.signout.not_in", "Provider", s.Name(w.Provider), "URL", link)}, nil
	}
	again := chat.Say("bridge.signout.again", "Provider", s.Name(w.Provider), "URL", link)
	return chat.Note{Text: chat.Lines(chat.Say("bridge.signout.in", "Provider", s.Name(w.Provider)), again)}, nil
}

// SignedInNow says that the person is signed in.
func (s *SignIns) SignedInNow(_ context.Context, w conversation.Request) (chat.Note, error) {
	return chat.Note{Text: chat.Say("bridge.signout.in", "Provider", s.Name(w.Provider))}, nil
}

// OfferSignOut asks a user whose channel is connected to nothing whether to sign out, if they are signed in.
func (s *SignIns) OfferSignOut(ctx context.Context, w conversation.Request, nothing error) (chat.Note, error) {
	if len(s.SignedIn(ctx, w)) == 0 {
		return chat.Note{}, nothing
	}
	return s.Prompts.Question(ctx, chat.Say("bridge.disconnect.only_sign_out", "Provider", s.Name(w.Provider)),
		conversation.Offer{Label: chat.Say("bridge.button.sign_out"), Primary: true, Operation: conversation.OpSignOut, Request: w}, conversation.OrCancel(w))
}

// SignedIn returns the sites at which the person has an account that can be used.
func (s *SignIns) SignedIn(ctx context.Context, w conversation.Request) []provider.Site {
	if _, ok := s.Registry.Get(w.Provider).(provider.Authorizer); !ok {
		return nil
	}
	sites, err := s.Sessions.Sites(ctx, w.Provider)
	if err != nil {
		s.Log.Warn("The sites of a provider couldn't be listed", "provider", w.Provider, "error", err.Error())
		return nil
	}
	return slices.DeleteFunc(slices.Clone(sites), func(site provider.Site) bool {
		_, err := s.Sessions.ForUser(ctx, w.Provider, site, w.Actor.Person)
		return err != nil
	})
}
