package connection

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Disconnect asks whether to end what the request names; where that isn't clear, which. Faults: those of MayConnect, NotFollowed.
func (s *Disconnector) Disconnect(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	if strings.EqualFold(conversation.Unquoted(w.Text), Everything) {
		w.Text = Everything
	}
	parts, err := s.Parts.PartsCalled(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if len(parts) == 1 && len(parts[0].In(w.Place)) > 1 {
		return s.Parts.ConfirmPart(ctx, w, parts[0])
	}
	if len(parts) == 1 {
		w.Connection, w.Text = parts[0].ID, ""
	}
	if _, parted := s.Registry.Get(w.Provider).(provider.Subresources); parted && w.Text == "" && w.Connection == "" {
		w.Text = Everything // which is what it means without a word, for what has parts
	}
	found, err := s.meant(ctx, w)
	if fault.Is(err, fault.NotFollowed) && (w.Text == "" || w.Text == Everything) && w.Connection == "" {
		return s.SignIns.OfferSignOut(ctx, w, err)
	}
	if err != nil {
		return chat.Note{}, err
	}
	if len(found) > 1 && w.Text != Everything {
		ask := chat.Say("bridge.disconnect.which", "Command", s.Word(w.Provider))
		return s.Prompts.Question(ctx, ask, offersOf(found, w, conversation.OpDisconnect)...)
	}
	if len(found) == 1 {
		w.Connection, w.Text = found[0].ID, ""
	}
	return s.confirmDisconnect(ctx, w, found)
}

// meant returns the connections that are to be ended.
func (s *Disconnector) meant(ctx context.Context, w conversation.Request) ([]bridge.Connection, error) {
	if w.Text == Everything {
		w.Text = ""
	}
	return s.follower.chosen(ctx, w)
}

// confirmDisconnect asks, and says what will be no more.
func (s *Disconnector) confirmDisconnect(ctx context.Context, w conversation.Request, found []bridge.Connection) (chat.Note, error) {
	lines := []chat.Message{chat.Plural("bridge.disconnect.confirm", len(found))}
	for _, c := range found {
		_, installs := s.InstallerOf(c)
		line := "bridge.disconnect.line"
		switch last := len(c.Channels()) == 1; {
		case last && installs:
			line = "bridge.disconnect.line_hook"
		case last:
			line = "bridge.disconnect.line_address"
		}
		lines = append(lines, chat.Say(line, "Provider", s.Name(w.Provider)).WithText("Name", c.Link()))
	}
	offers := []conversation.Offer{{Label: chat.Say("bridge.button.disconnect"), Primary: true, Operation: conversation.OpDisconnectNow, Request: w}}
	if len(s.SignIns.SignedIn(ctx, w)) > 0 {
		lines = append(lines, chat.Message{}, chat.Say("bridge.disconnect.sign_out_too", "Provider", s.Name(w.Provider)))
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.button.disconnect_and_sign_out"), Operation: conversation.OpLeave, Request: w})
	}
	return s.Prompts.Question(ctx, chat.Lines(lines...), append(offers, conversation.OrCancel(w))...)
}

// DisconnectNow ends what was asked about.
func (s *Disconnector) DisconnectNow(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	found, err := s.meant(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	var lines []chat.Message
	for _, c := range found {
		mine := c.In(w.Place)
		if w.Subscription != "" && !slices.ContainsFunc(mine, func(sub bridge.Subscription) bool { return sub.ID == w.Subscription }) {
			return chat.Note{}, s.NotFollowed(w.Provider) // it was ended before; the others were not asked about
		}
		do := s.End
		if w.Subscription != "" && len(mine) > 1 {
			do = s.Parts.EndPart
		}
		ended, err := do(ctx, w, c)
		if err != nil {
			return chat.Note{}, err
		}
		lines = append(lines, ended)
	}
	return chat.Note{Text: chat.Lines(lines...)}, nil
}

// DisconnectAndSignOut ends the connection, and then the person's sign-in, which ending it may need.
func (s *Disconnector) DisconnectAndSignOut(ctx context.Context, w conversation.Request) (chat.Note, error) {
	ended, err := s.DisconnectNow(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	out, err := s.SignIns.SignOut(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	return chat.Note{Text: chat.Lines(ended.Text, out.Text)}, nil
}

// End has the channel leave the connection, and says how that went. With the last channel the webhook goes, before the record that
// knows it, so that an interrupted user can do it again. One that can't be removed is left to users, who are told where it is.
func (s *Disconnector) End(ctx context.Context, w conversation.Request, c bridge.Connection) (chat.Message, error) {
	_, installs := s.InstallerOf(c)
	var failure error
	first := installs && len(c.Channels()) == 1
	if first {
		failure = s.webhooks.uninstall(ctx, w, c)
	}
	left, gone, err := s.follower.detach(ctx, c.ID, w.Place)
	if err != nil {
		return chat.Message{}, err
	}
	switch {
	case installs && gone && !first:
		failure = s.webhooks.uninstall(ctx, w, c) // the other channels left in between
	case first && !gone && left.ID != "":
		// Another channel joined in between and needs what is removed now.
		if _, err := s.webhooks.fix(ctx, w, left); err != nil {
			s.Log.Warn("A webhook was removed while a channel was connecting, and couldn't be set up again", "connection", c.ID, "error", err.Error())
		}
	}
	s.Trail.Did(bridge.AuditDisconnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.disconnect.told", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link()))
	switch {
	case failure != nil && gone:
		s.Log.Warn("A webhook couldn't be removed", "connection", c.ID, "error", failure.Error())
		return chat.Say("bridge.disconnect.hook_left").WithText("Name", c.Link()).WithText("Where", c.WebhooksLink()).WithText("Key", chat.Code(c.ID)).
			WithMessage("Reason", chat.Failure(failure)), nil
	case installs && gone:
		return chat.Say("bridge.disconnect.done_hook", "Provider", s.Name(w.Provider)).WithText("Name", c.Link()), nil
	case gone:
		return chat.Say("bridge.disconnect.done_address", "Provider", s.Name(w.Provider)).WithText("Name", c.Link()), nil
	}
	return chat.Say("bridge.disconnect.done").WithText("Name", c.Link()), nil
}

// uninstall removes the connection's webhook at the provider. One that was set up and not recorded is found by setting it up again.
func (s *Webhooks) uninstall(ctx context.Context, w conversation.Request, c bridge.Connection) error {
	installer, ok := s.InstallerOf(c)
	if !ok {
		return nil
	}
	return s.asConnectionOrUser(ctx, w, c, func(as caller) error {
		installation := c.Installation
		if len(installation) == 0 {
			hook, err := s.Keys.HookOf(ctx, c)
			if err != nil {
				return err
			}
			made, err := installer.Install(ctx, as.session, c.Resource, hook)
			if err != nil {
				return errors.Wrap(err, "find the webhook")
			}
			installation = made.Ref
		}
		return errors.Wrap(installer.Uninstall(ctx, as.session, c.Resource, installation), "remove the webhook")
	})
}
