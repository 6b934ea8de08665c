package httpapi

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strconv"
)

const (
	// usualBody is the size of a body whose length is unknown, in bytes; most deliveries are smaller.
	usualBody = 4 << 10
	// largestRead is the most that is read at once.
	largestRead = 32 << 10
)

// inOneRead returns the body so that reading it takes as few reads as possible: each read of a plugin's request is a round trip to the
// server, and io.ReadAll alone begins with 512 bytes.
func inOneRead(r *http.Request) io.Reader {
	size := usualBody
	if length, err := strconv.Atoi(r.Header.Get("Content-Length")); err == nil && length > 0 {
		// One more than the length: a read that gets less than it asked for is known to be the last.
		size = min(length+1, largestRead)
	}
	return bufio.NewReaderSize(r.Body, size)
}

// readBody returns the body of at most so many bytes, or the status to refuse the request with and the reason.
func readBody(w http.ResponseWriter, r *http.Request, most int64) (body []byte, status int, reason string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, io.NopCloser(inOneRead(r)), most))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge, "the body is too large"
	case err != nil:
		return nil, http.StatusServiceUnavailable, "the body broke off"
	}
	return body, 0, ""
}
