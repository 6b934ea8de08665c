package kit_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
)

// lifetimes are the rules of a shop's OAuth.
var lifetimes = kit.GrantRules{CodeLifetime: time.Minute, AccessLifetime: time.Hour, RefreshLifetime: 24 * time.Hour}

// allowed has Ada allow the app and returns the code.
func (s *shop) allowed(more url.Values) string {
	s.t.Helper()
	q := url.Values{"client_id": {"app"}, "state": {"st"}, "user": {"ada"}, "decision": {"allow"}, "scope": {"read"}}
	maps.Copy(q, more)
	status, header, text := s.ask(http.MethodPost, "/authorize?"+q.Encode(), "")
	require.Equal(s.t, http.StatusFound, status, text)
	back, err := url.Parse(header.Get("Location"))
	require.NoError(s.t, err)
	require.Equal(s.t, "st", back.Query().Get("state"))
	require.Equal(s.t, "1", back.Query().Get("x"))
	return back.Query().Get("code")
}

// exchange asks the token endpoint.
func (s *shop) exchange(q url.Values) (access, refresh, refusal string) {
	s.t.Helper()
	_, header, text := s.ask(http.MethodGet, "/token?"+q.Encode(), "")
	require.Equal(s.t, "no-store", header.Get("Cache-Control"))
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Error   string `json:"error"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(text), &answer))
	return answer.Access, answer.Refresh, answer.Error
}

// redeem is an exchange of a code.
func redeem(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://chat.example.com/done?x=1"}}
}

// renew is an exchange of a refresh token.
func renew(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// valid reports whether an access token works.
func (s *shop) valid(token string) bool {
	return kit.Read(s.Sandbox, func(w *stock) bool { g, expired := w.grants.Bearer(token); return g != nil && !expired })
}

func TestAUserAllowsOrDeclinesOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t, lifetimes)
	_, _, page := s.ask(http.MethodGet, "/authorize?client_id=app&scope=read&state=st", "")
	for _, want := range []string{"Chat wants to use your Shop account", "For yourself.", "<code>read</code>", `value="ada"`, `name="state" value="st"`} {
		require.Contains(t, page, want)
	}
	require.NotEmpty(t, s.allowed(nil))
	_, header, _ := s.ask(http.MethodPost, "/authorize?client_id=app&decision=decline", "")
	require.Contains(t, header.Get("Location"), "error=access_denied&error_description=They+said+no")
	_, header, _ = s.ask(http.MethodGet, "/authorize?client_id=app&approver=ada", "")
	require.Contains(t, header.Get("Location"), "code=")
	for _, query := range []string{"client_id=none", "client_id=app&decision=allow&user=eve", "client_id=app&decision=maybe"} {
		status, _, text := s.ask(http.MethodPost, "/authorize?"+query, "")
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, text, "Shop can’t do this")
	}
}

func TestACodeIsGoodForOneUseWithinItsTime(t *testing.T) {
	t.Parallel()
	s := open(t, lifetimes)
	code := s.allowed(nil)
	access, _, _ := s.exchange(redeem(code))
	require.True(t, s.valid(access))
	_, _, refusal := s.exchange(redeem(code))
	require.Equal(t, "invalid_grant", refusal)
	late := s.allowed(nil)
	s.Advance(time.Minute + time.Second)
	_, _, refusal = s.exchange(redeem(late))
	require.Equal(t, "invalid_grant", refusal)
	elsewhere := redeem(s.allowed(nil))
	elsewhere.Set("redirect_uri", "https://evil.example")
	_, _, refusal = s.exchange(elsewhere)
	require.Equal(t, "invalid_grant", refusal)
	_, _, refusal = s.exchange(url.Values{"grant_type": {"password"}})
	require.Equal(t, "unsupported_grant_type", refusal)
}

func TestAChallengeIsProved(t *testing.T) {
	t.Parallel()
	s := open(t, lifetimes)
	for method, challenge := range map[string]string{"plain": "verifier", "S256": "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ"} {
		for verifier, fine := range map[string]bool{"verifier": true, "another": false, "": false} {
			q := redeem(s.allowed(url.Values{"code_challenge": {challenge}, "code_challenge_method": {method}}))
			q.Set("code_verifier", verifier)
			access, _, _ := s.exchange(q)
			require.Equal(t, fine, access != "", "%s %q", method, verifier)
		}
	}
}

func TestARefreshTokenIsSpentUnlessTheRulesKeepIt(t *testing.T) {
	t.Parallel()
	keeping, ending := lifetimes, lifetimes
	keeping.KeepRefresh, ending.EndAccess = true, true
	for _, rules := range []kit.GrantRules{lifetimes, keeping, ending} {
		s := open(t, rules)
		access, first, _ := s.exchange(redeem(s.allowed(nil)))
		_, second, _ := s.exchange(renew(first))
		require.Equal(t, rules.KeepRefresh, first == second)
		require.Equal(t, !rules.EndAccess, s.valid(access))
		_, _, refusal := s.exchange(renew(first))
		require.Equal(t, !rules.KeepRefresh, refusal == "invalid_grant")
		s.Advance(25 * time.Hour)
		_, _, refusal = s.exchange(renew(second))
		require.Equal(t, "invalid_grant", refusal)
	}
}

func TestGrantsEnd(t *testing.T) {
	t.Parallel()
	rules := lifetimes
	rules.OnePerUser = true
	s := open(t, rules)
	older, _, _ := s.exchange(redeem(s.allowed(nil)))
	access, refresh, _ := s.exchange(redeem(s.allowed(nil)))
	require.False(t, s.valid(older), "a new grant ends the one before")
	require.True(t, s.valid(access))
	grants := kit.Read(s.Sandbox, func(w *stock) *kit.Grants[string] { return w.grants })
	require.Equal(t, []string{"ada"}, grants.Users("app"))
	require.NoError(t, grants.Expire("app"))
	require.False(t, s.valid(access))
	access, refresh, _ = s.exchange(renew(refresh))
	require.False(t, grants.End("another", access))
	require.True(t, grants.End("app", access))
	require.False(t, s.valid(access))
	_, _, refusal := s.exchange(renew(refresh))
	require.Equal(t, "invalid_grant", refusal)
	require.ErrorIs(t, grants.Withdraw("app", ""), kit.ErrNotFound)
	require.ErrorIs(t, grants.Withdraw("another", "ada"), kit.ErrNotFound)
	require.ErrorIs(t, grants.Expire("another"), kit.ErrNotFound)
	require.NoError(t, grants.Withdraw("app", "ada"), "nothing is left to end")
}
