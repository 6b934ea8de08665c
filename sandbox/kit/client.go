package kit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/pkg/errors"
)

// Client sends deliveries as vendors do: it follows no redirect, and waits for the
// receipt only so long.
type Client struct {
	http   http.Client
	within time.Duration
}

// NewClient returns a client that waits that long, in wall-clock time. It sends as
// given does, except for its timeout and its redirect rule; given may be nil.
func NewClient(given *http.Client, within time.Duration) *Client {
	c := &Client{within: within}
	if given != nil {
		c.http = *given
	}
	c.http.Timeout = 0 // each request has its own deadline
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Receipt is an answer. Its status is 0 when there was none.
type Receipt struct {
	Status int
	Header http.Header
	Body   []byte // at most 64 KiB
}

// Post sends a body and returns the answer.
func (c *Client) Post(address string, header http.Header, body []byte) (Receipt, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Receipt{}, err
	}
	r.Header = header
	resp, err := c.http.Do(r)
	if err != nil {
		return Receipt{}, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return Receipt{resp.StatusCode, resp.Header, answer}, err
}

// reason explains why there was no answer, without the address: it may carry a
// secret.
func reason(err error) string {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	return err.Error()
}

// HMAC returns the SHA-256 HMAC of text in hexadecimal.
func HMAC(secret string, text []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}
