package mattermost

import (
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
)

// maxMessage is the longest Markdown of a message, links included, in characters: a little less than the server's limit, because the
// server rejects a longer one on each retry.
const maxMessage = model.PostMessageMaxRunesV2 - 200

// fitting returns the text as Markdown that shows at most this many characters, or fewer if the Markdown is too long for a message.
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
