package connection

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// mostEntries is how many deliveries of one connection are shown, fewEntries how many of each where there are several.
	mostEntries = 10
	fewEntries  = 3
	// mostStatus is how many connections are shown in full.
	mostStatus = 8
)

// Show says how the channel's connections do: what arrived lately and what became of it, or what may be wrong where nothing did.
// Faults: NoPost, NotFollowed.
func (s *Status) Show(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if !s.Permissions.MayPost(ctx, w.Actor, w.Place) {
		return chat.Note{}, fault.New(fault.NoPost)
	}
	found, err := s.follower.chosen(ctx, w)
	if fault.Is(err, fault.NotFollowed) && w.Text == "" && w.Connection == "" {
		return chat.Note{Text: s.NothingYet(w.Provider)}, nil
	}
	if err != nil {
		return chat.Note{}, err
	}
	s.Journal.Flush(ctx)
	entries := mostEntries
	if len(found) > 1 {
		entries = fewEntries
	}
	var lines []chat.Message
	var repairs []conversation.Offer
	if missing := s.Settings().Missing; missing != "" {
		lines = append(lines, chat.Say("bridge.status.missing", "Setting", missing))
	}
	for _, c := range found[:min(len(found), mostStatus)] {
		told, err := s.healthOf(ctx, w, c, found, entries)
		if err != nil {
			return chat.Note{}, err
		}
		lines = append(lines, told.lines...)
		repairs = append(repairs, told.repairs...)
	}
	if more := len(found) - mostStatus; more > 0 {
		lines = append(lines, chat.Message{}, chat.Plural("bridge.status.more", more))
	}
	return s.Prompts.Question(ctx, chat.Lines(lines...), repairs...)
}

// health is what status says of one connection.
type health struct {
	lines   []chat.Message
	repairs []conversation.Offer
}

func (s *Status) healthOf(ctx context.Context, w conversation.Request, c bridge.Connection, among []bridge.Connection, most int) (health, error) {
	told := health{lines: []chat.Message{chat.Say("bridge.status.title").WithText("Name", chat.Link(LabelOf(c, among), c.Resource.URL))}}
	told.add(s.hookHealth(ctx, w, c))
	journal, err := s.Deliveries.Journal(ctx, c.ID)
	if err != nil {
		return health{}, errors.Wrap(err, "read what arrived lately")
	}
	if len(journal) == 0 {
		told.add(health{lines: s.whyNothing(w)})
		return told, nil
	}
	seen := bridge.Visible(journal, w.Place)
	if len(seen) == 0 {
		told.add(health{lines: []chat.Message{chat.Say("bridge.status.elsewhere")}})
	}
	for _, entry := range seen[:min(len(seen), most)] {
		told.add(health{lines: []chat.Message{s.line(c.Provider, entry)}})
	}
	if advice := s.advice(ctx, c, journal, seen); len(advice) > 0 {
		told.add(health{lines: append([]chat.Message{{}}, advice...)}) // else it would be part of the last entry
	}
	return told, nil
}

func (h *health) add(more health) {
	h.lines, h.repairs = append(h.lines, more.lines...), append(h.repairs, more.repairs...)
}

// hookHealth says whether the webhook that we made is OK at the provider, and offers to repair it where it isn't.
func (s *Status) hookHealth(ctx context.Context, w conversation.Request, c bridge.Connection) health {
	hook, err := s.Keys.HookOf(ctx, c)
	installer, ok := s.InstallerOf(c)
	switch {
	case !ok && fault.Is(err, fault.Unreadable):
		return health{lines: []chat.Message{chat.Say("bridge.status.keys_lost_entered", "Command", s.Word(c.Provider))}}
	case !ok:
		return health{}
	}
	one := w
	one.Connection, one.Text = c.ID, ""
	repair := []conversation.Offer{{Label: chat.Say("bridge.button.repair", "Name", chat.Truncate(c.Name, 40)), Primary: true, Operation: conversation.OpRepair, Request: one}}
	if len(c.Installation) == 0 {
		return health{lines: []chat.Message{chat.Say("bridge.status.hook_missing", "Provider", s.Name(c.Provider))}, repairs: repair}
	}
	fine := false
	if err == nil {
		err = s.webhooks.asConnectionOrUser(ctx, w, c, func(as caller) error {
			var err error
			fine, err = installer.Installed(ctx, as.session, c.Resource, hook, c.Installation)
			return err
		})
	}
	switch {
	case fault.Is(err, fault.Unreadable) && s.GivesSecret(c.Provider):
		return health{lines: []chat.Message{chat.Say("bridge.status.keys_lost_given", "Provider", s.Name(c.Provider))}, repairs: repair}
	case fault.Is(err, fault.Unreadable):
		return health{lines: []chat.Message{chat.Say("bridge.status.keys_lost")}, repairs: repair}
	case err != nil:
		unknown := chat.Say("bridge.status.hook_unknown", "Provider", s.Name(c.Provider)).WithMessage("Reason", chat.Failure(err))
		return health{lines: []chat.Message{unknown}, repairs: repair}
	case !fine:
		return health{lines: []chat.Message{chat.Say("bridge.status.hook_missing", "Provider", s.Name(c.Provider))}, repairs: repair}
	}
	return health{lines: []chat.Message{chat.Say("bridge.status.hook_fine", "Provider", s.Name(c.Provider))}}
}

