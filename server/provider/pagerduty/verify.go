package pagerduty

import (
	"strings"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// headerSignature has one signature for each secret that is valid while PagerDuty changes it: "v1=<hex>,v1=<hex>".
	// See https://developer.pagerduty.com/docs/verifying-webhook-signatures.
	headerSignature = "X-Pagerduty-Signature"
	// signatureVersion is before each signature over the body. Others are passed over: PagerDuty may add some.
	signatureVersion = "v1="
	// maxSignatures bounds how many are tried.
	maxSignatures = 10
)

// Verify implements provider.Provider. There is no time in what is signed: that a delivery comes again is noticed by its events.
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
