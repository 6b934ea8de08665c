package zoomchat

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// badBody is Zoom's code for a message that it doesn't understand; see the page of the operation.
const badBody = "7001"

// everyone returns what renders for everyone in a channel.
func (s *Surface) everyone() content.Renderer { return s.Render("") }

// Post puts a card into a channel or thread. See bridge.Surface.
func (s *Surface) Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error) {
	return s.say(ctx, p.Place, s.everyone().Card(p.Card), p.Mark)
}

// Reply posts a line into a thread. See bridge.Surface.
func (s *Surface) Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	return s.say(ctx, at, s.everyone().Reply(r), mark)
}

// Announce writes into a channel or thread, for everyone to read. Error: bridge.ErrGone for one that is gone.
func (s *Surface) Announce(ctx context.Context, at chat.Place, text chat.Message) error {
	_, err := s.say(ctx, at, s.everyone().Message(text), chat.Mark{})
	return err
}

// say sends a message for everyone in the place, and records it if it has a mark.
func (s *Surface) say(ctx context.Context, at chat.Place, c content.Content, mark chat.Mark) (chat.MessageRef, error) {
	shown, hash, err := encoded(c)
	if err != nil {
		return chat.MessageRef{}, err
	}
	to, err := addressOf(at)
	if err != nil {
		return chat.MessageRef{}, err
	}
	id, err := s.sendTo(ctx, to, zoom.ChatMessage{To: to.jid, ReplyTo: at.Thread, Content: shown})
	if err != nil {
		return chat.MessageRef{}, err
	}
	message := chat.MessageRef{Place: at, ID: id}
	if mark == (chat.Mark{}) {
		return message, nil
	}
	err = s.Records.SavePost(ctx, Post{Message: message, Mark: mark, Shown: hash})
	return message, errors.Wrap(err, "record a message in Zoom Team Chat")
}

// sendTo sends a message to the conversation, on behalf of the user who acted there last; a channel that can't be reached is recorded as
// gone. Error: bridge.ErrGone.
func (s *Surface) sendTo(ctx context.Context, to address, m zoom.ChatMessage) (string, error) {
	seen, known, err := s.Records.Channel(ctx, to.app, to.account, to.jid)
	switch {
	case err != nil:
		return "", errors.Wrap(err, "look up a conversation in Zoom Team Chat")
	case !known, seen.Gone, !seen.Installed:
		return "", bridge.ErrGone
	}
	as, err := s.bot(ctx, to)
	if err != nil {
		return "", err
	}
	m.For = seen.LastJID
	if m.For == "" {
		m.For = to.jid
	}
	id, err := s.sender.send(ctx, as, m)
	if errors.Is(err, bridge.ErrGone) && m.For != to.jid {
		// Zoom refuses a message on behalf of a user who left, as well as one to a channel that is gone. In Zoom's own samples the place
		// stands for itself.
		m.For = to.jid
		id, err = s.sender.send(ctx, as, m)
	}
	if m.ReplyTo != "" && fault.Is(err, fault.ZoomRefused) && fault.ParamsOf(err)["Code"] == badBody {
		// The content is checked, so it is the thread that Zoom doesn't know.
		return "", errors.Wrap(bridge.ErrGone, err.Error())
	}
	if errors.Is(err, bridge.ErrGone) && m.ReplyTo == "" && m.OnlyTo == "" {
		if err := s.Records.SetGone(ctx, to.app, to.account, to.jid); err != nil {
			return "", errors.Wrap(err, "record that a channel is gone")
		}
	}
	return id, err
}

// bot returns the app's bot in the account of the conversation.
func (s *Surface) bot(ctx context.Context, at address) (zoom.Bot, error) {
	found, err := s.Apps.get(ctx, at.app)
	if err != nil {
		return zoom.Bot{}, err
	}
	return zoom.Bot{JID: found.RobotJID, AccountID: at.account, Tokens: found.tokens}, nil
}

// Update brings a card up to date. See bridge.Surface.
func (s *Surface) Update(ctx context.Context, m chat.MessageRef, p chat.Posting) error {
	at, err := addressOf(m.Place)
	if err != nil {
		return err
	}
	post, known, err := s.Records.Post(ctx, at.app, m.ID)
	if err != nil {
		return errors.Wrap(err, "look up a message in Zoom Team Chat")
	}
	if !known {
		return bridge.ErrGone
	}
	post.Mark = p.Mark
	err = s.rewrite(ctx, at, post, s.everyone().Card(p.Card))
	if errors.Is(err, bridge.ErrGone) {
		if err := s.Records.RemovePost(ctx, at.app, m.ID); err != nil {
			return errors.Wrap(err, "forget a message in Zoom Team Chat")
		}
		return bridge.ErrGone
	}
	return err
}

// rewrite replaces what a recorded message shows, unless it shows that already, and records it. Error: bridge.ErrGone.
func (s *Surface) rewrite(ctx context.Context, at address, post Post, c content.Content) error {
	shown, hash, err := encoded(c)
	if err != nil || hash == post.Shown {
		return err
	}
	as, err := s.bot(ctx, at)
	if err != nil {
		return err
	}
	if err := s.sender.edit(ctx, as, at.jid, post.Message.ID, at.jid, shown); err != nil {
		return err
	}
	post.Shown = hash
	return errors.Wrap(s.Records.SavePost(ctx, post), "record a message in Zoom Team Chat")
}

// Recover returns the message in the place that carries the mark and was posted since then, as recorded: Zoom lets a bot search nothing.
// So a message whose record the server died before writing is posted once more.
func (s *Surface) Recover(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error) {
	found, _, err := s.Records.MarkedPost(ctx, at, mark, since)
	return found.Message, errors.Wrap(err, "look up a message in Zoom Team Chat")
}

// Link returns "": Zoom documents no address of a message.
func (*Surface) Link(chat.MessageRef) string { return "" }
