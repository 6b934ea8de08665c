package content

import (
	"github.com/pkg/errors"
)

// Check returns an error if the content breaks a limit or lacks what its elements need. No renderer makes such content; the check stands
// between them and Zoom, which refuses a whole message for one wrong element.
func (c Content) Check() error {
	encoded, err := c.JSON()
	switch {
	case err != nil:
		return err
	case len(encoded) > MaxBytes:
		return errors.Errorf("the content has %d bytes", len(encoded))
	case c.Head == nil && len(c.Body) == 0:
		return errors.New("the content shows nothing")
	case c.Head != nil && (c.Head.Text == "" || c.Head.SubHead != nil && c.Head.SubHead.Text == ""):
		return errors.New("the heading is empty")
	}
	if buttons := countButtons(c.Body); buttons > maxButtons {
		return errors.Errorf("the content has %d buttons", buttons)
	}
	return check(c.Body)
}

func countButtons(items []Item) int {
	n := 0
	for _, item := range items {
		if item.Type == typeActions {
			n += len(item.Items)
		}
	}
	return n
}

func check(items []Item) error {
	for _, item := range items {
		if err := item.check(); err != nil {
			return errors.Wrapf(err, "an element of type %q", item.Type)
		}
		if err := check(item.Sections); err != nil {
			return err
		}
	}
	return nil
}

func (i Item) check() error {
	if length(i.Text) > MaxText {
		return errors.New("the text is too long")
	}
	switch i.Type {
	case typeMessage:
		return wrong(i.Text == "" || i.Link != "" && i.Markup, "a message has a text, and a link or markup")
	case typeFields, typeActions:
		for _, e := range i.Items {
			if err := e.check(i.Type); err != nil {
				return err
			}
		}
		return wrong(len(i.Items) == 0, "there are no items")
	case typeSelect:
		return wrong(len(i.SelectItems) == 0 || len(i.SelectItems) > maxOptions, "a select has 1 to 100 options")
	case typeCheckboxes:
		return wrong(len(i.Options) == 0 || i.ActionID == "", "checkboxes have a name and options")
	case typeInput:
		return wrong(i.ActionID == "", "an input has a name")
	case typeSection:
		return wrong(len(i.Sections) == 0 || len(i.Sections) > maxItems, "a section has elements")
	}
	return errors.New("there is no such type")
}

func (e Entry) check(kind string) error {
	if kind == typeFields {
		return wrong(e.Key == "" || length(e.Key) > maxFact || length(e.Value) > maxFact, "a field has a name and a value of at most 256 characters")
	}
	return wrong(e.Text == "" || e.Value == "" || length(e.Text) > maxLabel, "a button has a value and a label of at most 40 characters")
}

func wrong(is bool, why string) error {
	if is {
		return errors.New(why)
	}
	return nil
}
