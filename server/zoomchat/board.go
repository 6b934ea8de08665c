package zoomchat

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/meeting"
)

// MeetingBoard announces meetings in Zoom Team Chat. It is the part of meeting.Board and meeting.Chat that is about places.
type MeetingBoard struct{ *Surface }

// Announce posts the meeting as the bot, with its creator's name.
func (b *MeetingBoard) Announce(ctx context.Context, a meeting.Announcement) (chat.MessageRef, error) {
	topic := chat.Plain(a.Meeting.Topic)
	if topic.Empty() {
		topic = b.everyone().Say(chat.Say("post.topic"))
	}
	say := func(m chat.Message) chat.Text { return b.everyone().Say(m) }
	lines := []chat.Text{
		chat.Strong(topic),
		chat.Join(": ", chat.NameOf(a.Creator), say(chat.Say("post.message"))),
		say(chat.Say("post.meeting_id", "ID", a.Meeting.ID)),
	}
	if a.Meeting.Passcode != "" {
		lines = append(lines, say(chat.Say("post.passcode").WithText("Passcode", chat.Code(a.Meeting.Passcode))))
	}
	lines = append(lines, chat.LinkText(say(chat.Say("post.join")), a.Meeting.JoinURL))
	mark := chat.Mark{Provider: MeetingApp, Subject: a.Meeting.ID, Key: string(a.Creator.ID)}
	message, err := b.say(ctx, a.Place, b.everyone().Message(chat.VerbatimText(chat.JoinLines(lines...))), mark)
	return message, errors.Wrap(err, "announce the meeting")
}

// Rewrite shows that the meeting has ended; before, nothing about it changes. Errors: meeting.ErrGone, meeting.ErrMissing.
func (b *MeetingBoard) Rewrite(ctx context.Context, m chat.MessageRef, p meeting.Progress) error {
	if p.Status != meeting.Ended {
		return nil
	}
	at, err := addressOf(m.Place)
	if err != nil {
		return err
	}
	post, known, err := b.Records.Post(ctx, at.app, m.ID)
	switch {
	case err != nil:
		return errors.Wrap(err, "look up a message in Zoom Team Chat")
	case !known:
		return meeting.ErrMissing
	}
	lines := []chat.Text{b.everyone().Say(chat.Say("post.ended"))}
	if !p.EndedAt.IsZero() {
		when := chat.Join(" – ", chat.Time(p.StartedAt, chat.DateAndTime), chat.Time(p.EndedAt, chat.DateAndTime))
		lines = append(lines, b.everyone().Say(chat.Say("post.when").WithText("When", when)))
	}
	err = b.rewrite(ctx, at, post, b.everyone().Message(chat.VerbatimText(chat.JoinLines(lines...))))
	if errors.Is(err, bridge.ErrGone) {
		return meeting.ErrGone
	}
	return err
}

// Posted returns nothing: Zoom lets a bot read no messages, so a meeting whose server died before it was recorded is not found.
func (*MeetingBoard) Posted(context.Context, chat.Place, chat.Actor, time.Time) ([]meeting.Opened, error) {
	return nil, nil
}

// PromptRunning asks one user whether to join the meeting that is open here or to start another.
func (b *MeetingBoard) PromptRunning(ctx context.Context, at chat.Place, actor chat.Actor, r meeting.Running) error {
	join := chat.LinkText(b.words(actor, "prompt.join"), r.JoinURL)
	return b.Ephemeral(ctx, at, actor, chat.Note{
		Text: chat.Lines(chat.Say("prompt.running", "Creator", r.Creator), chat.VerbatimText(join)), Buttons: []chat.Button{r.Another},
	})
}

// Standing returns what is known of the user in the channel now.
func (b *MeetingBoard) Standing(ctx context.Context, actor chat.Actor, at chat.Place) chat.Standing {
	if !b.MayPost(ctx, actor, at) {
		return chat.Standing{}
	}
	person, err := b.People.Person(ctx, actor.Person)
	if err != nil {
		return chat.Standing{}
	}
	channel, err := b.Channel(ctx, at)
	return chat.Standing{Person: person, Channel: channel, MayPost: err == nil}
}

// Thread returns the thread that the message begins or is in. Fault: ThreadElsewhere for one that the bot didn't post in its channel.
func (b *MeetingBoard) Thread(ctx context.Context, m chat.MessageRef) (chat.Place, error) {
	at, err := addressOf(m.Place)
	if err != nil || m.Zero() {
		return m.Place, err
	}
	post, known, err := b.Records.Post(ctx, at.app, m.ID)
	switch {
	case err != nil:
		return chat.Place{}, errors.Wrap(err, "look up a message in Zoom Team Chat")
	case !known || !post.Message.SameChannel(m.Place):
		return chat.Place{}, fault.New(fault.ThreadElsewhere)
	}
	return post.Message.Follow(), nil
}
