package provider

import (
	"slices"

	"mattermost-plugin-zoom/server/chat"
)

// maxPendingNotes is how many notes are kept for one subject.
const maxPendingNotes = 20

// PendingNote is a note that the plugin is about to send to the provider. Its text is already in the thread of a channel.
type PendingNote struct {
	// Text identifies the note's text.
	Text string `json:"text"`
	// Place is the channel of that thread.
	Place chat.Place `json:"place,omitzero"`
}

// PendingNotes are the pending notes about a subject. A ReplySync keeps them in the subject's state.
type PendingNotes []PendingNote

// Add returns the notes with one more. If there are too many, the oldest are dropped.
func (c PendingNotes) Add(n PendingNote) PendingNotes {
	all := append(slices.Clone(c), n)
	return all[max(0, len(all)-maxPendingNotes):]
}

// Remove returns the notes without the one with this text, and the channel in which it already is. If no such note is pending, that is
// the zero place.
func (c PendingNotes) Remove(text string) (left PendingNotes, at chat.Place) {
	i := slices.IndexFunc(c, func(n PendingNote) bool { return n.Text == text })
	if i < 0 {
		return c, chat.Place{}
	}
	return slices.Delete(slices.Clone(c), i, i+1), c[i].Place
}
