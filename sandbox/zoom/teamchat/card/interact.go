package card

import (
	"slices"

	"github.com/pkg/errors"
)

// The reasons why a user can't do something with a card.
var (
	ErrNotThere = errors.New("the card doesn't have that")
	ErrDisabled = errors.New("the button is disabled")
)

// Button returns the first button with a value; with an empty value, or one that no
// button has, the first with that text.
func (card Card) Button(value string) (Item, error) {
	var byValue, byText []Item
	card.each(func(e Element) {
		if e.Type != "actions" {
			return
		}
		for _, b := range e.Items {
			if b.Value == value {
				byValue = append(byValue, b)
			}
			if b.Text == value {
				byText = append(byText, b)
			}
		}
	})
	found := slices.Concat(byValue, byText)
	switch {
	case len(found) == 0:
		return Item{}, errors.Wrapf(ErrNotThere, "button %q", value)
	case found[0].Style == "Disabled":
		return Item{}, errors.Wrapf(ErrDisabled, "%q", value)
	}
	return found[0], nil
}

// Select returns the select with a text, or the only one when that is empty.
func (card Card) Select(text string) (Element, error) {
	return card.find("select", func(e Element) bool { return text == "" || string(e.Text) == text }, text)
}

// Offers reports whether a select has a value. One whose options are members or
// channels may have any.
func (e Element) Offers(value string) bool {
	return e.StaticSource != "" || slices.ContainsFunc(e.SelectItems, func(o Option) bool { return o.Value == value })
}

// EditableText returns the message element with that text which users can edit.
func (card Card) EditableText(text string) (Element, error) {
	return card.find("message", func(e Element) bool { return e.Editable && string(e.Text) == text }, text)
}

// EditableField returns the field with a key that users can edit.
func (card Card) EditableField(key string) (Item, error) {
	var found *Item
	card.each(func(e Element) {
		for _, f := range e.Items {
			if e.Type == "fields" && f.Key == key && f.Editable && found == nil {
				found = &f
			}
		}
	})
	if found == nil {
		return Item{}, errors.Wrapf(ErrNotThere, "editable field %q", key)
	}
	return *found, nil
}

// find returns the first element of a type that matches.
func (card Card) find(kind string, matches func(Element) bool, name string) (Element, error) {
	var found *Element
	card.each(func(e Element) {
		if found == nil && e.Type == kind && matches(e) {
			found = &e
		}
	})
	if found == nil {
		return Element{}, errors.Wrapf(ErrNotThere, "%s %q", kind, name)
	}
	return *found, nil
}
