package chat

import "maps"

// Message is one sentence of the catalogue with its parameters, or several of them below each other.
//
// It can be stored: as JSON it is small and reads the same later.
type Message struct {
	ID     string          `json:"id,omitempty"`
	Params map[string]Text `json:"params,omitempty"`
	// Nested are parameters that are messages themselves.
	Nested map[string]Message `json:"nested,omitempty"`
	// Count chooses the plural form, where the message has any; nil where it has none.
	Count *int `json:"count,omitempty"`
	// Parts are what a message without an ID consists of, one on each line.
	Parts []Message `json:"parts,omitempty"`
	// Verbatim is a text that is the same in all languages, such as a name, in place of an ID.
	Verbatim Text `json:"verbatim,omitempty"`
}

// Say returns the message with this id and, in pairs, the names and values of its parameters, which are plain text whatever they
// hold. A name without a value is left out.
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

// Plural returns the message with this id in the plural form for n, which the text has as {{.PluralCount}}.
func Plural(id string, n int) Message { return Message{ID: id, Count: &n} }

// Lines returns the messages below each other.
func Lines(parts ...Message) Message { return Message{Parts: parts} }

// Verbatim returns a message that reads the same in all languages. It is plain text, whatever it holds.
func Verbatim(text string) Message { return VerbatimText(Plain(text)) }

// VerbatimText is Verbatim for text that is more than plain.
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

// Zero reports whether there is no message.
func (m Message) Zero() bool { return m.ID == "" && len(m.Parts) == 0 && len(m.Verbatim) == 0 }
