package providertest

import (
	"encoding/base64"
	"net/http"
)

// Authorization is a transport that sends its value as the header "Authorization" of each request.
type Authorization string

// BasicAuth returns a transport that sends a user name and a password.
func BasicAuth(user, password string) Authorization {
	return Authorization("Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// RoundTrip implements http.RoundTripper.
func (a Authorization) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", string(a))
	return http.DefaultTransport.RoundTrip(r)
}
