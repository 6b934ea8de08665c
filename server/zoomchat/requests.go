package zoomchat

import (
	"context"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoomchat/content"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

// help is the word for help, which everyone may ask for.
const help = "help"

// typed runs a command.
func (in *Inbox) typed(ctx context.Context, x exchange, t *talk) error {
	return in.run(ctx, x, t, x.event.Text)
}

// mentioned runs the words of a message that addresses the bot; in a thread they are a reply to the card there.
func (in *Inbox) mentioned(ctx context.Context, x exchange, t *talk) error {
	text := withoutMention(x.event.Text)
	if x.event.Thread == "" {
		return in.run(ctx, x, t, text)
	}
	if x.actor.Person == "" {
		return t.Tell(ctx, chat.Note{Text: in.linkNeeded(x.actor)})
	}
	in.Bridge.Replied(ctx, x.actor, chat.MessageRef{Place: x.place.In(x.event.Thread), ID: x.event.MessageID}, text)
	return nil
}

// withoutMention returns the text behind the mention of the bot, where Zoom leaves that in.
func withoutMention(text string) string {
	if rest, ok := strings.CutPrefix(text, "@"); ok {
		_, text, _ = strings.Cut(rest, " ")
	}
	return strings.TrimSpace(text)
}

// run runs what was typed behind the app's slash command, or in the conversation with its bot.
func (in *Inbox) run(ctx context.Context, x exchange, t *talk, text string) error {
	line, ok := in.line(x.app.ID, text)
	if !ok {
		return t.Tell(ctx, chat.Note{Text: in.choices(x.app.ID)})
	}
	word, rest, _ := strings.Cut(line, " ")
	if x.actor.Person == "" && rest != help {
		return t.Tell(ctx, chat.Note{Text: in.linkNeeded(x.actor)})
	}
	if asked, ok := strings.CutPrefix(rest, adminsWord); ok && (asked == "" || asked[0] == ' ') {
		answer, err := in.admins(ctx, x, strings.TrimSpace(asked), word)
		if err != nil {
			return err
		}
		return t.Tell(ctx, chat.Note{Text: answer})
	}
	answer, err := in.Commands.Run(ctx, line, command.Call{
		Actor: x.actor, Admin: func() bool { return in.Surface.systemAdmin(ctx, x.actor) }, Place: x.place, Talk: t,
	})
	if err != nil || answer.Zero() {
		return err
	}
	return t.Tell(ctx, chat.Note{Text: answer})
}

// line returns the command line that was typed in the app: with the word of the app's provider, which the slash command stands for, in
// front. Without anything behind it, it asks for help. ok is false where nothing says what it is about.
func (in *Inbox) line(appID, text string) (line string, ok bool) {
	words := in.Commands.Words()
	typed := strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimSpace(text), "/")), " ")
	first, rest, _ := strings.Cut(typed, " ")
	for id, word := range words {
		if strings.EqualFold(first, word) && (appID == AllApps || appID == id) {
			return word + " " + orHelp(rest), true
		}
	}
	word, on := words[appID]
	return word + " " + orHelp(typed), on
}

// orHelp returns what was typed, with the small words dropped that a sentence has ("to signout").
func orHelp(typed string) string {
	typed = strings.TrimPrefix(typed, "to ")
	if typed == "" || strings.EqualFold(typed, help) {
		return help
	}
	return typed
}

// choices tells what can be typed in the app.
func (in *Inbox) choices(appID string) chat.Message {
	var lines []chat.Text
	for id, word := range in.Commands.Words() {
		if appID == AllApps || appID == id {
			lines = append(lines, chat.Code(word+" "+help))
		}
	}
	if len(lines) == 0 {
		return chat.Say("zoomchat.off", "Provider", in.name(appID))
	}
	slices.SortFunc(lines, func(a, b chat.Text) int { return strings.Compare(a.String(), b.String()) })
	return chat.Say("zoomchat.which").WithText("Commands", chat.Join(", ", lines...))
}

// name returns what an app is for, as people call it.
func (in *Inbox) name(appID string) string {
	if word, ok := in.Commands.Words()[appID]; ok {
		return word
	}
	return appID
}

