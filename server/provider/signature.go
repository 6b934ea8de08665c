package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
)

// What a Verify returns for a delivery that it does not vouch for.
var (
	// ErrUnsigned is a delivery without any proof.
	ErrUnsigned = errors.New("the delivery carries no signature or secret")
	// ErrForged is a delivery whose proof is wrong.
	ErrForged = errors.New("the signature or secret of the delivery is wrong")
	// ErrPing is a trial of the connection that may be acknowledged unproved, since nothing is done with it.
	ErrPing = errors.New("the delivery is a ping")
)

// MatchSignature returns the position of the secret with which the signature over the body was made: the hexadecimal HMAC-SHA256. It is
// -1 where none fits. Blank secrets never fit, and the time it takes does not depend on where the signature is wrong.
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

// MatchSecret returns the position of the secret that equals what was shown, -1 where none does, likewise.
func MatchSecret(shown string, secrets []string) int {
	found := -1
	for i, secret := range secrets {
		if secret != "" && subtle.ConstantTimeCompare([]byte(shown), []byte(secret)) == 1 && found < 0 {
			found = i
		}
	}
	return found
}

// ProofOf returns the proof of a delivery whose secret is at this position, and ErrForged for a negative one.
func ProofOf(secret int, by ProofKind) (Proof, error) {
	if secret < 0 {
		return Proof{}, ErrForged
	}
	return Proof{Secret: secret, By: by}, nil
}
