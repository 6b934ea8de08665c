package chat

import (
	"time"

	"mattermost-plugin-zoom/server/fault"
)

// Failure returns the sentence for a failure: that of its code, or the one for an unexpected failure. What the failure says in its
// parameters is plain text, such as Zoom's own words, apart from addresses, scopes and times.
func Failure(err error) Message {
	m := Message{ID: "fault." + string(fault.CodeOf(err))}
	for name, value := range fault.ParamsOf(err) {
		m = m.WithText(name, failureParam(name, value))
	}
	return m
}

func failureParam(name, value string) Text {
	switch name {
	case "Link":
		return Link(value, value)
	case "Scope":
		// As code it can be copied as it is.
		return Code(value)
	case "Until":
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return Time(at, DateAndTime)
		}
	}
	return Plain(value)
}
