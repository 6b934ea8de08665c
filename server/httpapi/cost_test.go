package httpapi_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// costly counts what a real request costs: each method of the writer and each read of the body is a round trip to the server.
type costly struct {
	httptest.ResponseRecorder
	body  io.Reader
	reads int
	wrote int
}

func (c *costly) Header() http.Header { c.wrote++; return http.Header{} }

func (c *costly) Write(p []byte) (int, error) { c.wrote++; return len(p), nil }

func (c *costly) WriteHeader(int) { c.wrote++ }

// Read implements io.Reader as the server does: it returns as much as there is.
func (c *costly) Read(p []byte) (int, error) {
	c.reads++
	n, err := io.ReadFull(c.body, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

// An accepted delivery or event costs nothing but two reads: the second one finds the end.
func TestAnAcceptedRequestIsReadInOneGoAndAnsweredWithNothing(t *testing.T) {
	t.Parallel()
	event := signs("token", `{"event":"meeting.ended","payload":{"object":{"id":"85746065432","uuid":"u","topic":"`+strings.Repeat("x", 3000)+`"}}}`)
	unused := signs("token", `{"event":"meeting.other","payload":{}}`)
	for name, r := range map[string]*http.Request{
		"delivery": httptest.NewRequest(http.MethodPost, "/hooks/c1.key", strings.NewReader("good")), "event": event, "unused event": unused,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &costly{body: r.Body}
			r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
			r.Body = io.NopCloser(c)
			(&desk{}).handler(t).ServeHTTP(c, r)
			require.LessOrEqual(t, c.reads, 2)
			require.Zero(t, c.wrote)
		})
	}
}

// A sender may say any length, or none: the body is read whole.
func TestABodyIsReadWholeWhateverItsLengthIsSaidToBe(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"", "0", "-1", "3", "x", "999999999999999999999", strconv.Itoa(1 << 30)} {
		d := &desk{}
		r := httptest.NewRequest(http.MethodPost, "/hooks/c1.key", strings.NewReader(strings.Repeat("y", 100_000)))
		r.Header.Set("Content-Length", length)
		d.handler(t).ServeHTTP(httptest.NewRecorder(), r)
		require.Len(t, d.deliveries, 1)
		require.Contains(t, d.deliveries[0], strings.Repeat("y", 100_000), length)
	}
}
