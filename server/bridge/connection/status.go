package connection

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
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
	shown := found[:min(len(found), mostStatus)]
	logs, err := s.logsOf(ctx, w.Place, shown)
	if err != nil {
		return chat.Note{}, err
	}
	most := mostEntries
	if len(found) > 1 {
		most = fewEntries
	}
	var lines []chat.Message
	var repairs []conversation.Offer
	if missing := s.Settings().Missing; missing != "" {
		lines = append(lines, chat.Say("bridge.status.missing", "Setting", missing))
	}
	for _, c := range shown {
		told := s.healthOf(ctx, w, c, found, logs[c.ID], most)
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

func (s *Status) healthOf(ctx context.Context, w conversation.Request, c bridge.Connection, among []bridge.Connection, log deliveryLog, most int) health {
	told := health{lines: []chat.Message{chat.Say("bridge.status.title").WithText("Name", chat.Link(LabelOf(c, among), c.Resource.URL))}}
	told.add(s.hookHealth(ctx, w, c))
	if log.empty() {
		told.add(health{lines: s.whyNothing(w)})
		return told
	}
	if len(log.seen) == 0 {
		told.add(health{lines: []chat.Message{chat.Say("bridge.status.elsewhere")}})
	}
	for _, entry := range log.seen[:min(len(log.seen), most)] {
		told.add(health{lines: []chat.Message{s.lineAgo(c.Provider, entry)}})
	}
	if len(log.seen) > most {
		told.add(health{lines: []chat.Message{{}, chat.Say("bridge.status.older", "Command", s.Word(c.Provider))}})
	}
	if advice := s.advice(ctx, c, log); len(advice) > 0 {
		told.add(health{lines: append([]chat.Message{{}}, advice...)}) // else it would be part of the last entry
	}
	return told
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
