package console

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// everything is what somebody types to mean all connections of the channel.
const everything = "all"

// disconnect asks whether to end what the wish names; where that is not clear, which. Faults: those of mayConnect, NotFollowed.
func (s *Service) disconnect(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	if strings.EqualFold(unquoted(w.text), everything) {
		w.text = everything
	}
	parts, err := s.partsCalled(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	if len(parts) == 1 && len(parts[0].In(w.place)) > 1 {
		return s.confirmPart(ctx, w, parts[0])
	}
	if len(parts) == 1 {
		w.connection, w.text = parts[0].ID, ""
	}
	if _, parted := s.Registry.Get(w.provider).(provider.Subresources); parted && w.text == "" && w.connection == "" {
		w.text = everything // which is what it means without a word, for what has parts
	}
	found, err := s.meant(ctx, w)
	if fault.Is(err, fault.NotFollowed) && (w.text == "" || w.text == everything) && w.connection == "" {
		return s.offerSignOut(ctx, w, err)
	}
	if err != nil {
		return chat.Note{}, err
	}
	if len(found) > 1 && w.text != everything {
		ask := chat.Say("bridge.disconnect.which", "Command", s.Word(w.provider))
		return s.question(ctx, ask, offersOf(found, w, deedDisconnect)...)
	}
	if len(found) == 1 {
		w.connection, w.text = found[0].ID, ""
	}
	return s.confirmDisconnect(ctx, w, found)
}

// meant returns the connections that are to be ended.
func (s *Service) meant(ctx context.Context, w wish) ([]bridge.Connection, error) {
	if w.text == everything {
		w.text = ""
	}
	return s.chosen(ctx, w)
}

// confirmDisconnect asks, and says what will be no more.
func (s *Service) confirmDisconnect(ctx context.Context, w wish, found []bridge.Connection) (chat.Note, error) {
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
		lines = append(lines, chat.Say(line, "Name", c.Link(), "Provider", s.Name(w.provider)))
	}
	offers := []offer{{label: chat.Say("bridge.button.disconnect"), primary: true, deed: deedDisconnectNow, wish: w}}
	if len(s.signedIn(ctx, w)) > 0 {
		lines = append(lines, chat.Message{}, chat.Say("bridge.disconnect.sign_out_too", "Provider", s.Name(w.provider)))
		offers = append(offers, offer{label: chat.Say("bridge.button.disconnect_and_sign_out"), deed: deedLeave, wish: w})
	}
	return s.question(ctx, chat.Lines(lines...), append(offers, orCancel(w))...)
}

// disconnectNow ends what was asked about.
func (s *Service) disconnectNow(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.MayConnect(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	found, err := s.meant(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	var lines []chat.Message
	for _, c := range found {
		mine := c.In(w.place)
		if w.subscription != "" && !slices.ContainsFunc(mine, func(sub bridge.Subscription) bool { return sub.ID == w.subscription }) {
			return chat.Note{}, s.NotFollowed(w.provider) // it was ended before; the others were not asked about
		}
		do := s.end
		if w.subscription != "" && len(mine) > 1 {
			do = s.endPart
		}
		ended, err := do(ctx, w, c)
		if err != nil {
			return chat.Note{}, err
		}
		lines = append(lines, ended)
	}
	return chat.Note{Text: chat.Lines(lines...)}, nil
}

// disconnectAndSignOut ends the connection, and then the person's sign-in, which ending it may need.
func (s *Service) disconnectAndSignOut(ctx context.Context, w wish) (chat.Note, error) {
	ended, err := s.disconnectNow(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	out, err := s.signOut(ctx, w)
	if err != nil {
		return chat.Note{}, err
	}
	return chat.Note{Text: chat.Lines(ended.Text, out.Text)}, nil
}

// offerSignOut asks somebody whose channel is connected to nothing whether they want to sign out, if they are signed in.
func (s *Service) offerSignOut(ctx context.Context, w wish, nothing error) (chat.Note, error) {
	if len(s.signedIn(ctx, w)) == 0 {
		return chat.Note{}, nothing
	}
	return s.question(ctx, chat.Say("bridge.disconnect.only_sign_out", "Provider", s.Name(w.provider)),
		offer{label: chat.Say("bridge.button.sign_out"), primary: true, deed: deedSignOut, wish: w}, orCancel(w))
}

// signedIn returns the sites at which the person has an account that can be used.
func (s *Service) signedIn(ctx context.Context, w wish) []provider.Site {
	if _, ok := s.Registry.Get(w.provider).(provider.Authorizer); !ok {
		return nil
	}
	sites, err := s.Sessions.Sites(ctx, w.provider)
	if err != nil {
		s.Log.Warn("The sites of a provider could not be listed", "provider", w.provider, "error", err.Error())
		return nil
	}
	return slices.DeleteFunc(slices.Clone(sites), func(site provider.Site) bool {
		_, err := s.Sessions.ForUser(ctx, w.provider, site, w.actor.Person)
		return err != nil
	})
}

// end has the channel leave the connection, and says how that went. With the last channel the webhook goes, before the record that
// knows it: whoever is interrupted can do it again. One that cannot be removed is left to people, who are told where it is.
func (s *Service) end(ctx context.Context, w wish, c bridge.Connection) (chat.Message, error) {
	_, installs := s.InstallerOf(c)
	var failure error
	first := installs && len(c.Channels()) == 1
	if first {
		failure = s.uninstall(ctx, w, c)
	}
	left, gone, err := s.detach(ctx, c.ID, w.provider, w.place)
	if err != nil {
		return chat.Message{}, err
	}
	switch {
	case installs && gone && !first:
		failure = s.uninstall(ctx, w, c) // the other channels left in between
	case first && !gone && left.ID != "":
		// Another channel joined in between and needs what is removed now.
		if _, err := s.mend(ctx, w, left); err != nil {
			s.Log.Warn("A webhook that was removed while a channel joined could not be set up again", "connection", c.ID, "error", err.Error())
		}
	}
	s.did(bridge.AuditDisconnect, w, c.ID)
	s.Notices.Tell(ctx, w.place, chat.Say("bridge.disconnect.told", "Who", s.Notices.Who(ctx, w.actor), "Provider", s.Name(w.provider), "Name", c.Link()))
	switch {
	case failure != nil && gone:
		s.Log.Warn("A webhook could not be removed", "connection", c.ID, "error", failure.Error())
		return chat.Say("bridge.disconnect.hook_left", "Name", c.Link(), "Where", c.WebhooksLink(), "Key", chat.Code(c.ID)).
			WithMessage("Reason", chat.Failure(failure)), nil
	case installs && gone:
		return chat.Say("bridge.disconnect.done_hook", "Name", c.Link(), "Provider", s.Name(w.provider)), nil
	case gone:
		return chat.Say("bridge.disconnect.done_address", "Name", c.Link(), "Provider", s.Name(w.provider)), nil
	}
	return chat.Say("bridge.disconnect.done", "Name", c.Link()), nil
}

// uninstall removes the connection's webhook at the tool. One that was set up by somebody who was interrupted before they could note
// it is found by setting it up again.
func (s *Service) uninstall(ctx context.Context, w wish, c bridge.Connection) error {
	installer, ok := s.InstallerOf(c)
	if !ok {
		return nil
	}
	return s.asEither(ctx, w, c, func(as acting) error {
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
