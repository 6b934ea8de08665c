package sentry

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

// hex returns n random bytes in hexadecimal, as Sentry writes the IDs of events
// and of attempts.
func (g *ids) hex(n int) string { return hex.EncodeToString(g.bytes(n)) }

// uuid returns a random UUID.
func (g *ids) uuid() string {
	h := g.hex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// clientSecret returns a secret in the form of Sentry's.
func (g *ids) clientSecret() string {
	minted := g.hex(32)
	if g.minted != nil {
		g.minted(minted)
	}
	return minted
}
