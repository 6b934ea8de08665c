package card

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// ErrInput is a value that the client doesn't let a user submit.
var ErrInput = errors.New("the form can't be submitted")

// Values are what a user entered, by action_id: one text, or several of checkboxes.
// A select without an action_id goes by its text.
type Values map[string][]string

// SubmitItem is one entry of submit_items: an object whose only field is named by the
// kind of element.
type SubmitItem map[string]any

// Submit returns what the client sends when a user submits the form with a button.
// Elements that have no value in entered keep the one that the card gives them.
func (card Card) Submit(submit Item, entered Values) ([]SubmitItem, error) {
	if !card.Settings.Form || !submit.Submit {
		return nil, errors.Wrapf(ErrNotThere, "a form that %q submits", submit.Text)
	}
	items := []SubmitItem{{"actionItem": map[string]any{"text": submit.Text, "value": submit.Value}}}
	var failure error
	known := map[string]bool{}
	card.each(func(e Element) {
		name := e.name()
		if name == "" {
			return
		}
		known[name] = true
		values, given := entered[name]
		if !given {
			values = e.initial()
		}
		item, err := e.submitted(values)
		if err != nil && failure == nil {
			failure = err
		}
		items = append(items, item)
	})
	for name := range entered {
		if !known[name] {
			return nil, errors.Wrapf(ErrNotThere, "input %q", name)
		}
	}
	return items, failure
}

// name is how Values names an input; empty for other elements.
func (e Element) name() string {
	switch {
	case slices.Contains(inputs, e.Type):
		return e.ActionID
	case e.Type == "select" && e.ActionID != "":
		return e.ActionID
	case e.Type == "select":
		return string(e.Text)
	}
	return ""
}

// initial are the values that an input begins with.
func (e Element) initial() []string {
	switch {
	case e.InitialOption != nil:
		return []string{e.InitialOption.Value}
	case e.SelectedItem != nil:
		return []string{e.SelectedItem.Value}
	case e.InitialDate != "":
		return []string{e.InitialDate}
	case e.InitialTime != "":
		return []string{e.InitialTime}
	case e.Type == "plain_text_input":
		var s string
		_ = json.Unmarshal(e.Value, &s) // no value is no text
		return []string{s}
	}
	var selected []string
	for _, o := range e.Options {
		if o.InitialSelected {
			selected = append(selected, o.Value)
		}
	}
	return selected
}

// submitted is the entry of an input with its values.
func (e Element) submitted(values []string) (SubmitItem, error) {
	first := ""
	if len(values) > 0 {
		first = values[0]
	}
	fields := map[string]any{"action_id": e.ActionID}
	if e.Text != "" {
		fields["text"] = string(e.Text)
	}
	switch e.Type {
	case "select":
		fields["selectedItems"] = selectedItems(values)
		if e.ActionID == "" {
			delete(fields, "action_id")
		}
		return SubmitItem{e.Type: fields}, e.known(values)
	case "checkboxes":
		fields["selected_options"] = selectedItems(values)
		return SubmitItem{e.Type: fields}, e.known(values)
	case "radio_buttons":
		fields["value"] = first
		return SubmitItem{e.Type: fields}, e.known(values)
	case "plain_text_input":
		if err := e.fits(first); err != nil {
			return nil, err
		}
	case "datepicker":
		if _, err := time.Parse("2006/1/2", first); first != "" && err != nil {
			return nil, errors.Wrapf(ErrInput, "%s can't be %q", e.ActionID, first)
		}
	}
	fields["value"] = first
	return SubmitItem{e.Type: fields}, nil
}

// selectedItems writes values as a select's event does.
func selectedItems(values []string) []map[string]string {
	items := []map[string]string{}
	for _, v := range values {
		items = append(items, map[string]string{"value": v})
	}
	return items
}

// fits reports a text that is too short or too long.
func (e Element) fits(s string) error {
	n := utf8.RuneCountInString(s)
	if n < e.MinLength || e.MaxLength > 0 && n > e.MaxLength {
		return errors.Wrap(ErrInput, e.ActionID+" can't have "+strconv.Itoa(n)+" characters")
	}
	return nil
}

// known reports a value that is no option.
func (e Element) known(values []string) error {
	for _, v := range values {
		if !e.Offers(v) && !slices.ContainsFunc(e.Options, func(o Choice) bool { return o.Value == v }) {
			return errors.Wrapf(ErrInput, "%s can't be %q", e.name(), v)
		}
	}
	return nil
}
