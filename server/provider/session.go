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

	"mattermost-plugin-zoom/server/fault"
)

// maxResponseBody limits how much of a response is read, in bytes.
const maxResponseBody = 4 << 20

// Site is one installation of a provider: the vendor's cloud, or a company's own server that an admin has added.
type Site struct {
	// ID identifies the site within its provider.
	ID string `json:"id"`
	// Kind is the provider's word for the kind of site, such as "cloud" or "datacenter".
	Kind string `json:"kind,omitempty"`
	// URL is the address that people open, API the address of the API. Neither ends with a slash.
	URL string `json:"url"`
	API string `json:"api,omitempty"`
	// Hosts are further addresses of the API, such as those of its regions.
	Hosts []string `json:"hosts,omitempty"`
	// OAuth is set if users can authorize there because an admin has registered this server.
	OAuth bool `json:"oauth,omitempty"`
}

// Scheme is how a credential is sent.
type Scheme string

// The schemes.
const (
	// Basic sends a user name with a password or token.
	Basic Scheme = "basic"
	// BearerToken sends a token.
	BearerToken Scheme = "bearer"
)

// Credential is what a connection or person authenticates with.
type Credential struct {
	Scheme Scheme `json:"scheme"`
	User   string `json:"user,omitempty"`
	Secret string `json:"secret"`
	// Scope is what the user who entered the credential allowed it to be used for, in the provider's own form; empty if the provider
	// doesn't ask. It is sealed with the credential.
	Scope []string `json:"scope,omitempty"`
}

// Session calls a provider with a credential. Its HTTP client sends the credential, reaches no host but the site's, and has a timeout.
type Session struct {
	// Provider is the provider's name, for faults.
	Provider string
	Site     Site
	HTTP     *http.Client
	// Account is the account that acts; zero for a connection's own credential.
	Account Account
	// Scope is the scope of the credential. A provider that asks for one checks it before each call that a delivery led to.
	Scope []string
	// Header is added to each request and overrides the headers that Call sets. Its names are in canonical form.
	Header http.Header
}

// StatusError is an error response. It is the cause of the fault that Call returns.
type StatusError struct {
	Status int
	Header http.Header
	Body   []byte
}

// RawResponse is an undecoded response. Call fills it if out points to one.
type RawResponse struct {
	Header http.Header
	Body   []byte
}

// Error returns the status. The body may contain anything; the provider reads it.
func (r *StatusError) Error() string {
	return "the provider responded with " + http.StatusText(r.Status)
}

// Call sends a request to the site's API and decodes the JSON response into out, unless out is nil. The address is a path below the API,
// or a whole address on the same host, as in links to the next page. In is sent as JSON, unless it is nil.
//
// Faults: AccountRejected (401), ProviderForbidden (403), ResourceUnknown (404, 410), ProviderLimited (429), ProviderUnavailable (5xx, no
// response), ProviderRefused (other). Each but the one for no response wraps a *StatusError.
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

// stripURL removes the address from an error, because a query may contain what must not be logged.
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

// WithMessage adds what the provider's error response says to a fault of Call, so that the user sees it. The text is what read finds in
// the body of the response.
func WithMessage(err error, read func(body []byte) string) error {
	var status *StatusError
	var f *fault.Error
	if !errors.As(err, &status) || !errors.As(err, &f) {
		return err
	}
	return f.With("Message", read(status.Body))
}
