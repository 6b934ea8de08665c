package meeting

import (
	"context"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// zoomMeetings gets the meetings to announce from Zoom.
type zoomMeetings struct {
	zoom     Zoom
	accounts Accounts
}

// get creates or finds the meeting in Zoom, with one call. known is the user's personal meeting ID, "" if it isn't known.
func (s *zoomMeetings) get(ctx context.Context, r StartRequest, who chat.Person, caller zoom.Caller, known string) (zoom.Meeting, error) {
	if r.Choice == Personal {
		return s.personal(ctx, r, who, caller, known)
	}
	m, err := s.zoom.CreateMeeting(ctx, caller, zoom.CreateMeeting{Topic: r.Topic, Type: zoom.TypeInstant})
	if m.Topic == "" {
		m.Topic = r.Topic
	}
	return m, errors.Wrap(err, "create the meeting")
}

// personal returns the meeting behind the user's personal meeting ID. Unlike the user's record, the meeting has a link with the passcode.
// If Zoom no longer knows the ID, the user has changed it, and the new one is looked up.
func (s *zoomMeetings) personal(ctx context.Context, r StartRequest, who chat.Person, caller zoom.Caller, id string) (zoom.Meeting, error) {
	var m zoom.Meeting
	err := error(fault.New(fault.MeetingUnknown))
	if id != "" {
		m, err = s.zoom.Meeting(ctx, caller, id)
	}
	if fault.Is(err, fault.MeetingUnknown) || err == nil && someoneElses(m, caller) {
		if id, err = s.accounts.PersonalMeetingID(ctx, who); err != nil {
			return zoom.Meeting{}, err
		}
		m, err = s.zoom.Meeting(ctx, caller, id)
	}
	if err != nil {
		return zoom.Meeting{}, errors.Wrap(err, "look up the personal meeting")
	}
	// Events name a personal meeting by its personal ID, whatever ID the response has.
	m.ID, m.Personal = id, true
	if r.Topic != "" {
		m.Topic = r.Topic
	}
	return m, nil
}

// someoneElses reports whether the personal meeting now belongs to another Zoom user: Zoom reassigns abandoned IDs, and a shared grant
// can read anyone's meetings.
func someoneElses(m zoom.Meeting, caller zoom.Caller) bool {
	return m.HostEmail != "" && strings.Contains(caller.User, "@") && !strings.EqualFold(m.HostEmail, caller.User)
}

// askWhich asks which meeting to start. The answer is for this start only; the setting stays "ask".
func (s *prompts) askWhich(ctx context.Context, r StartRequest) error {
	unique, err := s.intents.startButton(ctx, r, Unique, chat.Say("choice.button.unique"))
	if err != nil {
		return err
	}
	personal, err := s.intents.startButton(ctx, r, Personal, chat.Say("choice.button.personal"))
	if err != nil {
		return err
	}
	unique.Primary = true
	note := chat.Note{Text: chat.Say("choice.ask"), Buttons: []chat.Button{unique, personal}}
	return errors.Wrap(s.chat.Ephemeral(ctx, r.asked(), r.Actor, note), "ask which meeting")
}

func (s *Buttons) setChoice(ctx context.Context, c chat.Click, choice Choice) error {
	if choice != Unique && choice != Personal && choice != Ask {
		return fault.New(fault.InvalidInput)
	}
	if err := s.index.SetChoice(ctx, c.Actor.Person, choice); err != nil {
		return errors.Wrap(err, "store the setting")
	}
	s.replace(ctx, c, chat.Say("settings.saved."+string(choice)))
	return nil
}
