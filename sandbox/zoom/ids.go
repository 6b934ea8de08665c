package zoom

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
)

// ids mints the identifiers and secrets of one world from one seeded generator,
// so that a run can be repeated exactly. Nothing here is fit to protect anything.
type ids struct {
	rng   *rand.Rand
	uuids int
	// minted is told each secret; it may be nil.
	minted func(secret string)
}

// newIDs seeds a generator; seed 0 takes a random one.
func newIDs(seed uint64) *ids {
	if seed == 0 {
		seed = rand.Uint64()
	}
	return &ids{rng: rand.New(rand.NewPCG(seed, ^seed))}
}

// bytes returns n random bytes.
func (g *ids) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.rng.UintN(256))
	}
	return b
}

// object returns an identifier in the form of Zoom's user and account IDs.
func (g *ids) object() string {
	return base64.RawURLEncoding.EncodeToString(g.bytes(16))
}

// secret returns a token whose prefix marks it as the sandbox's own.
func (g *ids) secret(kind string) string {
	minted := "sbx_" + kind + "_" + base64.RawURLEncoding.EncodeToString(g.bytes(24))
	if g.minted != nil {
		g.minted(minted)
	}
	return minted
}

// meetingUUID returns the identifier of one run of a meeting. The alphabet is
// that of standard base64, so a slash can stand anywhere; since the two forms
// which clients get wrong (a leading slash, a double slash) are rare by nature,
// the second UUID and every fourth after it lead with one, and the fourth and
// every fourth after it hold a double one.
// https://developers.zoom.us/docs/api/using-zoom-apis/
func (g *ids) meetingUUID() string {
	b := g.bytes(16)
	g.uuids++
	switch g.uuids % 4 {
	case 2:
		b[0] |= 0xfc
	case 0:
		b[3], b[4] = 0xff, b[4]|0xf0
	}
	return base64.StdEncoding.EncodeToString(b)
}

// hexUUID returns a random UUID whose groups are joined by sep.
func (g *ids) hexUUID(sep string) string {
	h := hex.EncodeToString(g.bytes(16))
	return h[:8] + sep + h[8:12] + sep + h[12:16] + sep + h[16:20] + sep + h[20:]
}

// meetingNumber returns an eleven-digit meeting ID, which is above 2^31.
func (g *ids) meetingNumber() int64 {
	return 80_000_000_000 + g.rng.Int64N(9_999_999_999)
}

// personalNumber returns a ten-digit personal meeting ID.
func (g *ids) personalNumber() int64 {
	return 2_000_000_000 + g.rng.Int64N(7_999_999_999)
}

// passcode returns a meeting passcode as Zoom generates them: six characters.
func (g *ids) passcode() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 6)
	for i := range b {
		b[i] = alphabet[g.rng.IntN(len(alphabet))]
	}
	return string(b)
}

// encryptedPasscode returns what a join link carries in place of the passcode.
func (g *ids) encryptedPasscode() string {
	return base64.RawURLEncoding.EncodeToString(g.bytes(24)) + ".1"
}

// trackingID returns the value of the x-zm-trackingid header.
func (g *ids) trackingID() string {
	return fmt.Sprintf("v=2.0;clid=us04;rid=WEB_%s", hex.EncodeToString(g.bytes(16)))
}
