package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"
)

// secretNames are the fields whose values must not appear in a journal.
var secretNames = [...]string{
	"access_token", "refresh_token", "id_token", "token", "code", "code_verifier", "client_secret", "clientSecret", "secret",
	"webhook_secret", "start_url", "zak", "callback_token",
}

// isSecret reports whether a field of that name holds a secret.
func isSecret(name string) bool {
	return slices.Contains(secretNames[:], name)
}

// fingerprint replaces a secret: the same one for the same secret, without a way back.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "redacted-" + hex.EncodeToString(sum[:4])
}

// redactAuthorization keeps the scheme of an Authorization header.
func redactAuthorization(value string) string {
	scheme, credentials, _ := strings.Cut(value, " ")
	if credentials == "" {
		return ""
	}
	return scheme + " " + fingerprint(credentials)
}

// redactQuery replaces the secrets in a query or a form. What can not be read is
// left out.
func redactQuery(raw string) string {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "unreadable"
	}
	for name := range values {
		if isSecret(name) {
			values.Set(name, fingerprint(values.Get(name)))
		}
	}
	return values.Encode()
}

// redactBody replaces the secrets in a body that is JSON or a form, and leaves
// others out.
func redactBody(contentType string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	switch media, _, _ := mime.ParseMediaType(contentType); media {
	case "application/x-www-form-urlencoded":
		return redactQuery(string(body))
	case "application/json":
		return redactJSON(body)
	default:
		return ""
	}
}

// redactDelivery replaces the secrets in the body of a delivery that is JSON.
// Vendors put none into others.
func redactDelivery(body []byte) string {
	if !json.Valid(body) {
		return string(body)
	}
	return redactJSON(body)
}

// redactJSON replaces the secrets in a JSON text.
func redactJSON(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return "unreadable"
	}
	return string(Compact(redactValue(v)))
}

// redactValue replaces the secrets in a decoded JSON value, in place. Numbers
// are none.
func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, isNumber := inner.(json.Number); isNumber || !isSecret(name) {
				v[name] = redactValue(inner)
				continue
			}
			text, isText := inner.(string)
			if !isText {
				text = string(Compact(inner))
			}
			v[name] = fingerprint(text)
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	}
	return v
}
