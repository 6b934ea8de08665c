package meeting

import (
	"context"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/zoom"
)

// chosen returns which meeting to start: what was asked for, else the user's setting, else a unique one.
func (s *Service) chosen(ctx context.Context, r StartRequest) (Choice, error) {
	switch r.Choice {
	case Unique, Personal:
		return r.Choice, nil
	case Unspecified:
	default:
		return "", fault.New(fault.InvalidInput)
	}
	setting, err := s.index.Choice(ctx, r.UserID)
	if err != nil {
		return "", errors.Wrap(err, "read the user's setting")
	}
	if setting == Unspecified {
		return Unique, nil
	}
	return setting, nil
}

// meeting gets the meeting at Zoom, with one call.
func (s *Service) meeting(ctx context.Context, r StartRequest, who chat.Person, caller zoom.Caller) (zoom.Meeting, error) {
	if r.Choice == Personal {
		return s.personal(ctx, r, who, caller)
	}
	m, err := s.zoom.CreateMeeting(ctx, caller, zoom.CreateMeeting{Topic: r.Topic, Type: zoom.TypeInstant})
	return m, errors.Wrap(err, "create the meeting")
}

// personal gets the meeting behind the user's personal meeting ID; asking for the meeting rather than the user yields the
// link with its passcode. An ID that Zoom does not know any more was changed: then the new one is asked for.
func (s *Service) personal(ctx context.Context, r StartRequest, who chat.Person, caller zoom.Caller) (zoom.Meeting, error) {
	id, err := s.accounts.PersonalMeetingID(ctx, who, false)
	if err != nil {
		return zoom.Meeting{}, err
	}
	m, err := s.zoom.Meeting(ctx, caller, id)
	if fault.Is(err, fault.MeetingUnknown) || err == nil && someoneElses(m, caller) {
		if id, err = s.accounts.PersonalMeetingID(ctx, who, true); err != nil {
			return zoom.Meeting{}, err
		}
		m, err = s.zoom.Meeting(ctx, caller, id)
	}
	if err != nil {
		return zoom.Meeting{}, errors.Wrap(err, "look up the personal meeting")
	}
	// Events name a personal meeting by its personal ID, whatever the answer calls it.
	m.ID = id
	if r.Topic != "" {
		m.Topic = r.Topic
	}
	return m, nil
}

// someoneElses reports whether the personal meeting belongs to another Zoom user by now: IDs that people give up are given
// to others, and a shared grant can read anybody's meetings.
func someoneElses(m zoom.Meeting, caller zoom.Caller) bool {
	return m.HostEmail != "" && strings.Contains(caller.User, "@") && !strings.EqualFold(m.HostEmail, caller.User)
}

// Actions of the buttons under our notes.
const (
	ActionStart     = "start"
	ActionSetChoice = "choose"
)

// Names of the values that buttons carry.
const (
	valueChoice     = "choice"
	valueTopic      = "topic"
	valueAllTheSame = "all_the_same"
	valueConnection = "connection"
)

// askWhich asks which meeting this one start is for. The answer is for this start only; the setting stays "ask".
func (s *Service) askWhich(ctx context.Context, r StartRequest) error {
	note := chat.Note{Text: i18n.M("choice.ask"), Buttons: []chat.Button{
		{Label: i18n.M("choice.button.unique"), Primary: true, Action: ActionStart, Values: r.values(Unique)},
		{Label: i18n.M("choice.button.personal"), Action: ActionStart, Values: r.values(Personal)},
	}}
	return errors.Wrap(s.chat.Whisper(ctx, r.Place, r.UserID, note), "ask which meeting")
}

// values packs the request into a button, with the choice that the button stands for.
func (r StartRequest) values(choice Choice) map[string]string {
	values := map[string]string{valueChoice: string(choice), valueTopic: r.Topic, valueConnection: r.ConnectionID}
	if r.AllTheSame {
		values[valueAllTheSame] = "true"
	}
	return values
}

// Act carries out the click on a button of ours. What the button says comes from the client, so it is no more than a
// request of the person who clicked, and checked like one.
func (s *Service) Act(ctx context.Context, c chat.Click) error {
	switch c.Action {
	case ActionStart:
		r := StartRequest{
			UserID: c.UserID, Place: c.Place, Topic: c.Values[valueTopic], Choice: Choice(c.Values[valueChoice]),
			AllTheSame: c.Values[valueAllTheSame] == "true", ConnectionID: c.Values[valueConnection],
		}
		outcome, err := s.Start(ctx, r)
		if err != nil || outcome.Prompted {
			// The person was told by Start.
			return nil
		}
		s.replace(ctx, c, i18n.M("choice.started"))
		return nil
	case ActionSetChoice:
		return s.setChoice(ctx, c)
	}
	return fault.New(fault.InvalidInput)
}

func (s *Service) setChoice(ctx context.Context, c chat.Click) error {
	choice := Choice(c.Values[valueChoice])
	if choice != Unique && choice != Personal && choice != Ask {
		return fault.New(fault.InvalidInput)
	}
	if err := s.index.SetChoice(ctx, c.UserID, choice); err != nil {
		return errors.Wrap(err, "store the setting")
	}
	s.replace(ctx, c, i18n.M("settings.saved."+string(choice)))
	return nil
}

// replace turns the note with the buttons into a plain answer, so that nobody clicks twice.
func (s *Service) replace(ctx context.Context, c chat.Click, text i18n.Message) {
	if err := s.chat.Rewhisper(ctx, c.Place, c.UserID, c.PostID, chat.Note{Text: text}); err != nil {
		s.log("A note could not be brought up to date", "user_id", c.UserID, "post_id", c.PostID, "error", err.Error())
	}
}
