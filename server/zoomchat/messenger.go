package zoomchat

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// Direct sends the actor a message in their conversation with the bot. Error: bridge.ErrGone for a user whom the bot can't reach.
func (s *Surface) Direct(ctx context.Context, actor chat.Actor, text chat.Message) error {
	who, err := identityOf(actor)
	if err != nil {
		return err
	}
	return s.direct(ctx, who, s.Render(actor.Person).Message(text))
}

// Ephemeral shows the actor a note in a place, or in their conversation with the bot where Zoom shows no such messages: it does so only for
// apps that an admin manages.
func (s *Surface) Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	shown, err := s.note(ctx, actor, note)
	if err != nil {
		return err
	}
	return s.whisper(ctx, at, actor, shown)
}

// note renders a note, and stores what its buttons do.
func (s *Surface) note(ctx context.Context, actor chat.Actor, note chat.Note) (content.Content, error) {
	id := ""
	if len(note.Buttons) > 0 {
		var err error
		if id, err = s.keep(ctx, prompt{Buttons: buttonsOf(note)}); err != nil {
			return content.Content{}, err
		}
	}
	return s.Render(actor.Person).Note(note, id), nil
}

// whisper sends a message that only the actor sees.
func (s *Surface) whisper(ctx context.Context, at chat.Place, actor chat.Actor, c content.Content) error {
	to, err := addressOf(at)
	if err != nil {
		return err
	}
	who, err := identityOf(actor)
	if err != nil {
		return err
	}
	found, err := s.Apps.get(ctx, to.app)
	if err != nil {
		return err
	}
	shown, _, err := encoded(c)
	if err != nil {
		return err
	}
	switch {
	case !to.channel():
		_, err := s.sendTo(ctx, to, zoom.ChatMessage{To: to.jid, Content: shown})
		return err
	case found.AdminManaged && who.app == to.app:
		_, err := s.sendTo(ctx, to, zoom.ChatMessage{To: to.jid, OnlyTo: who.user, ReplyTo: at.Thread, Content: shown})
		if user, known, lookErr := s.Records.User(ctx, who.app, who.account, who.user); refusedOnly(err) && lookErr == nil && known && user.JID != "" {
			// Zoom's documents call it a user ID, and their example is an address.
			_, err = s.sendTo(ctx, to, zoom.ChatMessage{To: to.jid, OnlyTo: user.JID, ReplyTo: at.Thread, Content: shown})
		}
		if !refusedOnly(err) {
			return err
		}
	}
	return s.direct(ctx, who, c)
}

// refusedOnly reports whether Zoom refused a message that only one user was to see.
func refusedOnly(err error) bool {
	return errors.Is(err, bridge.ErrGone) || fault.Is(err, fault.ZoomRefused)
}

// direct sends a message in the user's conversation with the bot.
func (s *Surface) direct(ctx context.Context, who identity, c content.Content) error {
	shown, _, err := encoded(c)
	if err != nil {
		return err
	}
	user, known, err := s.Records.User(ctx, who.app, who.account, who.user)
	switch {
	case err != nil:
		return errors.Wrap(err, "look up a user in Zoom Team Chat")
	case !known || user.JID == "":
		return bridge.ErrGone
	}
	to := address{who.app, who.account, user.JID}
	as, err := s.bot(ctx, to)
	if err != nil {
		return err
	}
	_, err = s.sender.send(ctx, as, zoom.ChatMessage{To: to.jid, For: user.JID, Content: shown})
	return err
}
