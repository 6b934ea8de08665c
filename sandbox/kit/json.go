package kit

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Object is a JSON object.
type Object = map[string]any

// Compact encodes v as the vendors do: no spaces and no escapes but those that JSON
// needs, so that a client that decodes and encodes a delivery again signs the same
// bytes. It panics on what JSON can't hold.
func Compact(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return unescaped(bytes.TrimRight(buf.Bytes(), "\n"))
}

// unescaped writes the line separators U+2028 and U+2029 as they are, which Go's encoder
// always escapes and others don't.
func unescaped(encoded []byte) []byte {
	if !bytes.Contains(encoded, []byte(`\u202`)) {
		return encoded
	}
	out := make([]byte, 0, len(encoded))
	for i := 0; i < len(encoded); i++ {
		switch rest := encoded[i:]; {
		case bytes.HasPrefix(rest, []byte(`\u2028`)):
			out = append(out, "\u2028"...)
			i += len(`\u2028`) - 1
		case bytes.HasPrefix(rest, []byte(`\u2029`)):
			out = append(out, "\u2029"...)
			i += len(`\u2029`) - 1
		case encoded[i] == '\\':
			out = append(out, encoded[i], encoded[i+1])
			i++
		default:
			out = append(out, encoded[i])
		}
	}
	return out
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
