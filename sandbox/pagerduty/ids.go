package pagerduty

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
)

// ids mints the identifiers and secrets of one world from one seeded generator,
// so that a run can be repeated exactly. Nothing here is fit to protect anything.
type ids struct {
	rng *rand.Rand
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

// secret returns a token whose prefix marks it as the sandbox's own.
func (g *ids) secret(kind string) string {
	minted := "sbx_" + kind + "_" + base64.RawURLEncoding.EncodeToString(g.bytes(24))
	if g.minted != nil {
		g.minted(minted)
	}
	return minted
}

// letters are those of PagerDuty's identifiers.
const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// id returns an identifier with this beginning, of that many characters.
func (g *ids) id(beginning string, length int) string {
	b := []byte(beginning)
	for len(b) < length {
		b = append(b, letters[g.rng.IntN(len(letters))])
	}
	return string(b)
}

// uuid returns a random UUID.
func (g *ids) uuid() string {
	h := hex.EncodeToString(g.bytes(16))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
