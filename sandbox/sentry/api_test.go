package sentry_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/sentry"
)

// authorize leads a person through the consent page and returns where it leads to.
func (s *stage) authorize(who, decision string, more url.Values) *url.URL {
	s.t.Helper()
	q := url.Values{
		"client_id": {s.app.ClientID}, "response_type": {"code"}, "redirect_uri": {s.app.RedirectURI}, "state": {"x"},
		"scope": {"org:read event:write"}, "user": {who}, "decision": {decision},
	}
	maps.Copy(q, more)
	page := s.as("", "GET", "/oauth/authorize/?"+q.Encode(), "")
	require.Equal(s.t, http.StatusOK, page.status, page.text)
	require.Contains(s.t, page.text, "event:write")
	r, err := http.NewRequest(http.MethodPost, s.url+"/oauth/authorize/", strings.NewReader(q.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a := s.do(r)
	require.Equal(s.t, http.StatusFound, a.status, a.text)
	to, err := url.Parse(a.header.Get("Location"))
	require.NoError(s.t, err)
	return to
}

// token asks the token endpoint.
func (s *stage) token(form url.Values) answer {
	s.t.Helper()
	form.Set("client_id", s.app.ClientID)
	form.Set("client_secret", s.app.ClientSecret)
	r, err := http.NewRequest(http.MethodPost, s.url+"/oauth/token/", strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

// bearer calls the API with a token.
func (s *stage) bearer(token, method, path string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, nil)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	return s.do(r)
}

func TestSomebodyAuthorizesAnAppWithPKCE(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	sum := sha256.Sum256([]byte("verifier"))
	challenge := url.Values{"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	back := s.authorize("bob", "allow", challenge)
	require.Equal(t, "x", back.Query().Get("state"))
	form := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {s.app.RedirectURI}}
	require.Equal(t, "invalid_grant", s.token(form).str("error"), "without the verifier")
	require.Equal(t, "invalid_grant", s.token(form).str("error"), "the code is spent")

	form.Set("code", s.authorize("bob", "allow", challenge).Query().Get("code"))
	form.Set("code_verifier", "verifier")
	granted := s.token(form)
	require.Equal(t, http.StatusOK, granted.status, granted.text)
	require.Equal(t, "Bob", granted.str("user", "name"))
	me := s.bearer(granted.str("access_token"), "GET", "/api/0/")
	require.Equal(t, "bob", me.str("user", "username"))
	require.Equal(t, http.StatusForbidden, s.bearer(granted.str("access_token"), "GET", "/api/0/organizations/acme/members/").status, "not in the scopes")

	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {granted.str("refresh_token")}}
	renewed := s.token(again)
	require.Equal(t, http.StatusOK, renewed.status, renewed.text)
	require.Equal(t, http.StatusUnauthorized, s.bearer(granted.str("access_token"), "GET", "/api/0/").status, "ended by the renewal")
	require.Equal(t, http.StatusOK, s.bearer(renewed.str("access_token"), "GET", "/api/0/").status)
	require.Equal(t, "invalid_grant", s.token(again).str("error"), "a refresh token is spent by use")
	require.NoError(t, s.sbx.ExpireTokens("chat"))
	require.Equal(t, http.StatusUnauthorized, s.bearer(renewed.str("access_token"), "GET", "/api/0/").status)
	require.NoError(t, s.sbx.RevokeGrant("bob", "chat"))
	require.Equal(t, "invalid_grant", s.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {renewed.str("refresh_token")}}).str("error"))
}

func TestSomebodyDeclines(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	require.Equal(t, "access_denied", s.authorize("bob", "decline", nil).Query().Get("error"))
	for _, q := range []string{
		"client_id=nobody", "client_id=chat&redirect_uri=https://evil.example/&response_type=code",
		"client_id=chat&response_type=token", "client_id=chat&response_type=code&scope=root",
		"client_id=chat&response_type=code&code_challenge=x&code_challenge_method=plain",
	} {
		require.Equal(t, http.StatusBadRequest, s.as("", "GET", "/oauth/authorize/?"+q, "").status, q)
	}
	require.NoError(t, s.sbx.SetPolicy(sentry.Policy{AutoApprove: "ada"}))
	a := s.as("", "GET", "/oauth/authorize/?client_id=chat&response_type=code", "")
	require.Equal(t, http.StatusFound, a.status)
	require.Error(t, s.sbx.SetPolicy(sentry.Policy{AutoApprove: "nobody"}))
}

