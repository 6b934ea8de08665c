package provider

import "slices"

// maxPendingNotes is how many notes of ours may be on their way.
const maxPendingNotes = 20

// PendingNote is a note on its way to the tool, of which the text stands in a channel's thread already.
type PendingNote struct {
	// Text is what the note's text is recognized by.
	Text string `json:"text"`
	// ChannelID is where it stands.
	ChannelID string `json:"channel,omitempty"`
}

// PendingNotes are the notes on their way about a subject, for a Noter to keep in its state.
type PendingNotes []PendingNote

// Add returns them with one more; of very many the oldest are forgotten.
func (c PendingNotes) Add(n PendingNote) PendingNotes {
	all := append(slices.Clone(c), n)
	return all[max(0, len(all)-maxPendingNotes):]
}

// Remove returns them without the note with this text, which has come, and where that stands already; "" for one that was not coming.
func (c PendingNotes) Remove(text string) (left PendingNotes, channelID string) {
	at := slices.IndexFunc(c, func(n PendingNote) bool { return n.Text == text })
	if at < 0 {
		return c, ""
	}
	return slices.Delete(slices.Clone(c), at, at+1), c[at].ChannelID
}
