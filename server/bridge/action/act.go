package action

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// attemptKind and attemptFormKind are what continues after a sign-in or a token: a click, or the answer to its form.
	attemptKind     = "act"
	attemptFormKind = "act_form"
	// tokenKind is the form for a user's own token.
	tokenKind = "token"
)

const (
	// ClickPause is how long a second click on the same button by the same user is ignored.
	ClickPause = 3 * time.Second
	// maxClickValues bounds the values of a click, in bytes: they must fit into what a sign-in carries back.
	maxClickValues = 700
)

// attempt is a user's use of a card's action: a click, or the answer to the form that it opened.
type attempt struct {
	actor   chat.Actor
	message chat.MessageRef
	action  string
	// connection, subject and place are what it is about where it came from a sealed button and not from a card; "" otherwise.
	connection, subject string
	place               chat.Place
	values              map[string]string
	answered            bool
	// talk is the conversation in which it was requested.
	talk chat.Conversation
}

// actionTarget is what an attempt is about.
type actionTarget struct {
	bridge.Connection
	subject bridge.Subject
	// thread is that of the card.
	thread chat.Place
	// asked is where the user clicked and sees the answer: collapsed threads hide an answer in the card's thread from the channel.
	asked chat.Place
}

// Act carries out a click on an action of a card. Action and card are client input: they count only if the card's record has the post, the
// channel still follows the connection, and the user can post there. Faults: InvalidInput,
// CardUnknown, ConnectionGone, ProviderOff, Forbidden, and those of the provider.
func (s *Service) Act(ctx context.Context, c chat.Click) error {
	if size(c.Values)+len(c.Action) > maxClickValues {
		return fault.New(fault.InvalidInput)
	}
	t := attempt{actor: c.Actor, message: c.Message, action: c.Action, values: c.Values, talk: c.Talk}
	tried := bridge.AuditEntry{Event: bridge.AuditAct, What: c.Action, Actor: c.Actor, Place: c.Place}
	a, err := s.target(ctx, t)
	if err != nil {
		return s.Trail.Refused(err, tried)
	}
	tried.Provider, tried.Connection = a.Provider, a.ID
	if !c.Place.Zero() && !c.Place.SameChannel(a.thread) {
		return s.Trail.Refused(fault.New(fault.CardUnknown), tried)
	}
	if !c.Message.Zero() && c.Place.Thread == c.Message.ID {
		a.asked = a.thread // the card was clicked in its own thread
	}
	first, err := s.Connections.Claim(ctx, "act/"+t.hash(), ClickPause)
	if err != nil {
		return errors.Wrap(err, "look for a click just before")
	}
	if !first {
		return nil
	}
	if t.action == bridge.ActionMeeting {
		return s.startMeeting(ctx, t, a)
	}
	_, err = s.carryOut(ctx, t, a)
	return s.Trail.Refused(err, tried)
}

// notOurs are the failures of target for a thread that is no card, or one that can't be acted on: nothing has to be done for it.
var notOurs = []fault.Code{fault.CardUnknown, fault.ConnectionGone, fault.ProviderOff, fault.RepliesOff, fault.Forbidden}

// target finds what the attempt is about and checks, at this moment, that the user may act on it. Faults: CardUnknown, ConnectionGone,
// ProviderOff, Forbidden.
func (s *core) target(ctx context.Context, t attempt) (actionTarget, error) {
	if t.subject != "" {
		return s.subjectTarget(ctx, t)
	}
	card, ok, err := s.Subjects.CardOf(ctx, t.message)
	if err != nil {
		return actionTarget{}, errors.Wrap(err, "look at the card")
	}
	if !ok {
		return actionTarget{}, fault.New(fault.CardUnknown)
	}
	at := card.Message
	if !s.Permissions.MayPost(ctx, t.actor, at.Place) {
		return actionTarget{}, fault.New(fault.Forbidden)
	}
	c, ok, err := s.Connections.Connection(ctx, card.Connection)
	if err != nil {
		return actionTarget{}, errors.Wrapf(err, "read connection %s", card.Connection)
	}
	if s.Enabled(card.Provider) == nil {
		return actionTarget{}, s.ProviderOff(card.Provider)
	}
	if !ok {
		return actionTarget{}, s.ConnectionGone(card.Provider)
	}
	if c.Provider != card.Provider {
		return actionTarget{}, fault.New(fault.CardUnknown)
	}
	subject, ok, err := s.Subjects.Subject(ctx, c.ID, card.Subject)
	if err != nil {
		return actionTarget{}, errors.Wrapf(err, "read a subject of connection %s", c.ID)
	}
	if !ok || !slices.ContainsFunc(subject.Shown, func(shown bridge.Shown) bool { return shown.ShownBy(at) }) {
		return actionTarget{}, fault.New(fault.CardUnknown)
	}
	if len(c.In(at.Place)) == 0 && !subject.SharedIn(at.Place) {
		return actionTarget{}, s.ConnectionGone(c.Provider)
	}
	return actionTarget{Connection: c, subject: subject, thread: at.Follow(), asked: at.Place}, nil
}

