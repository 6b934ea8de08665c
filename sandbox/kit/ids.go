package kit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
)

// IDs creates the identifiers and secrets of one world from one seeded generator,
// so that a run can be repeated exactly. It is not safe for use by several
// goroutines at once.
type IDs struct {
	*rand.Rand
	// Minted receives each secret; it may be nil.
	Minted func(secret string)
}

// NewIDs seeds a generator; seed 0 takes a random one.
func NewIDs(seed uint64) *IDs {
	if seed == 0 {
		seed = rand.Uint64()
	}
	return &IDs{Rand: rand.New(rand.NewPCG(seed, ^seed))}
}

// Bytes returns n random bytes.
func (g *IDs) Bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.UintN(256))
	}
	return b
}

// Hex returns n random bytes in hexadecimal.
func (g *IDs) Hex(n int) string { return hex.EncodeToString(g.Bytes(n)) }

// UUID returns a random UUID.
func (g *IDs) UUID() string { return grouped(g.Hex(16), "-") }

// UUIDBy returns a random UUID whose groups are joined by sep.
func (g *IDs) UUIDBy(sep string) string { return grouped(g.Hex(16), sep) }

// Secret returns a token whose prefix marks it as a sandbox's own.
func (g *IDs) Secret(kind string) string {
	return g.report("sbx_" + kind + "_" + base64.RawURLEncoding.EncodeToString(g.Bytes(24)))
}

// HexSecret returns a secret of n bytes in hexadecimal.
func (g *IDs) HexSecret(n int) string { return g.report(g.Hex(n)) }

// report passes a secret to Minted.
func (g *IDs) report(secret string) string {
	if g.Minted != nil {
		g.Minted(secret)
	}
	return secret
}

// Traceparent returns a random traceparent header, as a sampled trace has.
// https://www.w3.org/TR/trace-context/
func (g *IDs) Traceparent() string { return "00-" + g.Hex(16) + "-" + g.Hex(8) + "-01" }

// StableUUID returns a UUID that is the same for the same text.
func StableUUID(of string) string {
	sum := sha256.Sum256([]byte(of))
	return grouped(hex.EncodeToString(sum[:16]), "-")
}

// grouped writes 32 hexadecimal digits in the groups of a UUID.
func grouped(h, sep string) string {
	return h[:8] + sep + h[8:12] + sep + h[12:16] + sep + h[16:20] + sep + h[20:]
}
