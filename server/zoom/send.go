package zoom

import (
	"bytes"
	"context"
	"encoding/json"
	stderrors "errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/pkg/errors"
)

const (
	// maxBody bounds Zoom's answers, in bytes; a meeting with all its settings has about 10 kB.
	maxBody = 1 << 20
	// maxRetries is how often a request is repeated, beside the first time.
	maxRetries = 2
	// readTimeout is how long one attempt to read something may take, so that another fits into the call.
	readTimeout = 4 * time.Second
	// retryWaitMin and retryWaitMax bound the pause before a first repetition, where Zoom names none.
	retryWaitMin = 300 * time.Millisecond
	retryWaitMax = 700 * time.Millisecond
	// leastAttempt is the time that must be left for a repetition to be worth the wait.
	leastAttempt = time.Second
)

// errTooLarge is an answer longer than any of Zoom's.
var errTooLarge = stderrors.New("the answer is too large")

// answer is what came back from the address that should be Zoom's.
type answer struct {
	status int
	header http.Header
	body   []byte
	// trackingID identifies the request for Zoom's support.
	trackingID string
}

// ok reports whether Zoom did as asked.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// send makes the request, with repetitions where they do no harm, and returns the last answer.
func (c *Client) send(ctx context.Context, k call, target, token string) (answer, error) {
	var body any
	if k.body != nil {
		data, err := json.Marshal(k.body)
		if err != nil {
			return answer{}, errors.Wrap(err, "encode the request")
		}
		body = data
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, k.method, target, body)
	if err != nil {
		return answer{}, errors.Wrap(err, "make the request")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "mattermost-plugin-zoom")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.retrying(k.method).Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	return answer{
		status: response.StatusCode, header: response.Header, body: data,
		trackingID: cut(response.Header.Get("X-Zm-Trackingid"), 200),
	}, nil
}

// retrying returns a client that repeats requests of the method.
func (c *Client) retrying(method string) *retryablehttp.Client {
	httpClient := *c.http
	if method == http.MethodGet {
		httpClient.Timeout = readTimeout
	}
	return &retryablehttp.Client{
		HTTPClient:   &httpClient,
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		RetryMax:     maxRetries,
		Backoff:      c.pause,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		CheckRetry: func(ctx context.Context, response *http.Response, err error) (bool, error) {
			return c.repeatable(ctx, method, response, err), nil
		},
	}
}

// repeatable reports whether a request may be made again, and whether there is time to.
//
// A refusal for the limit per second means that nothing was done, so anything may be repeated. After a server error or a
// lost answer no one knows, so only reading is: creating again could make a second meeting.
func (c *Client) repeatable(ctx context.Context, method string, response *http.Response, err error) bool {
	wait := retryWaitMax * maxRetries
	switch {
	case ctx.Err() != nil:
		return false
	case err != nil:
		if method != http.MethodGet || !transient(err) {
			return false
		}
	case response.StatusCode == http.StatusTooManyRequests:
		limit := readLimit(response.Header, peek(response), c.now())
		if limit.daily {
			return false
		}
		wait = max(wait, limit.wait)
	case response.StatusCode >= http.StatusInternalServerError:
		if method != http.MethodGet {
			return false
		}
	default:
		return false
	}
	deadline, bounded := ctx.Deadline()
	// The deadline is one of the real clock, not of the injected one.
	return !bounded || time.Until(deadline) > wait+leastAttempt
}

// pause returns how long to wait before a repetition: what Zoom says, else a random time that grows.
func (c *Client) pause(least, most time.Duration, attempt int, response *http.Response) time.Duration {
	if response != nil && response.StatusCode == http.StatusTooManyRequests {
		if limit := readLimit(response.Header, nil, c.now()); limit.wait > 0 {
			return limit.wait
		}
	}
	return retryablehttp.LinearJitterBackoff(least, most, attempt, response)
}

// transient reports whether an error may be gone a moment later: the connection broke or took too long.
func transient(err error) bool {
	return timedOut(err) || broken(err)
}

// timedOut reports whether no answer came in time.
func timedOut(err error) bool {
	var network net.Error
	return stderrors.Is(err, context.DeadlineExceeded) || stderrors.As(err, &network) && network.Timeout()
}

// plainClient returns a copy of the client that follows no redirects, keeps no cookies and reads answers whole.
func plainClient(from *http.Client) *http.Client {
	next := from.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	return &http.Client{
		Transport:     wholeAnswers{next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// wholeAnswers reads each answer to its end, up to maxBody, before it hands it on. So an answer that breaks off counts as
// a failed attempt, and deciding on a repetition may look into the body.
type wholeAnswers struct{ next http.RoundTripper }

// RoundTrip makes one request.
func (w wholeAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	_ = response.Body.Close()
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxBody:
		return nil, errTooLarge
	}
	response.Body = io.NopCloser(bytes.NewReader(data))
	return response, nil
}

// peek returns the body of an answer that wholeAnswers read, and leaves it to be read again.
func peek(response *http.Response) []byte {
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(data), response.Body}
	return data
}
