package content

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// Renderer renders for one reader, or for everyone in a channel.
type Renderer struct {
	// Say returns a message in the reader's language.
	Say func(chat.Message) chat.Text
	// Reader is how times and emoji are shown.
	Reader Reader
}

// colorOf returns the color of the bar at the side of a card. Color is never the only sign: the heading says the same.
func colorOf(tone chat.Tone) string {
	switch tone {
	case chat.ToneSuccess:
		return "#2EB886"
	case chat.ToneRunning:
		return "#0E72ED"
	case chat.ToneWarning:
		return "#DAA038"
	case chat.ToneFailure:
		return "#D00000"
	case chat.ToneInactive:
		return "#9B9B9B"
	}
	return "#747487"
}

// Card renders a card. Rendering is deterministic, so that a card can be compared with what is shown.
func (r Renderer) Card(c chat.Card) Content {
	heading := joined(" · ", r.line(c.State), oneOf(c.Title, maxTitle))
	shown := Content{Head: &Head{Text: joined(" ", r.Reader.emoji(c.Emoji), heading), Style: &Style{Bold: true}}}
	if author := oneOf(c.Author, maxSub); author != "" {
		shown.Head.SubHead = &SubHead{Text: author}
	}
	section := Item{Type: typeSection, SidebarColor: colorOf(c.Tone), Footer: oneOf(c.Footer, maxSub)}
	if !c.At.IsZero() {
		section.TS = c.At.UnixMilli()
	}
	section.Sections = append(section.Sections, r.text(c.Text, c.URL)...)
	section.Sections = append(section.Sections, r.fields(c.Fields)...)
	if to, ok := address(c.URL); ok {
		section.Sections = append(section.Sections, Item{Type: typeMessage, Text: r.line(chat.Say("zoomchat.card.open")), Link: to})
	}
	if len(section.Sections) > 0 {
		shown.Body = append(shown.Body, section)
	}
	shown.Body = append(shown.Body, r.actions(c.Actions)...)
	return shown.fitted()
}

// text renders the text of a card, cut with a link to the whole where it is too long.
func (r Renderer) text(m chat.Message, page string) []Item {
	text, shorter := chat.Cut(r.Say(m), MaxText-maxFact)
	items := r.Reader.Items(text)
	if len(items) > maxItems/2 {
		items, shorter = items[:maxItems/2], true
	}
	if to, ok := address(page); ok && shorter {
		items = append(items, Item{Type: typeMessage, Text: r.line(chat.Say("zoomchat.card.more")), Link: to})
	}
	return items
}

// fields renders facts. One that has several lines, a link or code, or is too long for a field, has its label on a line of its own.
func (r Renderer) fields(all []chat.Field) []Item {
	facts := Item{Type: typeFields}
	var below []Item
	for i, f := range all {
		if i == maxFields {
			break
		}
		value := r.Say(f.Value)
		if value.Empty() {
			continue
		}
		label, plain := chat.Truncate(r.line(f.Label), maxFact), r.Reader.Plain(value)
		if formatted(value) || strings.Contains(plain, "\n") || length(plain) > maxFact {
			short, _ := chat.Cut(value, MaxText/4)
			below = append(below, Item{Type: typeMessage, Text: label, Style: &Style{Bold: true}})
			lines := r.Reader.Items(short)
			below = append(below, lines[:min(len(lines), maxItems/maxFields/3)]...)
			continue
		}
		facts.Items = append(facts.Items, Entry{Key: label, Value: plain, Short: !f.Long})
	}
	if len(facts.Items) == 0 {
		return below
	}
	return append([]Item{facts}, below...)
}

// formatted reports whether a text has something that only markup shows: a link, or an address to copy.
func formatted(t chat.Text) bool {
	return slices.ContainsFunc(t, func(span chat.Span) bool {
		return span.Kind == chat.LinkSpan && isLink(span) || span.Kind == chat.BlockSpan ||
			span.Kind == chat.CodeSpan && strings.Contains(span.Text, "://") || formatted(span.Inner)
	})
}

// ActionValue is what the button of a card's action carries: its name and the values, which the client can change. See ReadAction.
func ActionValue(id string, values map[string]string) string {
	return joined("?", actionScheme+id, encoded(values))
}

