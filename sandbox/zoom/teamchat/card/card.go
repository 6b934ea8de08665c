package card

import (
	"encoding/json"
	"strings"

	"github.com/pkg/errors"
)

// Card is a message's content, as far as users can do something with it.
type Card struct {
	Settings struct {
		Form   bool   `json:"form"`
		FormID string `json:"form_id"`
	} `json:"settings"`
	Head *struct {
		Text string `json:"text"`
	} `json:"head"`
	Body []Element `json:"body"`
}

// Element is an element of any type; it has the fields of its type.
type Element struct {
	Type     string `json:"type"`
	Text     Text   `json:"text"`
	Editable bool   `json:"editable"`

	Items []Item `json:"items"` // of actions and fields

	SelectItems  []Option `json:"select_items"`
	SelectedItem *Option  `json:"selected_item"`
	StaticSource string   `json:"static_source"`

	ActionID      string          `json:"action_id"`
	Value         json.RawMessage `json:"value"`
	MinLength     int             `json:"min_length"`
	MaxLength     int             `json:"max_length"`
	Options       []Choice        `json:"options"`
	InitialOption *Option         `json:"initial_option"`
	InitialDate   string          `json:"initial_date"`
	InitialTime   string          `json:"initial_time"`

	Sections []Element `json:"sections"`
	Pages    []struct {
		Body []Element `json:"body"`
	} `json:"pages"`
}

// Text is a text; an element that has an object in its place has none.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = Text(s)
	}
	return nil
}

// Item is a button, or a field.
type Item struct {
	Text   string  `json:"text"`
	Value  string  `json:"value"`
	Style  string  `json:"style"`
	Submit bool    `json:"submit"`
	Action string  `json:"action"`
	Dialog *Dialog `json:"dialog"`

	Key      string `json:"key"`
	Editable bool   `json:"editable"`
}

// Dialog is a page of the app that a button opens.
type Dialog struct {
	Size  string `json:"size"`
	Link  string `json:"link"`
	Title struct {
		Text string `json:"text"`
	} `json:"title"`
}

// Option is something to select.
type Option struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// Choice is an option that may be selected from the beginning.
type Choice struct {
	Option
	InitialSelected bool `json:"initial_selected"`
}

// Parse reads the content of a message.
func Parse(content []byte) (Card, error) {
	var card Card
	err := json.Unmarshal(content, &card)
	return card, errors.Wrap(err, "read the content")
}

// each calls f with the elements, those of sections and pages included.
func (card Card) each(f func(Element)) { visit(card.Body, f) }

// visit calls f with elements and those inside of them.
func visit(all []Element, f func(Element)) {
	for _, e := range all {
		f(e)
		visit(e.Sections, f)
		for _, page := range e.Pages {
			visit(page.Body, f)
		}
	}
}

// Plain returns the texts of a card, one a line.
func (card Card) Plain() string {
	var lines []string
	if card.Head != nil {
		lines = append(lines, card.Head.Text)
	}
	card.each(func(e Element) {
		if e.Type == "message" {
			lines = append(lines, string(e.Text))
		}
		for _, f := range e.Items {
			if e.Type == "fields" {
				lines = append(lines, f.Key+": "+f.Value)
			}
		}
	})
	return strings.Join(lines, "\n")
}
