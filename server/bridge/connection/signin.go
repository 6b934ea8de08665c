package connection

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// tokenField is where the form shows what is wrong with a token.
const tokenField = "token"

// askForAddress asks with a form what to connect. Where none can be opened, a button opens it.
func (s *Form) askForAddress(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if w.Talk.Features().Forms {
		return s.OpenAddressForm(ctx, w)
	}
	text := chat.Say("bridge.connect.ask_address", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)).
		WithMessage("Resource", s.Registry.Describe(w.Provider).ResourceNoun)
	return s.Prompts.Question(ctx, text,
		conversation.Offer{Label: chat.Say("bridge.button.address"), Primary: true, Operation: conversation.OpConnectAsk, Request: w}, conversation.OrCancel(w))
}

// OpenAddressForm shows the form for a URL and, if the provider supports them, an access token.
func (s *Form) OpenAddressForm(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	if _, ok := s.Registry.Get(w.Provider).(provider.Installer); !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	about := s.Registry.Describe(w.Provider)
	form := chat.Form{
		Title:  chat.Say("bridge.form.title", "Provider", about.Name),
		Submit: chat.Say("bridge.form.submit"),
		Fields: []chat.FormField{{
			Name: addressField, Kind: chat.TextField, Default: w.Text, MaxLength: MaxAddress,
			Label: chat.Say("bridge.form.address"),
			Help:  chat.Say("bridge.form.address.help").WithMessage("Resource", about.ResourceNoun),
		}},
	}
	if fields := s.tokenFields(w.Provider); len(fields) > 0 {
		form.Intro = chat.Say("bridge.form.intro", "Provider", about.Name)
		form.Fields = append(form.Fields, fields...)
	}
	return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, form, w.Intends(conversation.OpConnectAsk))
}

// tokenFields are the form's questions for a credential of the connection's own, all of which may be left blank: without one the
// person's account acts.
func (s *Form) tokenFields(providerID string) []chat.FormField {
	bearer, ok := s.Registry.Get(providerID).(provider.TokenAuth)
	if !ok {
		return nil
	}
	var fields []chat.FormField
	for _, field := range bearer.CredentialForm() {
		if field.Name == "url" {
			continue // the URL says where the provider is
		}
		field.Optional = true
		fields = append(fields, field)
	}
	return fields
}

// Submit connects the channel to what the form names. What is wrong with an answer is shown in the form.
func (s *Form) Submit(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	if s.Settings().Enabled[what.Provider] == "" {
		return nil, s.ProviderOff(what.Provider)
	}
	w := what.Request()
	w.Text, w.Values = a.Values[addressField], map[string]string{}
	for _, field := range s.tokenFields(what.Provider) {
		if value := a.Values[field.Name]; value != "" {
			w.Values[field.Name] = value
		}
	}
	note, err := s.connector.Connect(ctx, w)
	err = s.Trail.Refused(err, what.Attempted())
	var slip *provider.FieldError
	switch {
	case errors.As(err, &slip):
		return chat.FormErrors{slip.Field: slip.Message}, nil
	case fault.Is(err, fault.AddressUnknown, fault.HostUnknown, fault.ResourceUnknown, fault.NotResourceAdmin):
		return chat.FormErrors{addressField: chat.Failure(err)}, nil
	case len(w.Values) > 0 && fault.Is(err, fault.AccountRejected, fault.ProviderForbidden):
		return chat.FormErrors{tokenField: chat.Failure(err)}, nil
	case err != nil:
		return nil, err
	}
	s.Notices.Show(ctx, w.Talk, note)
	return nil, nil
}

// OrSignIn returns the error, unless signing in helps: then a link that does the deed right after that. Where nobody can sign in
// since no admin has registered this server, a token does; for other failures, and where there are no tokens, the error stays.
func (s *Form) OrSignIn(ctx context.Context, w conversation.Request, deed string, site provider.Site, err error) (chat.Note, error) {
	if site.URL == "" || len(w.Values) > 0 || !fault.Is(err, fault.AccountNeeded, fault.AccountRejected, fault.SetupNeeded) {
		return chat.Note{}, err
	}
	link := ""
	if !fault.Is(err, fault.SetupNeeded) {
		next, encoding := json.Marshal(w.Intends(deed))
		if encoding != nil {
			return chat.Note{}, errors.Wrap(encoding, "encode what to resume")
		}
		if link, err = s.Sessions.ConnectURL(ctx, w.Provider, site, w.Actor.Person, string(next)); err != nil && !fault.Is(err, fault.SetupNeeded) {
			return chat.Note{}, errors.Wrap(err, "make a link for signing in")
		}
	}
	takesToken := deed == conversation.OpConnect && len(s.tokenFields(w.Provider)) > 0
	byToken := conversation.Offer{Label: chat.Say("bridge.button.token"), Operation: conversation.OpConnectAsk, Request: w}
	if link != "" && s.sendLink(ctx, w, link) {
		note := chat.Note{Text: chat.Say("bridge.connect.link_sent", "Provider", s.Name(w.Provider))}
		if !takesToken {
			return note, nil
		}
		return s.Prompts.Question(ctx, note.Text, byToken, conversation.OrCancel(w))
	}
	switch {
	case link != "" && takesToken:
		return s.Prompts.Question(ctx, chat.Say("bridge.connect.sign_in_or_token", "Provider", s.Name(w.Provider), "URL", link), byToken, conversation.OrCancel(w))
	case link != "":
		return chat.Note{Text: chat.Say("bridge.connect.sign_in", "Provider", s.Name(w.Provider), "URL", link)}, nil
	case takesToken && w.Talk.Features().Forms:
		return s.OpenAddressForm(ctx, w)
	case takesToken:
		byToken.Primary = true
		return s.Prompts.Question(ctx, chat.Say("bridge.connect.token", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)), byToken, conversation.OrCancel(w))
	}
	return chat.Note{}, err
}

// sendLink sends the link to sign in by direct message, where the provider wants it so, and reports whether it did.
func (s *Form) sendLink(ctx context.Context, w conversation.Request, link string) bool {
	channel, err := s.People.Channel(ctx, w.Place)
	if !s.Registry.Describe(w.Provider).SignInByDirectMessage || err != nil || channel.Direct {
		return false
	}
	err = s.Messenger.Direct(ctx, w.Actor, chat.Say("bridge.connect.sign_in", "Provider", s.Name(w.Provider), "URL", link))
	if err != nil {
		s.Log.Warn("A sign-in link couldn't be sent", "user_id", w.Actor.ID, "error", err.Error())
	}
	return err == nil // else it is shown where it was asked for
}
