package pagerduty

import (
	"strings"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// headerSignature has one signature for each valid secret while PagerDuty rotates it: "v1=<hex>,v1=<hex>". See
	// https://developer.pagerduty.com/docs/verifying-webhook-signatures.
	headerSignature = "X-Pagerduty-Signature"
	// signatureVersion is the prefix of each signature over the body. Other versions are ignored because PagerDuty may add some.
	signatureVersion = "v1="
	// maxSignatures limits how many signatures are tried.
	maxSignatures = 10
)

// Verify implements provider.Provider. The signature covers no time: a repeated delivery is recognized by its events.
func (PagerDuty) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	header := strings.TrimSpace(d.Header[headerSignature])
	if header == "" {
		return provider.Proof{}, provider.ErrUnsigned
	}
	found := -1
	for i, part := range strings.Split(header, ",") {
		signature, ok := strings.CutPrefix(strings.TrimSpace(part), signatureVersion)
		if !ok || i >= maxSignatures {
			continue
		}
		if n := provider.MatchSignature(d.Body, signature, secrets); found < 0 {
			found = n
		}
	}
	return provider.ProofOf(found, provider.BySignature)
}
