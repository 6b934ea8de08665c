package httpapi

import (
	"context"
	"net/http"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// signInPages are the routes at the start and the end of an authorization at a provider.
type signInPages struct {
	pages
	Signer Signer
	Bridge Bridge
}

// signIn redirects to the provider's page on which the user authorizes, as connect does for Zoom.
func (s *signInPages) signIn(w http.ResponseWriter, r *http.Request) {
	providerID := r.PathValue("provider")
	s.leadOn(w, r,
		func(ctx context.Context, person chat.PersonID, ticket string) (string, error) {
			return s.Signer.Begin(ctx, providerID, person, ticket)
		},
		func(ctx context.Context, ticket string) (string, error) {
			return s.Signer.BeginElsewhere(ctx, providerID, ticket)
		},
	)
}

// signInDone is the address to which the provider sends the user back, as complete is for Zoom.
func (s *signInPages) signInDone(w http.ResponseWriter, r *http.Request) {
	person := signedIn(r)
	if person == "" {
		s.handOverSignIn(w, r)
		return
	}
	providerID, query := r.PathValue("provider"), r.URL.Query()
	if query.Get("error") != "" || query.Get("code") == "" {
		if _, err := s.Signer.Declined(r.Context(), providerID, person, query.Get("state")); err != nil {
			s.showFault(w, r, person, err)
			return
		}
		s.show(w, http.StatusForbidden, s.failed(person, chat.Say("bridge.page.declined.text")))
		return
	}
	who, next, err := s.Signer.Complete(r.Context(), providerID, person, query.Get("code"), query.Get("state"))
	if err != nil {
		s.showFault(w, r, person, err)
		return
	}
	s.show(w, http.StatusOK, s.wentOn(r, person, who, next))
}

// handOverSignIn is signInDone for a browser in which no one is signed in.
func (s *signInPages) handOverSignIn(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("error") != "" || query.Get("code") == "" {
		s.show(w, http.StatusForbidden, s.failed("", chat.Say("bridge.page.declined.text")))
		return
	}
	handed, typed, err := s.Signer.HandOver(r.Context(), r.PathValue("provider"), query.Get("code"), query.Get("state"))
	if err != nil {
		s.showFault(w, r, "", err)
		return
	}
	s.showCode(w, r, handed.Person, chat.Say("bridge.page.code.text", "Name", handed.Who.Name), typed)
}

// wentOn continues what the authorization was for and returns the page with the result.
func (s *signInPages) wentOn(r *http.Request, person chat.PersonID, who provider.Account, next string) page {
	say := func(m chat.Message) string { return s.People.Plain(person, m) }
	p := page{Title: say(chat.Say("bridge.page.resumed.title"))}
	var did chat.Message
	if next != "" {
		// The token exchange may have used up the request's time, so the rest gets its own.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), userTimeout)
		defer cancel()
		var err error
		if did, err = s.Bridge.Resume(ctx, person, next); err != nil {
			s.Log.Log(ctx, fault.Level(err), "The operation after a sign-in failed", "user_id", string(person), "error", err.Error())
			did = chat.Failure(err)
		}
	}
	if did.Zero() {
		p.Text, p.Close = say(chat.Say("bridge.page.signed_in.text", "Name", who.Name)), true
		return p
	}
	p.Text = say(did)
	return p
}
