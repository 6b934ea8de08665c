package mattermost

import (
	"regexp"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// Limits of a card's texts, in characters, and of its number of fields.
const (
	maxTitle  = 250
	maxAuthor = 100
	maxText   = 4000
	maxField  = 200
	maxLong   = 1000 // for a field that has its own row
	maxLabel  = 60
	maxFooter = 200
	maxFields = 6
)

// contextCard marks the buttons of cards; see chat.Click.
const contextCard = "card"

// actionID is what the server accepts as a button's ID; for any other it responds with 404 to clicks.
var actionID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// colourOf returns the color of the bar at the side of a card. Color is never the only sign: the title says the same.
func colourOf(tone chat.Tone) string {
	switch tone {
	case chat.ToneSuccess:
		return "#2EB886"
	case chat.ToneRunning:
		return "#2D9EE0"
	case chat.ToneWarning:
		return "#DAA038"
	case chat.ToneFailure:
		return "#D00000"
	case chat.ToneInactive:
		return "#9B9B9B"
	}
	return ""
}

// card renders a card in the server's language and in UTC, because it is the same for all readers. Rendering is deterministic, down to
// the IDs of buttons, so that it can be compared with an existing post.
func (c *Surface) card(rootID string, card chat.Card) (*model.MessageAttachment, error) {
	actions, err := c.actions(rootID, card.Actions)
	if err != nil {
		return nil, err
	}
	say := c.toAll()
	a := &model.MessageAttachment{
		Color: colourOf(card.Tone), Fallback: c.cardFallback(card), Title: c.cardTitle(card),
		AuthorName: asItIs(card.Author, maxAuthor), Text: c.cardText(card), Footer: cardFooter(card), Actions: actions,
	}
	if isWebAddress(card.URL) {
		a.TitleLink = card.URL
	}
	for _, f := range card.Fields {
		if len(a.Fields) == maxFields {
			break
		}
		most := maxField
		if f.Long {
			most = maxLong
		}
		if value, _ := chat.Cut(say.text(f.Value), most); !value.Empty() {
			a.Fields = append(a.Fields, &model.MessageAttachmentField{
				Title: chat.Truncate(say.plain(f.Label), maxLabel), Value: asMarkdown(value), Short: model.SlackCompatibleBool(!f.Long),
			})
		}
	}
	return a, nil
}

// cardTitle returns emoji, state and title. Clients show a title with a link as plain text and any other title as Markdown; so only the
// latter is escaped, and the emoji is a character, not a name.
func (c *Surface) cardTitle(card chat.Card) string {
	title := asItIs(card.Title, maxTitle)
	if !isWebAddress(card.URL) {
		title = asMarkdown(chat.Plain(chat.Truncate(card.Title, maxTitle)))
	}
	heading := joinedBy(" · ", c.toAll().plain(card.State), title)
	return joinedBy(" ", markdown.EmojiOf(card.Emoji), heading)
}

// cardFallback returns the text for notifications, without formatting or color.
func (c *Surface) cardFallback(card chat.Card) string {
	said := joinedBy(": ", c.toAll().plain(card.State), asItIs(card.Title, maxTitle))
	if where := asItIs(card.Footer, maxFooter); where != "" {
		said += " (" + where + ")"
	}
	return said
}

func (c *Surface) cardText(card chat.Card) string {
	say := c.toAll()
	text, shorter := chat.Cut(say.text(card.Text), maxText)
	if shorter && isWebAddress(card.URL) {
		text = chat.JoinLines(text, chat.LinkText(say.text(chat.Say("bridge.card.more")), card.URL))
	}
	return asMarkdown(text)
}

// cardFooter returns the card's footer with the time of the latest change, in a format that reads the same everywhere.
func cardFooter(card chat.Card) string {
	at := ""
	if !card.At.IsZero() {
		at = card.At.UTC().Format(time.DateOnly+", 15:04") + " UTC"
	}
	return joinedBy(" · ", asItIs(card.Footer, maxFooter), at)
}

// asItIs returns text from outside for places without formatting. It breaks mentions, in case a client looks for them there.
func asItIs(text string, most int) string {
	return strings.ReplaceAll(chat.Truncate(chat.OneLine(text), most), "@", "@\u200b")
}

// actions renders the buttons and menus of a post in the thread, "" for no thread. Unlike those of notes, they keep the actions' own IDs.
func (c *Surface) actions(rootID string, list []chat.Action) ([]*model.PostAction, error) {
	say := c.toAll().plain
	seen := map[string]bool{}
	var actions []*model.PostAction
	for _, a := range list {
		if !actionID.MatchString(a.ID) || seen[a.ID] {
			return nil, errors.Errorf("%q cannot be the id of an action, or is that of two", a.ID)
		}
		seen[a.ID] = true
		values := make(map[string]any, len(a.Values))
		for name, value := range a.Values {
			values[name] = value
		}
		action := &model.PostAction{
			Id: a.ID, Type: model.PostActionTypeButton, Name: chat.Truncate(say(a.Label), maxLabel), Style: styleOf(a.Tone),
			Integration: &model.PostActionIntegration{
				URL: actionURL, Context: map[string]any{contextCard: true, contextAction: a.ID, contextValues: values},
			},
		}
		if rootID != "" {
			action.Integration.Context[contextRootID] = rootID
		}
		for _, o := range a.Options {
			action.Type = model.PostActionTypeSelect
			action.Options = append(action.Options, &model.PostActionOptions{Text: say(o.Label), Value: o.Value})
		}
		actions = append(actions, action)
	}
	return actions, nil
}

func styleOf(tone chat.Tone) string {
	switch tone {
	case chat.ToneSuccess:
		return "primary"
	case chat.ToneFailure:
		return "danger"
	}
	return "default"
}

// asMarkdown renders a text for all readers.
func asMarkdown(t chat.Text) string { return markdown.Render(t, markdown.Reader{}) }

// joinedBy joins the parts that aren't empty.
func joinedBy(separator string, parts ...string) string {
	var there []string
	for _, part := range parts {
		if part != "" {
			there = append(there, part)
		}
	}
	return strings.Join(there, separator)
}
