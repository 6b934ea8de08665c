package sentry

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// compact encodes v the way Sentry does: no spaces and no HTML escaping.
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