// clicked carries out a click on a button or a choice from a menu.
func (in *Inbox) clicked(ctx context.Context, x exchange, t *talk) error {
	if x.actor.Person == "" {
		t.note = chat.MessageRef{}
		return t.Tell(ctx, chat.Note{Text: in.linkNeeded(x.actor)})
	}
	click := chat.Click{Actor: x.actor, Place: x.place, Message: t.note, Talk: t}
	if id, values, ok := content.ReadAction(x.event.Value); ok {
		// A card is for everyone to see, so an answer never replaces it.
		click.Card, click.Action, click.Values, click.Talk = true, id, values, &talk{surface: in.Surface, actor: x.actor, place: x.place}
		if post, known, err := in.Surface.Records.Post(ctx, x.app.ID, x.event.MessageID); err == nil && known && post.Message.SameChannel(x.place) {
			click.Message = post.Message
		}
		return in.Bridge.Act(ctx, click)
	}
	id, number, ok := content.ReadPrompt(x.event.Value)
	if !ok {
		return fault.New(fault.ButtonExpired)
	}
	kept, err := in.Surface.kept(ctx, id)
	if err != nil {
		return err
	}
	if number >= len(kept.Buttons) {
		return fault.New(fault.ButtonExpired)
	}
	click.Action, click.Values = kept.Buttons[number].Action, kept.Buttons[number].Values
	return in.Bridge.Press(ctx, click)
}

// submitted carries out the answer to a form. Errors in it keep it open.
func (in *Inbox) submitted(ctx context.Context, x exchange, t *talk) error {
	id, _, ok := content.ReadPrompt(x.event.Value)
	if !ok {
		return fault.New(fault.ButtonExpired)
	}
	kept, err := in.Surface.kept(ctx, id)
	if err != nil {
		return err
	}
	if kept.Form == nil || !kept.Actor.Is(x.actor) {
		return fault.New(fault.ButtonNotYours)
	}
	values := answers(*kept.Form, x.event.Inputs)
	answer := &talk{surface: in.Surface, actor: x.actor, place: kept.Place}
	wrong, err := in.Bridge.Submit(ctx, chat.FormAnswer{
		Actor: x.actor, Place: kept.Place, Kind: kept.Form.Kind, State: kept.Form.State, Values: values, Talk: answer,
	})
	switch {
	case err != nil:
		return err
	case len(wrong) > 0:
		return t.askAgain(ctx, *kept.Form, id, values, wrong)
	}
	return t.close(ctx)
}

// answers returns the values of a form by its fields. An input says its name, its label, or neither; then it is the next one of the form
// that has no answer.
func answers(f chat.Form, inputs []event.Input) map[string]string {
	values := map[string]string{}
	for _, field := range f.Fields {
		if field.Kind == chat.BoolField {
			values[field.Name] = "false"
		}
	}
	taken := map[string]bool{}
	for _, input := range inputs {
		i := slices.IndexFunc(f.Fields, func(field chat.FormField) bool { return field.Name == input.Name && input.Name != "" })
		if i < 0 && input.Name == "" {
			i = slices.IndexFunc(f.Fields, func(field chat.FormField) bool { return !taken[field.Name] && takes(field, input.Type) })
		}
		if i < 0 || taken[f.Fields[i].Name] {
			continue
		}
		field := f.Fields[i]
		taken[field.Name], values[field.Name] = true, valueOf(field, input.Values)
	}
	return values
}

// takes reports whether an input of this type can be the field's.
func takes(field chat.FormField, inputType string) bool {
	switch field.Kind {
	case chat.SelectField:
		return inputType == "select" || inputType == "radio_buttons"
	case chat.MultiSelectField, chat.BoolField:
		return inputType == "checkboxes"
	}
	return inputType == "plain_text_input"
}

// valueOf returns what a field was answered with. Only options that the form has count.
func valueOf(field chat.FormField, values []string) string {
	switch field.Kind {
	case chat.BoolField:
		if slices.Contains(values, "true") {
			return "true"
		}
		return "false"
	case chat.SelectField, chat.MultiSelectField:
		values = slices.DeleteFunc(slices.Clone(values), func(value string) bool {
			return !slices.ContainsFunc(field.Options, func(o chat.Option) bool { return o.Value == value })
		})
		if field.Kind == chat.SelectField && len(values) > 1 {
			values = values[:1]
		}
	}
	return strings.Join(values, ",")
}
