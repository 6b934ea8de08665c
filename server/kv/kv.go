// Package kv is what all users of the plugin's key-value table share besides the table: how a key is derived, and how concurrent writers
// of the same record back off.
package kv

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// Hash returns 32 characters that are safe in a key: the base64url encoding of the first 24 bytes of a SHA-256 over the parts. Each part
// is hashed with its length, so that ("a", "bc") and ("ab", "c") differ.
func Hash(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:24])
}

// Pause waits before the try with this number (from 1): twice as long each time, from least up to most, with jitter so that concurrent
// writers spread out. It returns the context's error if that ends first.
func Pause(ctx context.Context, try int, least, most time.Duration) error {
	limit := min(least<<min(try, 10), most)
	timer := time.NewTimer(limit/2 + rand.N(limit/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