// whyNothing says what to check where no delivery ever arrived.
func (s *Status) whyNothing(w conversation.Request) []chat.Message {
	checks := "bridge.status.nothing_entered"
	if _, installs := s.Registry.Get(w.Provider).(provider.Installer); installs {
		checks = "bridge.status.nothing_installed"
	}
	return []chat.Message{chat.Say(checks, "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)).WithText("URL", chat.Code(s.Settings().HookURL))}
}

// line says when a delivery arrived, what it was, its result and the reason, and how it proved its origin.
func (s *Status) line(providerID string, e bridge.Entry) chat.Message {
	line := chat.Say("bridge.status.line", "Title", chat.Truncate(e.Title, 80)).
		WithMessage("When", notice.Ago(s.Now(), e.At)).
		WithMessage("Result", chat.Say("bridge.status.result."+string(e.Result)))
	var details []chat.Message
	if e.Event != "" {
		details = append(details, s.eventLabel(providerID, e.Event))
	}
	if e.By != "" {
		details = append(details, chat.Say("bridge.status.by."+string(e.By)))
	}
	if e.Old {
		details = append(details, chat.Say("bridge.status.old"))
	}
	if e.Count > 1 {
		details = append(details, chat.Plural("bridge.status.times", e.Count))
	}
	if len(details) > 0 {
		line = chat.Say("bridge.status.with").WithMessage("Line", line).WithMessage("Details", bridge.Enumerated(details))
	}
	if !e.Reason.Zero() {
		line = chat.Say("bridge.status.because").WithMessage("Line", line).WithMessage("Reason", e.Reason)
	}
	return chat.Say("bridge.status.item").WithMessage("Line", line)
}

// eventLabel returns what the provider calls the event, which is from outside.
func (s *Status) eventLabel(providerID, event string) chat.Message {
	for _, kind := range s.Registry.Describe(providerID).Events {
		if kind.ID == event {
			return kind.Label
		}
	}
	return chat.VerbatimText(chat.Code(chat.Truncate(event, 60)))
}

// advice says what to do about how deliveries prove where they come from, and about the last one that the channel may know of.
func (s *Status) advice(ctx context.Context, c bridge.Connection, journal, seen []bridge.Entry) []chat.Message {
	var advice []chat.Message
	if slices.ContainsFunc(journal, func(e bridge.Entry) bool { return e.By == provider.ByPath }) {
		advice = append(advice, chat.Say("bridge.status.advice_path", "Provider", s.Name(c.Provider)))
	}
	if journal[0].Old {
		ends := chat.Say("bridge.status.advice_old", "Provider", s.Name(c.Provider), "Command", s.Word(c.Provider))
		advice = append(advice, ends.WithMessage("Until", s.oldEnds(ctx, c)))
	}
	if len(seen) == 0 {
		return advice
	}
	switch seen[0].Result {
	case bridge.Refused:
		text := "bridge.status.advice_refused"
		if _, made := s.InstallerOf(c); made {
			text = "bridge.status.advice_refused_made" // no one entered a secret
		}
		advice = append(advice, chat.Say(text, "Provider", s.Name(c.Provider), "Command", s.Word(c.Provider)))
	case bridge.Unwanted:
		advice = append(advice, chat.Say("bridge.status.advice_unwanted", "Command", s.Word(c.Provider)))
	case bridge.Unreadable:
		advice = append(advice, chat.Say("bridge.status.advice_unreadable", "Provider", s.Name(c.Provider)))
	}
	return advice
}

// oldEnds says how long the secret still counts that was replaced.
func (s *Status) oldEnds(ctx context.Context, c bridge.Connection) chat.Message {
	keys, err := s.Keys.Open(ctx, c)
	if err != nil {
		return chat.Say("bridge.until.soon")
	}
	hours := 0
	for _, secret := range keys.Secrets {
		if left := secret.Until.Sub(s.Now()); !secret.Until.IsZero() && left > 0 {
			hours = max(hours, int(left.Hours()))
		}
	}
	if hours < 1 {
		return chat.Say("bridge.until.soon")
	}
	return chat.Plural("bridge.until.hours", hours)
}