func TestRightsAreThoseOfTheRoleAndOfTheToken(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	one := "/api/0/organizations/acme/issues/" + issue.ID + "/"
	for _, c := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"", "GET", "/api/0/", "", 401},
		{"nobody", "GET", "/api/0/", "", 401},
		{"eve", "GET", "/api/0/organizations/acme/", "", 404},
		{"bob", "GET", "/api/0/organizations/acme/", "", 200},
		{"chat", "GET", "/api/0/organizations/", "", 403},
		{"bob", "PUT", one, `{"status":"resolved"}`, 200},
		{"bob", "PUT", strings.TrimSuffix(one, "/"), `{"status":"resolved"}`, 404},
		{"bob", "GET", strings.TrimSuffix(one, "/"), "", 301},
		{"eve", "PUT", one, `{"status":"resolved"}`, 404},
		{"bob", "PUT", one, `{"status":"gone"}`, 400},
		{"bob", "PUT", one, `{"priority":"top"}`, 400},
		{"bob", "PUT", one, `{`, 400},
		{"bob", "PUT", "/api/0/organizations/acme/issues/1/", `{}`, 404},
		{"bob", "PUT", "/api/0/sentry-apps/chat/", `{"scopes":[]}`, 403},
		{"eve", "PUT", "/api/0/sentry-apps/chat/", `{}`, 404},
		{"bob", "GET", "/api/0/unheard-of/", "", 404},
	} {
		require.Equal(t, c.status, s.as(c.who, c.method, c.path, c.body).status, "%s %s %s", c.who, c.method, c.path)
	}
	require.NoError(t, s.sbx.SetRole("acme", "bob", sentry.RoleBilling))
	require.Equal(t, http.StatusForbidden, s.as("bob", "PUT", one, `{}`).status)
	require.NoError(t, s.sbx.SetRole("acme", "bob", ""))
	require.Equal(t, http.StatusNotFound, s.as("bob", "PUT", one, `{}`).status)
}

func TestPeopleAndTeamsAreGivenIssues(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	one := "/api/0/organizations/acme/issues/" + issue.ID + "/"
	members := s.as("bob", "GET", "/api/0/organizations/acme/members/", "").list
	require.Len(t, members, 3)
	require.Nil(t, members[2]["user"], "who has yet to accept")
	bob := members[1]["user"].(map[string]any)["id"].(string)
	require.NotEqual(t, bob, members[1]["id"])
	teams := s.as("bob", "GET", "/api/0/organizations/acme/teams/", "").list
	give := func(to string) answer { return s.as("ada", "PUT", one, fmt.Sprintf(`{"assignedTo":%q}`, to)) }
	require.Equal(t, "Bob", give("user:"+bob).str("assignedTo", "name"))
	require.Equal(t, "shop", give("team:"+teams[0]["id"].(string)).str("assignedTo", "name"))
	require.Equal(t, "Ada", give("ada@example.com").str("assignedTo", "name"))
	require.Equal(t, http.StatusBadRequest, give("team:"+teams[1]["id"].(string)).status, "it does not work on the project")
	require.Equal(t, http.StatusBadRequest, give("user:"+members[1]["id"].(string)).status, "the ID of a membership is none of a user")
	require.Equal(t, http.StatusBadRequest, give("eve@example.com").status)
	require.Nil(t, give("").body["assignedTo"])
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for n := range 5 {
		s.raise(sentry.Error{Message: fmt.Sprintf("error %d", n)})
		s.sbx.Advance(time.Minute)
	}
	page := s.as("bob", "GET", "/api/0/organizations/acme/issues/?limit=2&query=", "")
	require.Len(t, page.list, 2)
	require.Equal(t, "error 4", page.list[0]["title"], "the latest first")
	next := page.header.Get("Link")
	require.Contains(t, next, `rel="next"; results="true"`)
	last := s.as("bob", "GET", "/api/0/organizations/acme/issues/?limit=2&query=&cursor=0:4:0", "")
	require.Len(t, last.list, 1)
	require.Contains(t, last.header.Get("Link"), `rel="next"; results="false"`, "there is always a next one")
	since := noon.Add(3 * time.Minute).Format("2006-01-02T15:04:05")
	q := url.Values{"query": {"lastSeen:>=" + since + " project:[web]"}}
	require.Len(t, s.as("bob", "GET", "/api/0/organizations/acme/issues/?"+q.Encode(), "").list, 2)
	q = url.Values{"query": {"lastSeen:>=yesterday"}}
	require.Equal(t, http.StatusBadRequest, s.as("bob", "GET", "/api/0/organizations/acme/issues/?"+q.Encode(), "").status)
	q = url.Values{"query": {""}, "group": {page.list[1]["id"].(string)}}
	require.Len(t, s.as("bob", "GET", "/api/0/organizations/acme/issues/?"+q.Encode(), "").list, 1)
}

