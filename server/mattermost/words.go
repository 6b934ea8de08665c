package mattermost

import (
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// words renders messages in a reader's language, with times in the reader's zone.
type words struct {
	c      *Server
	locale string
	// user is the reader; nil for all readers.
	user *model.User
}

// Translator renders messages in the language, time zone and markup of a reader.
type Translator struct {
	*Server
}

// to returns the words for a user; those for all readers if the user is unknown.
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

// Markdown returns the message for places where Mattermost formats text, in the user's language; in the server's for "".
func (c *Translator) Markdown(person chat.PersonID, m chat.Message) string {
	return c.to(person).markdown(m)
}

// Plain returns the message for places without formatting, in the user's language; in the server's for "".
func (c *Translator) Plain(person chat.PersonID, m chat.Message) string { return c.to(person).plain(m) }

// Text returns the message as a text in the user's language, for another surface to render; in the server's for "".
func (c *Translator) Text(person chat.PersonID, m chat.Message) chat.Text {
	return c.to(person).text(m)
}

// Clock returns the user's time format; UTC for "".
func (c *Translator) Clock(person chat.PersonID) markdown.Reader { return c.to(person).clock() }

// here renders the message for everyone in a channel.
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

// reader returns the user's time format, which is looked up only for texts that contain times.
func (w words) reader(t chat.Text) markdown.Reader {
	if len(markdown.Times(t)) == 0 {
		return markdown.Reader{}
	}
	return w.clock()
}

// clock returns the user's time format.
func (w words) clock() markdown.Reader {
	if w.user == nil {
		return markdown.Reader{}
	}
	name := model.GetPreferredTimezone(w.user.Timezone)
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return markdown.Reader{}
	}
	// Without the preference, Mattermost uses a 12-hour clock.
	preference, appErr := w.c.api.GetPreferenceForUser(w.user.Id, model.PreferenceCategoryDisplaySettings, model.PreferenceNameUseMilitaryTime)
	return markdown.Reader{Zone: zone, Hours12: appErr != nil || preference.Value != "true"}
}
