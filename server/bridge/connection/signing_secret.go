package connection

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// askForCredential asks the first user who connects a resource for what the provider made for it; later users need only see the resource.
// Where users can also set up a webhook by hand, that is offered too.
func (s *Connector) askForCredential(ctx context.Context, w conversation.Request, t target) (chat.Note, error) {
	if parted, has := t.installer.(provider.Subresources); has {
		w.Text = parted.SubresourceText(t.resource, t.part)
	}
	offers := []conversation.Offer{{Label: chat.Say("bridge.button.enrol"), Primary: true, Operation: conversation.OpConnectAsk, Request: w}}
	if _, instructs := t.installer.(provider.ManualSetup); instructs {
		byHand := w
		byHand.Text = t.resource.Name
		if t.part.ID != "" {
			byHand.Text += " / " + t.part.Name
		}
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.button.by_hand"), Operation: conversation.OpConnectByHand, Request: byHand})
	}
	text := chat.Say("bridge.connect.enrol", "Provider", s.Name(w.Provider),
		"Where", t.resource.SettingsURL).WithText("Name", chat.Link(t.resource.Name, t.resource.URL))
	return s.Prompts.Question(ctx, text, append(offers, conversation.OrCancel(w))...)
}

// ConnectByHand makes a connection of its own for the channel, whose webhook users set up at the provider themselves.
func (s *Connector) ConnectByHand(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	return s.connectHookNamed(ctx, w)
}

// needsSecret decides what who connects a thing has to show where the tool gives the secret: for the first time, and after it was lost, that the
// credential they entered administers it and that the secret is its; later ones need only see it, and nothing that they enter is kept.
// ask says that nothing was entered yet.
func (s *Connector) needsSecret(ctx context.Context, w conversation.Request, t *target, before bridge.Connection, known bool) (ask bool, err error) {
	switch {
	case known && (t.credential == nil || !s.Keys.Lost(ctx, before)):
		t.onlySeen, t.own = true, false
		t.unused = t.credential != nil
		return false, nil
	case t.credential == nil:
		return true, nil
	case known:
		if err := s.Rights.MayChange(ctx, w.Actor, before); err != nil {
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

// askForSecret asks for a credential and the provider's secret in place of those that were lost.
func (s *Webhooks) askForSecret(ctx context.Context, w conversation.Request, c bridge.Connection) (chat.Note, error) {
	enter, err := s.AccessButtons.Enter(ctx, c, w.Place, w.Actor)
	enter.Primary = true
	return chat.Note{Text: chat.Say("bridge.repair.secret_lost", "Provider", s.Name(c.Provider)).WithText("Name", c.Link()), Buttons: []chat.Button{enter}}, err
}
