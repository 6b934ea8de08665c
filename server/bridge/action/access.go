package action

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxNext is the most that a sign-in carries back, in bytes.
const maxNext = 1500

// invite offers what gives the user access, if the attempt failed for lack of it: signing in, a token of their own, or API access for the
// connection. It returns the zero message if none of these helps.
func (s *Service) invite(ctx context.Context, t attempt, a actionTarget, cause error) (chat.Message, error) {
	if !fault.Is(cause, fault.AccountNeeded, fault.AccountRejected, fault.Unreadable) {
		return chat.Message{}, nil
	}
	if _, authorizes := s.Registry.Get(a.Provider).(provider.Authorizer); !authorizes {
		return s.inviteCredential(ctx, t, a, cause)
	}
	site, err := s.Caller.Site(ctx, a.Connection)
	if err != nil {
		return chat.Message{}, err
	}
	next, err := t.next(a)
	if err != nil {
		return chat.Message{}, err
	}
	link, err := s.Sessions.ConnectURL(ctx, a.Provider, site, t.actor.Person, next)
	if fault.Is(err, fault.SetupNeeded) {
		return s.inviteToken(ctx, t, a, err)
	}
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "make a link for signing in")
	}
	text := chat.Say("bridge.act.sign_in", "Provider", s.Name(a.Provider), "URL", link)
	if !fault.Is(cause, fault.AccountNeeded) {
		text = chat.Say("bridge.act.sign_in_again", "Provider", s.Name(a.Provider), "URL", link)
	}
	s.Notices.Show(ctx, t.talk, chat.Note{Text: text})
	return chat.Say("bridge.act.asked"), nil
}

// next returns what a sign-in carries back to continue the attempt. An answer that is too long for that is asked for again.
func (t attempt) next(a actionTarget) (string, error) {
	kind := attemptKind
	if t.answered {
		kind = attemptFormKind
	}
	for _, what := range []conversation.Intent{t.intends(kind, a), attempt{actor: t.actor, message: t.message, subject: t.subject, action: t.action}.intends(attemptKind, a)} {
		next, err := json.Marshal(what)
		if err != nil {
			return "", errors.Wrap(err, "encode what to resume")
		}
		if len(next) <= maxNext {
			return string(next), nil
		}
	}
	return "", fault.New(fault.InvalidInput)
}

// inviteToken offers a form for the user's own token, if users can't sign in.
func (s *Service) inviteToken(ctx context.Context, t attempt, a actionTarget, cause error) (chat.Message, error) {
	if _, takes := s.Registry.Get(a.Provider).(provider.TokenAuth); !takes {
		return chat.Message{}, cause
	}
	what := t.intends(tokenKind, a)
	if what.Text = attemptKind; t.answered {
		what.Text = attemptFormKind
	}
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.act.token.button"), true, what)
	if err != nil {
		return chat.Message{}, err
	}
	text := chat.Say("bridge.act.token", "Provider", s.Name(a.Provider))
	s.Notices.Show(ctx, t.talk, chat.Note{Text: text, Buttons: []chat.Button{button}})
	return chat.Say("bridge.act.asked"), nil
}

// inviteCredential says that the connection has no working API access, and offers to enter it to users who may.
func (s *Service) inviteCredential(ctx context.Context, t attempt, a actionTarget, cause error) (chat.Message, error) {
	if _, takes := s.Registry.Get(a.Provider).(provider.TokenAuth); !takes {
		return chat.Message{}, nil
	}
	text := chat.Say("bridge.act.no_access", "Provider", s.Name(a.Provider)).WithText("Command", chat.Code(s.Word(a.Provider)+" configure"))
	if !fault.Is(cause, fault.AccountNeeded) {
		text = chat.Say("bridge.act.access_rejected", "Provider", s.Name(a.Provider)).WithText("Command", chat.Code(s.Word(a.Provider)+" configure"))
	}
	note := chat.Note{Text: text}
	if s.Rights.MayConnect(ctx, t.actor, a.thread) == nil && s.Rights.MayChange(ctx, t.actor, a.Connection) == nil {
		button, err := s.AccessButtons.Enter(ctx, a.Connection, a.asked, t.actor)
		if err != nil {
			return chat.Message{}, err
		}
		button.Primary = true
		note.Buttons = []chat.Button{button}
	}
	s.Notices.Show(ctx, t.talk, note)
	return text, nil
}

// pressToken shows the form for the user's own token.
func (s *Service) pressToken(ctx context.Context, c chat.Click, what conversation.Intent) error {
	a, bearer, err := s.tokenTarget(ctx, what)
	if err != nil {
		return err
	}
	name := s.Name(a.Provider)
	return s.Prompts.Ask(ctx, what.Talk, chat.Form{
		Title:  chat.Say("bridge.act.token.title"),
		Intro:  chat.Say("bridge.act.token.intro", "Provider", name).WithText("Site", chat.Code(a.Site)),
		Submit: chat.Say("bridge.act.token.submit"),
		Fields: personalFields(bearer),
	}, what)
}

// tokenTarget checks that the attempt that the token is for can still be made. Faults: NotConfigured, and those of target.
func (s *Service) tokenTarget(ctx context.Context, what conversation.Intent) (actionTarget, provider.TokenAuth, error) {
	if missing := s.Settings().Missing; missing != "" {
		return actionTarget{}, nil, fault.New(fault.NotConfigured).With("Setting", missing)
	}
	a, err := s.target(ctx, attemptOf(what))
	if err != nil {
		return actionTarget{}, nil, err
	}
	bearer, takes := s.Registry.Get(a.Provider).(provider.TokenAuth)
	if !takes {
		return actionTarget{}, nil, fault.New(fault.ButtonExpired)
	}
	return a, bearer, nil
}

// tokenEntered saves a token as the user's account if the provider accepts it, and continues what needed it.
func (s *Service) tokenEntered(ctx context.Context, answer chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	a, bearer, err := s.tokenTarget(ctx, what)
	if err != nil {
		return nil, err
	}
	site, err := s.Caller.Site(ctx, a.Connection)
	if err != nil {
		return nil, err
	}
	credential, err := bearer.ParseCredential(conversation.Merged(answer.Values, map[string]string{connection.FieldAddress: site.URL}))
	if err != nil {
		return conversation.FieldErrors(err)
	}
	account, err := s.Sessions.SaveToken(ctx, a.Provider, site, answer.Actor.Person, credential)
	if err != nil {
		return connection.FieldErrorsAt(err, personalFields(bearer))
	}
	s.Audit.Record(bridge.AuditEntry{Event: bridge.AuditCredential, What: "own", Actor: answer.Actor, Place: a.thread, Provider: a.Provider, Connection: a.ID})
	s.Notices.Show(ctx, what.Talk, chat.Note{Text: chat.Say("bridge.act.token.saved",
		"Account", account.Name, "Provider", s.Name(a.Provider))})
	what.Kind = what.Text
	if _, err := s.carryOut(ctx, attemptOf(what), a); err != nil {
		// The token is kept; the form has done its part.
		s.Notices.Show(ctx, what.Talk, chat.Note{Text: chat.Failure(err)})
	}
	return nil, nil
}

// personalFields are the fields of a form for a user's own token, without the signing secret, which belongs to the connection.
func personalFields(bearer provider.TokenAuth) []chat.FormField {
	return slices.DeleteFunc(connection.CredentialFields(bearer, "", false), func(f chat.FormField) bool { return f.Name == connection.FieldSecret })
}
