package pagerduty

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// idForm is the form of PagerDuty's IDs. They become parts of addresses.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// idOf returns the ID, or "" if it isn't valid.
func idOf(id string) string {
	if len(id) > maxID || !idForm.MatchString(id) {
		return ""
	}
	return id
}

// shortHash returns a hash that identifies the text.
func shortHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
