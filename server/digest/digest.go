// Package digest turns what a record is about into a short name for it, which says nothing about the parts.
package digest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Of returns 32 characters: the base64url encoding of the first 24 bytes of a SHA-256 over the parts. Each part is hashed with its length,
// so that ("a", "bc") and ("ab", "c") differ.
func Of(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:24])
}
