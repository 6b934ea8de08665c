package bitbucket

import (
	"strconv"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
)

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// called returns what a person is called in a sentence.
func called(p person) i18n.Message {
	if name := chat.Escape(p.Name); name != "" {
		return i18n.Verbatim(name)
	}
	return i18n.M("bitbucket.somebody")
}

// joined returns the messages after each other with commas between; zero for none.
func joined(parts ...i18n.Message) i18n.Message {
	var all i18n.Message
	for _, part := range parts {
		switch {
		case part.Zero():
		case all.Zero():
			all = part
		default:
			all = i18n.M("bitbucket.and").WithMessage("First", all).WithMessage("Second", part)
		}
	}
	return all
}

// lines returns the messages below each other without those that say nothing; zero for none.
func lines(parts ...i18n.Message) i18n.Message {
	var all []i18n.Message
	for _, part := range parts {
		if !part.Zero() {
			all = append(all, part)
		}
	}
	if len(all) == 0 {
		return i18n.Message{}
	}
	return i18n.Lines(all...)
}

// more returns "and 3 more" where there are more than are shown; else zero.
func more(all, shown int) i18n.Message {
	if all <= shown {
		return i18n.Message{}
	}
	return i18n.N("bitbucket.more", all-shown)
}
