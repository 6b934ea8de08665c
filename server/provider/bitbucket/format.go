package bitbucket

import (
	"strconv"

	"mattermost-plugin-zoom/server/chat"
)

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// actorName returns what a person is called in a sentence.
func actorName(p person) chat.Message {
	if name := chat.Escape(p.Name); name != "" {
		return chat.Verbatim(name)
	}
	return chat.Say("bitbucket.somebody")
}

// joinComma returns the messages after each other with commas between; zero for none.
func joinComma(parts ...chat.Message) chat.Message {
	var all chat.Message
	for _, part := range parts {
		switch {
		case part.Zero():
		case all.Zero():
			all = part
		default:
			all = chat.Say("bitbucket.and").WithMessage("First", all).WithMessage("Second", part)
		}
	}
	return all
}

// moreText returns "and 3 more" where there are more than are shown; else zero.
func moreText(all, shown int) chat.Message {
	if all <= shown {
		return chat.Message{}
	}
	return chat.Plural("bitbucket.more", all-shown)
}
