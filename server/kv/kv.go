// Package kv is what all users of the plugin's key-value table share, beside the table itself: how a key is made of anything,
// and how those who want to change the same record get out of each other's way.
package kv

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// Hash returns 32 characters for the parts that are safe in a key: base64url of the first 24 bytes of a SHA-256.
// Each part goes in with its length, so that ("a", "bc") and ("ab", "c") differ.
func Hash(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:24])
}

// Pause waits before the try with this number (from 1), twice as long each time from least up to most, at random so that
// rivals part. It ends early, with the context's error, when that is done.
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
