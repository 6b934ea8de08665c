package providertest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// zoomTranscript is what a channel of Zoom Team Chat is sent in a story: the content of each card when it changes, and that of the replies
// in its thread.
type zoomTranscript struct {
	strings.Builder
	// cards are the latest cards by their subjects.
	cards map[string]string
}

// begin writes the heading of a delivery.
func (tr *zoomTranscript) begin(delivery string) {
	if tr.Len() > 0 {
		tr.WriteString("\n")
	}
	tr.WriteString("=== " + delivery + "\n")
}

// add writes what the step of a story sends, and checks that Zoom's rules for it are kept.
func (tr *zoomTranscript) add(t *testing.T, r content.Renderer, s step) {
	t.Helper()
	if s.change.Stale {
		return
	}
	if card := written(t, r.Card(s.card)); card != tr.cards[s.subject] {
		if tr.cards == nil {
			tr.cards = map[string]string{}
		}
		tr.cards[s.subject] = card
		tr.WriteString(card + "\n")
	}
	for _, reply := range s.change.Replies {
		tr.WriteString("reply " + written(t, r.Reply(reply)) + "\n")
	}
}

// written returns the content as indented JSON.
func written(t *testing.T, c content.Content) string {
	t.Helper()
	require.NoError(t, c.Check())
	encoded, err := c.JSON()
	require.NoError(t, err)
	require.Empty(t, card.Check(encoded), "every client of Zoom's shows it")
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, encoded, "", "  "))
	return indented.String()
}

// zoomchat returns how Zoom Team Chat is sent the provider's messages in English.
func (tr *conformance) zoomchat() content.Renderer {
	return content.Renderer{
		Say:    func(m chat.Message) chat.Text { return tr.catalogue.Text("en", m) },
		Reader: content.Reader{Emoji: markdown.EmojiOf},
	}
}
