package console

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Press carries out a click on a button under a note of ours. Faults: ButtonExpired, and those of what the button does.
func (s *Service) Press(ctx context.Context, c chat.Click) error {
	what, err := s.Prompts.Unseal(ctx, c.Actor, c.Values[conversation.SealedValue])
	if err != nil {
		return s.Trail.Refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: c.Actor, Place: c.Place})
	}
	what.Talk = c.Talk
	for _, group := range []map[string]conversation.Press{s.connectPresses(), s.Connections.Presses(), s.Subscriptions.Presses(), s.SignIns.Presses(), s.actionPresses(), s.sharePresses(), s.privatePresses()} {
		if do := group[what.Kind]; do != nil {
			return s.Trail.Refused(do(ctx, c, what), what.Attempted())
		}
	}
	return fault.New(fault.ButtonExpired)
}

// Submit carries out the answer to a form of ours; errors by field keep it open. Faults likewise.
func (s *Service) Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	what, err := s.Prompts.Unseal(ctx, a.Actor, a.State)
	if err != nil {
		return nil, s.Trail.Refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: a.Actor})
	}
	what.Talk = a.Talk
	for _, group := range []map[string]conversation.Answer{s.Connections.Answers(), s.Subscriptions.Answers(), s.SignIns.Answers(), s.actionForms(), s.raiseForms(), s.privateForms(), s.dutyForms(), s.annotateForms(), s.searchForms()} {
		if do := group[what.Kind]; do != nil && what.Kind == a.Kind {
			wrong, err := do(ctx, a, what)
			return wrong, s.Trail.Refused(err, what.Attempted())
		}
	}
	return nil, fault.New(fault.ButtonExpired)
}

// Resume goes on with what somebody authorized for; next is what ConnectURL was given, which nobody else can have made. It returns
// what to tell the person.
func (s *Service) Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	var what conversation.Intent
	if err := json.Unmarshal([]byte(next), &what); err != nil {
		return chat.Message{}, errors.Wrap(err, "read what to resume")
	}
	what.Talk = conversation.Quiet{Messenger: s.People, Actor: what.Actor, Place: what.Place}
	for _, group := range []map[string]conversation.Resume{s.connectResumes(), s.actionResumes(), s.meetResumes(), s.replyResumes()} {
		if do := group[what.Kind]; do != nil {
			said, err := do(ctx, person, what)
			return said, s.Trail.Refused(err, what.Attempted())
		}
	}
	return chat.Message{}, fault.New(fault.LinkExpired)
}
