package mattermost

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// formURL is the address for submitted dialogs; relative for the same reason as actionURL.
const formURL = "/plugins/zoom/form"

// openForm shows a form as a dialog in the actor's language. Fault: ButtonExpired for a trigger that is too old.
func (c *Messenger) openForm(trigger string, actor chat.Actor, f chat.Form) error {
	request := model.OpenDialogRequest{TriggerId: trigger, URL: formURL, Dialog: c.to(actor.Person).dialog(f)}
	// The server only logs errors in a form, and the user would see nothing.
	if err := request.IsValid(); err != nil {
		return errors.Wrapf(err, "the form %s", f.Kind)
	}
	appErr := c.api.OpenInteractiveDialog(request)
	switch {
	case appErr == nil:
		return nil
	case appErr.StatusCode == http.StatusBadRequest:
		return fault.Wrap(appErr, fault.ButtonExpired)
	}
	return errors.Wrapf(appErr, "open the form %s", f.Kind)
}

// dialog renders a form. Mattermost formats only the introduction and the help texts.
func (w words) dialog(f chat.Form) model.Dialog {
	d := model.Dialog{
		CallbackId: f.Kind, State: f.State, Title: inBytes(w.plain(f.Title), model.DialogTitleMaxLength),
		IntroductionText: w.markdown(f.Intro), SubmitLabel: w.plain(f.Submit),
	}
	for _, field := range f.Fields {
		d.Elements = append(d.Elements, w.element(field))
	}
	return d
}

func (w words) element(f chat.FormField) model.DialogElement {
	e := model.DialogElement{
		Name: f.Name, DisplayName: inBytes(w.plain(f.Label), model.DialogElementDisplayNameMaxLength),
		HelpText: inBytes(w.markdown(f.Help), model.DialogElementHelpTextMaxLength), Optional: f.Optional,
		Placeholder: inBytes(w.plain(f.Placeholder), model.DialogElementTextMaxLength), Default: f.Default, MaxLength: f.MaxLength,
	}
	switch f.Kind {
	case chat.SecretField:
		e.Type, e.SubType, e.Default = "text", "password", ""
	case chat.LongTextField:
		e.Type = "textarea"
		e.Default = inBytes(e.Default, model.DialogElementTextareaMaxLength)
	case chat.SelectField, chat.MultiSelectField:
		e.Type, e.MultiSelect = "select", f.Kind == chat.MultiSelectField
		for _, o := range f.Options {
			e.Options = append(e.Options, &model.PostActionOptions{Text: w.plain(o.Label), Value: o.Value})
		}
		chosen := []string{f.Default}
		if e.MultiSelect {
			chosen = strings.Split(f.Default, ",")
		}
		// A default may no longer be among the options.
		e.Default = strings.Join(slices.DeleteFunc(chosen, func(value string) bool {
			return !slices.ContainsFunc(f.Options, func(o chat.Option) bool { return o.Value == value })
		}), ",")
	case chat.BoolField:
		e.Type = "bool"
	default:
		e.Type = "text"
		if len(e.Default) > model.DialogElementTextMaxLength {
			// A single-line field has no room for it.
			e.Type = "textarea"
			e.Default = inBytes(e.Default, model.DialogElementTextareaMaxLength)
		}
	}
	return e
}

// inBytes shortens a text to the server's limit, which is in bytes.
func inBytes(text string, most int) string {
	short := text
	for runes := utf8.RuneCountInString(text) - 1; len(short) > most; runes-- {
		short = chat.Truncate(text, runes)
	}
	return short
}
