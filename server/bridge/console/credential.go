package console

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Names of the fields that a Bearer's form may have.
const (
	fieldAddress = "url"
	fieldToken   = "token"
	fieldSecret  = "secret"
)

// maxSiteURL bounds the address of a tool, in characters.
const maxSiteURL = 300

// credentialButton returns a button that opens the form for the connection's API access. There is none where the provider takes none.
func (s *Service) credentialButton(ctx context.Context, c bridge.Connection, at chat.Place, actor chat.Actor) (chat.Button, error) {
	label := chat.Say("bridge.credential.enter")
	if c.HasCredential {
		label = chat.Say("bridge.credential.replace")
	}
	return s.button(ctx, label, false, intent{Actor: actor, Kind: pressAccess, Provider: c.Provider, Place: at, Connection: c.ID})
}

// accessButtons returns the buttons that change the connection's API access; none where the provider takes none.
func (s *Service) accessButtons(ctx context.Context, c bridge.Connection, at chat.Place, actor chat.Actor) ([]chat.Button, error) {
	p := s.Registry.Get(c.Provider)
	_, takes := p.(provider.TokenAuth)
	if _, installs := p.(provider.Installer); !takes || installs && c.Resource.ID == "" {
		return nil, nil // what people set up by hand is not called
	}
	enter, err := s.credentialButton(ctx, c, at, actor)
	if err != nil || !c.HasCredential {
		return []chat.Button{enter}, err
	}
	what := intent{Actor: actor, Kind: pressAccessAsk, Provider: c.Provider, Place: at, Connection: c.ID}
	remove, err := s.button(ctx, chat.Say("bridge.credential.remove"), false, what)
	return []chat.Button{enter, remove}, err
}

// pressAccess shows the form for the connection's API access.
func (s *Service) pressAccess(ctx context.Context, c chat.Click, what intent) error {
	if err := s.Rights.CanKeep(ctx, what.Actor, what.Place); err != nil {
		return err
	}
	connection, err := s.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	p := s.Registry.Get(connection.Provider)
	bearer, takes := p.(provider.TokenAuth)
	if !takes {
		return fault.New(fault.ButtonExpired)
	}
	_, installs := p.(provider.Installer)
	what.Kind = formAccess
	return s.openForm(ctx, c.TriggerID, chat.Form{
		Title:  chat.Say("bridge.credential.title"),
		Intro:  chat.Say("bridge.credential.intro", "Provider", chat.Escape(s.Name(connection.Provider)), "Name", chat.Escape(connection.Name)),
		Submit: chat.Say("bridge.credential.submit"),
		Fields: credentialFields(bearer, connection.Site, !installs),
	}, what)
}

// credentialFields are the provider's questions; that for the address only where it is not known otherwise.
func credentialFields(bearer provider.TokenAuth, site string, asksAddress bool) []chat.FormField {
	var fields []chat.FormField
	for _, field := range bearer.CredentialForm() {
		if field.Name == fieldAddress {
			if !asksAddress {
				continue
			}
			field.Default = site
		}
		fields = append(fields, field)
	}
	return fields
}

// changeableByAll returns the intent's connection if the person may change what all channels that follow it share. Faults: those of
// changeable, SharedElsewhere.
func (s *Service) changeableByAll(ctx context.Context, what intent) (bridge.Connection, error) {
	c, err := s.changeable(ctx, what)
	if err != nil {
		return bridge.Connection{}, err
	}
	return c, s.Rights.MayChange(ctx, what.Actor, c)
}

// credentialEntered keeps the API access that was entered, after the tool has shown that it may have it.
func (s *Service) credentialEntered(ctx context.Context, a chat.FormAnswer, what intent) (chat.FormErrors, error) {
	if err := s.Rights.CanKeep(ctx, what.Actor, what.Place); err != nil {
		return nil, err
	}
	c, err := s.changeableByAll(ctx, what)
	if err != nil {
		return nil, err
	}
	bearer, takes := s.Registry.Get(c.Provider).(provider.TokenAuth)
	if !takes {
		return nil, fault.New(fault.ButtonExpired)
	}
	site, err := s.credentialSite(ctx, c, a.Values)
	if err != nil {
		return slipOf(err)
	}
	_, installs := bearer.(provider.Installer)
	proved, err := s.proveEntered(ctx, c, site, bearer, a.Values)
	if err != nil {
		return slipAt(s.refused(err, what.attempted()), credentialFields(bearer, "", !installs))
	}
	told := chat.Say("bridge.credential.entered", "Who", s.Notices.Who(ctx, what.Actor), "Name", chat.Escape(c.Name), "Provider", chat.Escape(s.Name(c.Provider)))
	if !installs {
		told = told.WithText("Site", chat.CodeText(site.URL))
	}
	err = s.changeShared(ctx, what.wish(), c, bridge.AuditCredential, told, func(now *bridge.Connection) error {
		now.Site = site.URL
		return s.takeOver(ctx, now, proved, what.Actor.Person)
	})
	if err != nil {
		return nil, err
	}
	text := chat.Say("bridge.credential.saved", "Provider", chat.Escape(s.Name(c.Provider)), "Site", chat.Code(site.URL))
	if proved.secret != "" && !proved.shown {
		text = chat.Lines(text, chat.Say("bridge.credential.unproved", "Provider", chat.Escape(s.Name(c.Provider))))
	}
	if strings.HasPrefix(site.URL, "http://") {
		text = chat.Lines(text, chat.Say("bridge.credential.readable"))
	}
	s.Notices.Whisper(ctx, what.Place, a.Actor, chat.Note{Text: text})
	return nil, nil
}

