package bitbucket

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// compact encodes v the way Bitbucket does: no spaces and no HTML escaping.
func compact(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only our own types come here
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// writeJSON answers a request; a nil body sends the status alone.
func writeJSON(rw http.ResponseWriter, status int, body any) {
	if body == nil {
		rw.WriteHeader(status)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = rw.Write(compact(body))
}

// link is an address in the form of Cloud's links.
func link(href string) object { return object{"href": href} }

// trimBraces takes the braces off a UUID of Cloud's.
func trimBraces(uuid string) string { return strings.Trim(uuid, "{}") }

// stableUUID is the same for the same text.
func stableUUID(of string) string {
	sum := sha256.Sum256([]byte(of))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
