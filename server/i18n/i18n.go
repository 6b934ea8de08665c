// Package i18n holds every sentence that the server side shows to people, by language.
//
// Code names a message by its id and fills its parameters (chat.Message); the edge that knows the reader's language asks the
// Catalogue for the text. Parameters are inserted as they are: text from outside is escaped first.
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

	"mattermost-plugin-zoom/server/chat"
)

//go:embed *.json
var files embed.FS

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
func (c *Catalogue) Text(locale string, m chat.Message) string {
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