// credentialSite returns where the credential is for: the site that the connection was made at, or the one that the answer names.
func (s *Service) credentialSite(ctx context.Context, c bridge.Connection, values map[string]string) (provider.Site, error) {
	if _, installs := s.Registry.Get(c.Provider).(provider.Installer); installs {
		return s.Caller.Site(ctx, c)
	}
	address, ok := baseAddress(values[fieldAddress])
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: fieldAddress, Message: chat.Say("bridge.credential.address")}
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

// tryCredential makes the credential of the answers, calls the tool once with it, and returns the session.
func (s *Service) tryCredential(
	ctx context.Context, bearer provider.TokenAuth, providerID string, site provider.Site, values map[string]string,
) (provider.Credential, provider.Session, error) {
	credential, err := bearer.ParseCredential(merged(values, map[string]string{fieldAddress: site.URL}))
	if err != nil {
		return provider.Credential{}, provider.Session{}, err
	}
	session, err := s.Sessions.With(ctx, providerID, site, credential)
	if fault.Is(err, fault.HostUnknown) {
		// It was typed by who may: no admin has to allow it, and none could.
		err = &provider.FieldError{Field: fieldAddress, Message: chat.Say("bridge.credential.insecure")}
	}
	if err != nil {
		return provider.Credential{}, provider.Session{}, err
	}
	return credential, session, bearer.CheckCredential(ctx, session)
}

// forgetCredential takes the credential out of the connection's keys. Fault: Unreadable.
func (s *Service) forgetCredential(ctx context.Context, c *bridge.Connection) error {
	keys, err := s.Keys.Open(ctx, *c)
	if err != nil {
		return err
	}
	keys.Credential, c.HasCredential, c.EnteredBy = nil, false, ""
	c.Sealed, err = s.Keys.Seal(ctx, c.ID, keys)
	return err
}

// askCredentialAway asks whether the API access shall really be removed.
func (s *Service) askCredentialAway(ctx context.Context, c chat.Click, what intent) error {
	connection, err := s.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	what.Kind = pressAccessDrop
	button, err := s.button(ctx, chat.Say("bridge.credential.drop"), true, what)
	if err != nil {
		return err
	}
	note := chat.Note{Text: chat.Say("bridge.credential.ask", "Name", chat.Escape(connection.Name)), Buttons: []chat.Button{button}}
	return errors.Wrap(s.People.Rewhisper(ctx, c.Message, c.Actor, note), "ask before removing API access")
}

// dropCredential forgets the connection's API access.
func (s *Service) dropCredential(ctx context.Context, c chat.Click, what intent) error {
	connection, err := s.changeableByAll(ctx, what)
	if err != nil {
		return err
	}
	gone := chat.Say("bridge.credential.gone", "Provider", chat.Escape(s.Name(connection.Provider)))
	if !connection.HasCredential {
		s.Notices.Answer(ctx, c, gone) // somebody else was at it
		return nil
	}
	_, installs := s.Registry.Get(connection.Provider).(provider.Installer)
	told := chat.Say("bridge.credential.removed", "Who", s.Notices.Who(ctx, what.Actor), "Name", chat.Escape(connection.Name), "Provider", chat.Escape(s.Name(connection.Provider)))
	err = s.changeShared(ctx, what.wish(), connection, bridge.AuditCredentialRemove, told, func(now *bridge.Connection) error {
		if !installs {
			now.Site = "" // it came with the credential
		}
		return s.forgetCredential(ctx, now)
	})
	if err != nil {
		return err
	}
	s.Notices.Answer(ctx, c, gone)
	return nil
}

// baseAddress returns the address of a server as sites have it, if it can be one.
func baseAddress(text string) (string, bool) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	u, err := url.Parse(text)
	if err != nil || len(text) > maxSiteURL || strings.ContainsAny(text, "?#") || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return text, u.Host != "" && u.User == nil
}

// slipOf returns the error as one of a field, where it names one.
func slipOf(err error) (chat.FormErrors, error) {
	var slip *provider.FieldError
	if errors.As(err, &slip) {
		return chat.FormErrors{slip.Field: slip.Message}, nil
	}
	return nil, err
}

// slipAt does so too for what a tool answered to an attempt with the form's values, as far as that tells which field is wrong.
func slipAt(err error, fields []chat.FormField) (chat.FormErrors, error) {
	slips, err := slipOf(err)
	if err == nil {
		return slips, nil
	}
	at := ""
	switch {
	case fault.Is(err, fault.AccountRejected, fault.ProviderForbidden, fault.NotResourceAdmin):
		at = fieldToken
	case fault.Is(err, fault.HostUnknown, fault.ProviderUnavailable, fault.ResourceUnknown):
		at = fieldAddress
	}
	asked := func(name string) bool {
		return slices.ContainsFunc(fields, func(f chat.FormField) bool { return f.Name == name })
	}
	if at == fieldAddress && !asked(at) && fault.Is(err, fault.ResourceUnknown) {
		at = fieldToken // what the address names is there, and the token doesn't see it
	}
	if !asked(at) {
		return nil, err
	}
	return chat.FormErrors{at: chat.Failure(err)}, nil
}
