package jenkins

import (
	"encoding/base64"
	"strings"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// headerToken has the token as the plugin "Zoom" sends it, without a scheme, or as the user info in the URL of the plugin
	// "Notification". Some versions of Mattermost remove the header; then only the address can prove anything.
	headerToken = "Authorization"
	// headerSignature has "sha256=" and the HMAC of the body, for senders that can sign.
	headerSignature = "X-Mattermost-Jenkins-Signature"

	signaturePrefix = "sha256="
)

// Verify implements provider.Provider. A wrong signature or token is an error even if the address is right, because someone who read the
// address in a log may try others.
func (Jenkins) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	if signature := strings.TrimSpace(d.Header[headerSignature]); signature != "" {
		encoded, ok := strings.CutPrefix(signature, signaturePrefix)
		if !ok {
			return provider.Proof{}, provider.ErrForged
		}
		return provider.ProofOf(provider.MatchSignature(d.Body, encoded, secrets), provider.BySignature)
	}
	if token := strings.Trim(d.Header[headerToken], " "); token != "" {
		found := -1
		for _, shown := range tokens(token) {
			if n := provider.MatchSecret(shown, secrets); found < 0 {
				found = n
			}
		}
		return provider.ProofOf(found, provider.ByHeader)
	}
	if d.PathSecret != "" {
		return provider.ProofOf(provider.MatchSecret(d.PathSecret, secrets), provider.ByPath)
	}
	return provider.Proof{}, provider.ErrUnsigned
}

// tokens returns the possible tokens in the header: the whole value, what follows a scheme, or the parts of a login.
func tokens(value string) []string {
	all := []string{value}
	scheme, rest, _ := strings.Cut(value, " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		all = append(all, rest)
	case "basic":
		login, err := base64.StdEncoding.Strict().DecodeString(rest)
		if err != nil || strings.ContainsAny(rest, "\r\n") { // the decoder ignores these
			return all
		}
		user, password, _ := strings.Cut(string(login), ":")
		if password == "" {
			return append(all, user) // "https://token@host/" has no password
		}
		all = append(all, password)
	}
	return all
}
