package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/pkg/errors"
)

// KeyValue stores a pair in the server's table as a plugin with this one's ID does. The plugin must not run.
func (d *Database) KeyValue(ctx context.Context, key, value string) error {
	return d.Exec(ctx, `INSERT INTO pluginkeyvaluestore (pluginid, pkey, pvalue, expireat) VALUES ($1, $2, $3, 0)`, PluginID, key, []byte(value))
}

// Keys returns the keys of the plugin's pairs in the server's table, in their order.
func (d *Database) Keys(ctx context.Context) ([]string, error) {
	return d.texts(ctx, `/* e2e */ SELECT pkey FROM pluginkeyvaluestore WHERE pluginid = '`+PluginID+`' ORDER BY pkey`)
}

// RefreshToken has a Zoom user authorize the app as the public plugin asks for it, and returns the refresh token that it would store.
func (s *Stack) RefreshToken(ctx context.Context, mode Mode, email string) (string, error) {
	redirect := s.app(mode).RedirectURIs[0]
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	consent, err := postForm(ctx, browser, s.Sandbox.URL+"/oauth/authorize", nil, url.Values{
		"response_type": {"code"}, "client_id": {mode.ClientID()}, "redirect_uri": {redirect}, "user": {email}, "decision": {"allow"},
	})
	if err != nil {
		return "", err
	}
	defer consent.Body.Close()
	back, err := url.Parse(consent.Header.Get("Location"))
	if err != nil {
		return "", errors.Wrap(err, "read where Zoom sends the browser")
	}
	app := url.UserPassword(mode.ClientID(), mode.ClientSecret())
	answer, err := postForm(ctx, http.DefaultClient, s.Sandbox.URL+"/oauth/token", app, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirect},
	})
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var token struct {
		Refresh string `json:"refresh_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&token); err != nil || token.Refresh == "" {
		return "", errors.Errorf("Zoom gave no refresh token: %s", answer.Status)
	}
	return token.Refresh, nil
}

func postForm(ctx context.Context, client *http.Client, address string, as *url.Userinfo, form url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, errors.Wrap(err, "make a request")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if password, ok := as.Password(); ok {
		request.SetBasicAuth(as.Username(), password)
	}
	response, err := client.Do(request)
	return response, errors.Wrapf(err, "post to %s", address)
}
