package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// maxResponseBody is the most of an answer that is read, in bytes.
const maxResponseBody = 4 << 20

// Site is one installation of a tool: the vendor's cloud, or a company's own server that an admin has set.
type Site struct {
	// ID tells the sites of a provider apart.
	ID string `json:"id"`
	// Kind is the provider's word for what it is, such as "cloud" or "datacenter".
	Kind string `json:"kind,omitempty"`
	// URL is the address that people open, API the one that programs call, both without a slash at the end.
	URL string `json:"url"`
	API string `json:"api,omitempty"`
	// Hosts are further addresses at which programs reach it, such as those of its regions.
	Hosts []string `json:"hosts,omitempty"`
	// OAuth says that people can authorize there: an admin has registered this server.
	OAuth bool `json:"oauth,omitempty"`
}

// Scheme is how a credential is shown to a tool.
type Scheme string

// The schemes.
const (
	// Basic is a user's name with a password or token.
	Basic Scheme = "basic"
	// BearerToken is a token alone.
	BearerToken Scheme = "bearer"
)

// Credential is what a connection or a person shows to a tool.
type Credential struct {
	Scheme Scheme `json:"scheme"`
	User   string `json:"user,omitempty"`
	Secret string `json:"secret"`
	// Scope is what the person who entered the credential confirmed that it may be used for, in the provider's own form; empty where the
	// provider doesn't ask. It is sealed with the credential.
	Scope []string `json:"scope,omitempty"`
}

// Session calls a tool as somebody. Its HTTP client shows the credential, reaches no host but the site's, and gives up in time.
type Session struct {
	// Provider is the name that failures are told with.
	Provider string
	Site     Site
	HTTP     *http.Client
	// Account is who acts; zero where a connection's own credential does.
	Account Account
	// Scope is that of the credential. A provider that asks for one checks it before each call that a delivery led to.
	Scope []string
	// Header goes with each call, beside or in place of what Call sends itself; names in canonical form.
	Header http.Header
}

// StatusError is an answer of a tool that is no success. It is the cause of the fault that Call returns.
type StatusError struct {
	Status int
	Header http.Header
	Body   []byte
}

// RawResponse is an answer as it came: what Call is given to decode into where the answer is no JSON.
type RawResponse struct {
	Header http.Header
	Body   []byte
}

// Error says the status; the body may hold anything and is for the provider to read.
func (r *StatusError) Error() string {
	return "the tool answered " + http.StatusText(r.Status)
}

// Call sends a request to the site's API and decodes the JSON answer into out, unless that is nil. Address is a path below the API,
// or a whole address on the same host, as tools give for a next page. In is sent as JSON, unless it is nil.
// Faults: AccountRejected (401), ProviderForbidden (403), ResourceUnknown (404, 410), ProviderLimited (429), ProviderUnavailable
// (5xx, no answer), ProviderRefused (other); each but the last without an answer has a *Refusal in its chain.
func (s Session) Call(ctx context.Context, method, address string, in, out any) error {
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return errors.Wrap(err, "encode the request")
		}
		body = bytes.NewReader(encoded)
	}
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		address = s.Site.API + address
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return errors.Wrap(stripURL(err), "make the request")
	}
	request.Header.Set("Accept", "application/json")
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(request.Header, s.Header)
	return s.send(request, out)
}

func (s Session) send(request *http.Request, out any) error {
	response, err := s.HTTP.Do(request)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return f
		}
		return s.Fault(errors.Wrapf(stripURL(err), "%s %s", request.Method, request.URL.Path), fault.ProviderUnavailable)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxResponseBody))
	if err != nil {
		return s.Fault(errors.Wrap(err, "read the answer"), fault.ProviderUnavailable)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		refusal := &StatusError{Status: response.StatusCode, Header: response.Header, Body: answer}
		return s.Fault(errors.Wrapf(refusal, "%s %s", request.Method, request.URL.Path), faultCode(response.StatusCode))
	}
	if whole, ok := out.(*RawResponse); ok {
		*whole = RawResponse{Header: response.Header, Body: answer}
		return nil
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return s.Fault(errors.Wrapf(err, "%s %s", request.Method, request.URL.Path), fault.ProviderUnavailable)
	}
	return nil
}

// Fault returns the error as a fault with the provider's name.
func (s Session) Fault(err error, code fault.Code) *fault.Error {
	return fault.Wrap(err, code).With("Provider", s.Provider)
}

// stripURL takes the address out of an error, since a query may hold what is not for a log.
func stripURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func faultCode(status int) fault.Code {
	switch {
	case status == http.StatusUnauthorized:
		return fault.AccountRejected
	case status == http.StatusForbidden:
		return fault.ProviderForbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return fault.ResourceUnknown
	case status == http.StatusTooManyRequests:
		return fault.ProviderLimited
	case status >= 500:
		return fault.ProviderUnavailable
	}
	return fault.ProviderRefused
}

// NotAdmin turns a ProviderForbidden into NotResourceAdmin, for calls that only an admin of the resource may make.
func (s Session) NotAdmin(err error, resource string) error {
	if fault.Is(err, fault.ProviderForbidden) {
		return s.Fault(err, fault.NotResourceAdmin).With("Resource", resource)
	}
	return err
}

// WithMessage adds what the provider's error response says to a fault of Call, so that the user sees it. The text is what read finds
// in the body of the response.
func WithMessage(err error, read func(body []byte) string) error {
	var status *StatusError
	var f *fault.Error
	if !errors.As(err, &status) || !errors.As(err, &f) {
		return err
	}
	return f.With("Message", chat.Escape(read(status.Body)))
}
