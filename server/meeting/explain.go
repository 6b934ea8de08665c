package meeting

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// prompts asks users for what a start needs first, and explains why there is no meeting.
type prompts struct {
	chat     Chat
	board    Board
	accounts Accounts
	intents  *intents
	log      *slog.Logger
}

// explain tells the user why there is no meeting and what to do next. It reports whether it offered a next step, which makes the failure
// a question.
func (s *prompts) explain(ctx context.Context, r StartRequest, cause error) (prompted bool, err error) {
	if fault.Is(cause, fault.NotConnected, fault.Revoked, fault.AccountNotConnected, fault.AccountRevoked, fault.Unreadable) {
		return s.inviteToConnect(ctx, r, cause)
	}
	if fault.Is(cause, fault.MissingScope) {
		s.accounts.ScopeMissed(ctx)
	}
	if fault.Is(cause, fault.ThreadElsewhere) {
		r.Place.Thread = "" // no one would see the note in a thread that doesn't exist
	}
	note := chat.Note{Text: chat.Failure(cause), Buttons: s.otherMeeting(ctx, r, cause)}
	return false, errors.Wrap(s.chat.Ephemeral(ctx, r.asked(), r.Actor, note), "show the failure")
}

// otherMeeting offers the other kind of meeting if this kind isn't available.
func (s *prompts) otherMeeting(ctx context.Context, r StartRequest, cause error) []chat.Button {
	choice := Choice("")
	switch {
	case fault.Is(cause, fault.DailyLimit) && r.Choice != Personal:
		choice = Personal
	case fault.Is(cause, fault.MeetingUnknown, fault.NoPersonalMeeting) && r.Choice == Personal:
		choice = Unique
	default:
		return nil
	}
	button, err := s.intents.startButton(ctx, r, choice, chat.Say("choice.button."+string(choice)))
	if err != nil {
		// Without the button the sentence still says what to do.
		s.log.Warn("A button couldn't be created", "user_id", r.Actor.ID, "error", err.Error())
		return nil
	}
	button.Primary = true
	return []chat.Button{button}
}

// inviteToConnect offers the link that fixes a missing or revoked grant and then resumes this start. If only an admin can fix it, other
// users read that they should ask one.
func (s *prompts) inviteToConnect(ctx context.Context, r StartRequest, cause error) (bool, error) {
	next, err := json.Marshal(r)
	if err != nil {
		return false, errors.Wrap(err, "pack the start")
	}
	text := chat.Failure(cause)
	link, err := s.accounts.ConnectURL(ctx, r.Actor.Person, string(next))
	switch {
	case err == nil:
		text = chat.Say("connect."+string(fault.CodeOf(cause)), "URL", link)
	case !fault.Is(err, fault.AdminOnly, fault.NobodyAuthorizes):
		// Without a link the sentence still says what to type.
		s.log.Warn("A link to connect couldn't be created", "user_id", r.Actor.ID, "error", err.Error())
	}
	err = s.chat.Ephemeral(ctx, r.asked(), r.Actor, chat.Note{Text: text})
	return err == nil && link != "", errors.Wrap(err, "show the way to connect")
}

// promptRunning asks whether to join the open meeting or to start another one. Fault: Busy if none is open, which means that another start
// is in progress.
func (s *prompts) promptRunning(ctx context.Context, r StartRequest, open *Open) error {
	if open == nil {
		return fault.New(fault.Busy)
	}
	creator, err := s.chat.Person(ctx, open.Creator.Person)
	if err != nil {
		return errors.Wrap(err, "look up who started the open meeting")
	}
	r.AllTheSame = true
	another, err := s.intents.startButton(ctx, r, r.Choice, chat.Say("prompt.start_another"))
	if err != nil {
		return err
	}
	err = s.board.PromptRunning(ctx, r.asked(), r.Actor, Running{
		Message: open.Message, MeetingID: open.MeetingID, JoinURL: open.JoinURL, Topic: open.Topic, Creator: creator.Username,
		Requested: r.Topic, RequestedThread: r.Place.Thread, RequestedChoice: r.Choice,
		Another: another,
	})
	return errors.Wrap(err, "tell of the open meeting")
}
