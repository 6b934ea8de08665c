package bridge

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
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
func (s *Service) credentialButton(ctx context.Context, c Connection, at chat.Place, userID string) (chat.Button, error) {
	label := i18n.M("bridge.credential.enter")
	if c.HasCredential {
		label = i18n.M("bridge.credential.replace")
	}
	return s.button(ctx, label, false, intent{UserID: userID, Kind: pressAccess, Provider: c.Provider, Place: at, Connection: c.ID})
}

// accessButtons returns the buttons that change the connection's API access; none where the provider takes none.
func (s *Service) accessButtons(ctx context.Context, c Connection, at chat.Place, userID string) ([]chat.Button, error) {
	p := s.Registry.Get(c.Provider)
	_, takes := p.(provider.Bearer)
	if _, installs := p.(provider.Installer); !takes || installs && c.Resource.ID == "" {
		return nil, nil // what people set up by hand is not called
	}
	enter, err := s.credentialButton(ctx, c, at, userID)
	if err != nil || !c.HasCredential {
		return []chat.Button{enter}, err
	}
	what := intent{UserID: userID, Kind: pressAccessAsk, Provider: c.Provider, Place: at, Connection: c.ID}
	remove, err := s.button(ctx, i18n.M("bridge.credential.remove"), false, what)
	return []chat.Button{enter, remove}, err
}

// pressAccess shows the form for the connection's API access.
func (s *Service) pressAccess(ctx context.Context, c chat.Click, what intent) error {
	if err := s.canKeep(ctx, what.wish()); err != nil {
		return err
	}
	connection, err := s.changeable(ctx, what)
	if err != nil {
		return err
	}
	p := s.Registry.Get(connection.Provider)
	bearer, takes := p.(provider.Bearer)
	if !takes {
		return fault.New(fault.ButtonExpired)
	}
	_, installs := p.(provider.Installer)
	what.Kind = formAccess
	return s.openForm(ctx, c.TriggerID, chat.Form{
		Title:  i18n.M("bridge.credential.title"),
		Intro:  i18n.M("bridge.credential.intro", "Provider", chat.Escape(s.name(connection.Provider)), "Name", chat.Escape(connection.Name)),
		Submit: i18n.M("bridge.credential.submit"),
		Fields: credentialFields(bearer, connection.Site, !installs),
	}, what)
}

