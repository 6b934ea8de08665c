package zoom

import (
	"encoding/base64"
	"fmt"

	"mattermost-plugin-zoom/sandbox/kit"
)

// ids creates the identifiers that Zoom has.
type ids struct {
	*kit.IDs
	uuids int
}

// object returns an identifier in the form of Zoom's user and account IDs.
func (g *ids) object() string {
	return base64.RawURLEncoding.EncodeToString(g.Bytes(16))
}

// meetingUUID returns the identifier of one run of a meeting. The alphabet is
// that of standard base64, so a slash can stand anywhere; since the two forms
// which clients get wrong (a leading slash, a double slash) are rare by nature,
// the second UUID and every fourth after it lead with one, and the fourth and
// every fourth after it hold a double one.
// https://developers.zoom.us/docs/api/using-zoom-apis/
func (g *ids) meetingUUID() string {
	b := g.Bytes(16)
	g.uuids++
	switch g.uuids % 4 {
	case 2:
		b[0] |= 0xfc
	case 0:
		b[3], b[4] = 0xff, b[4]|0xf0
	}
	return base64.StdEncoding.EncodeToString(b)
}

// meetingNumber returns an eleven-digit meeting ID, which is above 2^31.
func (g *ids) meetingNumber() int64 {
	return 80_000_000_000 + g.Int64N(9_999_999_999)
}

// personalNumber returns a ten-digit personal meeting ID.
func (g *ids) personalNumber() int64 {
	return 2_000_000_000 + g.Int64N(7_999_999_999)
}

// passcode returns a meeting passcode as Zoom generates them: six characters.
func (g *ids) passcode() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 6)
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

// encryptedPasscode returns what a join link carries in place of the passcode.
func (g *ids) encryptedPasscode() string {
	return base64.RawURLEncoding.EncodeToString(g.Bytes(24)) + ".1"
}

// trackingID returns the value of the x-zm-trackingid header.
func (g *ids) trackingID() string {
	return fmt.Sprintf("v=2.0;clid=us04;rid=WEB_%s", g.Hex(16))
}
