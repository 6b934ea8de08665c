package card

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Check returns what is wrong with the content of a message: nothing when every client
// of Zoom shows all of it.
func Check(content []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return []string{"content: is not JSON"}
	}
	c := &checker{}
	object(shape{"settings": may(settings), "head": may(heading), "body": may(list(many, bodyElement))})(c, "content", v)
	if len(c.problems) > 0 {
		return c.problems
	}
	parsed, err := Parse(content)
	if err != nil {
		return []string{"content: " + err.Error()}
	}
	parsed.check(c)
	return c.problems
}

// bodyElement is an element, a section or a set of pages.
func bodyElement(c *checker, at string, v any) {
	switch typeOf(v) {
	case "section":
		section(c, at, v)
	case "page":
		fields, _ := v.(map[string]any)
		c.fields(at, fields, shape{
			"type": may(oneOf("page")), "cur_page": must(number(1, many)),
			"pages": must(list(many, object(shape{"pageNo": must(number(1, many)), "body": must(list(many, section))}))),
		})
	default:
		element(c, at, v)
	}
}

// section is a group of elements beside a colored bar.
func section(c *checker, at string, v any) {
	fields, ok := v.(map[string]any)
	if !ok {
		c.say(at, "is not an object")
		return
	}
	c.fields(at, fields, shape{
		"type": must(oneOf("section")), "sidebar_color": may(color), "layout": may(oneOf("horizontal")),
		"sections": must(list(many, element)), "footer": may(text(MaxText)), "footer_icon": may(link),
		"ts": may(number(0, 1<<53)),
	})
}

// element is anything but a section or pages, which can't be inside of each other.
func element(c *checker, at string, v any) {
	kind := typeOf(v)
	known, ok := elements[kind]
	if !ok {
		c.say(at, "unknown type %q", kind)
		return
	}
	fields, _ := v.(map[string]any)
	rest := make(map[string]any, len(fields))
	for name, value := range fields {
		if name != "type" {
			rest[name] = value
		}
	}
	c.fields(at, rest, known)
}

// typeOf returns the type that an element says it has.
func typeOf(v any) string {
	fields, _ := v.(map[string]any)
	kind, _ := fields["type"].(string)
	return kind
}

// check looks at what the fields of a card mean together.
func (card Card) check(c *checker) {
	if card.Head == nil && len(card.Body) == 0 {
		c.say("content", "has neither head nor body")
	}
	buttons, submits := 0, 0
	var ids []string
	card.each(func(e Element) {
		switch {
		case e.Type == "select":
			e.checkSelect(c)
		case slices.Contains(inputs, e.Type):
			if !card.Settings.Form {
				c.say("content", "%s outside of a form", e.Type)
			}
			if slices.Contains(ids, e.ActionID) {
				c.say("content", "two elements have the action_id %q", e.ActionID)
			}
			ids = append(ids, e.ActionID)
			if e.MaxLength > 0 && e.MinLength > e.MaxLength {
				c.say("content", "%s can't be both longer than %d and shorter than %d", e.ActionID, e.MinLength, e.MaxLength)
			}
		case e.Type == "actions":
			buttons += len(e.Items)
			submits += e.checkButtons(c)
		}
	})
	if buttons > MaxButtons {
		c.say("content", "has %d buttons, more than %d", buttons, MaxButtons)
	}
	if card.Settings.Form && submits == 0 {
		c.say("content", "a form without a button that submits it")
	}
	if !card.Settings.Form && submits > 0 {
		c.say("content", "a button that submits, outside of a form")
	}
}

// checkSelect allows either options or a source of them.
func (e Element) checkSelect(c *checker) {
	if (len(e.SelectItems) > 0) == (e.StaticSource != "") {
		c.say("content", "select %q needs either select_items or static_source", e.Text)
	}
	if e.SelectedItem != nil && !slices.Contains(e.SelectItems, *e.SelectedItem) {
		c.say("content", "selected_item of %q is none of select_items", e.Text)
	}
}

// checkButtons returns how many of the buttons submit a form.
func (e Element) checkButtons(c *checker) int {
	submits := 0
	for _, b := range e.Items {
		if b.Submit {
			submits++
		}
		if (b.Action == "dialog") != (b.Dialog != nil) {
			c.say("content", `button %q needs both "action":"dialog" and dialog, or neither`, b.Text)
		}
		if b.Dialog != nil && b.Submit {
			c.say("content", "button %q both submits and opens a dialog", b.Text)
		}
	}
	return submits
}
