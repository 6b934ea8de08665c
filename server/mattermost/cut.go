package mattermost

import (
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// maxMessage is how long the Markdown of a message may be, addresses and all: a little less than the server takes, which refuses what
// is longer each time that it is tried again.
const maxMessage = model.PostMessageMaxRunesV2 - 200

// fitting returns the text as Markdown for a message of which people see at most this many characters, or fewer where the Markdown is
// long for what it shows.
func fitting(text chat.Text, most int) string {
	short, _ := chat.Cut(text, most)
	said := asMarkdown(short)
	for utf8.RuneCountInString(said) > maxMessage && most > 1 {
		most /= 2
		short, _ = chat.Cut(text, most)
		said = asMarkdown(short)
	}
	return said
}
