// Package i18n holds every sentence that the server side shows to people, by language.
//
// Code names a message by its id and fills its parameters (chat.Message); the edge that knows the reader's language asks the
// Catalogue for the text. Messages are written with a small markup, which is read once, when the catalogue is loaded; parameters are
// never read. A translation is one more JSON file beside en.json; a message it lacks is shown in English.
//
// The markup: **strong**, *emphasis*, `code`, [a link]({{.URL}}), :emoji:, and on lines of their own "* an item" (two more blanks in
// front nest it), "#### a heading" and blocks of code between lines of three backticks. A backslash takes the meaning from the sign
// behind it.
package i18n

import (
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"strconv"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	gotemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"github.com/pkg/errors"
	"golang.org/x/text/language"

	"mattermost-plugin-zoom/server/chat"
)

//go:embed *.json
var files embed.FS

// Catalogue holds the messages of all languages. It is safe for use by several goroutines.
type Catalogue struct {
	bundle *goi18n.Bundle
	// templates are the messages taken apart, by what is written in the files.
	templates map[string]template
}

// NewCatalogue reads the languages that are part of the binary: those of this package, and those that others bring along, one
// file or more for each language ("en.json", "cards.en.json"). It fails if one of the files is broken, and names the message whose
// markup is.
func NewCatalogue(others ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{bundle: goi18n.NewBundle(language.English), templates: map[string]template{}}
	c.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, source := range append([]fs.FS{files}, others...) {
		names, err := fs.Glob(source, "*.json")
		if err != nil {
			return nil, errors.Wrap(err, "list the languages")
		}
		for _, name := range names {
			file, err := c.bundle.LoadMessageFileFS(source, name)
			if err != nil {
				return nil, errors.Wrapf(err, "read %s", name)
			}
			if err := c.read(file); err != nil {
				return nil, errors.Wrapf(err, "read %s", name)
			}
		}
	}
	return c, nil
}

// read takes the messages of a file apart.
func (c *Catalogue) read(file *goi18n.MessageFile) error {
	for _, m := range file.Messages {
		for _, source := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			t, err := parse(source)
			if err != nil {
				return errors.Wrapf(err, "message %s", m.ID)
			}
			c.templates[source] = t
		}
	}
	return nil
}

// Text returns the message in the language of the locale ("de", "pt-BR"), else in English.
// A message that no file has is shown by its id, so that a slip is visible and nothing fails.
func (c *Catalogue) Text(locale string, m chat.Message) chat.Text {
	if len(m.Verbatim) > 0 {
		return m.Verbatim
	}
	if m.ID == "" {
		lines := make([]chat.Text, len(m.Parts))
		for i, part := range m.Parts {
			lines[i] = c.Text(locale, part)
		}
		return chat.JoinLines(lines...)
	}
	v := make(values, len(m.Params)+len(m.Nested)+1)
	maps.Copy(v, m.Params)
	for name, nested := range m.Nested {
		v[name] = c.Text(locale, nested)
	}
	// The library chooses language and plural form; what it returns names the template.
	config := &goi18n.LocalizeConfig{MessageID: m.ID, TemplateParser: gotemplate.IdentityParser{}}
	if m.Count != nil {
		config.PluralCount = *m.Count
		v["PluralCount"] = chat.Text{{Kind: chat.WordsSpan, Text: strconv.Itoa(*m.Count)}}
	}
	source, err := goi18n.NewLocalizer(c.bundle, locale, language.English.String()).Localize(config)
	if source == "" && err != nil {
		return chat.Plain(m.ID)
	}
	return c.templates[source].fill(v)
}
