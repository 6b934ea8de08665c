package httpapi_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestThePageOfASignInSaysWhatBecameOfWhatItWasFor(t *testing.T) {
	t.Parallel()
	for says, story := range map[string]struct {
		tools tools
		path  string
	}{
		"You&#39;re signed in as &lt;b&gt;Ada&lt;/b&gt;": {path: "/oauth2/bitbucket/complete?code=c&state=s"},
		"acme/web is connected":                          {tools{said: chat.VerbatimText(chat.Join(" ", chat.Plain("acme/web is"), chat.Strong(chat.Plain("connected"))))}, "/oauth2/bitbucket/complete?code=c&state=s"},
		"but isn&#39;t an admin there":                   {tools{failure: fault.New(fault.NotResourceAdmin).With("Provider", "Bitbucket")}, "/oauth2/bitbucket/complete?code=c&state=s"},
		"This link has expired":                          {path: "/oauth2/bitbucket/complete?code=c&state=forged"},
		"You didn&#39;t allow access":                    {path: "/oauth2/bitbucket/complete?error=access_denied&state=s"},
	} {
		d := &desk{tools: story.tools}
		body := d.asks(t, http.MethodGet, story.path, "").Body.String()
		require.Contains(t, body, says)
		require.Equal(t, len(d.resumed), strings.Count(strings.Join(d.resumed, ","), "alice next"))
	}
}

func TestASignInLeadsToTheTool(t *testing.T) {
	t.Parallel()
	away := (&desk{}).asks(t, http.MethodGet, "/oauth2/bitbucket/connect?t=ticket", "")
	require.Equal(t, http.StatusFound, away.Code)
	require.Equal(t, "https://bitbucket.example.com/authorize?aliceticket", away.Header().Get("Location"))

	zoom := (&desk{}).asks(t, http.MethodGet, "/oauth2/connect?t=ticket", "")
	require.Contains(t, html.UnescapeString(zoom.Header().Get("Location")), "https://zoom.us/", "Zoom's own route stays")
}

func TestASignInWhereNobodyIsSignedInEndsWithACode(t *testing.T) {
	t.Parallel()
	browses := func(path string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		(&desk{}).handler(t).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		return recorder
	}
	away := browses("/oauth2/bitbucket/connect?t=ticket")
	require.Equal(t, http.StatusFound, away.Code)
	require.Equal(t, "https://bitbucket.example.com/authorize?ticket", away.Header().Get("Location"))
	require.Equal(t, "no-store", away.Header().Get("Cache-Control"))

	for path, want := range map[string]struct {
		status int
		says   []string
	}{
		"/oauth2/bitbucket/complete?code=c&state=s": {http.StatusOK, []string{"/bitbucket signin 7K3F-9QXM-2BTR", "You signed in as &lt;b&gt;Ada&lt;/b&gt;", "@ada"}},
		"/oauth2/bitbucket/complete?code=c&state=x": {http.StatusBadRequest, []string{"This link has expired"}},
		"/oauth2/bitbucket/complete?error=denied":   {http.StatusForbidden, []string{"You didn&#39;t allow access"}},
	} {
		page := browses(path)
		require.Equal(t, want.status, page.Code, path)
		for _, part := range want.says {
			require.Contains(t, page.Body.String(), part)
		}
	}
}
