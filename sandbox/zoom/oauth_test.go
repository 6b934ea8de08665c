package zoom_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom"
)

func TestPriyaSeesWhatTheAppAsksForAndAllowsIt(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)

	r, _ := http.NewRequest(http.MethodGet, s.url+"/oauth/authorize?response_type=code&client_id="+app.ClientID+
		"&redirect_uri="+url.QueryEscape(app.RedirectURIs[0])+"&state=%3Cscript%3E", nil)
	page := s.do(r)
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.text, "priya@example.com")
	require.Contains(t, page.text, "<code>meeting:write:meeting</code>")
	require.Contains(t, page.text, "Allow")
	require.Contains(t, page.text, "Decline")
	require.NotContains(t, page.text, "<script>", "the state is shown as text")

	a := s.redeem(app, s.consent(app, s.priya, nil))
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "bearer", a.str("token_type"))
	require.EqualValues(t, 3600, a.body["expires_in"])
	require.Equal(t, s.url, a.str("api_url"))
	require.NotEmpty(t, a.str("refresh_token"))
	require.Contains(t, a.str("scope"), "user:read:user meeting:write:meeting")

	me := s.api(a.str("access_token"), http.MethodGet, "/users/me", nil)
	require.Equal(t, http.StatusOK, me.status)
	require.Equal(t, "priya@example.com", me.str("email"))
	require.EqualValues(t, s.priya.PMI, me.body["pmi"], "a number here, unlike in meetings")
}

func TestSamDeclinesAndTheAppIsToldSo(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	a := s.post(zoom.App{}, "/oauth/authorize", url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {app.RedirectURIs[0]}, "state": {"a b"},
		"user": {s.sam.Email}, "decision": {"decline"},
	})
	require.Equal(t, http.StatusFound, a.status)
	require.Equal(t, "https://chat.example.com/complete?error=access_denied&state=a+b", a.header.Get("Location"))
}

func TestNobodyIsSentToAnAddressThatIsNotOnTheList(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app, server := s.app(zoom.KindUser), s.app(zoom.KindS2S)
	good := url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {app.RedirectURIs[0]},
		"user": {s.priya.Email}, "decision": {"allow"},
	}
	for name, change := range map[string]url.Values{
		"another host":                 {"redirect_uri": {"https://evil.example.com/complete"}},
		"a longer path":                {"redirect_uri": {app.RedirectURIs[0] + "/x"}},
		"an unknown client":            {"client_id": {"nobody"}},
		"a server-to-server app":       {"client_id": {server.ClientID}},
		"the implicit grant":           {"response_type": {"token"}},
		"an unknown challenge method":  {"code_challenge_method": {"S512"}},
		"a login that does not exist":  {"user": {"ghost@example.com"}},
		"neither allowed nor declined": {"decision": {""}},
	} {
		form := maps.Clone(good)
		maps.Copy(form, change)
		a := s.post(zoom.App{}, "/oauth/authorize", form)
		require.Equal(t, http.StatusBadRequest, a.status, name)
		require.Empty(t, a.header.Get("Location"), name)
	}
}

func TestACodeIsGoodForOneUseByItsAppForFiveMinutes(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	other := s.app(zoom.KindAccount)

	code := s.consent(app, s.priya, nil)
	require.Equal(t, http.StatusOK, s.redeem(app, code).status)
	again := s.redeem(app, code)
	require.Equal(t, http.StatusBadRequest, again.status)
	require.Equal(t, "invalid_grant", again.str("error"))

	require.Equal(t, http.StatusBadRequest, s.redeem(other, s.consent(app, s.priya, nil)).status, "another app")

	late := s.consent(app, s.priya, nil)
	s.sbx.Advance(5*time.Minute + time.Second)
	require.Equal(t, http.StatusBadRequest, s.redeem(app, late).status, "too late")

	moved := s.consent(app, s.priya, nil)
	app.RedirectURIs = []string{"https://chat.example.com/elsewhere"}
	mismatch := s.redeem(app, moved)
	require.Equal(t, "Redirect URI mismatch.", mismatch.str("reason"))
}

func TestPKCE(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	const verifier = "a-verifier-of-at-least-forty-three-characters-length"
	sum := sha256.Sum256([]byte(verifier))
	hashed := base64.RawURLEncoding.EncodeToString(sum[:])
	for _, c := range []struct {
		name, challenge, method, verifier string
		status                            int
	}{
		{"hashed", hashed, "S256", verifier, http.StatusOK},
		{"plain", verifier, "plain", verifier, http.StatusOK},
		{"no method means plain", verifier, "", verifier, http.StatusOK},
		{"no method is not a hash", hashed, "", verifier, http.StatusBadRequest},
		{"another verifier", hashed, "S256", verifier + "x", http.StatusBadRequest},
		{"no verifier", hashed, "S256", "", http.StatusBadRequest},
	} {
		code := s.consent(app, s.priya, url.Values{"code_challenge": {c.challenge}, "code_challenge_method": {c.method}})
		a := s.post(app, "/oauth/token", url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {app.RedirectURIs[0]}, "code_verifier": {c.verifier},
		})
		require.Equal(t, c.status, a.status, c.name)
	}
}

func TestOfFiftyRefreshesAtOnceOneWinsAndTheOthersGetInvalidGrant(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	first := s.redeem(app, s.consent(app, s.priya, nil)).str("refresh_token")

	const clients = 50
	answers := make([]answer, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { answers[i] = s.refresh(app, first) })
	}
	wg.Wait()

	var won []answer
	for _, a := range answers {
		if a.status == http.StatusOK {
			won = append(won, a)
			continue
		}
		require.Equal(t, http.StatusBadRequest, a.status)
		require.JSONEq(t, `{"reason":"Invalid Token!","error":"invalid_grant"}`, a.text)
	}
	require.Len(t, won, 1)
	require.NotEqual(t, first, won[0].str("refresh_token"), "each refresh gives a new refresh token")
	require.Equal(t, http.StatusOK, s.refresh(app, won[0].str("refresh_token")).status)
}

