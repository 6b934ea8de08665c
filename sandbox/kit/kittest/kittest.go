// Package kittest is what the tests of the sandboxes have in common: an endpoint
// that records deliveries, and a client that follows no redirect. It is for tests
// only.
package kittest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ear is an endpoint that records what arrives, each as a T.
type Ear[T any] struct {
	// URL is its address.
	URL string

	mu     sync.Mutex
	got    []T
	status []int
	slow   time.Duration
}

// Listen opens an endpoint that reads deliveries with read and answers with these
// statuses, see [Ear.Answers].
func Listen[T any](t testing.TB, read func(http.Header, []byte) T, status ...int) *Ear[T] {
	t.Helper()
	e := &Ear[T]{status: status}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sender has gone away
		}
		status, slow := e.take(read(r.Header, body))
		select {
		case <-time.After(slow):
			rw.WriteHeader(status)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	e.URL = server.URL + "/hook"
	return e
}

// take records a delivery and returns how it is answered.
func (e *Ear[T]) take(one T) (status int, slow time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, one)
	status = http.StatusOK
	if len(e.status) > 0 {
		status = e.status[0]
	}
	if len(e.status) > 1 {
		e.status = e.status[1:]
	}
	return status, e.slow
}

// Answers sets how the next deliveries are answered, and how slowly all are. The
// last status goes on; it is 200 without any.
func (e *Ear[T]) Answers(slow time.Duration, status ...int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.slow, e.status = slow, status
}

// All returns what arrived, and forgets it.
func (e *Ear[T]) All() []T {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.got
	e.got = nil
	return got
}

// Do sends a request without following redirects, and decodes the answer into each
// of these that its JSON fits.
func Do(t testing.TB, r *http.Request, into ...any) (status int, header http.Header, text string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	for _, v := range into {
		_ = json.Unmarshal(body, v)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// Text returns the text that the names lead to in a decoded answer, "" for none.
func Text(body any, names ...string) string {
	text, _ := At(body, names...).(string)
	return text
}

// At returns what the names lead to in a decoded answer, nil for nothing.
func At(body any, names ...string) any {
	for _, name := range names {
		object, ok := body.(map[string]any)
		if !ok {
			return nil
		}
		body = object[name]
	}
	return body
}