// carryOut does what the attempt wants at the provider, as the user, and tells them the result. It returns the same text for a page, where
// the user is on one.
func (s *Service) carryOut(ctx context.Context, t attempt, a actionTarget) (chat.Message, error) {
	text, err := s.respond(ctx, t, a)
	if err == nil {
		return text, nil
	}
	invited, inviteErr := s.invite(ctx, t, a, err)
	if inviteErr == nil && !invited.Zero() {
		return invited, nil
	}
	if inviteErr != nil {
		s.Log.Warn("A user couldn't be told how to get access", "user_id", t.actor.ID, "connection", a.ID, "error", inviteErr.Error())
	}
	if !fault.Is(err, fault.Internal, fault.InvalidInput) {
		s.Log.Log(ctx, fault.Level(err), "An action on a card was refused", "user_id", t.actor.ID, "channel_id", a.thread.Channel, "post_id", t.message.ID,
			"connection", a.ID, "action", t.action, "error", err.Error())
	}
	return chat.Message{}, err
}

// respond asks the provider for what the attempt wants.
func (s *Service) respond(ctx context.Context, t attempt, a actionTarget) (chat.Message, error) {
	responder, ok := s.Registry.Get(a.Provider).(provider.ActionHandler)
	if !ok {
		return chat.Message{}, fault.New(fault.CardUnknown)
	}
	who, err := s.People.Person(ctx, t.actor.Person)
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "look up who acts")
	}
	session, err := s.Caller.ForAction(ctx, a.Connection, t.actor.Person)
	if err != nil {
		return chat.Message{}, err
	}
	response, err := responder.HandleAction(ctx, session, provider.ActionRequest{
		Action: t.action, State: a.subject.State, Resource: a.Resource, Values: t.values, Submitted: t.answered,
		Account: session.Account, By: who.Username, At: s.Now(),
	})
	s.showChanges(ctx, a, response) // a refusal can also show a newer state
	if err != nil {
		return chat.Message{}, errors.Wrapf(err, "action %q on a card of connection %s", t.action, a.ID)
	}
	if response.Form != nil {
		return s.askMore(ctx, t, a, *response.Form)
	}
	if !response.Note.Zero() {
		note, err := s.Shareable(ctx, chat.Note{Text: response.Note}, response.Share, t.intends(shareKind, a))
		if err != nil {
			s.Log.Warn("The result of an action can't be offered for sharing", "user_id", t.actor.ID, "connection", a.ID, "error", err.Error())
		}
		s.Notices.Show(ctx, t.talk, note)
		return response.Note, nil
	}
	return chat.Say("bridge.act.done"), nil
}

// showChanges shows everyone what an action changed, before the provider's delivery arrives. If that fails, the delivery still shows it.
func (s *core) showChanges(ctx context.Context, a actionTarget, response provider.ActionResult) {
	if len(response.Events) > 0 {
		if err := s.Cards.ApplySoon(ctx, a.Connection, response.Events); err != nil {
			s.Log.Info("The result of an action couldn't be shown at once; the provider's delivery shows it", "connection", a.ID, "subject", a.subject.Name, "error", err.Error())
		}
	}
	if response.Reply.Text.Zero() {
		return
	}
	mark := chat.Mark{Provider: a.Provider, Connection: a.ID, Subject: a.subject.Name, Key: "act/" + s.Now().UTC().Format(time.RFC3339Nano)}
	if _, err := s.Surface.Reply(ctx, a.thread, response.Reply, mark); err != nil {
		s.Log.Warn("The result of an action couldn't be posted", "connection", a.ID, "subject", a.subject.Name, "error", err.Error())
	}
}

