// Package content renders the neutral model of package chat into the content of a Zoom Team Chat chatbot message. All escaping for Zoom
// happens here. It looks nothing up and calls nothing.
//
// Formatting is structure wherever Zoom has one: a bold line, a link of its own line and a field are elements of the content, in which text
// from outside does nothing. Only a line that has a link or code among other text is markup, and there the characters that Zoom's markup
// gives a meaning are replaced in text from outside by others that look alike: Zoom documents no way to escape them.
//
// The elements are those of https://developers.zoom.us/docs/chat/customizing-messages/ and of CardContent in Zoom's own @zoom/rivet.
package content

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// Limits of a message. Zoom documents none. Those with a comment are what Zoom's published skill documents for developers name; the others
// are the plugin's own.
const (
	// MaxText is the most characters of an element's text: 4,096 in Zoom's skill documents.
	MaxText = 4096
	// maxLabel is the most characters on a button: 40 in Zoom's skill documents.
	maxLabel = 40
	// maxFact is the most characters of a field's name or value: 256 in Zoom's skill documents.
	maxFact = 256
	// maxOptions is the most options of a menu: 100 in Zoom's skill documents.
	maxOptions = 100
	// maxButtons is the most buttons of a message: 5 in Zoom's skill documents. Further ones go into a menu.
	maxButtons = 5

	maxTitle  = 250
	maxSub    = 200
	maxFields = 6
	// MaxBytes is the largest content that is sent, in bytes.
	MaxBytes = 48 << 10
	// maxItems is the most elements of a body or section.
	maxItems = 45
)

// Content is what a message shows.
type Content struct {
	Settings *Settings `json:"settings,omitempty"`
	Head     *Head     `json:"head,omitempty"`
	Body     []Item    `json:"body,omitempty"`
}

// Settings apply to the whole message.
type Settings struct {
	// Form makes the inputs one form that is sent by a button with Submit.
	Form   bool   `json:"form,omitempty"`
	FormID string `json:"form_id,omitempty"`
	// SidebarColor is the color of the bar at the side.
	SidebarColor string `json:"default_sidebar_color,omitempty"`
}

// Head is the heading, which notifications show.
type Head struct {
	Text    string   `json:"text"`
	Style   *Style   `json:"style,omitempty"`
	SubHead *SubHead `json:"sub_head,omitempty"`
}

// SubHead is the line below the heading.
type SubHead struct {
	Text string `json:"text"`
}

// Style is how a text looks.
type Style struct {
	Bold   bool   `json:"bold,omitempty"`
	Italic bool   `json:"italic,omitempty"`
	Color  string `json:"color,omitempty"`
}

// Item is an element of the body. Which fields an element has depends on its type.
type Item struct {
	Type string `json:"type"`

	// Text, Style, Link and Markup are those of a message; a select has a text too.
	Text   string `json:"text,omitempty"`
	Style  *Style `json:"style,omitempty"`
	Link   string `json:"link,omitempty"`
	Markup bool   `json:"is_markdown_support,omitempty"`

	// Items are the fields of a "fields" and the buttons of an "actions" element.
	Items []Entry `json:"items,omitempty"`

	// ActionID names an input.
	ActionID string `json:"action_id,omitempty"`
	// SelectItems and SelectedItem are the options of a select.
	SelectItems  []Choice `json:"select_items,omitempty"`
	SelectedItem *Choice  `json:"selected_item,omitempty"`

	// Value, Placeholder, Multiline, MinLength and MaxLength are those of a plain_text_input.
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	Multiline   bool   `json:"multiline,omitempty"`
	MinLength   int    `json:"min_length,omitempty"`
	MaxLength   int    `json:"max_length,omitempty"`

	// Options are those of checkboxes.
	Options []Choice `json:"options,omitempty"`

	// Sections, SidebarColor, Footer and TS (milliseconds since 1970) are those of a section.
	Sections     []Item `json:"sections,omitempty"`
	SidebarColor string `json:"sidebar_color,omitempty"`
	Footer       string `json:"footer,omitempty"`
	TS           int64  `json:"ts,omitempty"`
}

// Entry is a field (Key, Value, Short) or a button (Text, Value, Style, Submit).
type Entry struct {
	Key    string `json:"key,omitempty"`
	Text   string `json:"text,omitempty"`
	Value  string `json:"value"`
	Short  bool   `json:"short,omitempty"`
	Style  string `json:"style,omitempty"`
	Submit bool   `json:"submit,omitempty"`
}

// Choice is an option of a select or of checkboxes.
type Choice struct {
	Text  string `json:"text"`
	Value string `json:"value"`
	// Selected says that a checkbox begins checked.
	Selected bool `json:"initial_selected,omitempty"`
}

// The types of elements that are used.
const (
	typeMessage    = "message"
	typeFields     = "fields"
	typeActions    = "actions"
	typeSelect     = "select"
	typeSection    = "section"
	typeInput      = "plain_text_input"
	typeCheckboxes = "checkboxes"
)

// The styles of buttons.
const (
	stylePrimary = "Primary"
	styleDefault = "Default"
	styleDanger  = "Danger"
)

// JSON returns the content as Zoom takes it, without what JavaScript writes differently: Zoom's own SDK signs and compares JSON as
// JSON.stringify writes it.
func (c Content) JSON() (json.RawMessage, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(c); err != nil {
		return nil, errors.Wrap(err, "encode the content of a message")
	}
	return json.RawMessage(strings.TrimSpace(b.String())), nil
}

// Texts returns all texts that the content shows, in order, for searches and tests.
func (c Content) Texts() []string {
	var all []string
	if c.Head != nil {
		all = append(all, c.Head.Text)
		if c.Head.SubHead != nil {
			all = append(all, c.Head.SubHead.Text)
		}
	}
	return slices.DeleteFunc(append(all, texts(c.Body)...), func(text string) bool { return text == "" })
}

func texts(items []Item) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.Text, item.Placeholder, item.Value, item.Footer)
		for _, e := range item.Items {
			all = append(all, e.Key, e.Text)
			if item.Type == typeFields {
				all = append(all, e.Value)
			}
		}
		for _, choices := range [][]Choice{item.SelectItems, item.Options} {
			for _, choice := range choices {
				all = append(all, choice.Text)
			}
		}
		all = append(all, texts(item.Sections)...)
	}
	return all
}

// fitted returns the content with at most maxItems elements and MaxBytes bytes: elements are dropped from the end, but for the last ones
// that ask for something.
func (c Content) fitted() Content {
	for n := len(c.Body); n > 0; n-- {
		encoded, err := c.JSON()
		if err == nil && len(encoded) <= MaxBytes && len(c.Body) <= maxItems {
			return c
		}
		last := -1
		for i, item := range c.Body {
			if item.Type == typeMessage {
				last = i
			}
		}
		if last < 0 {
			return c
		}
		c.Body = append(append([]Item{}, c.Body[:last]...), c.Body[last+1:]...)
	}
	return c
}

// length returns the number of characters of a string.
func length(s string) int { return utf8.RuneCountInString(s) }

// joined joins the parts that aren't empty.
func joined(between string, parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, between)
}

// isLink reports whether the span shows a link that can be followed.
func isLink(s chat.Span) bool { _, ok := address(s.URL); return ok && !s.Inner.Empty() }
