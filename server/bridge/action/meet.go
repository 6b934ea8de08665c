package action

import (
	"context"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// meetKind is what continues after a sign-in that was needed to record a meeting at a provider.
const meetKind = "meet"

// Met receives each announced meeting, however it was started. If that was in the thread of a card, and the provider records meetings, it
// records this one as the user who started it.
func (s *Threads) Met(ctx context.Context, actor chat.Actor, at chat.Place, joinURL, number string) {
	if at.Thread == "" {
		return
	}
	what := conversation.Intent{Actor: actor, Kind: meetKind, Message: chat.MessageRef{Place: at.Top(), ID: at.Thread}, Text: joinURL, Values: map[string]string{"number": number}}
	if _, err := s.meet(ctx, what); err != nil && !fault.Is(err, notOurs...) {
		s.Log.Log(ctx, fault.Level(err), "A meeting couldn't be added as a note", "user_id", actor.ID, "post_id", at.Thread, "error", err.Error())
		s.Notices.Ephemeral(ctx, at, actor, chat.Note{Text: chat.Say("bridge.act.meeting_not_noted").WithMessage("Reason", chat.Failure(err))})
	}
}

// meet notes the meeting of the intent at the provider. Faults: CardUnknown where its post is no card, those of target and of the provider.
func (s *Threads) meet(ctx context.Context, what conversation.Intent) (chat.Message, error) {
	a, err := s.target(ctx, attempt{actor: what.Actor, message: what.Message})
	if err != nil {
		return chat.Message{}, err
	}
	conferencer, ok := s.Registry.Get(a.Provider).(provider.MeetingLinker)
	if !ok {
		return chat.Message{}, fault.New(fault.CardUnknown)
	}
	session, err := s.Caller.ForAction(ctx, a.Connection, what.Actor.Person)
	if fault.Is(err, fault.AccountNeeded, fault.AccountRejected) {
		return s.inviteToMeet(ctx, what, a, err)
	}
	if err != nil {
		return chat.Message{}, err
	}
	events, err := conferencer.LinkMeeting(ctx, session, a.subject.State, what.Text, what.Values["number"], "Zoom: "+what.Text)
	if err != nil {
		return chat.Message{}, err
	}
	s.showChanges(ctx, a, provider.ActionResult{Events: events})
	done := chat.Say("bridge.act.meeting_noted", "Provider", s.Name(a.Provider))
	s.Notices.Ephemeral(ctx, a.asked, what.Actor, chat.Note{Text: done})
	return done, nil
}

// inviteToMeet offers to sign in, after which the meeting is noted.
func (s *Threads) inviteToMeet(ctx context.Context, what conversation.Intent, a actionTarget, cause error) (chat.Message, error) {
	link, err := s.signInLink(ctx, what, a, cause)
	if err != nil {
		return chat.Message{}, err
	}
	text := chat.Say("bridge.act.meeting_sign_in", "Provider", s.Name(a.Provider), "URL", link)
	s.Notices.Ephemeral(ctx, a.asked, what.Actor, chat.Note{Text: text})
	return chat.Say("bridge.act.asked"), nil
}

// resumeMeeting continues recording the meeting for which the user signed in.
func (s *Threads) resumeMeeting(ctx context.Context, _ chat.PersonID, what conversation.Intent) (chat.Message, error) {
	return s.meet(ctx, what)
}
