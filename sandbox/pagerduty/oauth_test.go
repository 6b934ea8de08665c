package pagerduty_test

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

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

const verifier = "a-verifier-that-is-long-enough-to-be-one-of-them"

// ask is what an app asks with.
func ask(more url.Values) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	form := url.Values{
		"response_type": {"code"}, "client_id": {"chat"}, "redirect_uri": {"https://chat.example.com/complete"}, "state": {"st"},
		"scope": {"openid incidents.read users.read"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	maps.Copy(form, more)
	return form
}

// form posts a form.
func (s *stage) form(path string, form url.Values) answer {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

// consent has a user allow the app and returns the code.
func (s *stage) consent(email string) string {
	s.t.Helper()
	a := s.form("/oauth/authorize", ask(url.Values{"user": {email}, "decision": {"allow"}}))
	require.Equal(s.t, http.StatusFound, a.status, a.text)
	back, err := url.Parse(a.header.Get("Location"))
	require.NoError(s.t, err)
	require.Equal(s.t, "st", back.Query().Get("state"))
	return back.Query().Get("code")
}

// token posts to the token endpoint as the app.
func (s *stage) token(more url.Values) answer {
	s.t.Helper()
	form := url.Values{"client_id": {"chat"}, "client_secret": {"s3cret/+"}, "redirect_uri": {"https://chat.example.com/complete"}}
	maps.Copy(form, more)
	return s.form("/oauth/token", form)
}

func redeem(code, proof string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {proof}}
}

func TestAdaAllowsTheApp(t *testing.T) {
	t.Parallel()
	var minted []string
	s := setStage(t, func(o *pagerduty.Options) { o.Minted = func(secret string) { minted = append(minted, secret) } })
	page := s.request(http.MethodGet, "/oauth/authorize?"+ask(url.Values{"state": {"<script>"}}).Encode(), "")
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.text, "Ada Lovelace (ada@example.com)")
	require.NotContains(t, page.text, "<script>")

	a := s.token(redeem(s.consent("ada@example.com"), verifier))
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, "openid incidents.read users.read", a.str("scope"))
	bearer := "Bearer " + a.str("access_token")
	call := func(path string) answer { return s.request(http.MethodGet, path, "", "Authorization", bearer) }
	require.Equal(t, "PADA", call("/users/me").str("user", "id"))
	require.Equal(t, http.StatusForbidden, call("/services").status, "it has no scope for that")
	parts := strings.Split(a.str("id_token"), ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.Contains(t, string(claims), s.url)

	renew := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.str("refresh_token")}}
	b := s.token(renew)
	require.Equal(t, http.StatusOK, b.status)
	require.Equal(t, "invalid_grant", s.token(renew).str("error"), "it is spent")
	s.sbx.Advance(25 * time.Hour)
	require.Equal(t, http.StatusUnauthorized, call("/users/me").status)
	require.NoError(t, s.sbx.RevokeGrant("ada@example.com", "chat"))
	require.Equal(t, http.StatusBadRequest, s.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {b.str("refresh_token")}}).status)

	for _, entry := range s.sbx.Journal(kit.Filter{Kind: kit.EntryRequest}) {
		for _, secret := range minted {
			require.NotContains(t, entry.RequestBody+entry.ResponseBody+entry.Query+entry.Authorized, secret)
		}
	}
	require.Len(t, minted, 5, "a code, two pairs of tokens")
}

func TestACodeLives30Seconds(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	code := s.consent("ada@example.com")
	s.sbx.Advance(31 * time.Second)
	require.Equal(t, "invalid_grant", s.token(redeem(code, verifier)).str("error"))
}

func TestACodeNeedsItsProof(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	code := s.consent("ada@example.com")
	require.Equal(t, "invalid_grant", s.token(redeem(code, "a guess")).str("error"))
	require.Equal(t, "invalid_grant", s.token(redeem(code, verifier)).str("error"), "it is spent anyway")
	require.Equal(t, http.StatusUnauthorized, s.form("/oauth/token", redeem(code, verifier)).status)
}

func TestNobodyAuthorizesWithoutAChallenge(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for what, more := range map[string]url.Values{
		"no challenge":     {"code_challenge": {""}},
		"a plain one":      {"code_challenge_method": {"plain"}},
		"another app":      {"client_id": {"none"}},
		"another address":  {"redirect_uri": {"https://evil.example/"}},
		"another response": {"response_type": {"token"}},
	} {
		require.Equal(t, http.StatusBadRequest, s.request(http.MethodGet, "/oauth/authorize?"+ask(more).Encode(), "").status, what)
	}
	declined := s.form("/oauth/authorize", ask(url.Values{"user": {"PADA"}, "decision": {"decline"}}))
	require.Contains(t, declined.header.Get("Location"), "error=access_denied")
	require.NoError(t, s.sbx.SetPolicy(pagerduty.Policy{AutoApprove: "ada@example.com"}))
	require.Equal(t, http.StatusFound, s.request(http.MethodGet, "/oauth/authorize?"+ask(nil).Encode(), "").status)
	for _, scopes := range []string{"read write", "openid users.read no.such"} {
		a := s.request(http.MethodGet, "/oauth/authorize?"+ask(url.Values{"scope": {scopes}}).Encode(), "")
		back, err := url.Parse(a.header.Get("Location"))
		require.NoError(t, err)
		granted := s.token(redeem(back.Query().Get("code"), verifier))
		require.Equal(t, "openid", granted.str("scope"), "one scope that does not exist spoils the others")
	}
	require.NoError(t, s.sbx.ExpireTokens("chat"))
}
