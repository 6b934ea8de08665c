package connection

import (
	"context"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Names of the fields that a Bearer's form may have.
const (
	FieldAddress = "url"
	fieldToken   = "token"
	FieldSecret  = "secret"
)

// MaxSiteURL bounds the URL of a provider, in characters.
const MaxSiteURL = 300

// PressAccess shows the form for the connection's API access.
func (s *Credentials) PressAccess(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if err := s.Rights.CanKeep(ctx, what.Actor, what.Place); err != nil {
		return err
	}
	connection, err := s.sharing.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	p := s.Registry.Get(connection.Provider)
	bearer, takes := p.(provider.TokenAuth)
	if !takes {
		return fault.New(fault.ButtonExpired)
	}
	_, installs := p.(provider.Installer)
	what.Kind = conversation.FormAccess
	return s.Prompts.Ask(ctx, what.Talk, chat.Form{
		Title:  chat.Say("bridge.credential.title"),
		Intro:  chat.Say("bridge.credential.intro", "Provider", s.Name(connection.Provider), "Name", connection.Name),
		Submit: chat.Say("bridge.credential.submit"),
		Fields: CredentialFields(bearer, connection.Site, !installs),
	}, what)
}

// changeableByAll returns the intent's connection if the person may change what all channels that follow it share. Faults: those of
// changeable, SharedElsewhere.
func (s *Sharing) changeableByAll(ctx context.Context, what conversation.Intent) (bridge.Connection, error) {
	c, err := s.Directory.Changeable(ctx, what)
	if err != nil {
		return bridge.Connection{}, err
	}
	return c, s.Rights.MayChange(ctx, what.Actor, c)
}

// CredentialEntered keeps the API access that was entered, after the provider has accepted it.
func (s *Credentials) CredentialEntered(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	if err := s.Rights.CanKeep(ctx, what.Actor, what.Place); err != nil {
		return nil, err
	}
	c, err := s.sharing.changeableByAll(ctx, what)
	if err != nil {
		return nil, err
	}
	bearer, takes := s.Registry.Get(c.Provider).(provider.TokenAuth)
	if !takes {
		return nil, fault.New(fault.ButtonExpired)
	}
	site, err := s.credentialSite(ctx, c, a.Values)
	if err != nil {
		return conversation.FieldErrors(err)
	}
	_, installs := bearer.(provider.Installer)
	proved, err := s.sharing.proveCredential(ctx, c, site, bearer, a.Values)
	if err != nil {
		return FieldErrorsAt(s.Trail.Refused(err, what.Attempted()), CredentialFields(bearer, "", !installs))
	}
	told := chat.Say("bridge.credential.entered", "Name", c.Name, "Provider", s.Name(c.Provider)).WithText("Who", s.Notices.Who(ctx, what.Actor))
	if !installs {
		told = told.WithText("Site", chat.Code(site.URL))
	}
	err = s.sharing.changeShared(ctx, what.Request(), c, bridge.AuditCredential, told, func(now *bridge.Connection) error {
		now.Site = site.URL
		return s.sharing.takeOver(ctx, now, proved, what.Actor.Person)
	})
	if err != nil {
		return nil, err
	}
	text := chat.Say("bridge.credential.saved", "Provider", s.Name(c.Provider)).WithText("Site", chat.Code(site.URL))
	if proved.secret != "" && !proved.shown {
		text = chat.Lines(text, chat.Say("bridge.credential.unproved", "Provider", s.Name(c.Provider)))
	}
	if strings.HasPrefix(site.URL, "http://") {
		text = chat.Lines(text, chat.Say("bridge.credential.readable"))
	}
	s.Notices.Show(ctx, what.Talk, chat.Note{Text: text})
	return nil, nil
}

// credentialSite returns where the credential is for: the site that the connection was made at, or the one that the answer names.
func (s *Credentials) credentialSite(ctx context.Context, c bridge.Connection, values map[string]string) (provider.Site, error) {
	if _, installs := s.Registry.Get(c.Provider).(provider.Installer); installs {
		return s.Caller.Site(ctx, c)
	}
	address, ok := baseAddress(values[FieldAddress])
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: FieldAddress, Message: chat.Say("bridge.credential.address")}
	}
	sites, err := s.Sessions.Sites(ctx, c.Provider)
	if err != nil {
		return provider.Site{}, errors.Wrap(err, "list the sites")
	}
	for _, site := range sites {
		if site.URL == address {
			return site, nil
		}
	}
	return provider.Site{ID: address, URL: address, API: address}, nil
}

// tryCredential makes the credential of the answers, calls the provider once with it, and returns the session.
func (s *Credentials) tryCredential(
	ctx context.Context, bearer provider.TokenAuth, providerID string, site provider.Site, values map[string]string,
) (provider.Credential, provider.Session, error) {
	credential, err := bearer.ParseCredential(conversation.Merged(values, map[string]string{FieldAddress: site.URL}))
	if err != nil {
		return provider.Credential{}, provider.Session{}, err
	}
	session, err := s.Sessions.With(ctx, providerID, site, credential)
	if fault.Is(err, fault.HostUnknown) {
		// It was entered by a user who may: no admin has to allow it, and none could.
		err = &provider.FieldError{Field: FieldAddress, Message: chat.Say("bridge.credential.insecure")}
	}
	if err != nil {
		return provider.Credential{}, provider.Session{}, err
	}
	return credential, session, bearer.CheckCredential(ctx, session)
}

// forgetCredential takes the credential out of the connection's keys. Fault: Unreadable.
func (s *Credentials) forgetCredential(ctx context.Context, c *bridge.Connection) error {
	keys, err := s.Keys.Open(ctx, *c)
	if err != nil {
		return err
	}
	keys.Credential, c.HasCredential, c.EnteredBy = nil, false, ""
	c.Sealed, err = s.Keys.Seal(ctx, c.ID, keys)
	return err
}

// AskCredentialAway asks whether to remove the API access.
func (s *Credentials) AskCredentialAway(ctx context.Context, c chat.Click, what conversation.Intent) error {
	connection, err := s.sharing.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	what.Kind = conversation.PressAccessDrop
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.credential.drop"), true, what)
	if err != nil {
		return err
	}
	note := chat.Note{Text: chat.Say("bridge.credential.ask", "Name", connection.Name), Buttons: []chat.Button{button}}
	return errors.Wrap(what.Talk.Replace(ctx, note), "ask before removing API access")
}

// DropCredential forgets the connection's API access.
func (s *Credentials) DropCredential(ctx context.Context, c chat.Click, what conversation.Intent) error {
	connection, err := s.sharing.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	gone := chat.Say("bridge.credential.gone", "Provider", s.Name(connection.Provider))
	if !connection.HasCredential {
		s.Notices.Answer(ctx, what.Talk, gone) // another user did it
		return nil
	}
	_, installs := s.Registry.Get(connection.Provider).(provider.Installer)
	told := chat.Say("bridge.credential.removed", "Name", connection.Name, "Provider", s.Name(connection.Provider)).WithText("Who", s.Notices.Who(ctx, what.Actor))
	err = s.sharing.changeShared(ctx, what.Request(), connection, bridge.AuditCredentialRemove, told, func(now *bridge.Connection) error {
		if !installs {
			now.Site = "" // it came with the credential
		}
		return s.forgetCredential(ctx, now)
	})
	if err != nil {
		return err
	}
	s.Notices.Answer(ctx, what.Talk, gone)
	return nil
}
