package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
)

// The errors of Verify.
var (
	// ErrUnsigned is returned for a delivery without any proof.
	ErrUnsigned = errors.New("the delivery has no signature or secret")
	// ErrForged is returned for a delivery with a wrong proof.
	ErrForged = errors.New("the delivery's signature or secret is wrong")
	// ErrPing is returned for a test delivery that may be acknowledged without proof, because nothing is done with it.
	ErrPing = errors.New("the delivery is a test")
)

// MatchSignature returns the index of the secret that the body was signed with. The signature is a hexadecimal HMAC-SHA256. It returns -1
// if none matches. Empty secrets never match, and the time it takes doesn't depend on where the signature differs.
func MatchSignature(body []byte, signature string, secrets []string) int {
	claimed, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil || len(claimed) != sha256.Size {
		return -1
	}
	found := -1
	for i, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), claimed) && found < 0 {
			found = i
		}
	}
	return found
}

// Sign returns the hexadecimal HMAC-SHA256 of the body.
func Sign(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// MatchSecret returns the index of the secret that equals the given text, or -1, with the same guarantees as MatchSignature.
func MatchSecret(shown string, secrets []string) int {
	found := -1
	for i, secret := range secrets {
		if secret != "" && subtle.ConstantTimeCompare([]byte(shown), []byte(secret)) == 1 && found < 0 {
			found = i
		}
	}
	return found
}

// ProofOf returns the proof for the secret at this index. For a negative index, it returns ErrForged.
func ProofOf(secret int, by ProofKind) (Proof, error) {
	if secret < 0 {
		return Proof{}, ErrForged
	}
	return Proof{Secret: secret, By: by}, nil
}
