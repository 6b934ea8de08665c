package console

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// askForCredential asks who connects a thing for the first time for what the tool made for it: later ones need only see it. Where
// people can also set a webhook up by hand, that is offered beside it.
func (s *Service) askForCredential(ctx context.Context, w wish, t target) (chat.Note, error) {
	if parted, has := t.installer.(provider.Subresources); has {
		w.text = parted.SubresourceText(t.resource, t.part)
	}
	offers := []offer{{label: chat.Say("bridge.button.enrol"), primary: true, deed: deedConnectAsk, wish: w}}
	if _, instructs := t.installer.(provider.ManualSetup); instructs {
		byHand := w
		byHand.text = t.resource.Name
		if t.part.ID != "" {
			byHand.text += " / " + t.part.Name
		}
		offers = append(offers, offer{label: chat.Say("bridge.button.by_hand"), deed: deedConnectByHand, wish: byHand})
	}
	text := chat.Say("bridge.connect.enrol", "Provider", s.Name(w.provider), "Name", chat.Link(t.resource.Name, t.resource.URL),
		"Where", t.resource.SettingsURL)
	return s.question(ctx, text, append(offers, orCancel(w))...)
}

// connectByHand makes a connection of its own for the channel, whose webhook people set up at the tool themselves.
func (s *Service) connectByHand(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	return s.connectHook(ctx, w, chat.Truncate(unquoted(w.text), maxName))
}

// enrols decides what who connects a thing has to show where the tool gives the secret: for the first time, and after it was lost, that the
// credential they entered administers it and that the secret is its; later ones need only see it, and nothing that they enter is kept.
// ask says that nothing was entered yet.
func (s *Service) enrols(ctx context.Context, w wish, t *target, before bridge.Connection, known bool) (ask bool, err error) {
	switch {
	case known && (t.credential == nil || !s.Keys.Lost(ctx, before)):
		t.onlySeen, t.own = true, false
		t.unused = t.credential != nil
		return false, nil
	case t.credential == nil:
		return true, nil
	case known:
		if err := s.Rights.MayChange(ctx, w.actor, before); err != nil {
			return false, err
		}
	}
	giver, gives := t.installer.(provider.SigningSecret)
	if !gives {
		return false, nil
	}
	hook := provider.Hook{Secret: t.secret}
	if known {
		hook.URL = s.Settings().HookURL + before.Hook()
	}
	_, err = giver.VerifySource(ctx, t.session, t.resource, hook)
	return false, err
}

// askForSecret asks for a credential and the tool's secret in place of those that were lost.
func (s *Service) askForSecret(ctx context.Context, w wish, c bridge.Connection) (chat.Note, error) {
	enter, err := s.credentialButton(ctx, c, w.place, w.actor)
	enter.Primary = true
	return chat.Note{Text: chat.Say("bridge.repair.secret_lost", "Name", c.Link(), "Provider", s.Name(c.Provider)), Buttons: []chat.Button{enter}}, err
}
