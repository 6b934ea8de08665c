package mattermost

import (
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// words puts messages into the language of who reads them, and their times into the reader's zone.
type words struct {
	c      *Server
	locale string
	// user is who reads; nil for everyone.
	user *model.User
}

// Translator writes messages in the language, the zone and the markup of who reads them.
type Translator struct {
	*Server
}

// to returns the words for a user; those for everyone where the user is not known.
func (c *Translator) to(person chat.PersonID) words {
	w := c.toAll()
	if person == "" {
		return w
	}
	user, err := c.user(string(person))
	if err != nil {
		return w
	}
	w.user = user
	if user.Locale != "" {
		w.locale = user.Locale
	}
	return w
}

// toAll returns the words for what everyone in a channel reads: the server's language, and UTC.
func (c *Translator) toAll() words { return words{c: c.Server, locale: c.settings.Load().locale} }

// Markdown returns the message for where Mattermost formats text, in the user's language; in the server's for "".
func (c *Translator) Markdown(person chat.PersonID, m chat.Message) string {
	return c.to(person).markdown(m)
}

// Plain returns the message for where nothing formats text, in the user's language; in the server's for "".
func (c *Translator) Plain(person chat.PersonID, m chat.Message) string { return c.to(person).plain(m) }

// here is what everyone in a channel reads.
func (c *Translator) here(m chat.Message) string { return c.toAll().markdown(m) }

func (w words) text(m chat.Message) chat.Text { return w.c.catalogue.Text(w.locale, m) }

func (w words) markdown(m chat.Message) string {
	t := w.text(m)
	return markdown.Render(t, w.reader(t))
}

func (w words) plain(m chat.Message) string {
	t := w.text(m)
	return markdown.Plain(t, w.reader(t))
}

// reader returns how the user writes times, which is looked up only for texts that have any.
func (w words) reader(t chat.Text) markdown.Reader {
	if w.user == nil || len(markdown.Times(t)) == 0 {
		return markdown.Reader{}
	}
	name := model.GetPreferredTimezone(w.user.Timezone)
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return markdown.Reader{}
	}
	// Without the preference, Mattermost shows a clock of 12 hours.
	preference, appErr := w.c.api.GetPreferenceForUser(w.user.Id, model.PreferenceCategoryDisplaySettings, model.PreferenceNameUseMilitaryTime)
	return markdown.Reader{Zone: zone, Hours12: appErr != nil || preference.Value != "true"}
}
