package bitbucket_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

// The addresses of the OAuth endpoints.
const (
	cloudAuthorize = "/site/oauth2/authorize"
	cloudToken     = "/site/oauth2/access_token"
	dcAuthorize    = "/rest/oauth2/latest/authorize"
	dcToken        = "/rest/oauth2/latest/token"
)

// consent has a user allow the app and returns the code.
func (s *stage) consent(path, nickname string, more url.Values) string {
	s.t.Helper()
	form := url.Values{
		"response_type": {"code"}, "client_id": {s.app.ClientID}, "redirect_uri": {s.app.RedirectURI}, "state": {"st"},
		"user": {nickname}, "decision": {"allow"},
	}
	maps.Copy(form, more)
	a := s.form(path, form, false)
	require.Equal(s.t, http.StatusFound, a.status, a.text)
	back, err := url.Parse(a.header.Get("Location"))
	require.NoError(s.t, err)
	require.Equal(s.t, "st", back.Query().Get("state"))
	return back.Query().Get("code")
}

// redeem exchanges a code.
func (s *stage) redeem(path, code string, more url.Values) answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.app.RedirectURI}}
	maps.Copy(form, more)
	return s.form(path, form, true)
}

// connect has a user allow the app and returns a header for calls.
func (s *stage) connect(nickname string) string {
	s.t.Helper()
	a := s.redeem(cloudToken, s.consent(cloudAuthorize, nickname, nil), nil)
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	return "Bearer " + a.str("access_token")
}

func TestAdaAllowsTheAppOnAPage(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	query := "?response_type=code&client_id=chat&state=%3Cscript%3E"
	page := s.request("", http.MethodGet, cloudAuthorize+query, "")
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.text, "Ada (ada@example.com)")
	require.Contains(t, page.text, "<code>webhook</code>")
	require.NotContains(t, page.text, "<script>")

	code := s.consent(cloudAuthorize, "ada", nil)
	a := s.redeem(cloudToken, code, nil)
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, "bearer", a.str("token_type"))
	require.EqualValues(t, 7200, a.at("expires_in"))
	require.Contains(t, a.str("scopes"), "webhook")
	again := s.redeem(cloudToken, code, nil)
	require.Equal(t, http.StatusBadRequest, again.status, "a code is good for one use")
	require.Equal(t, "invalid_grant", again.str("error"))

	bearer := "Bearer " + a.str("access_token")
	require.Equal(t, "ada", s.request(bearer, http.MethodGet, "/2.0/user", "").str("nickname"))
	s.sbx.Advance(2 * time.Hour)
	expired := s.request(bearer, http.MethodGet, "/2.0/user", "")
	require.Equal(t, http.StatusUnauthorized, expired.status)
	require.Contains(t, expired.str("error", "message"), "expired")
	renew := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.str("refresh_token")}}
	b := s.form(cloudToken, renew, true)
	require.Equal(t, http.StatusOK, b.status, b.text)
	require.Equal(t, a.str("refresh_token"), b.str("refresh_token"), "Cloud's stays")
	require.Equal(t, http.StatusOK, s.request("Bearer "+b.str("access_token"), http.MethodGet, "/2.0/user", "").status)

	require.NoError(t, s.sbx.ExpireTokens("chat"))
	require.Equal(t, http.StatusUnauthorized, s.request("Bearer "+b.str("access_token"), http.MethodGet, "/2.0/user", "").status)
	require.NoError(t, s.sbx.RevokeGrant("ada", "chat"))
	require.Equal(t, http.StatusBadRequest, s.form(cloudToken, renew, true).status)
}

