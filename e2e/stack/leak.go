package stack

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// encoded finds what may be base64, in either alphabet.
var encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`)

// unwrapDepth is how often text inside text is unwrapped: a body in a JSON record
// is base64, and may hold a token that is base64 again.
const unwrapDepth = 3

// Leak looks for secrets in a text, also where it is wrapped in base64, and
// returns the first one found with what follows it, or "".
func Leak(text string, secrets ...string) string { return leak(text, secrets, unwrapDepth) }

func leak(text string, secrets []string, depth int) string {
	for _, secret := range secrets {
		if _, after, found := strings.Cut(text, secret); found {
			return secret + after[:min(len(after), 12)] + "…"
		}
	}
	if depth == 0 {
		return ""
	}
	for _, run := range encoded.FindAllString(text, -1) {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			plain, err := encoding.DecodeString(run[:len(run)-len(run)%4])
			if err != nil || len(plain) == 0 {
				continue
			}
			if found := leak(string(plain), secrets, depth-1); found != "" {
				return found
			}
		}
	}
	return ""
}
