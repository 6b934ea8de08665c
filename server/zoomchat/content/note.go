package content

import (
	"slices"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// promptScheme begins the value of a button that belongs to a kept prompt; see PromptValue.
const promptScheme = "ask:"

// PromptValue is what a button under a note or form carries: the ID of the record that says what it does, and its number there. What a
// button does is sealed and long, and Zoom documents no length that a value may have; so it stays here.
func PromptValue(id string, button int) string { return promptScheme + id + ":" + strconv.Itoa(button) }

// ReadPrompt reads what PromptValue wrote; ok is false for anything else.
func ReadPrompt(value string) (id string, button int, ok bool) {
	rest, ok := strings.CutPrefix(value, promptScheme)
	id, number, more := strings.Cut(rest, ":")
	button, err := strconv.Atoi(number)
	if !ok || !more || err != nil || id == "" || button < 0 || button > maxOptions {
		return "", 0, false
	}
	return id, button, true
}

// Note renders a note whose buttons belong to the prompt with this ID, "" for one without buttons.
func (r Renderer) Note(n chat.Note, promptID string) Content {
	row, rest := Item{Type: typeActions}, Item{Type: typeSelect, Text: r.label(chat.Say("zoomchat.card.actions"))}
	for i, b := range n.Buttons {
		style := styleDefault
		if b.Primary {
			style = stylePrimary
		}
		if len(n.Buttons) > maxButtons && i >= maxButtons-1 {
			rest.SelectItems = append(rest.SelectItems, Choice{Text: r.label(b.Label), Value: PromptValue(promptID, i)})
			continue
		}
		row.Items = append(row.Items, Entry{Text: r.label(b.Label), Value: PromptValue(promptID, i), Style: style})
	}
	shown := Content{Body: r.body(n.Text)}
	if len(row.Items) > 0 {
		shown.Body = append(shown.Body, row)
	}
	if len(rest.SelectItems) > 0 {
		shown.Body = append(shown.Body, rest)
	}
	return shown.fitted()
}

// SecretsElsewhere reports whether the form asks for something that must not be written in a chat: Zoom has no field that hides what is
// typed, and what is typed stays in the conversation.
func SecretsElsewhere(f chat.Form) bool {
	for _, field := range f.Fields {
		if field.Kind == chat.SecretField {
			return true
		}
	}
	return false
}

// Form renders a form that belongs to the prompt with this ID. wrong are the errors of an answer before, by field.
func (r Renderer) Form(f chat.Form, promptID string, values map[string]string, wrong chat.FormErrors) Content {
	shown := Content{Settings: &Settings{Form: true, FormID: promptID}, Head: &Head{Text: chat.Truncate(r.line(f.Title), maxTitle), Style: &Style{Bold: true}}}
	shown.Body = append(shown.Body, r.Reader.Items(r.Say(f.Intro))...)
	for _, field := range f.Fields {
		value, answered := values[field.Name]
		if !answered {
			value = field.Default
		}
		shown.Body = append(shown.Body, r.input(field, value)...)
		if slip, ok := wrong[field.Name]; ok {
			shown.Body = append(shown.Body, Item{Type: typeMessage, Text: r.line(slip), Style: &Style{Color: colorOf(chat.ToneFailure)}})
		}
	}
	send := r.label(f.Submit)
	if send == "" {
		send = r.label(chat.Say("zoomchat.form.send"))
	}
	shown.Body = append(shown.Body, Item{Type: typeActions, Items: []Entry{
		{Text: send, Value: PromptValue(promptID, 0), Style: stylePrimary, Submit: true},
	}})
	return shown.fitted()
}

// input renders a field of a form, with its help below.
func (r Renderer) input(f chat.FormField, value string) []Item {
	label := r.line(f.Label)
	var item Item
	switch f.Kind {
	case chat.SelectField:
		item = Item{Type: typeSelect, Text: label, ActionID: f.Name}
		item.SelectItems = r.choices(f.Options)
		for _, o := range item.SelectItems {
			if o.Value == value {
				item.SelectedItem = &o
			}
		}
	case chat.MultiSelectField:
		item = Item{Type: typeCheckboxes, Text: label, ActionID: f.Name, Options: r.choices(f.Options)}
		for i, o := range item.Options {
			item.Options[i].Selected = slices.Contains(strings.Split(value, ","), o.Value)
		}
	case chat.BoolField:
		item = Item{Type: typeCheckboxes, ActionID: f.Name, Options: []Choice{{Text: label, Value: "true", Selected: value == "true"}}}
	default:
		item = Item{
			Type: typeInput, Text: label, ActionID: f.Name, Value: chat.Truncate(value, MaxText), Placeholder: chat.Truncate(r.line(f.Placeholder), maxFact),
			Multiline: f.Kind == chat.LongTextField, MaxLength: f.MaxLength,
		}
		if item.MaxLength == 0 || item.MaxLength > MaxText {
			item.MaxLength = MaxText
		}
		if !f.Optional {
			item.MinLength = 1
		}
	}
	return append([]Item{item}, r.Reader.Items(r.Say(f.Help))...)
}

func (r Renderer) choices(options []chat.Option) []Choice {
	var all []Choice
	for i, o := range options {
		if i == maxOptions {
			break
		}
		text := joined(" · ", r.line(o.Label), r.line(o.Detail))
		all = append(all, Choice{Text: chat.Truncate(text, maxFact), Value: o.Value})
	}
	return all
}
