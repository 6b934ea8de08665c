package kit

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Object is a JSON object.
type Object = map[string]any

// Compact encodes v as the vendors do: no spaces and no HTML escaping, so that a
// client that decodes and encodes a delivery again signs the same bytes. It panics
// on what JSON can't hold.
func Compact(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// WriteJSON answers a request; a nil body sends the status alone. A content type
// that is set already stays.
func WriteJSON(rw http.ResponseWriter, status int, body any) {
	if body == nil {
		rw.WriteHeader(status)
		return
	}
	if rw.Header().Get("Content-Type") == "" {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.WriteHeader(status)
	_, _ = rw.Write(Compact(body)) // the client may be gone
}
