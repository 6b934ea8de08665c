package pagerduty

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// idForm is what PagerDuty's names for things look like. They become parts of addresses.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// idOf returns the name of a thing, "" for what cannot be one.
func idOf(id string) string {
	if len(id) > maxID || !idForm.MatchString(id) {
		return ""
	}
	return id
}

// shortHash returns what tells one text from another.
func shortHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
