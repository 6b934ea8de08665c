package chat

import "maps"

// Message is one sentence of the message catalogue with its parameters, or several messages on separate lines.
//
// It can be stored as JSON and stays readable after an update of the plugin.
type Message struct {
	ID     string          `json:"id,omitempty"`
	Params map[string]Text `json:"params,omitempty"`
	// Nested are parameters that are messages themselves.
	Nested map[string]Message `json:"nested,omitempty"`
	// Count selects the plural form; nil for a message without one.
	Count *int `json:"count,omitempty"`
	// Parts are the messages that a message without an ID consists of, one per line.
	Parts []Message `json:"parts,omitempty"`
	// Verbatim is text that is the same in all languages, such as a name. It replaces the ID.
	Verbatim Text `json:"verbatim,omitempty"`
}

// Say returns the message with this ID. The pairs are names and values of its parameters; values are plain text. A name without a value
// is ignored.
func Say(id string, pairs ...string) Message {
	m := Message{ID: id}
	for i := 0; i+1 < len(pairs); i += 2 {
		if m.Params == nil {
			m.Params = map[string]Text{}
		}
		m.Params[pairs[i]] = Plain(pairs[i+1])
	}
	return m
}

// Plural returns the message with this ID in the plural form for n. The text refers to n as {{.PluralCount}}.
func Plural(id string, n int) Message { return Message{ID: id, Count: &n} }

// Lines returns the messages on separate lines.
func Lines(parts ...Message) Message { return Message{Parts: parts} }

// Verbatim returns a message that is the same in all languages. The text is plain text.
func Verbatim(text string) Message { return VerbatimText(Plain(text)) }

// VerbatimText is Verbatim for formatted text.
func VerbatimText(text Text) Message { return Message{Verbatim: text} }

// WithText returns a copy of the message with one more parameter.
func (m Message) WithText(name string, text Text) Message {
	all := maps.Clone(m.Params)
	if all == nil {
		all = map[string]Text{}
	}
	all[name] = text
	m.Params = all
	return m
}

// WithMessage returns a copy of the message with one more parameter, which is itself a message.
func (m Message) WithMessage(name string, nested Message) Message {
	all := maps.Clone(m.Nested)
	if all == nil {
		all = map[string]Message{}
	}
	all[name] = nested
	m.Nested = all
	return m
}

// Zero reports whether the message is empty.
func (m Message) Zero() bool { return m.ID == "" && len(m.Parts) == 0 && len(m.Verbatim) == 0 }