// credentialFields are the provider's questions; that for the address only where it is not known otherwise.
func credentialFields(bearer provider.Bearer, site string, asksAddress bool) []chat.FormField {
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

// credentialEntered tries the API access that was entered and keeps it if it works.
func (s *Service) credentialEntered(ctx context.Context, a chat.FormAnswer, what intent) (chat.FormErrors, error) {
	if err := s.canKeep(ctx, what.wish()); err != nil {
		return nil, err
	}
	c, err := s.changeable(ctx, what)
	if err != nil {
		return nil, err
	}
	bearer, takes := s.Registry.Get(c.Provider).(provider.Bearer)
	if !takes {
		return nil, fault.New(fault.ButtonExpired)
	}
	site, err := s.credentialSite(ctx, c, a.Values)
	if err != nil {
		return slipOf(err)
	}
	_, installs := bearer.(provider.Installer)
	credential, err := s.tryCredential(ctx, bearer, c.Provider, site, a.Values)
	if err != nil {
		return slipAt(err, credentialFields(bearer, "", !installs))
	}
	secret := ""
	if giver, gives := bearer.(provider.SecretGiver); gives {
		if secret, err = giver.HookSecret(a.Values); err != nil {
			return slipOf(err)
		}
	}
	_, err = s.Records.UpdateConnection(ctx, c.ID, func(now *Connection) (bool, error) {
		if len(now.In(what.Place.ChannelID)) == 0 {
			return false, s.notFollowed(what.Provider)
		}
		now.Site, now.HasCredential = site.URL, true
		return true, s.resealKeys(ctx, now, &credential, secret)
	})
	if err != nil {
		return nil, errors.Wrapf(err, "keep the credential of connection %s", c.ID)
	}
	s.tell(ctx, what.wish(), i18n.M("bridge.credential.entered", "Who", s.who(ctx, what.UserID), "Name", chat.Escape(c.Name), "Provider", chat.Escape(s.name(c.Provider))))
	text := i18n.M("bridge.credential.saved", "Provider", chat.Escape(s.name(c.Provider)), "Site", chat.Code(site.URL))
	if strings.HasPrefix(site.URL, "http://") {
		text = i18n.Lines(text, i18n.M("bridge.credential.readable"))
	}
	s.whisper(ctx, what.Place, a.UserID, chat.Note{Text: text})
	return nil, nil
}

// credentialSite returns where the credential is for: the site that the connection was made at, or the one that the answer names.
func (s *Service) credentialSite(ctx context.Context, c Connection, values map[string]string) (provider.Site, error) {
	if _, installs := s.Registry.Get(c.Provider).(provider.Installer); installs {
		return s.site(ctx, c)
	}
	address, ok := baseAddress(values[fieldAddress])
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: fieldAddress, Message: i18n.M("bridge.credential.address")}
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

// tryCredential makes the credential of the answers and calls the tool once with it.
func (s *Service) tryCredential(
	ctx context.Context, bearer provider.Bearer, providerID string, site provider.Site, values map[string]string,
) (provider.Credential, error) {
	credential, err := bearer.Credential(merged(values, map[string]string{fieldAddress: site.URL}))
	if err != nil {
		return provider.Credential{}, err
	}
	session, err := s.Sessions.With(ctx, providerID, site, credential)
	if fault.Is(err, fault.HostUnknown) {
		// It was typed by who may: no admin has to allow it, and none could.
		return provider.Credential{}, &provider.FieldError{Field: fieldAddress, Message: i18n.M("bridge.credential.insecure")}
	}
	if err != nil {
		return provider.Credential{}, err
	}
	return credential, bearer.Try(ctx, session)
}

// resealKeys puts the credential among the connection's keys; nil takes it away. With a secret, that is in force from now on, also in place
// of keys that cannot be opened any more. Fault: Unreadable.
func (s *Service) resealKeys(ctx context.Context, c *Connection, credential *provider.Credential, secret string) error {
	keys, err := s.openKeys(ctx, *c)
	if secret != "" && fault.Is(err, fault.Unreadable) {
		keys, err = Keys{}, nil
	}
	if err != nil {
		return err
	}
	if keys.Credential = credential; secret != "" && (len(keys.Secrets) == 0 || keys.Secrets[0].Value != secret) {
		keys.replace(secret, s.Now())
	}
	c.Sealed, err = s.sealKeys(ctx, c.ID, keys)
	return err
}

// askCredentialAway asks whether the API access shall really be removed.
func (s *Service) askCredentialAway(ctx context.Context, c chat.Click, what intent) error {
	connection, err := s.changeable(ctx, what)
	if err != nil {
		return err
	}
	what.Kind = pressAccessDrop
	button, err := s.button(ctx, i18n.M("bridge.credential.drop"), true, what)
	if err != nil {
		return err
	}
	note := chat.Note{Text: i18n.M("bridge.credential.ask", "Name", chat.Escape(connection.Name)), Buttons: []chat.Button{button}}
	return errors.Wrap(s.People.Rewhisper(ctx, c.Place, c.UserID, c.PostID, note), "ask before removing API access")
}

// dropCredential forgets the connection's API access.
func (s *Service) dropCredential(ctx context.Context, c chat.Click, what intent) error {
	connection, err := s.changeable(ctx, what)
	if err != nil {
		return err
	}
	_, installs := s.Registry.Get(connection.Provider).(provider.Installer)
	connection, err = s.Records.UpdateConnection(ctx, connection.ID, func(now *Connection) (bool, error) {
		if !now.HasCredential || len(now.In(what.Place.ChannelID)) == 0 {
			return false, nil
		}
		if now.HasCredential = false; !installs {
			now.Site = "" // it came with the credential
		}
		return true, s.resealKeys(ctx, now, nil, "")
	})
	if err != nil {
		return errors.Wrapf(err, "forget the credential of connection %s", what.Connection)
	}
	s.answer(ctx, c, i18n.M("bridge.credential.gone", "Provider", chat.Escape(s.name(connection.Provider))))
	s.tell(ctx, what.wish(), i18n.M("bridge.credential.removed", "Who", s.who(ctx, what.UserID), "Name", chat.Escape(connection.Name), "Provider", chat.Escape(s.name(connection.Provider))))
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
	case fault.Is(err, fault.AccountRejected, fault.ProviderForbidden):
		at = fieldToken
	case fault.Is(err, fault.HostUnknown, fault.ProviderUnavailable, fault.ResourceUnknown):
		at = fieldAddress
	}
	if !slices.ContainsFunc(fields, func(f chat.FormField) bool { return f.Name == at }) {
		return nil, err
	}
	return chat.FormErrors{at: chat.Failure(err)}, nil
}
