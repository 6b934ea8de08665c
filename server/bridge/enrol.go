package bridge

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
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
