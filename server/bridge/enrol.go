package bridge

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// givesSecret reports whether the provider's webhooks need a credential with a secret of the tool's.
func (s *Service) givesSecret(providerID string) bool {
	_, gives := s.Registry.Get(providerID).(provider.SecretGiver)
	return gives
}

// askForCredential asks who connects a thing for the first time for what the tool made for it: later ones need only see it. Where
// people can also set a webhook up by hand, that is offered beside it.
func (s *Service) askForCredential(ctx context.Context, w wish, t target) (chat.Note, error) {
	if parted, has := t.installer.(provider.Parted); has {
		w.text = parted.Text(t.resource, t.part)
	}
	offers := []offer{{label: i18n.M("bridge.button.enrol"), primary: true, deed: deedConnectAsk, wish: w}}
	if _, instructs := t.installer.(provider.Instructor); instructs {
		byHand := w
		byHand.text = t.resource.Name
		if t.part.ID != "" {
			byHand.text += " / " + t.part.Name
		}
		offers = append(offers, offer{label: i18n.M("bridge.button.by_hand"), deed: deedConnectByHand, wish: byHand})
	}
	text := i18n.M("bridge.connect.enrol", "Provider", s.name(w.provider), "Name", chat.Link(t.resource.Name, t.resource.URL),
		"Where", t.resource.SettingsURL)
	return s.question(ctx, text, append(offers, orCancel(w))...)
}

// connectByHand makes a connection of its own for the channel, whose webhook people set up at the tool themselves.
func (s *Service) connectByHand(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.canKeep(ctx, w); err != nil {
		return chat.Note{}, err
	}
	return s.connectHook(ctx, w, chat.Truncate(unquoted(w.text), maxName))
}

// putInForce has the connection keep the credential and the secret that were entered for it. Fault: NotFollowed.
func (s *Service) putInForce(ctx context.Context, c Connection, t target) (Connection, error) {
	c, err := s.Records.UpdateConnection(ctx, c.ID, func(now *Connection) (bool, error) {
		if now.ID == "" {
			return false, s.notFollowed(c.Provider) // the last channel left meanwhile
		}
		now.HasCredential = t.credential != nil
		return true, s.resealKeys(ctx, now, t.credential, t.secret)
	})
	return c, errors.Wrap(err, "keep what was entered for a connection")
}

// lostSecret reports whether the tool's secret, which nobody here can make anew, cannot be opened any more.
func (s *Service) lostSecret(ctx context.Context, c Connection) bool {
	_, installs := s.installerOf(c)
	if !installs || !s.givesSecret(c.Provider) {
		return false
	}
	_, err := s.hookOf(ctx, c)
	return fault.Is(err, fault.Unreadable)
}

// askForSecret asks for a credential and the tool's secret in place of those that were lost.
func (s *Service) askForSecret(ctx context.Context, w wish, c Connection) (chat.Note, error) {
	enter, err := s.credentialButton(ctx, c, w.place, w.userID)
	enter.Primary = true
	return chat.Note{Text: i18n.M("bridge.repair.secret_lost", "Name", c.shown(), "Provider", s.name(c.Provider)), Buttons: []chat.Button{enter}}, err
}
