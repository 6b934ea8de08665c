package connection

import (
	"context"
	"crypto/rand"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Rotate asks whether to give the connection a new secret.
func (s *Rotator) Rotate(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.follower.theOne(ctx, w, conversation.OpRotate, chat.Say("bridge.rotate.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	if err := s.Rights.MayChange(ctx, w.Actor, c); err != nil {
		return s.offerByHand(ctx, w, c, err)
	}
	_, installs := s.InstallerOf(c)
	if installs && s.GivesSecret(w.Provider) {
		// The secret is the provider's: a user who has a new one enters it with the rest.
		note := chat.Note{Text: chat.Say("bridge.rotate.at_tool", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())}
		note.Buttons, err = s.AccessButtons.All(ctx, c, w.Place, w.Actor)
		return note, err
	}
	ask := "bridge.rotate.confirm"
	if installs {
		ask = "bridge.rotate.confirm_installed"
	}
	w.Connection, w.Text = c.ID, ""
	return s.Prompts.Question(ctx, chat.Say(ask, "Provider", s.Name(w.Provider)).WithText("Name", c.Link()),
		conversation.Offer{Label: chat.Say("bridge.button.rotate"), Primary: true, Operation: conversation.OpRotateNow, Request: w}, conversation.OrCancel(w))
}

// offerByHand returns the refusal; where the channel can have a webhook of its own that users set up at the provider, as a note that offers it.
func (s *Rotator) offerByHand(ctx context.Context, w conversation.Request, c bridge.Connection, refusal error) (chat.Note, error) {
	_, installs := s.InstallerOf(c)
	if _, instructs := s.Registry.Get(c.Provider).(provider.ManualSetup); !installs || !instructs || !fault.Is(refusal, fault.SharedElsewhere) {
		return chat.Note{}, refusal
	}
	byHand := w
	byHand.Connection, byHand.Text = "", c.Name
	return s.Prompts.Question(ctx, chat.Failure(s.Trail.Refused(refusal, w.Intends(conversation.OpRotate).Attempted())),
		conversation.Offer{Label: chat.Say("bridge.button.by_hand"), Operation: conversation.OpConnectByHand, Request: byHand}, conversation.OrCancel(w))
}

// RotateNow gives the connection a new secret. The earlier one stays valid for a while, so that nothing is lost until the provider has the new one.
func (s *Rotator) RotateNow(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.follower.theOne(ctx, w, conversation.OpRotate, chat.Say("bridge.rotate.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	if err := s.Rights.MayChange(ctx, w.Actor, c); err != nil {
		return chat.Note{}, err
	}
	if installer, ok := s.InstallerOf(c); ok {
		if s.GivesSecret(w.Provider) {
			return chat.Note{}, fault.New(fault.ButtonExpired) // the secret is the provider's
		}
		return s.rotateAtProvider(ctx, w, c, installer)
	}
	hook := provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: rand.Text()}
	intro := chat.Say("bridge.rotate.secret", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())
	if err := s.Messenger.Direct(ctx, w.Actor, chat.Lines(intro, chat.Message{}, s.connector.instructions(w.Provider, hook))); err != nil {
		return chat.Note{}, errors.Wrap(err, "hand over a new secret")
	}
	err = s.sharing.changeShared(ctx, w, c, bridge.AuditRotate, s.toldOfRotation(ctx, w, c), func(now *bridge.Connection) error {
		return s.Keys.Change(ctx, now, func(k *bridge.Keys) { k.Replace(hook.Secret, s.Now()) })
	})
	if err != nil {
		return chat.Note{}, err
	}
	return chat.Note{Text: chat.Say("bridge.rotate.done", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())}, nil
}

// toldOfRotation is what the channels that follow the connection hear of its new secret.
func (s *Rotator) toldOfRotation(ctx context.Context, w conversation.Request, c bridge.Connection) chat.Message {
	return chat.Say("bridge.rotate.told", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link())
}

// rotateAtProvider has the provider sign with the new secret. The record has it as a candidate first: if this is interrupted, or the
// provider's answer is lost, the first delivery that is signed with it puts it in force.
func (s *Rotator) rotateAtProvider(ctx context.Context, w conversation.Request, c bridge.Connection, installer provider.Installer) (chat.Note, error) {
	secret := rand.Text()
	var renewed *bridge.Keys
	if _, err := s.Keys.HookOf(ctx, c); fault.Is(err, fault.Unreadable) {
		renewed = &bridge.Keys{Secrets: []bridge.Secret{{Value: secret}}}
	}
	site, err := s.sharing.asProvenAdmin(ctx, w, c, func(as caller) error {
		resource, err := s.resourceOf(ctx, installer, as.session, c)
		if err != nil {
			return err
		}
		if err := s.Keys.Update(ctx, c, func(k *bridge.Keys) { k.Suggest(secret, s.Now(), bridge.SecretOverlap) }); err != nil {
			return err
		}
		hook := provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: secret}
		t := target{installer: installer, session: as.session, resource: resource, own: as.own}
		made, err := s.webhooks.setUp(ctx, t, c.ID, hook)
		if err != nil {
			return s.withdrawRefused(ctx, c, secret, errors.Wrap(err, "give the provider a new secret"))
		}
		if made.Secret == "" {
			made.Secret = secret
		}
		return s.webhooks.noteHook(ctx, w, t, c.ID, made, renewed)
	})
	if c.HasCredential && fault.Is(err, fault.AccountNeeded, fault.AccountRejected, fault.SetupNeeded) {
		enter, failure := s.AccessButtons.Enter(ctx, c, w.Place, w.Actor)
		enter.Primary = true
		text := chat.Say("bridge.rotate.prove", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())
		return chat.Note{Text: text, Buttons: []chat.Button{enter}}, failure
	}
	if err != nil {
		return s.form.OrSignIn(ctx, w, conversation.OpRotateNow, site, err)
	}
	return chat.Note{Text: chat.Say("bridge.rotate.done_installed", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())}, nil
}

// withdrawRefused withdraws the candidate that the provider refused, and returns the failure. After any other failure the provider may have
// it.
func (s *Rotator) withdrawRefused(ctx context.Context, c bridge.Connection, secret string, failure error) error {
	if !fault.Is(failure, fault.ProviderForbidden, fault.NotResourceAdmin, fault.AccountRejected, fault.ResourceUnknown) {
		return failure
	}
	if err := s.Keys.Update(context.WithoutCancel(ctx), c, func(k *bridge.Keys) { k.Withdraw(secret) }); err != nil {
		s.Log.Warn("A secret that a provider refused couldn't be withdrawn", "connection", c.ID, "error", err.Error())
	}
	return failure
}