func TestACodeOfADataCenterIsProvedAndItsRefreshTokenSpent(t *testing.T) {
	t.Parallel()
	s := setStage(t, dataCenter("9.4.0"))
	sum := sha256.Sum256([]byte("verifier"))
	ask := url.Values{
		"scope": {"REPO_ADMIN"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	require.Equal(t, http.StatusBadRequest, s.redeem(dcToken, s.consent(dcAuthorize, "ada", ask), url.Values{"code_verifier": {"guess"}}).status)
	a := s.form(dcToken, url.Values{
		"grant_type": {"authorization_code"}, "code": {s.consent(dcAuthorize, "ada", ask)}, "redirect_uri": {s.app.RedirectURI},
		"code_verifier": {"verifier"}, "client_id": {s.app.ClientID}, "client_secret": {s.app.ClientSecret},
	}, false)
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, "REPO_ADMIN", a.str("scope"))
	require.Equal(t, "ada", s.request("Bearer "+a.str("access_token"), http.MethodGet, "/plugins/servlet/applinks/whoami", "").text)

	renew := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.str("refresh_token")}}
	b := s.form(dcToken, renew, true)
	require.NotEqual(t, a.str("refresh_token"), b.str("refresh_token"))
	require.Equal(t, http.StatusBadRequest, s.form(dcToken, renew, true).status)

	weak := s.redeem(dcToken, s.consent(dcAuthorize, "ada", url.Values{"scope": {"REPO_READ"}}), nil)
	bearer := "Bearer " + weak.str("access_token")
	require.Equal(t, http.StatusOK, s.request(bearer, http.MethodGet, "/rest/api/latest/projects/acme/repos/web", "").status)
	require.Equal(t, http.StatusUnauthorized, s.request(bearer, http.MethodGet, "/rest/api/latest/projects/acme/repos/web/webhooks", "").status)
}

func TestAuthorizationsThatMakeNoSenseLeadNowhere(t *testing.T) {
	t.Parallel()
	s := setStage(t, dataCenter("9.4.0"))
	for name, change := range map[string]string{
		"another host":        "redirect_uri=https://evil.example.com/complete",
		"a longer name":       "redirect_uri=https://chat.example.com/completely",
		"an unknown client":   "client_id=nobody",
		"the implicit grant":  "response_type=token",
		"no scope":            "scope=",
		"an unknown scope":    "scope=EVERYTHING",
		"nobody":              "user=ghost",
		"neither yes nor no":  "decision=",
		"a scope too precise": "scope=REPO_READ ADMIN_WRITE",
	} {
		form := url.Values{
			"response_type": {"code"}, "client_id": {"chat"}, "redirect_uri": {s.app.RedirectURI}, "scope": {"REPO_READ"},
			"user": {"ada"}, "decision": {"allow"},
		}
		key, value, _ := strings.Cut(change, "=")
		form.Set(key, value)
		a := s.form(dcAuthorize, form, false)
		require.Equal(t, http.StatusBadRequest, a.status, name)
		require.Empty(t, a.header.Get("Location"), name)
	}
	no := s.form(dcAuthorize, url.Values{"response_type": {"code"}, "client_id": {"chat"}, "scope": {"REPO_READ"}, "decision": {"decline"}}, false)
	require.Contains(t, no.header.Get("Location"), "error=access_denied")
	require.Equal(t, http.StatusUnauthorized, s.form(dcToken, url.Values{"client_id": {"chat"}, "client_secret": {"guess"}}, false).status)
	require.Equal(t, "unsupported_grant_type", s.form(dcToken, url.Values{"grant_type": {"password"}}, true).str("error"))
}

func TestThePolicyCanAllowWithoutAsking(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *bitbucket.Options) { o.Seed.Policy.AutoApprove = "bob" })
	a := s.request("", http.MethodGet, cloudAuthorize+"?response_type=code&client_id=chat&state=st", "")
	require.Equal(t, http.StatusFound, a.status)
	back, err := url.Parse(a.header.Get("Location"))
	require.NoError(t, err)
	token := s.redeem(cloudToken, back.Query().Get("code"), nil)
	require.Equal(t, "bob", s.request("Bearer "+token.str("access_token"), http.MethodGet, "/2.0/user", "").str("nickname"))
	require.ErrorIs(t, s.sbx.SetPolicy(bitbucket.Policy{AutoApprove: "ghost"}), kit.ErrNotFound)
}

func TestAnAppIsHeldToItsScopes(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *bitbucket.Options) { o.Seed.Apps[0].Scopes = []string{"account", "pullrequest"} })
	bearer := s.connect("ada")
	require.Equal(t, http.StatusOK, s.request(bearer, http.MethodGet, "/2.0/repositories/acme/web", "").status, "pullrequest includes repository")
	a := s.request(bearer, http.MethodGet, "/2.0/repositories/acme/web/hooks", "")
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, []any{"webhook"}, a.at("error", "detail", "required"))
	require.Equal(t, "account, pullrequest", a.header.Get("X-OAuth-Scopes"))
}
