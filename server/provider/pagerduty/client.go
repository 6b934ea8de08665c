package pagerduty

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/pause"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

const (
	// mediaType contains the API version: https://developer.pagerduty.com/docs/versioning.
	mediaType = "application/vnd.pagerduty+json;version=2"
	// pageSize is the largest page, maxOffset the end of what pages reach: https://developer.pagerduty.com/docs/pagination.
	pageSize  = 100
	maxOffset = 10_000
	// headerReset has the seconds until a rate limit ends: https://developer.pagerduty.com/docs/rest-api-rate-limits.
	headerReset = "Ratelimit-Reset"
	// maxRetryDelay is the longest wait for a rate limit: a user may be waiting for the response.
	maxRetryDelay = 3 * time.Second
)

// The error codes that we handle: https://developer.pagerduty.com/docs/errors.
const (
	codeResolved     = 1001
	codeAcknowledged = 1002
	codeNotAllowed   = 1018
	codeForbidden    = 2010
	codeLostAccess   = 2018
)

// client calls PagerDuty with the credential of a session.
type client struct{ provider.Session }

// newClient returns the client of the session.
func newClient(s provider.Session) client {
	header := s.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Accept", mediaType)
	s.Header = header
	return client{s}
}

// withSender returns a client that names the user who acts, which changes of incidents require.
func (c client) withSender(email string) client {
	email = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, email)
	if email == "" {
		return c
	}
	c.Header = c.Header.Clone()
	c.Header.Set("From", email)
	return c
}

// do sends a request. If a rate limit rejects it and ends soon, the request is sent once more. Faults: those of provider.Session.Call,
// with PagerDuty's message.
func (c client) do(ctx context.Context, method, path string, query url.Values, in any) (object, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var answer object
	err := c.Call(ctx, method, path, in, &answer)
	if wait, soon := retryDelay(err); soon {
		if pause.For(ctx, wait) != nil {
			return nil, c.withProviderMessage(err)
		}
		answer = nil
		err = c.Call(ctx, method, path, in, &answer)
	}
	return answer, c.withProviderMessage(err)
}

// retryDelay returns how long a rate limit lasts, and whether to wait for its end.
func retryDelay(err error) (time.Duration, bool) {
	var refusal *provider.StatusError
	if !errors.As(err, &refusal) || refusal.Status != http.StatusTooManyRequests {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(refusal.Header.Get(headerReset), 64)
	wait := time.Duration(seconds * float64(time.Second))
	return wait, err == nil && seconds >= 0 && wait <= maxRetryDelay
}

// pages returns up to most items of a list, and whether there are more. The key is the name of the list in responses.
func (c client) pages(ctx context.Context, path, key string, query url.Values, most int) (all []object, more bool, err error) {
	asked := url.Values{}
	maps.Copy(asked, query)
	asked.Set("limit", strconv.Itoa(min(pageSize, most)))
	for offset := 0; ; offset += pageSize {
		asked.Set("offset", strconv.Itoa(offset))
		answer, err := c.do(ctx, http.MethodGet, path, asked, nil)
		if err != nil {
			return nil, false, err
		}
		page := answer.list(key)
		all = append(all, page...)
		more, _ = answer["more"].(bool)
		if !more || len(page) == 0 || len(all) >= most || offset+2*pageSize > maxOffset {
			return all, more, nil
		}
	}
}

// errorBody is what PagerDuty's response says about an error.
type errorBody struct {
	Code    int
	Message string
	Details []string
}

// parseError reads an error in any of PagerDuty's forms: with a list of details, with a text instead, with a list for each invalid field,
// as only a list, or as a text.
func parseError(body []byte) errorBody {
	o := parseObject(body)
	inner := o.object("error")
	if inner == nil {
		return errorBody{Message: cmp.Or(o.text("error_description"), o.text("error")), Details: details(o["error"])}
	}
	return errorBody{Code: inner.number("code"), Message: inner.text("message"), Details: append(details(inner["errors"]), textsOf(inner.text("errors"))...)}
}

// details returns the texts in a list, or in the lists of an object.
func details(value any) []string {
	var all []string
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				all = append(all, textsOf(text)...)
			}
		}
	case map[string]any:
		for _, field := range slices.Sorted(maps.Keys(v)) {
			for _, text := range details(v[field]) {
				all = append(all, field+": "+text)
			}
		}
	}
	return all
}

// textsOf returns a list with the text, or none for "".
func textsOf(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// text returns the error for use in a message.
func (r errorBody) text() string {
	text := r.Message
	if len(r.Details) > 0 {
		text = strings.TrimPrefix(text+": "+strings.Join(r.Details, "; "), ": ")
	}
	return strings.TrimRight(untrusted.Line(text, maxTitle), ". ")
}

// errorOf returns PagerDuty's error, zero for an error from elsewhere.
func errorOf(err error) errorBody {
	var answer *provider.StatusError
	if !errors.As(err, &answer) {
		return errorBody{}
	}
	return parseError(answer.Body)
}

// withProviderMessage adds PagerDuty's message to an error, and returns ProviderForbidden for all codes that mean it, whatever their
// status.
func (c client) withProviderMessage(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	refusal := errorOf(err)
	switch refusal.Code {
	case codeNotAllowed, codeForbidden, codeLostAccess:
		return c.Fault(err, fault.ProviderForbidden)
	}
	if words := refusal.text(); words != "" {
		return f.With("Message", words)
	}
	return err
}

// missing returns the fault for a response that lacks what was requested.
func (c client) missing(what string) error {
	return c.Fault(errors.Errorf("an answer without %s", what), fault.ProviderUnavailable)
}

// notFound returns the fault for something that doesn't or can't exist.
func (c client) notFound(what string) error {
	return c.Fault(errors.New(what), fault.ResourceUnknown)
}
