package console

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// Kinds of what configuring shows: buttons under notes, and forms.
const (
	pressConfigure  = "configure_open"
	formConfigure   = "configure_form"
	pressAccess     = "access_open"
	pressAccessAsk  = "access_ask"
	pressAccessDrop = "access_drop"
	formAccess      = "access_form"
	pressSetup      = "setup_open"
	pressSetupAsk   = "setup_ask"
	pressSetupDrop  = "setup_drop"
	formSetup       = "setup_form"
)

// maxButtonLabel bounds the names that people gave to things where they label a button, in characters.
const maxButtonLabel = 40

func (s *Service) configurePresses() map[string]pressed {
	return map[string]pressed{
		pressConfigure:  s.pressConfigure,
		pressAccess:     s.pressAccess,
		pressAccessAsk:  s.askCredentialAway,
		pressAccessDrop: s.dropCredential,
		pressSetup:      s.pressSetup,
		pressSetupAsk:   s.askSiteAway,
		pressSetupDrop:  s.dropSite,
	}
}

func (s *Service) configureForms() map[string]answered {
	return map[string]answered{
		formConfigure: s.configured,
		formAccess:    s.credentialEntered,
		formSetup:     s.siteEntered,
	}
}

// subscribed is one subscription of a channel with its connection.
type subscribed struct {
	bridge.Connection
	subscription bridge.Subscription
}

// title is what people call it, as they wrote it.
func (f subscribed) title() string {
	if f.subscription.Name != "" {
		return f.Name + " / " + f.subscription.Name
	}
	if f.subscription.ResourceName != "" && f.subscription.ResourceName != f.Name {
		return f.Name + " / " + f.subscription.ResourceName
	}
	return f.Name
}

// runConfigure returns the command that shows the form of a channel's subscription.
func (s *Service) runConfigure(providerID string) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		if strings.EqualFold(unquoted(call.Text), everything) {
			return s.configureAll(ctx, providerID, call.Actor)
		}
		if err := s.Rights.MayConnect(ctx, call.Actor, call.Place); err != nil {
			tried := bridge.AuditEntry{Event: bridge.AuditUse, What: deedConfigure, Actor: call.Actor, Place: call.Place, Provider: providerID}
			return chat.Message{}, s.refused(err, tried)
		}
		what := intent{
			Actor: call.Actor, Provider: providerID, Text: unquoted(call.Text),
			Place: call.Place,
		}
		found, err := s.subscriptions(ctx, what)
		if err != nil {
			return chat.Message{}, err
		}
		switch {
		case len(found) == 1:
			return chat.Message{}, s.configure(ctx, call.TriggerID, what, found[0])
		case len(found) > 1:
			return chat.Message{}, s.offerToConfigure(ctx, what, found)
		case s.isAddress(ctx, providerID, what.Text):
			return chat.Message{}, s.offerToConnect(ctx, what)
		case s.Registry.Describe(providerID).MultipleRules && what.Text == "":
			return chat.Message{}, s.offerToBegin(ctx, what)
		}
		return chat.Message{}, s.NotFollowed(providerID)
	}
}

// subscriptions returns those of the channel that the intent's text names, all where there is none.
func (s *Service) subscriptions(ctx context.Context, what intent) ([]subscribed, error) {
	connections, err := s.Directory.Following(ctx, what.Provider, what.Place)
	if err != nil {
		return nil, err
	}
	all := subscriptionsOf(connections, what.Place)
	if what.Text == "" {
		return all, nil
	}
	p := s.Registry.Get(what.Provider)
	other := func(f subscribed) bool {
		return !strings.EqualFold(f.title(), what.Text) && !strings.EqualFold(f.subscription.ResourceName, what.Text) && !f.called(p, what.Text)
	}
	if found := slices.DeleteFunc(all, other); len(found) > 0 {
		return found, nil
	}
	return subscriptionsOf(s.Directory.Named(ctx, what.Provider, connections, what.Text), what.Place), nil
}

func subscriptionsOf(connections []bridge.Connection, place chat.Place) []subscribed {
	var all []subscribed
	for _, c := range connections {
		for _, subscription := range c.In(place) {
			all = append(all, subscribed{Connection: c, subscription: subscription})
		}
	}
	return all
}

// isAddress reports whether the text is the address of something that a channel could be connected to.
func (s *Service) isAddress(ctx context.Context, providerID, text string) bool {
	installer, ok := s.Registry.Get(providerID).(provider.Installer)
	if !ok || text == "" {
		return false
	}
	sites, err := s.Sessions.Sites(ctx, providerID)
	if err != nil {
		s.Log.Warn("The sites of a provider could not be listed", "provider", providerID, "error", err.Error())
		return false
	}
	at, err := installer.Locate(text, sites)
	return err == nil && at.Path != ""
}

