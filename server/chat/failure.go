package chat

import (
	"time"

	"mattermost-plugin-zoom/server/fault"
)

// Failure returns the message for an error: the sentence for its code, or the one for an unexpected failure. Parameters of the error,
// such as Zoom's own words, are plain text, except for addresses, scopes and times.
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
		// Users copy these, so they are code.
		return Code(value)
	case "Until":
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return Time(at, DateAndTime)
		}
	}
	return Plain(value)
}
