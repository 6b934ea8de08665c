package event

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// wire is an event in Zoom's JSON.
type wire struct {
	Event       string      `json:"event"`
	ResponseURL string      `json:"response_url"`
	Payload     wirePayload `json:"payload"`
}

// wirePayload has the fields of all events, in both spellings.
type wirePayload struct {
	AccountID    string `json:"accountId"`
	NewAccountID string `json:"account_id"`
	UserID       string `json:"userId"`
	OldUserID    string `json:"user_id"`
	UserJID      string `json:"userJid"`
	NewUserJID   string `json:"user_jid"`
	UserName     string `json:"userName"`
	NewUserName  string `json:"user_name"`
	Operator     string `json:"operator"`
	OperatorID   string `json:"operator_id"`
	External     bool   `json:"by_external_user"`
	RobotJID     string `json:"robotJid"`
	NewRobotJID  string `json:"robot_jid"`
	ToJID        string `json:"toJid"`
	ChannelName  string `json:"channelName"`
	MessageID    string `json:"messageId"`
	ReplyTo      string `json:"replyTo"`
	Cmd          string `json:"cmd"`
	PlainToken   string `json:"plainToken"`
	ClientID     string `json:"client_id"`

	ActionItem    wireItem   `json:"actionItem"`
	SelectedItems []wireItem `json:"selectedItems"`
	Object        wireObject `json:"object"`
}

// wireItem is a button or an option.
type wireItem struct {
	Value string `json:"value"`
}

// wireObject is the message that a newer event is about.
type wireObject struct {
	MessageID   string                       `json:"message_id"`
	ReplyTo     string                       `json:"reply_main_message_id"`
	ChannelID   string                       `json:"channel_id"`
	ChannelName string                       `json:"channel_name"`
	Message     string                       `json:"message"`
	Link        string                       `json:"link"`
	TriggerID   string                       `json:"trigger_id"`
	ToJID       string                       `json:"to_jid"`
	RobotJID    string                       `json:"robot_jid"`
	UserJID     string                       `json:"user_jid"`
	SubmitItems []map[string]json.RawMessage `json:"submit_items"`
}

// event returns what all kinds have in common.
func (w wire) event() Event {
	p, o := w.Payload, w.Payload.Object
	first := func(all ...string) string { return clip(cmp.Or(all...), maxName) }
	e := Event{
		Type: w.Event, AccountID: first(p.AccountID, p.NewAccountID), RobotJID: first(p.RobotJID, p.NewRobotJID, o.RobotJID),
		MessageID: first(p.MessageID, o.MessageID), Thread: first(p.ReplyTo, o.ReplyTo), External: p.External,
		User:    User{ID: first(p.UserID, p.OldUserID, p.OperatorID), JID: first(p.UserJID, p.NewUserJID, o.UserJID), Name: first(p.UserName, p.NewUserName)},
		Channel: Channel{JID: first(p.ToJID, o.ToJID), ID: first(o.ChannelID), Name: first(p.ChannelName, o.ChannelName)},
	}
	if p.OperatorID != "" {
		e.User.Email = clip(p.Operator, maxName)
	}
	return e
}

// submitted reads the items of a submitted form: the button, and an entry for each input.
func (e *Event) submitted(items []map[string]json.RawMessage) {
	for i, item := range items {
		if i == maxItems {
			return
		}
		for _, kind := range slices.Sorted(maps.Keys(item)) {
			var w wireInput
			if decode(item[kind], &w) != nil {
				continue
			}
			if kind == "actionItem" {
				e.Value = clip(w.Value.text(), maxText)
				continue
			}
			e.Inputs = append(e.Inputs, Input{Type: clip(kind, maxName), Name: clip(w.ActionID, maxName), Label: clip(w.Text, maxName), Values: w.values()})
		}
	}
}

// wireInput is the entry of an input, whatever its type.
type wireInput struct {
	ActionID        string    `json:"action_id"`
	Text            string    `json:"text"`
	Value           wireValue `json:"value"`
	SelectedItems   []wireOne `json:"selectedItems"`
	SelectedOptions []wireOne `json:"selected_options"`
	SelectedItem    *wireOne  `json:"selected_item"`
}

// values returns what was entered or chosen.
func (w wireInput) values() []string {
	var all []string
	chosen := append(w.SelectedItems, w.SelectedOptions...)
	if w.SelectedItem != nil {
		chosen = append(chosen, *w.SelectedItem)
	}
	for i, one := range chosen {
		if i == maxItems {
			break
		}
		all = append(all, clip(one.Value, maxText))
	}
	for _, value := range w.Value {
		all = append(all, clip(value, maxText))
	}
	return all
}

// wireOne is a chosen option.
type wireOne struct {
	Value string `json:"value"`
}

// wireValue is a text, a number, a truth value, or several.
type wireValue []string

func (v wireValue) text() string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// UnmarshalJSON reads any of them; anything else is nothing.
func (v *wireValue) UnmarshalJSON(data []byte) error {
	*v = nil
	var one any
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	list, several := one.([]any)
	if !several {
		list = []any{one}
	}
	for i, value := range list {
		if i == maxItems {
			break
		}
		switch value := value.(type) {
		case string:
			*v = append(*v, value)
		case bool, float64:
			text, err := json.Marshal(value)
			if err != nil {
				return err
			}
			*v = append(*v, string(text))
		}
	}
	return nil
}
