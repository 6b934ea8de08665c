package chat

import (
	"bytes"
	"encoding/json"

	"github.com/pkg/errors"
)

// MarshalJSON returns plain text as a string, and any other text as a list of spans.
func (t Text) MarshalJSON() ([]byte, error) {
	switch {
	case len(t) == 0:
		return []byte(`""`), nil
	case len(t) == 1 && t[0].plain():
		return json.Marshal(t[0].Text)
	}
	return json.Marshal([]Span(t))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Text) UnmarshalJSON(content []byte) error {
	if bytes.HasPrefix(content, []byte{'"'}) {
		var s string
		if err := json.Unmarshal(content, &s); err != nil {
			return errors.Wrap(err, "read a plain text")
		}
		*t = nil
		if s != "" {
			*t = Text{{Text: s}}
		}
		return nil
	}
	var spans []Span
	if err := json.Unmarshal(content, &spans); err != nil {
		return errors.Wrap(err, "read a text")
	}
	*t = spans
	return nil
}

// fields is a Span without methods.
type fields Span

// MarshalJSON returns plain text as a string, and any other span as an object.
func (s Span) MarshalJSON() ([]byte, error) {
	if s.plain() {
		return json.Marshal(s.Text)
	}
	return json.Marshal(fields(s))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Span) UnmarshalJSON(content []byte) error {
	*s = Span{}
	if bytes.HasPrefix(content, []byte{'"'}) {
		return errors.Wrap(json.Unmarshal(content, &s.Text), "read a span")
	}
	return errors.Wrap(json.Unmarshal(content, (*fields)(s)), "read a span")
}

func (s Span) plain() bool { return s.Kind == PlainSpan }
