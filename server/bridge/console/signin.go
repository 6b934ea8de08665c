package console

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// tokenField is where the form shows what is wrong with a token.
const tokenField = "token"

// askForAddress asks with a form what to connect. Where none can be opened, a button opens it.
func (s *Service) askForAddress(ctx context.Context, w wish) (chat.Note, error) {
	if w.trigger != "" {
		return s.openAddressForm(ctx, w)
	}
	text := chat.Say("bridge.connect.ask_address", "Provider", s.Name(w.provider), "Command", s.Word(w.provider)).
		WithMessage("Resource", s.Registry.Describe(w.provider).ResourceNoun)
	return s.question(ctx, text,
		offer{label: chat.Say("bridge.button.address"), primary: true, deed: deedConnectAsk, wish: w}, orCancel(w))
}

// openAddressForm shows the form for an address and, where the tool knows such, an access token.
func (s *Service) openAddressForm(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	if _, ok := s.Registry.Get(w.provider).(provider.Installer); !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	about := s.Registry.Describe(w.provider)
	form := chat.Form{
		Title:  chat.Say("bridge.form.title", "Provider", about.Name),
		Submit: chat.Say("bridge.form.submit"),
		Fields: []chat.FormField{{
			Name: addressField, Kind: chat.TextField, Default: w.text, MaxLength: maxAddress,
			Label: chat.Say("bridge.form.address"),
			Help:  chat.Say("bridge.form.address.help").WithMessage("Resource", about.ResourceNoun),
		}},
	}
	if fields := s.tokenFields(w.provider); len(fields) > 0 {
		form.Intro = chat.Say("bridge.form.intro", "Provider", about.Name)
		form.Fields = append(form.Fields, fields...)
	}
	return chat.Note{}, s.openForm(ctx, w.trigger, form, w.intends(deedConnectAsk))
}

// tokenFields are the form's questions for a credential of the connection's own, all of which may be left blank: without one the
// person's account acts.
func (s *Service) tokenFields(providerID string) []chat.FormField {
	bearer, ok := s.Registry.Get(providerID).(provider.TokenAuth)
	if !ok {
		return nil
	}
	var fields []chat.FormField
	for _, field := range bearer.CredentialForm() {
		if field.Name == "url" {
			continue // the address says where the tool is
		}
		field.Optional = true
		fields = append(fields, field)
	}
	return fields
}

// submitWish connects the channel to what the form names. What is wrong with an answer is shown in the form.
func (s *Service) submitWish(ctx context.Context, a chat.FormAnswer, what intent) (chat.FormErrors, error) {
	if what.Action != deedConnectAsk {
		return nil, fault.New(fault.ButtonExpired)
	}
	if s.Settings().Enabled[what.Provider] == "" {
		return nil, s.ProviderOff(what.Provider)
	}
	w := what.wish()
	w.text, w.values = a.Values[addressField], map[string]string{}
	for _, field := range s.tokenFields(what.Provider) {
		if value := a.Values[field.Name]; value != "" {
			w.values[field.Name] = value
		}
	}
	note, err := s.connect(ctx, w)
	err = s.refused(err, what.attempted())
	var slip *provider.FieldError
	switch {
	case errors.As(err, &slip):
		return chat.FormErrors{slip.Field: slip.Message}, nil
	case fault.Is(err, fault.AddressUnknown, fault.HostUnknown, fault.ResourceUnknown, fault.NotResourceAdmin):
		return chat.FormErrors{addressField: chat.Failure(err)}, nil
	case len(w.values) > 0 && fault.Is(err, fault.AccountRejected, fault.ProviderForbidden):
		return chat.FormErrors{tokenField: chat.Failure(err)}, nil
	case err != nil:
		return nil, err
	}
	s.Notices.Whisper(ctx, w.place, w.actor, note)
	return nil, nil
}

// orSignIn returns the error, unless signing in helps: then a link that does the deed right after that. Where nobody can sign in
// since no admin has registered this server, a token does; for other failures, and where there are no tokens, the error stays.
func (s *Service) orSignIn(ctx context.Context, w wish, deed string, site provider.Site, err error) (chat.Note, error) {
	if len(w.values) > 0 || !fault.Is(err, fault.AccountNeeded, fault.AccountRejected, fault.SetupNeeded) {
		return chat.Note{}, err
	}
	link := ""
	if !fault.Is(err, fault.SetupNeeded) {
		next, encoding := json.Marshal(w.intends(deed))
		if encoding != nil {
			return chat.Note{}, errors.Wrap(encoding, "encode what to resume")
		}
		if link, err = s.Sessions.ConnectURL(ctx, w.provider, site, w.actor.Person, string(next)); err != nil && !fault.Is(err, fault.SetupNeeded) {
			return chat.Note{}, errors.Wrap(err, "make a link for signing in")
		}
	}
	takesToken := deed == deedConnect && len(s.tokenFields(w.provider)) > 0
	byToken := offer{label: chat.Say("bridge.button.token"), deed: deedConnectAsk, wish: w}
	if link != "" && s.sendLink(ctx, w, link) {
		note := chat.Note{Text: chat.Say("bridge.connect.link_sent", "Provider", s.Name(w.provider))}
		if !takesToken {
			return note, nil
		}
		return s.question(ctx, note.Text, byToken, orCancel(w))
	}
	switch {
	case link != "" && takesToken:
		return s.question(ctx, chat.Say("bridge.connect.sign_in_or_token", "Provider", s.Name(w.provider), "URL", link), byToken, orCancel(w))
	case link != "":
		return chat.Note{Text: chat.Say("bridge.connect.sign_in", "Provider", s.Name(w.provider), "URL", link)}, nil
	case takesToken && w.trigger != "":
		return s.openAddressForm(ctx, w)
	case takesToken:
		byToken.primary = true
		return s.question(ctx, chat.Say("bridge.connect.token", "Provider", s.Name(w.provider), "Command", s.Word(w.provider)), byToken, orCancel(w))
	}
	return chat.Note{}, err
}

// sendLink sends the link to sign in by direct message, where the provider wants it so, and reports whether it did.
func (s *Service) sendLink(ctx context.Context, w wish, link string) bool {
	channel, err := s.People.Channel(ctx, w.place)
	if !s.Registry.Describe(w.provider).SignInByDirectMessage || err != nil || channel.Direct {
		return false
	}
	err = s.People.DirectMessage(ctx, w.actor, chat.Say("bridge.connect.sign_in", "Provider", s.Name(w.provider), "URL", link))
	if err != nil {
		s.Log.Warn("A link to sign in could not be sent", "user_id", w.actor.ID, "error", err.Error())
	}
	return err == nil // else it is shown where it was asked for
}
