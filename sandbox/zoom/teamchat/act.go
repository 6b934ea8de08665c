package teamchat

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// UserAction is what a user does with a card. Element names the part of it: a button by its
// value or text, a select or an editable text by its text, a field by its key.
type UserAction struct {
	As      string `json:"as"`
	Message string `json:"message"`
	Element string `json:"element"`
	// Value is the option's value, or the new text.
	Value string `json:"value"`
	// Values are those of a form, for the button that submits it.
	Values card.Values `json:"values"`
}

// Click clicks a button. It submits the form that the button is for; for a button that
// opens a dialog it returns that.
func (c *Chat) Click(q UserAction) (*Webview, error) {
	a, err := c.begin(q)
	if err != nil {
		return nil, err
	}
	button, err := a.card.Button(q.Element)
	switch {
	case err != nil:
		return nil, refused(err)
	case button.Dialog != nil:
		return c.openDialog(a, button)
	case button.Submit:
		return nil, c.submit(a, button, q.Values)
	}
	payload := c.payload(a.bot, a.person, a.message.place, a.account)
	payload.ActionItem = &valueItem{button.Text, button.Value}
	c.act(a, EventActions, payload)
	return nil, nil
}

// Select picks an option. In a form it is sent with the form.
func (c *Chat) Select(q UserAction) error {
	a, err := c.begin(q)
	if err != nil {
		return err
	}
	e, err := a.card.Select(q.Element)
	if err != nil || !e.Offers(q.Value) {
		return refused(errors.Wrapf(card.ErrNotThere, "option %q of %q", q.Value, q.Element))
	}
	if a.card.Settings.Form {
		return errors.Wrap(kit.ErrConflict, "a form's options are sent with the form")
	}
	payload := c.payload(a.bot, a.person, a.message.place, a.account)
	payload.SelectedItems = []valueItem{{Value: q.Value}}
	payload.MessageID, payload.Original = a.message.ID, original(a.message.Content)
	c.tell(a.bot, a.message.place, envelope{Event: EventSelect, Timestamp: payload.Timestamp, Payload: payload})
	return nil
}

// EditText changes an editable text.
func (c *Chat) EditText(q UserAction) error {
	a, err := c.begin(q)
	if err != nil {
		return err
	}
	if _, err = a.card.EditableText(q.Element); err != nil {
		return refused(err)
	}
	payload := c.payload(a.bot, a.person, a.message.place, a.account)
	payload.EditItem = &editItem{q.Element, q.Value}
	c.act(a, EventEditable, payload)
	return nil
}

// EditField changes an editable field.
func (c *Chat) EditField(q UserAction) error {
	a, err := c.begin(q)
	if err != nil {
		return err
	}
	field, err := a.card.EditableField(q.Element)
	if err != nil {
		return refused(err)
	}
	payload := c.payload(a.bot, a.person, a.message.place, a.account)
	payload.FieldEditItem = &fieldEditItem{field.Value, field.Key, q.Value}
	if field.Value == " " { // how a card leaves a field empty
		payload.FieldEditItem.CurrentValue = ""
	}
	c.act(a, EventFieldsEditable, payload)
	return nil
}

// Erase deletes a message, as its author or an admin of the channel can.
func (c *Chat) Erase(q UserAction) error {
	p, err := c.person(q.As)
	if err != nil {
		return err
	}
	m := c.message(q.Message)
	if m == nil || !m.seenBy(p) {
		return errors.Wrapf(kit.ErrNotFound, "message %q for %s", q.Message, p.Name)
	}
	c.remove(m)
	return nil
}

// action is something done with a card.
type action struct {
	person  Person
	message *Message
	bot     Bot
	card    card.Card
	account string
}

// begin finds out who does something with which card. A user of an account without the
// app acts in the account that the card was sent in.
func (c *Chat) begin(q UserAction) (action, error) {
	p, err := c.person(q.As)
	if err != nil {
		return action{}, err
	}
	m := c.message(q.Message)
	if m == nil || !m.seenBy(p) {
		return action{}, errors.Wrapf(kit.ErrNotFound, "message %q for %s", q.Message, p.Name)
	}
	b, found := c.bot(func(b Bot) bool { return b.ClientID == m.clientID })
	content, err := card.Parse(m.Content)
	if !found || err != nil || len(m.Content) == 0 {
		return action{}, errors.Wrapf(kit.ErrConflict, "message %q is no card of an app", q.Message)
	}
	a := action{p, m, b, content, m.account}
	if c.zoom.Installed(b, p) {
		a.account = p.AccountID
	}
	return a, nil
}

// act sends an event that can be answered at its callback_url.
func (c *Chat) act(a action, event string, payload botPayload) {
	payload.MessageID, payload.Original = a.message.ID, original(a.message.Content)
	e := envelope{Event: event, Timestamp: payload.Timestamp, Payload: payload}
	e.CallbackURL, e.CallbackToken = c.newCallback(a.message)
	c.tell(a.bot, a.message.place, e)
}

// submit sends a form.
func (c *Chat) submit(a action, button card.Item, values card.Values) error {
	items, err := a.card.Submit(button, values)
	if err != nil {
		return refused(err)
	}
	payload := c.chatPayload(a.person, a.message, a.account)
	o := &payload.Object
	o.ToJID, o.RobotJID, o.FormID, o.SubmitItems = a.message.place.jid, a.bot.JID, a.card.Settings.FormID, items
	c.tell(a.bot, a.message.place, envelope{Event: EventSubmit, Timestamp: c.Now().UnixMilli(), Payload: payload})
	return nil
}

// refused turns a card's refusal into one of the control API.
func refused(err error) error {
	switch {
	case errors.Is(err, card.ErrNotThere):
		return errors.Wrap(kit.ErrNotFound, err.Error())
	case errors.Is(err, card.ErrDisabled):
		return errors.Wrap(kit.ErrConflict, err.Error())
	}
	return errors.Wrap(kit.ErrInvalid, err.Error())
}
