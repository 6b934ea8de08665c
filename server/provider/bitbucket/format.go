package bitbucket

import (
	"strconv"

	"mattermost-plugin-zoom/server/chat"
)

// itoa formats a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// actorName returns a user's name for a sentence.
func actorName(p person) chat.Message {
	if name := chat.Verbatim(p.Name); !name.Zero() {
		return name
	}
	return chat.Say("bitbucket.someone")
}

// joinComma joins the messages with commas; zero for none.
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

// moreText returns "and 3 more" if not all are shown, otherwise zero.
func moreText(all, shown int) chat.Message {
	if all <= shown {
		return chat.Message{}
	}
	return chat.Plural("bitbucket.more", all-shown)
}
