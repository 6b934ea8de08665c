package subscription

import (
	"slices"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Names of the form's fields; those of filters are followed by the provider's name for it.
const (
	fieldEvents    = "events"
	fieldFilter    = "filter_"
	fieldOnlyTurns = "only_turns"
	fieldStyle     = "style"
	fieldMention   = "mention"
	fieldRule      = "rule_name"
	// fieldNotes switches on that what people write in a card's thread is added at the provider.
	fieldNotes = "notes"
)

// Values of choices that a subscription has no word for: a choice cannot be blank.
const (
	styleLive     = "live"
	mentionNobody = "nobody"
	anyLevel      = "any"
)

// Mentions of all users in the channel.
const (
	mentionHere    = "here"
	mentionChannel = "channel"
)

// maxFilterText bounds the patterns of one filter, in characters.
const maxFilterText = 300

// configureForm asks what a channel wants to hear of a connection, and how.
func configureForm(d provider.Descriptor, f bridge.Subscribed) chat.Form {
	form := chat.Form{
		Title:  chat.Say("bridge.configure.title"),
		Intro:  chat.Say("bridge.configure.intro", "Name", f.Title(), "Provider", d.Name),
		Submit: chat.Say("bridge.configure.submit"),
	}
	if d.MultipleRules {
		form.Fields = append(form.Fields, chat.FormField{
			Name: fieldRule, Kind: chat.TextField, Label: chat.Say("bridge.rule.name"), Default: f.Subscription.Name, MaxLength: connection.MaxName, Optional: true,
		})
	}
	form.Fields = append(form.Fields, eventsField(d, f.Subscription))
	for _, filter := range d.Filters {
		form.Fields = append(form.Fields, filterField(filter, f.Subscription.Filters[filter.ID]))
	}
	form.Fields = append(form.Fields,
		chat.FormField{
			Name: fieldOnlyTurns, Kind: chat.BoolField, Optional: true, Default: strconv.FormatBool(f.Subscription.OnlyTurns),
			Label: chat.Say("bridge.configure.turns.label"), Help: chat.Say("bridge.configure.turns.help"),
		},
		chat.FormField{
			Name: fieldStyle, Kind: chat.SelectField, Default: styleValue(f.Subscription.Style), Options: styleOptions(),
			Label: chat.Say("bridge.configure.style.label"), Help: chat.Say("bridge.configure.style.help"),
		},
		chat.FormField{
			Name: fieldMention, Kind: chat.SelectField, Default: mentionValue(f.Subscription.Mention),
			Options: mentionOptions(f.Subscription.Mention),
			Label:   chat.Say("bridge.configure.mention.label"), Help: chat.Say("bridge.configure.mention.help"),
		})
	return form
}

// eventsField asks for the kinds of events, all in one field: some providers have more than a dozen.
func eventsField(d provider.Descriptor, sub bridge.Subscription) chat.FormField {
	field := chat.FormField{
		Name: fieldEvents, Kind: chat.MultiSelectField, Default: strings.Join(sub.Kinds(d), ","),
		Label: chat.Say("bridge.configure.events.label"), Help: chat.Say("bridge.configure.events.help"),
	}
	for _, kind := range d.Events {
		field.Options = append(field.Options, chat.Option{Label: kind.Label, Value: kind.ID})
	}
	return field
}

// notesField asks whether replies in a card's thread are added at the provider.
func notesField(tool string, sub bridge.Subscription) chat.FormField {
	return chat.FormField{
		Name: fieldNotes, Kind: chat.BoolField, Optional: true, Default: strconv.FormatBool(sub.Notes),
		Label: chat.Say("bridge.configure.notes.label"), Help: chat.Say("bridge.configure.notes.help", "Provider", tool),
	}
}

func filterField(filter provider.Filter, value string) chat.FormField {
	field := chat.FormField{
		Name: fieldFilter + filter.ID, Kind: chat.TextField, Label: filter.Label, Help: filter.Help, Default: value,
		Optional: true, MaxLength: maxFilterText,
	}
	if len(filter.Levels) > 0 {
		field.Kind, field.Optional, field.MaxLength = chat.SelectField, false, 0
		field.Options = levelOptions(filter)
		if value == "" {
			field.Default = anyLevel
		}
	}
	return field
}

func levelOptions(filter provider.Filter) []chat.Option {
	options := []chat.Option{{Label: chat.Say("bridge.configure.level.any"), Value: anyLevel}}
	for _, level := range filter.Levels {
		options = append(options, chat.Option{Label: chat.Verbatim(level), Value: level})
	}
	return options
}

func styleOptions() []chat.Option {
	return []chat.Option{
		{Label: chat.Say("bridge.configure.style.live"), Value: styleLive},
		{Label: chat.Say("bridge.configure.style.each"), Value: string(bridge.Each)},
		{Label: chat.Say("bridge.configure.style.thread"), Value: string(bridge.Thread)},
	}
}

func styleValue(style bridge.Style) string {
	if style == bridge.Live {
		return styleLive
	}
	return string(style)
}

// mentionOptions are the choices of whom to mention; a user who is mentioned already can stay.
func mentionOptions(now string) []chat.Option {
	options := []chat.Option{
		{Label: chat.Say("bridge.configure.mention.nobody"), Value: mentionNobody},
		{Label: chat.Verbatim("@here"), Value: mentionHere},
		{Label: chat.Verbatim("@channel"), Value: mentionChannel},
	}
	if now != "" && !HasOption(options, now) {
		options = append(options, chat.Option{Label: chat.Verbatim("@" + now), Value: now})
	}
	return options
}

func mentionValue(mention string) string {
	if mention == "" {
		return mentionNobody
	}
	return mention
}

// HasOption reports whether the value is one of the choices.
func HasOption(options []chat.Option, value string) bool {
	return slices.ContainsFunc(options, func(o chat.Option) bool { return o.Value == value })
}