// offerToConnect says that the channel does not follow what was named, and offers to connect it.
func (s *Service) offerToConnect(ctx context.Context, what intent) error {
	what.Kind, what.Action = wishKind, deedConnect
	button, err := s.button(ctx, chat.Say("bridge.configure.connect.button"), true, what)
	if err != nil {
		return err
	}
	text := chat.Say("bridge.configure.connect", "Name", chat.Code(chat.Truncate(what.Text, 200)))
	s.Notices.Whisper(ctx, what.Place, what.Actor, chat.Note{Text: text, Buttons: []chat.Button{button}})
	return nil
}

// offerToConfigure asks which of several is meant.
func (s *Service) offerToConfigure(ctx context.Context, what intent, found []subscribed) error {
	note := chat.Note{Text: chat.Say("bridge.configure.which")}
	for _, f := range found[:min(len(found), maxButtons)] {
		button, err := s.configureButton(ctx, what, f, chat.Verbatim(chat.Truncate(f.title(), maxButtonLabel)))
		if err != nil {
			return err
		}
		note.Buttons = append(note.Buttons, button)
	}
	rules, err := s.ruleButtons(ctx, what, found[0], true)
	if err != nil {
		return err
	}
	note.Buttons = append(note.Buttons, rules...)
	s.Notices.Whisper(ctx, what.Place, what.Actor, note)
	return nil
}

func (s *Service) configureButton(ctx context.Context, what intent, f subscribed, label chat.Message) (chat.Button, error) {
	what.Kind, what.Connection, what.Subscription, what.Text = pressConfigure, f.ID, f.subscription.ID, ""
	return s.button(ctx, label, false, what)
}

// configure shows the form, if there is a trigger; without one, a button that will have one.
func (s *Service) configure(ctx context.Context, trigger string, what intent, f subscribed) error {
	note := chat.Note{Text: chat.Say("bridge.configure.more", "Name", chat.Escape(f.title()))}
	if trigger == "" {
		note.Text = chat.Say("bridge.configure.open", "Name", chat.Escape(f.title()))
		button, err := s.configureButton(ctx, what, f, chat.Say("bridge.configure.open.button"))
		if err != nil {
			return err
		}
		button.Primary = true
		note.Buttons = append(note.Buttons, button)
	} else if err := s.openConfigure(ctx, trigger, what, f); err != nil {
		return err
	}
	access, err := s.accessButtons(ctx, f.Connection, what.Place, what.Actor)
	if err != nil {
		return err
	}
	rules, err := s.ruleButtons(ctx, what, f, false)
	if err != nil {
		return err
	}
	access = append(rules, access...)
	if note.Buttons = append(note.Buttons, access...); len(note.Buttons) > 0 {
		s.Notices.Whisper(ctx, what.Place, what.Actor, note)
	}
	return nil
}

func (s *Service) openConfigure(ctx context.Context, trigger string, what intent, f subscribed) error {
	what.Kind, what.Connection, what.Subscription, what.Text = formConfigure, f.ID, f.subscription.ID, ""
	form := configureForm(s.Registry.Describe(f.Provider), f)
	if s.TakesNotes(f.Provider) {
		form.Fields = append(form.Fields, notesField(s.Name(f.Provider), f.subscription))
	}
	return s.openForm(ctx, trigger, form, what)
}

func (s *Service) pressConfigure(ctx context.Context, c chat.Click, what intent) error {
	f, err := s.changeableSubscription(ctx, what)
	if err != nil {
		return err
	}
	return s.openConfigure(ctx, c.TriggerID, what, f)
}

// changeable returns the connection of the intent, if its user may change at this moment what its channel is connected to, and the
// channel still follows it. Faults: NoPost, ConnectForbidden, ConnectAdminOnly, ProviderOff, ConnectionGone.
func (s *Service) changeable(ctx context.Context, what intent) (bridge.Connection, error) {
	if err := s.Rights.MayConnect(ctx, what.Actor, what.Place); err != nil {
		return bridge.Connection{}, err
	}
	c, ok, err := s.Records.Connection(ctx, what.Connection)
	if err != nil {
		return bridge.Connection{}, errors.Wrapf(err, "read connection %s", what.Connection)
	}
	if s.Enabled(what.Provider) == nil {
		return bridge.Connection{}, s.ProviderOff(what.Provider)
	}
	if !ok || c.Provider != what.Provider || len(c.In(what.Place)) == 0 {
		return bridge.Connection{}, s.ConnectionGone(what.Provider)
	}
	return c, nil
}

// changeableSubscription returns the subscription of the intent, likewise.
func (s *Service) changeableSubscription(ctx context.Context, what intent) (subscribed, error) {
	c, err := s.changeable(ctx, what)
	if err != nil {
		return subscribed{}, err
	}
	if what.Subscription == "" && s.Registry.Describe(c.Provider).MultipleRules {
		return subscribed{Connection: c, subscription: bridge.Subscription{Place: what.Place.Top(), CreatedBy: what.Actor, CreatedAt: s.Now()}}, nil
	}
	for _, subscription := range c.In(what.Place) {
		if subscription.ID == what.Subscription {
			return subscribed{Connection: c, subscription: subscription}, nil
		}
	}
	return subscribed{}, s.NotFollowed(what.Provider)
}
