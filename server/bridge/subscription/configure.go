package subscription

import (
	"context"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// RunConfigure returns the command that shows the form of a channel's subscription.
func (s *Configurator) RunConfigure(providerID string) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		if strings.EqualFold(conversation.Unquoted(call.Text), connection.Everything) {
			return s.configureAll(ctx, providerID, call.Actor)
		}
		if err := s.Rights.MayConnect(ctx, call.Actor, call.Place); err != nil {
			tried := bridge.AuditEntry{Event: bridge.AuditUse, What: conversation.OpConfigure, Actor: call.Actor, Place: call.Place, Provider: providerID}
			return chat.Message{}, s.Trail.Refused(err, tried)
		}
		what := conversation.Intent{
			Actor: call.Actor, Provider: providerID, Text: conversation.Unquoted(call.Text),
			Place: call.Place, Talk: call.Talk,
		}
		found, err := s.subscriptions(ctx, what)
		if err != nil {
			return chat.Message{}, err
		}
		switch {
		case len(found) == 1:
			return chat.Message{}, s.configure(ctx, what, found[0])
		case len(found) > 1:
			return chat.Message{}, s.offerToConfigure(ctx, what, found)
		case s.isAddress(ctx, providerID, what.Text):
			return chat.Message{}, s.offerToConnect(ctx, what)
		case s.Registry.Describe(providerID).MultipleRules && what.Text == "":
			return chat.Message{}, s.rules.offerToBegin(ctx, what)
		}
		return chat.Message{}, s.NotFollowed(providerID)
	}
}

// subscriptions returns those of the channel that the intent's text names, all where there is none.
func (s *Configurator) subscriptions(ctx context.Context, what conversation.Intent) ([]bridge.Subscribed, error) {
	connections, err := s.Directory.Following(ctx, what.Provider, what.Place)
	if err != nil {
		return nil, err
	}
	all := bridge.SubscriptionsIn(connections, what.Place)
	if what.Text == "" {
		return all, nil
	}
	p := s.Registry.Get(what.Provider)
	other := func(f bridge.Subscribed) bool {
		return !strings.EqualFold(f.Title(), what.Text) && !strings.EqualFold(f.Subscription.ResourceName, what.Text) && !isCalled(f, p, what.Text)
	}
	if found := slices.DeleteFunc(all, other); len(found) > 0 {
		return found, nil
	}
	return bridge.SubscriptionsIn(s.Directory.Named(ctx, what.Provider, connections, what.Text), what.Place), nil
}

// isAddress reports whether the text is the address of something that a channel could be connected to.
func (s *Configurator) isAddress(ctx context.Context, providerID, text string) bool {
	installer, ok := s.Registry.Get(providerID).(provider.Installer)
	if !ok || text == "" {
		return false
	}
	sites, err := s.Sessions.Sites(ctx, providerID)
	if err != nil {
		s.Log.Warn("The sites of a provider couldn't be listed", "provider", providerID, "error", err.Error())
		return false
	}
	at, err := installer.Locate(text, sites)
	return err == nil && at.Path != ""
}

// offerToConnect says that the channel does not follow what was named, and offers to connect it.
func (s *Configurator) offerToConnect(ctx context.Context, what conversation.Intent) error {
	what.Kind = conversation.OpConnect
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.configure.connect.button"), true, what)
	if err != nil {
		return err
	}
	text := chat.Say("bridge.configure.connect").WithText("Name", chat.Code(chat.Truncate(what.Text, 200)))
	s.Notices.Show(ctx, what.Talk, chat.Note{Text: text, Buttons: []chat.Button{button}})
	return nil
}

// offerToConfigure asks which of several is meant.
func (s *Configurator) offerToConfigure(ctx context.Context, what conversation.Intent, found []bridge.Subscribed) error {
	note := chat.Note{Text: chat.Say("bridge.configure.which")}
	for _, f := range found[:min(len(found), connection.MaxButtons)] {
		button, err := s.ConfigureButton(ctx, what, f, chat.Verbatim(chat.Truncate(f.Title(), conversation.MaxButtonLabel)))
		if err != nil {
			return err
		}
		note.Buttons = append(note.Buttons, button)
	}
	rules, err := s.rules.RuleButtons(ctx, what, found[0], true)
	if err != nil {
		return err
	}
	note.Buttons = append(note.Buttons, rules...)
	s.Notices.Show(ctx, what.Talk, note)
	return nil
}

// ConfigureButton returns a button that opens the form of a subscription.
func (s *Configurator) ConfigureButton(ctx context.Context, what conversation.Intent, f bridge.Subscribed, label chat.Message) (chat.Button, error) {
	what.Kind, what.Connection, what.Subscription, what.Text = conversation.PressConfigure, f.ID, f.Subscription.ID, ""
	return s.Prompts.Button(ctx, label, false, what)
}

// configure shows the form, if one can be shown; else a button that opens it.
func (s *Configurator) configure(ctx context.Context, what conversation.Intent, f bridge.Subscribed) error {
	note := chat.Note{Text: chat.Say("bridge.configure.more", "Name", f.Title())}
	if !what.Talk.Features().Forms {
		note.Text = chat.Say("bridge.configure.open", "Name", f.Title())
		button, err := s.ConfigureButton(ctx, what, f, chat.Say("bridge.configure.open.button"))
		if err != nil {
			return err
		}
		button.Primary = true
		note.Buttons = append(note.Buttons, button)
	} else if err := s.openConfigure(ctx, what, f); err != nil {
		return err
	}
	access, err := s.AccessButtons.All(ctx, f.Connection, what.Place, what.Actor)
	if err != nil {
		return err
	}
	rules, err := s.rules.RuleButtons(ctx, what, f, false)
	if err != nil {
		return err
	}
	access = append(rules, access...)
	if note.Buttons = append(note.Buttons, access...); len(note.Buttons) > 0 {
		s.Notices.Show(ctx, what.Talk, note)
	}
	return nil
}

func (s *Configurator) openConfigure(ctx context.Context, what conversation.Intent, f bridge.Subscribed) error {
	what.Kind, what.Connection, what.Subscription, what.Text = conversation.FormConfigure, f.ID, f.Subscription.ID, ""
	form := configureForm(s.Registry.Describe(f.Provider), f)
	if s.TakesNotes(f.Provider) {
		form.Fields = append(form.Fields, notesField(s.Name(f.Provider), f.Subscription))
	}
	return s.Prompts.Ask(ctx, what.Talk, form, what)
}

func (s *Configurator) pressConfigure(ctx context.Context, c chat.Click, what conversation.Intent) error {
	f, err := s.changeableSubscription(ctx, what)
	if err != nil {
		return err
	}
	return s.openConfigure(ctx, what, f)
}

// changeableSubscription returns the subscription of the intent, likewise.
func (s *Configurator) changeableSubscription(ctx context.Context, what conversation.Intent) (bridge.Subscribed, error) {
	c, err := s.Directory.Changeable(ctx, what)
	if err != nil {
		return bridge.Subscribed{}, err
	}
	if what.Subscription == "" && s.Registry.Describe(c.Provider).MultipleRules {
		return bridge.Subscribed{Connection: c, Subscription: bridge.Subscription{Place: what.Place.Top(), CreatedBy: what.Actor, CreatedAt: s.Now()}}, nil
	}
	for _, subscription := range c.In(what.Place) {
		if subscription.ID == what.Subscription {
			return bridge.Subscribed{Connection: c, Subscription: subscription}, nil
		}
	}
	return bridge.Subscribed{}, s.NotFollowed(what.Provider)
}