// askMore shows the provider's form or, where the conversation can't show one, a button that opens it.
func (s *Service) askMore(ctx context.Context, t attempt, a actionTarget, form chat.Form) (chat.Message, error) {
	if t.talk.Features().Forms {
		return chat.Message{}, s.Prompts.Ask(ctx, t.talk, form, t.intends(attemptFormKind, a))
	}
	button, err := s.Prompts.Button(ctx, form.Title, true, t.intends(attemptKind, a))
	if err != nil {
		return chat.Message{}, err
	}
	s.Notices.Show(ctx, t.talk, chat.Note{Text: chat.Say("bridge.act.more"), Buttons: []chat.Button{button}})
	return chat.Say("bridge.act.asked"), nil
}

// intends returns the intent that continues the attempt.
func (t attempt) intends(kind string, a actionTarget) conversation.Intent {
	return conversation.Intent{
		Actor: t.actor, Kind: t.kind(kind), Provider: a.Provider, Connection: a.ID, Place: a.asked,
		Message: t.message, Subject: t.subject, Action: t.action, Values: t.values, Talk: t.talk,
	}
}

// attemptOf returns the attempt that the intent continues.
func attemptOf(i conversation.Intent) attempt {
	return attempt{
		actor: i.Actor, message: i.Message, action: i.Action, values: i.Values, connection: i.Connection, subject: i.Subject, place: i.Place,
		answered: i.Kind == attemptFormKind || i.Kind == subjectFormKind, talk: i.Talk,
	}
}

// kind returns the kind of an intent about the attempt: those from a sealed button have kinds of their own.
func (t attempt) kind(ofCard string) string {
	switch {
	case t.subject != "" && ofCard == attemptKind:
		return subjectKind
	case t.subject != "" && ofCard == attemptFormKind:
		return subjectFormKind
	}
	return ofCard
}

// pressAttempt carries out the attempt of a sealed button: a click that is repeated now that there can be a form, or an action on a private
// card.
func (s *Service) pressAttempt(ctx context.Context, _ chat.Click, what conversation.Intent) error {
	t := attemptOf(what)
	a, err := s.target(ctx, t)
	if err != nil {
		return err
	}
	_, err = s.carryOut(ctx, t, a)
	return err
}

// attemptAnswered gives the answer to a provider's form to the provider.
func (s *Service) attemptAnswered(ctx context.Context, answer chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	t := attemptOf(what)
	t.values = conversation.Merged(t.values, answer.Values)
	a, err := s.target(ctx, t)
	if err != nil {
		return nil, err
	}
	if _, err := s.carryOut(ctx, t, a); err != nil {
		return conversation.FieldErrors(err)
	}
	return nil, nil
}

// resumeAttempt continues the attempt for which the user signed in.
func (s *Service) resumeAttempt(ctx context.Context, _ chat.PersonID, what conversation.Intent) (chat.Message, error) {
	t := attemptOf(what)
	a, err := s.target(ctx, t)
	if err != nil {
		return chat.Message{}, err
	}
	t.talk = conversation.Quiet{Messenger: s.Messenger, Actor: t.actor, Place: a.asked}
	return s.carryOut(ctx, t, a)
}

// hash tells the attempt from others.
func (t attempt) hash() string {
	parts := []string{string(t.actor.Surface), t.actor.ID, t.message.ID, t.action}
	for _, name := range slices.Sorted(maps.Keys(t.values)) {
		parts = append(parts, name, t.values[name])
	}
	return digest.Of(parts...)
}

// size returns how many bytes the values take.
func size(values map[string]string) int {
	total := 0
	for name, value := range values {
		total += len(name) + len(value) + len(`"":"",`)
	}
	return total
}