const (
	actionScheme = "act:"
	// selectedValue is the name of the value that is the chosen option of a menu; see chat.Click.
	selectedValue = "selected"
)

func encoded(values map[string]string) string {
	query := url.Values{}
	for name, value := range values {
		query.Set(name, value)
	}
	return query.Encode()
}

// ReadAction reads what ActionValue wrote; ok is false for anything else.
func ReadAction(value string) (id string, values map[string]string, ok bool) {
	rest, ok := strings.CutPrefix(value, actionScheme)
	id, query, _ := strings.Cut(rest, "?")
	parsed, err := url.ParseQuery(query)
	if !ok || err != nil || !isActionID(id) {
		return "", nil, false
	}
	values = map[string]string{}
	for name := range parsed {
		values[name] = parsed.Get(name)
	}
	return id, values, true
}

func isActionID(id string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return id != "" && len(id) <= 64 && strings.Trim(id, letters) == ""
}

// actions renders buttons in one row, and each menu below. Buttons for which there is no room are a menu, too.
func (r Renderer) actions(all []chat.Action) []Item {
	row, rest := Item{Type: typeActions}, Item{Type: typeSelect}
	var menus []Item
	buttons := 0
	for _, a := range all {
		if len(a.Options) == 0 {
			buttons++
		}
	}
	for _, a := range all {
		label := r.label(a.Label)
		switch {
		case len(a.Options) > 0:
			menus = append(menus, r.menu(label, a))
		case buttons > maxButtons && len(row.Items) == maxButtons-1:
			rest.SelectItems = append(rest.SelectItems, Choice{Text: label, Value: ActionValue(a.ID, a.Values)})
		default:
			row.Items = append(row.Items, Entry{Text: label, Value: ActionValue(a.ID, a.Values), Style: styleOf(a.Tone)})
		}
	}
	var shown []Item
	if len(row.Items) > 0 {
		shown = append(shown, row)
	}
	if len(rest.SelectItems) > 0 {
		rest.Text = r.label(chat.Say("zoomchat.card.actions"))
		shown = append(shown, rest)
	}
	return append(shown, menus...)
}

// menu renders an action with options. A choice comes back without the name of its menu, so each option carries the action.
func (r Renderer) menu(label string, a chat.Action) Item {
	menu := Item{Type: typeSelect, Text: label}
	for i, o := range a.Options {
		if i == maxOptions {
			break
		}
		values := map[string]string{selectedValue: o.Value}
		maps.Copy(values, a.Values)
		menu.SelectItems = append(menu.SelectItems, Choice{Text: chat.Truncate(r.line(o.Label), maxFact), Value: ActionValue(a.ID, values)})
	}
	return menu
}

func styleOf(tone chat.Tone) string {
	switch tone {
	case chat.ToneSuccess:
		return stylePrimary
	case chat.ToneFailure:
		return styleDanger
	}
	return styleDefault
}

// Reply renders a line of a card's thread, or what the bot says. Zoom has no documented markup for mentions, so none is made.
func (r Renderer) Reply(reply chat.Reply) Content {
	return Content{Body: append(r.body(reply.Text), r.actions(reply.Actions)...)}.fitted()
}

// Message renders what the bot says.
func (r Renderer) Message(m chat.Message) Content { return r.Reply(chat.Reply{Text: m}) }

// body renders a text of a message, which is never empty: Zoom refuses a message that shows nothing.
func (r Renderer) body(m chat.Message) []Item {
	items := r.Reader.Items(r.Say(m))
	if len(items) == 0 {
		items = []Item{{Type: typeMessage, Text: "…"}}
	}
	return items
}

// line returns a message on one line without formatting.
func (r Renderer) line(m chat.Message) string {
	return strings.ReplaceAll(r.Reader.Plain(r.Say(m)), "\n", " ")
}

// label returns the label of a button.
func (r Renderer) label(m chat.Message) string { return chat.Truncate(r.line(m), maxLabel) }

// oneOf returns text from outside for a heading, a footer or the like.
func oneOf(text string, most int) string {
	return harmless(chat.Truncate(chat.OneLine(text), most))
}