func TestACommentIsNotSaidTwice(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	path := "/api/0/organizations/acme/issues/" + issue.ID + "/comments/"
	require.Equal(t, http.StatusCreated, s.as("bob", "POST", path, `{"text":"hello"}`).status)
	again := s.as("bob", "POST", path, `{"text":"hello"}`)
	require.Equal(t, http.StatusBadRequest, again.status)
	require.True(t, strings.HasPrefix(again.text, `"{`), "JSON in a text")
	require.Equal(t, http.StatusBadRequest, s.as("bob", "POST", path, `{"text":" "}`).status)
	require.Equal(t, http.StatusCreated, s.as("ada", "POST", path, `{"text":"hello"}`).status)
	state, err := issue.State()
	require.NoError(t, err)
	require.Len(t, state.Comments, 2)
}

func TestAnIntegrationIsChangedAsAWhole(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	const path = "/api/0/sentry-apps/chat/"
	require.Equal(t, http.StatusBadRequest, s.as("ada", "PUT", path, `{"name":"Chat","events":["issue"]}`).status, "without the scopes, they are taken away")
	ok := s.as("ada", "PUT", path, `{"name":"Chat","scopes":["event:read","org:write"],"webhookUrl":"https://chat.example.com/hook","events":["issue"],"schema":{"elements":[]}}`)
	require.Equal(t, http.StatusOK, ok.status, ok.text)
	require.Equal(t, "https://chat.example.com/hook", s.as("chat", "GET", path, "").str("webhookUrl"))
	require.Equal(t, http.StatusBadRequest, s.as("ada", "PUT", path, `{"scopes":["event:read"],"events":["moon"]}`).status)
	require.Equal(t, http.StatusBadRequest, s.as("ada", "PUT", path, `{"scopes":["event:read"],"webhookUrl":""}`).status)
	require.Equal(t, "secret-of-chat-0123456789", s.as("ada", "GET", path, "").str("clientSecret"))
	require.NotContains(t, s.as("bob", "GET", path, "").text, "secret-of-chat")
	require.NoError(t, s.sbx.RemoveIntegration("chat"))
	require.Equal(t, http.StatusNotFound, s.as("ada", "GET", path, "").status)
}

func TestAPublishedIntegrationIsInstalled(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) { o.Seed.Organizations[0].Integrations[0].Published = true })
	a := s.as("", "GET", "/sentry-apps/chat/external-install/?redirect=https://chat.example.com/installed", "")
	require.Equal(t, http.StatusFound, a.status)
	to, err := url.Parse(a.header.Get("Location"))
	require.NoError(t, err)
	q := to.Query()
	require.Equal(t, "acme", q.Get("orgSlug"))
	path := "/api/0/sentry-app-installations/" + q.Get("installationId") + "/"
	body := fmt.Sprintf(`{"grant_type":"authorization_code","code":%q,"client_id":"chat","client_secret":"secret-of-chat-0123456789"}`, q.Get("code"))
	got := s.as("", "POST", path+"authorizations/", body)
	require.Equal(t, http.StatusCreated, got.status, got.text)
	require.Equal(t, http.StatusForbidden, s.as("", "POST", path+"authorizations/", body).status, "the code is spent")
	require.Equal(t, http.StatusOK, s.bearer(got.str("token"), "PUT", path).status)
	require.Equal(t, http.StatusOK, s.bearer(got.str("token"), "GET", "/api/0/organizations/acme/").status)
	body = fmt.Sprintf(`{"grant_type":"refresh_token","refresh_token":%q,"client_secret":"secret-of-chat-0123456789"}`, got.str("refreshToken"))
	require.Equal(t, http.StatusCreated, s.as("", "POST", path+"authorizations/", body).status)
}
