package session

import (
	"context"
	"crypto/tls"
	stderrors "errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// callTimeout limits a call, including its retries.
	callTimeout = 10 * time.Second
	// maxRetries is how often a read is retried.
	maxRetries = 2
	// retryWaitMin and retryWaitMax limit the pause before a retry if the provider names none.
	retryWaitMin = 300 * time.Millisecond
	retryWaitMax = 700 * time.Millisecond
	// retryAfterMax is the longest pause requested by a provider that the client waits for: a user may be waiting.
	retryAfterMax = 3 * time.Second
	// leastAttempt is the time that must be left for a retry to be worth the wait.
	leastAttempt = time.Second
	// maxRedirects is the most redirects within a site that a call follows.
	maxRedirects = 5
	// maxDrained is how many bytes of an unused response are read to keep its connection.
	maxDrained = 64 << 10
)

// shown returns the Authorization header for a request. After the provider rejected one, it returns another, or "" for none.
type shown func(ctx context.Context, rejected string) (string, error)

// session returns a session at the site that sends this header.
func (s *Accounts) session(providerID string, site provider.Site, trusted bool, show shown, who provider.Account) provider.Session {
	next := s.guarded
	if trusted {
		next = s.trusted
	}
	pinned := &transport{next: next, origins: originsOf(site), show: show}
	pinned.refuse = func(host string) error {
		return s.fault(providerID, stderrors.New("a session is for the hosts of its site only"), fault.HostUnknown).With("Host", host)
	}
	return provider.Session{
		Provider: s.Registry.Describe(providerID).Name, Site: site, Account: who,
		HTTP: &http.Client{Transport: pinned, Timeout: callTimeout, CheckRedirect: pinned.follow},
	}
}

// transport sends the credential to the hosts of one site only.
type transport struct {
	next    http.RoundTripper
	origins []string
	show    shown
	refuse  func(host string) error
}

func originsOf(site provider.Site) []string {
	var origins []string
	for _, address := range append([]string{site.URL, site.API}, site.Hosts...) {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			origins = append(origins, origin(u))
		}
	}
	return origins
}

// follow lets a call follow a redirect within the site; any other redirect is the response.
func (t *transport) follow(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || !slices.Contains(t.origins, origin(next.URL)) {
		return http.ErrUseLastResponse
	}
	return nil
}

// RoundTrip makes one request, and a second one if the provider rejects a token that can be renewed.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !slices.Contains(t.origins, origin(r.URL)) {
		closeBody(r.Body)
		return nil, t.refuse(r.URL.Host)
	}
	header, err := t.show(r.Context(), "")
	if err != nil {
		closeBody(r.Body)
		return nil, err
	}
	response, err := t.next.RoundTrip(showing(r, r.Body, header))
	if err != nil || response.StatusCode != http.StatusUnauthorized || r.Body != nil && r.GetBody == nil {
		return response, err
	}
	header, err = t.show(r.Context(), header)
	if err == nil && header == "" {
		return response, nil
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxDrained)) // to keep the connection; an error doesn't matter
	closeBody(response.Body)
	if err != nil {
		return nil, err
	}
	body := r.Body
	if body != nil {
		if body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.next.RoundTrip(showing(r, body, header))
}

// showing returns a copy of the request with the credential. The original stays without it, because a redirect copies its headers.
func showing(r *http.Request, body io.ReadCloser, header string) *http.Request {
	shows := r.Clone(r.Context())
	shows.Body = body
	shows.Header.Set("Authorization", header)
	shows.Header.Set("User-Agent", "mattermost-plugin-zoom")
	return shows
}

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close() // nothing more is expected of it
	}
}

// patient retries requests that change nothing at the provider.
type patient struct{ once, again http.RoundTripper }

// RoundTrip makes one request, with retries if they do no harm.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return p.again.RoundTrip(r)
	}
	return p.once.RoundTrip(r)
}

// persistent returns how the client sends requests: on TLS 1.2 or later, without its cookies and redirects, and with retries for reads.
func persistent(from *http.Client) http.RoundTripper {
	base := from.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	if plain, ok := base.(*http.Transport); ok {
		own := plain.Clone()
		if own.TLSClientConfig == nil {
			own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		own.TLSClientConfig.MinVersion = max(own.TLSClientConfig.MinVersion, tls.VersionTLS12)
		base = own
	}
	return patient{once: base, again: &retryablehttp.RoundTripper{Client: &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     base,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryWaitMin: retryWaitMin, RetryWaitMax: retryWaitMax, RetryMax: maxRetries,
		Backoff: pause, CheckRetry: repeatable, ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}}}
}

// repeatable reports whether a request is worth retrying, and whether there is time.
func repeatable(ctx context.Context, response *http.Response, err error) (bool, error) {
	wait := maxRetries * retryWaitMax
	switch {
	case ctx.Err() != nil:
		return false, nil
	case err != nil:
		if !transient(err) {
			return false, nil
		}
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode >= 500 && response.StatusCode != http.StatusNotImplemented:
		if named := retryAfter(response); named > retryAfterMax {
			return false, nil
		} else if named > 0 {
			wait = named
		}
	default:
		return false, nil
	}
	deadline, bounded := ctx.Deadline()
	return !bounded || time.Until(deadline) > wait+leastAttempt, nil
}

// pause returns how long to wait before a retry: what the provider requests, or a random time that grows.
func pause(least, most time.Duration, attempt int, response *http.Response) time.Duration {
	if response != nil {
		if named := retryAfter(response); named > 0 {
			return named
		}
	}
	return retryablehttp.LinearJitterBackoff(least, most, attempt, nil)
}

// retryAfter returns the pause that the provider requests, 0 for none: https://datatracker.ietf.org/doc/html/rfc9110#section-10.2.3.
func retryAfter(response *http.Response) time.Duration {
	value := response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 20); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(time.Until(at), 0)
}

// transient reports whether an error may be temporary: the connection broke or timed out.
func transient(err error) bool {
	var network net.Error
	if stderrors.As(err, &network) && network.Timeout() {
		return true
	}
	for _, cause := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if stderrors.Is(err, cause) {
			return true
		}
	}
	return false
}
