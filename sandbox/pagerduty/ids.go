package pagerduty

import (
	"mattermost-plugin-zoom/sandbox/kit"
)

// ids creates the identifiers that PagerDuty has.
type ids struct{ *kit.IDs }

// letters are those of PagerDuty's identifiers.
const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// id returns an identifier with this beginning, of that many characters.
func (g ids) id(beginning string, length int) string {
	b := []byte(beginning)
	for len(b) < length {
		b = append(b, letters[g.IntN(len(letters))])
	}
	return string(b)
}
