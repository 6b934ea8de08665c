// Package i18n holds every sentence that the server side shows to people, by language.
//
// Code names a message by id and fills its parameters; the edge that knows the reader's language asks the Catalogue for
// the text. Parameters are put in as they are: whoever fills one with text from outside escapes it first.
// A translation is one more JSON file beside en.json; a message it lacks is shown in English.
package i18n

import (
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"strconv"
	"strings"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pkg/errors"
	"golang.org/x/text/language"

	"mattermost-plugin-zoom/server/fault"
)

//go:embed *.json
var files embed.FS

// Message is one sentence of the catalogue with its parameters, or several of them below each other.
//
// It can be stored: as JSON it is small and reads the same later.
type Message struct {
	ID     string            `json:"id,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	// Nested are parameters that are messages themselves.
	Nested map[string]Message `json:"nested,omitempty"`
	// Count chooses the plural form, where the message has any; nil where it has none.
	Count *int `json:"count,omitempty"`
	// Parts are what a message without an ID consists of, one on each line.
	Parts []Message `json:"parts,omitempty"`
	// Verbatim is a text that is the same in all languages, such as a name, in place of an ID.
	Verbatim string `json:"verbatim,omitempty"`
}

// M returns the message with this id and, in pairs, the names and values of its parameters.
// A name without a value is left out.
func M(id string, pairs ...string) Message {
	m := Message{ID: id}
	for i := 0; i+1 < len(pairs); i += 2 {
		if m.Params == nil {
			m.Params = map[string]string{}
		}
		m.Params[pairs[i]] = pairs[i+1]
	}
	return m
}

// N returns the message with this id in the plural form for n, which the text has as {{.PluralCount}}.
func N(id string, n int) Message { return Message{ID: id, Count: &n} }

// Lines returns the messages below each other.
func Lines(parts ...Message) Message { return Message{Parts: parts} }

// Verbatim returns a message that reads the same in all languages. Like a parameter it is shown as it is.
func Verbatim(text string) Message { return Message{Verbatim: text} }

// WithMessage returns a copy of the message with one more parameter, which is a message itself.
func (m Message) WithMessage(name string, nested Message) Message {
	all := maps.Clone(m.Nested)
	if all == nil {
		all = map[string]Message{}
	}
	all[name] = nested
	m.Nested = all
	return m
}

// OfFault returns the sentence for a failure: that of its code, or the one for an unexpected failure.
func OfFault(err error) Message {
	return Message{ID: "fault." + string(fault.CodeOf(err)), Params: fault.ParamsOf(err)}
}

// Zero reports whether there is no message.
func (m Message) Zero() bool { return m.ID == "" && len(m.Parts) == 0 && m.Verbatim == "" }

// Catalogue holds the messages of all languages. It is safe for use by several goroutines.
type Catalogue struct {
	bundle *goi18n.Bundle
}

// NewCatalogue reads the languages that are part of the binary: those of this package, and those that others bring along, one
// file or more for each language ("en.json", "cards.en.json"). It fails only if one of the files is broken.
func NewCatalogue(others ...fs.FS) (*Catalogue, error) {
	bundle := goi18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, source := range append([]fs.FS{files}, others...) {
		names, err := fs.Glob(source, "*.json")
		if err != nil {
			return nil, errors.Wrap(err, "list the languages")
		}
		for _, name := range names {
			if _, err := bundle.LoadMessageFileFS(source, name); err != nil {
				return nil, errors.Wrapf(err, "read %s", name)
			}
		}
	}
	return &Catalogue{bundle: bundle}, nil
}

// Text returns the message in the language of the locale ("de", "pt-BR"), else in English.
// A message that no file has is shown by its id, so that a slip is visible and nothing fails.
func (c *Catalogue) Text(locale string, m Message) string {
	if m.Verbatim != "" {
		return m.Verbatim
	}
	if m.ID == "" {
		lines := make([]string, len(m.Parts))
		for i, part := range m.Parts {
			lines[i] = c.Text(locale, part)
		}
		return strings.Join(lines, "\n")
	}
	params := make(map[string]string, len(m.Params)+len(m.Nested))
	maps.Copy(params, m.Params)
	for name, nested := range m.Nested {
		params[name] = c.Text(locale, nested)
	}
	config := &goi18n.LocalizeConfig{MessageID: m.ID, TemplateData: params}
	if m.Count != nil {
		config.PluralCount = *m.Count
		params["PluralCount"] = strconv.Itoa(*m.Count)
	}
	text, err := goi18n.NewLocalizer(c.bundle, locale, language.English.String()).Localize(config)
	if text == "" && err != nil {
		return m.ID
	}
	return text
}
