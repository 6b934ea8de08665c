package plain

import (
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// Say returns a message in the language of the readers.
type Say func(chat.Message) chat.Text

// Card returns the card's lines: its state and title, its address, its text, its fields, its buttons, and a line with the author, where the
// subject is, and since when the card is as it is. The emoji and the tone are left out, since the state says the same.
func (say Say) Card(c chat.Card) string {
	at := chat.Time(c.At, chat.DateAndTime)
	lines := []string{
		joined(" · ", say.text(c.State), chat.OneLine(c.Title)), address(c.URL), say.text(c.Text),
	}
	for _, f := range c.Fields {
		lines = append(lines, say.field(f))
	}
	return joined("\n", append(lines, say.actions(c.Actions), joined(" · ", chat.OneLine(c.Author), chat.OneLine(c.Footer), Text(at)))...)
}

// Reply returns the lines of a reply, with whom it mentions in front and its buttons below.
func (say Say) Reply(r chat.Reply) string {
	return joined("\n", joined(" ", called(r.Mention), say.text(r.Text)), say.actions(r.Actions))
}

// Note returns the text of a note and its buttons.
func (say Say) Note(n chat.Note) string {
	var labels []string
	for _, b := range n.Buttons {
		labels = append(labels, "["+say.text(b.Label)+"]")
	}
	return joined("\n", say.text(n.Text), strings.Join(labels, " "))
}

// Form returns what a form asks: its title, its introduction, a line or two for each field with what it begins with, and its button.
func (say Say) Form(f chat.Form) string {
	lines := []string{say.text(f.Title), say.text(f.Intro)}
	for _, field := range f.Fields {
		begins := field.Default
		var options []string
		for _, o := range field.Options {
			options = append(options, say.text(o.Label))
			if o.Value == field.Default {
				begins = say.text(o.Label)
			}
		}
		if field.Kind == chat.SecretField {
			begins = ""
		}
		asked := say.text(field.Label) + ":"
		lines = append(lines, joined(" ", asked, chat.OneLine(begins), bracketed("(", strings.Join(options, " | "), ")")))
		if help := say.text(field.Help); help != "" {
			lines = append(lines, indented(help))
		}
	}
	return joined("\n", append(lines, bracketed("[", say.text(f.Submit), "]"))...)
}

// field returns a fact of a card; one of several lines stands below its label.
func (say Say) field(f chat.Field) string {
	label, value := say.text(f.Label), say.text(f.Value)
	if strings.Contains(value, "\n") {
		return label + ":\n" + indented(value)
	}
	return label + ": " + value
}

// actions returns the buttons and menus on one line, a menu with its options.
func (say Say) actions(all []chat.Action) string {
	var shown []string
	for _, a := range all {
		var options []string
		for _, o := range a.Options {
			options = append(options, say.text(o.Label))
		}
		shown = append(shown, "["+joined(": ", say.text(a.Label), strings.Join(options, " | "))+"]")
	}
	return strings.Join(shown, " ")
}

func (say Say) text(m chat.Message) string { return Text(say(m)) }

// called returns whom a posting mentions.
func called(mention string) string {
	if mention == "" {
		return ""
	}
	return "@" + mention
}

// joined returns the parts that say something.
func joined(between string, parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, between)
}

// bracketed returns the text between brackets, nothing for no text.
func bracketed(open, text, shut string) string {
	if text == "" {
		return ""
	}
	return open + text + shut
}

func indented(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