func TestAuthorizingAgainKillsTheOlderGrant(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	older := s.redeem(app, s.consent(app, s.priya, nil))
	sams := s.connect(app, s.sam)
	newer := s.connect(app, s.priya)

	gone := s.api(older.str("access_token"), http.MethodGet, "/users/me", nil)
	require.Equal(t, http.StatusUnauthorized, gone.status)
	require.Equal(t, "Invalid access token.", gone.str("message"))
	require.Equal(t, "invalid_grant", s.refresh(app, older.str("refresh_token")).str("error"))
	require.Equal(t, http.StatusOK, s.api(newer, http.MethodGet, "/users/me", nil).status)
	require.Equal(t, http.StatusOK, s.api(sams, http.MethodGet, "/users/me", nil).status, "another user's grant is another grant")
}

func TestAnAccessTokenLivesForAnHour(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	tokens := s.redeem(app, s.consent(app, s.priya, nil))
	s.sbx.Advance(time.Hour - time.Second)
	require.Equal(t, http.StatusOK, s.api(tokens.str("access_token"), http.MethodGet, "/users/me", nil).status)
	s.sbx.Advance(time.Second)
	a := s.api(tokens.str("access_token"), http.MethodGet, "/users/me", nil)
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.JSONEq(t, `{"code":124,"message":"Access token is expired."}`, a.text)
	require.Equal(t, http.StatusOK, s.refresh(app, tokens.str("refresh_token")).status)
}

func TestRevokingEitherTokenEndsTheGrant(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"access_token", "refresh_token"} {
		s := setStage(t, zoom.Policy{})
		app := s.app(zoom.KindUser)
		tokens := s.redeem(app, s.consent(app, s.priya, nil))
		a := s.post(app, "/oauth/revoke?token="+tokens.str(kind), nil)
		require.JSONEq(t, `{"status":"success"}`, a.text)
		require.Equal(t, http.StatusUnauthorized, s.api(tokens.str("access_token"), http.MethodGet, "/users/me", nil).status)
		require.Equal(t, http.StatusBadRequest, s.refresh(app, tokens.str("refresh_token")).status)
		require.Equal(t, http.StatusBadRequest, s.post(app, "/oauth/revoke", url.Values{"token": {tokens.str(kind)}}).status)
	}
}

func TestServersGetTokensForTheirOwnAccountOnly(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindS2S)
	a := s.post(app, "/oauth/token?grant_type=account_credentials&account_id="+app.AccountID, nil)
	require.Equal(t, http.StatusOK, a.status, "parameters may stand in the query")
	require.NotContains(t, a.body, "refresh_token")
	require.Equal(t, http.StatusBadRequest, s.post(app, "/oauth/token", url.Values{
		"grant_type": {"account_credentials"}, "account_id": {"other"},
	}).status)
	require.Equal(t, http.StatusBadRequest, s.post(s.app(zoom.KindUser), "/oauth/token", url.Values{
		"grant_type": {"account_credentials"}, "account_id": {app.AccountID},
	}).status, "a General app has no account credentials")
}

func TestWhetherANewServerTokenEndsTheOlderOneIsAPolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]int{zoom.S2SMany: http.StatusOK, zoom.S2SSingle: http.StatusUnauthorized} {
		s := setStage(t, zoom.Policy{S2STokens: policy})
		app := s.app(zoom.KindS2S)
		older := s.serverToken(app)
		newer := s.serverToken(app)
		require.Equal(t, want, s.api(older, http.MethodGet, "/users/priya@example.com", nil).status, policy)
		require.Equal(t, http.StatusOK, s.api(newer, http.MethodGet, "/users/priya@example.com", nil).status, policy)
	}
}

func TestTheTokenEndpointRefuses(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	wrong := app
	wrong.ClientSecret = "guess"
	for _, c := range []struct {
		name   string
		app    zoom.App
		form   url.Values
		status int
		error  string
	}{
		{"a wrong secret", wrong, url.Values{"grant_type": {"refresh_token"}}, http.StatusUnauthorized, "invalid_client"},
		{"no client", zoom.App{}, url.Values{"grant_type": {"refresh_token"}}, http.StatusUnauthorized, "invalid_client"},
		{"no grant type", app, url.Values{}, http.StatusBadRequest, "invalid_request"},
		{"passwords", app, url.Values{"grant_type": {"password"}}, http.StatusBadRequest, "unsupported_grant_type"},
		{"an empty refresh token", app, url.Values{"grant_type": {"refresh_token"}}, http.StatusBadRequest, "invalid_grant"},
	} {
		a := s.post(c.app, "/oauth/token", c.form)
		require.Equal(t, c.status, a.status, c.name)
		require.Equal(t, c.error, a.str("error"), c.name)
	}
}

func TestAChatbotTokenDoesNotReachMeetings(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	a := s.post(app, "/oauth/token", url.Values{"grant_type": {"client_credentials"}})
	require.Equal(t, "imchat:bot", a.str("scope"))
	require.Equal(t, 124, s.api(a.str("access_token"), http.MethodGet, "/users/me", nil).code())
}

func TestCredentialsMayBeFormEncodedInsideTheBasicHeader(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	encoded := app
	encoded.ClientSecret = url.QueryEscape(app.ClientSecret)
	require.NotEqual(t, app.ClientSecret, encoded.ClientSecret)
	require.Equal(t, http.StatusOK, s.redeem(encoded, s.consent(app, s.priya, nil)).status)
}
