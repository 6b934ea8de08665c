package zoom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What a Verifier and ValidationAnswer refuse. A delivery refused for any of these reasons is not Zoom's, or too old, and
// must have no effect.
var (
	// ErrNoSecret is a plugin without Zoom's secret token, which can't tell who sent anything.
	ErrNoSecret = errors.New("no secret token of Zoom is set")
	// ErrUnsigned is a delivery without signature or without timestamp.
	ErrUnsigned = errors.New("the delivery is not signed")
	// ErrSignature is a delivery whose signature is malformed, doubled or made with none of the secrets.
	ErrSignature = errors.New("the signature is wrong")
	// ErrStale is a delivery with a right signature and a timestamp too far from now.
	ErrStale = errors.New("the timestamp is too old or in the future")
	// ErrPlainToken is a token in a URL validation that is not one of Zoom's.
	ErrPlainToken = errors.New("the token to be signed is not one of Zoom's")
)

const (
	headerSignature = "X-Zm-Signature"
	headerTimestamp = "X-Zm-Request-Timestamp"
	signatureScheme = "v0"

	// maxAge admits retries: Zoom makes the last one 85 minutes after the first delivery, and it is not documented whether
	// that carries the first timestamp. Replays within that time are for the receiver to notice.
	maxAge = 100 * time.Minute
	// maxAhead is how far Zoom's clock may be ahead of ours.
	maxAhead = 5 * time.Minute
)

// plainTokens are the tokens that Zoom sends for URL validation.
var plainTokens = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// Verifier says whether a webhook delivery is Zoom's: https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
type Verifier struct {
	secrets func() []string
	now     func() time.Time
}

// NewVerifier returns a verifier that accepts deliveries signed with any of the secret tokens, which are asked for at each
// delivery. Several are in use while an admin replaces one.
func NewVerifier(secrets func() []string, now func() time.Time) *Verifier {
	return &Verifier{secrets: secrets, now: now}
}

// SignedBy returns the secret token that the delivery with this header and unchanged body was signed with, which is the one
// to answer a URL validation with. Its error is nil when the delivery is Zoom's and recent, else ErrNoSecret, ErrUnsigned,
// ErrSignature or ErrStale.
func (v *Verifier) SignedBy(header http.Header, body []byte) (string, error) {
	secrets := v.usable()
	if len(secrets) == 0 {
		return "", ErrNoSecret
	}
	signatures, timestamps := header.Values(headerSignature), header.Values(headerTimestamp)
	switch {
	case len(signatures) == 0, len(timestamps) == 0:
		return "", ErrUnsigned
	case len(signatures) > 1, len(timestamps) > 1:
		return "", ErrSignature
	}
	timestamp := timestamps[0]
	given, err := hex.DecodeString(strings.TrimPrefix(signatures[0], signatureScheme+"="))
	if err != nil || !strings.HasPrefix(signatures[0], signatureScheme+"=") || !digits(timestamp) {
		return "", ErrSignature
	}
	for _, secret := range secrets {
		if hmac.Equal(given, mac(secret, signatureScheme+":"+timestamp+":", body)) {
			return secret, v.fresh(timestamp)
		}
	}
	return "", ErrSignature
}

// usable returns the secrets that can sign: with an empty one anyone could.
func (v *Verifier) usable() []string {
	var usable []string
	for _, secret := range v.secrets() {
		if secret != "" {
			usable = append(usable, secret)
		}
	}
	return usable
}

// fresh returns ErrStale unless the timestamp, in seconds, is near enough.
func (v *Verifier) fresh(timestamp string) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrStale
	}
	age := v.now().Unix() - seconds
	if age > int64(maxAge/time.Second) || age < -int64(maxAhead/time.Second) {
		return ErrStale
	}
	return nil
}

// ValidationAnswer returns the JSON with which a receiver proves to Zoom that it knows the secret token. It fails with
// ErrNoSecret, or with ErrPlainToken: events are signed with the same secret, so signing whatever is asked would let
// others sign events. Only answer what a Verifier accepted.
func ValidationAnswer(secret, plainToken string) ([]byte, error) {
	switch {
	case secret == "":
		return nil, ErrNoSecret
	case !plainTokens.MatchString(plainToken):
		return nil, ErrPlainToken
	}
	return json.Marshal(struct {
		PlainToken     string `json:"plainToken"`
		EncryptedToken string `json:"encryptedToken"`
	}{plainToken, hex.EncodeToString(mac(secret, plainToken, nil))})
}

// Secrets returns the secret tokens in a setting, where an admin may put several, divided by white space or commas.
func Secrets(setting string) []string {
	return strings.FieldsFunc(setting, func(c rune) bool { return strings.ContainsRune(" \t\r\n,", c) })
}

// mac returns the HMAC-SHA256 of the prefix followed by the body.
func mac(secret, prefix string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(prefix))
	h.Write(body)
	return h.Sum(nil)
}
