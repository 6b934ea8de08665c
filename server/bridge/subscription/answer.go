package subscription

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// configured takes the answer to the form of a subscription.
func (s *Configurator) configured(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	before, err := s.changeableSubscription(ctx, what)
	if err != nil {
		return nil, err
	}
	d := s.Registry.Describe(what.Provider)
	answer, slips := readAnswer(d, before.Subscription, a.Values)
	if m := answer.Mention; m != before.Subscription.Mention && (m == mentionHere || m == mentionChannel) && !s.Permissions.MayMentionAll(ctx, a.Actor, what.Place) {
		slips[fieldMention] = chat.Say("bridge.configure.mention.forbidden") // the bot may, and would for anybody
	}
	answer.Notes = answer.Notes && s.TakesNotes(what.Provider)
	if len(slips) > 0 {
		return slips, nil
	}
	changed := changes(d, before.Subscription, answer)
	if len(changed) > 0 || what.Subscription == "" {
		if err := s.rewriteSubscription(ctx, what, answer); err != nil {
			return nil, err
		}
		s.Notices.Tell(ctx, what.Place, chat.Say("bridge.configure.changed", "Name", before.Title()).WithText("Who", s.Notices.Who(ctx, a.Actor)).WithMessage("What", bridge.Enumerated(changed)))
	}
	f := bridge.Subscribed{Connection: before.Connection, Subscription: answer}
	s.Notices.Show(ctx, what.Talk, chat.Note{Text: s.summary(d, f, len(changed) > 0)})
	return nil, nil
}

// rewriteSubscription stores what the answer says; the rest of the subscription stays as others may have changed it since.
func (s *Configurator) rewriteSubscription(ctx context.Context, what conversation.Intent, answer bridge.Subscription) error {
	elsewhere, err := s.rules.RulesElsewhere(ctx, what.Provider, what.Place, what.Connection)
	if err != nil {
		return err
	}
	_, err = s.Connections.UpdateConnection(ctx, what.Connection, func(c *bridge.Connection) (bool, error) {
		for i := range c.Subscriptions {
			if now := &c.Subscriptions[i]; now.ID == what.Subscription && now.Place == what.Place {
				now.Events, now.Filters, now.OnlyTurns, now.Style, now.Mention = answer.Events, answer.Filters, answer.OnlyTurns, answer.Style, answer.Mention
				now.Name, now.Notes = answer.Name, answer.Notes
				return true, nil
			}
		}
		if what.Subscription == "" {
			return s.rules.addRule(c, what, answer, elsewhere)
		}
		return false, s.NotFollowed(what.Provider)
	})
	return errors.Wrapf(err, "change subscription %s", what.Subscription)
}

// readAnswer returns the subscription as the answer wants it, or what is wrong with the answer.
func readAnswer(d provider.Descriptor, before bridge.Subscription, values map[string]string) (bridge.Subscription, chat.FormErrors) {
	slips := chat.FormErrors{}
	after := before
	if d.MultipleRules {
		after.Name = chat.Truncate(conversation.Unquoted(values[fieldRule]), connection.MaxName)
	}
	after.Events = []string{}
	chosen := strings.Split(values[fieldEvents], ",")
	for _, kind := range d.Events {
		if slices.Contains(chosen, kind.ID) {
			after.Events = append(after.Events, kind.ID)
		}
	}
	if len(after.Events) == 0 && len(d.Events) > 0 {
		slips[fieldEvents] = chat.Say("bridge.configure.no_event")
	}
	after.Filters = map[string]string{}
	for _, filter := range d.Filters {
		value, slip := readFilter(filter, values[fieldFilter+filter.ID])
		if !slip.Zero() {
			slips[fieldFilter+filter.ID] = slip
		}
		if value != "" {
			after.Filters[filter.ID] = value
		}
	}
	after.OnlyTurns = values[fieldOnlyTurns] == "true"
	after.Notes = values[fieldNotes] == "true"
	if !HasOption(styleOptions(), values[fieldStyle]) {
		slips[fieldStyle] = chat.Say("bridge.configure.unknown_choice")
	}
	if after.Style = bridge.Style(values[fieldStyle]); after.Style == styleLive {
		after.Style = bridge.Live
	}
	if !HasOption(mentionOptions(before.Mention), values[fieldMention]) {
		slips[fieldMention] = chat.Say("bridge.configure.unknown_choice")
	}
	if after.Mention = values[fieldMention]; after.Mention == mentionNobody {
		after.Mention = ""
	}
	return after, slips
}

// readFilter returns the filter as a subscription holds it, or what is wrong with it.
func readFilter(filter provider.Filter, text string) (string, chat.Message) {
	if len(filter.Levels) > 0 {
		switch {
		case text == anyLevel:
			return "", chat.Message{}
		case !slices.Contains(filter.Levels, text):
			return "", chat.Say("bridge.configure.unknown_choice")
		}
		return text, chat.Message{}
	}
	patterns := bridge.SplitPatterns(text)
	if text = strings.Join(patterns, ", "); utf8.RuneCountInString(text) > maxFilterText {
		return "", chat.Say("bridge.configure.filter_long", "Most", strconv.Itoa(maxFilterText))
	}
	for _, pattern := range patterns {
		if !bridge.ValidPattern(pattern) {
			return "", chat.Say("bridge.configure.filter_bad", "Pattern", chat.Truncate(pattern, 60))
		}
	}
	return text, chat.Message{}
}
