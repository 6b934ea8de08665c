package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ask sends a request and returns status and body.
func ask(t *testing.T, method, url, body string, user ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	if len(user) == 2 {
		r.SetBasicAuth(user[0], user[1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestEachToolHasItsOwnPathAndControls(t *testing.T) {
	t.Parallel()
	url, stop := started(t, "-listen", "127.0.0.1:0", "-bitbucket-version", "10.0.1")
	for name, repo := range map[string]string{
		"bitbucket": "/2.0/repositories/acme/web", "bitbucket-dc": "/rest/api/latest/projects/acme/repos/web",
	} {
		controls := url + "/_sandbox/" + name
		status, text := ask(t, http.MethodPost, controls+"/users", `{"nickname":"ada","token":"ada-token"}`)
		require.Equal(t, http.StatusOK, status, text)
		status, text = ask(t, http.MethodPost, controls+"/repos", `{"workspace":"acme","slug":"web","private":true,"rights":{"ada":"admin"}}`)
		require.Equal(t, http.StatusOK, status, text)
		status, text = ask(t, http.MethodPost, controls+"/repos/acme/web/push", `{"branch":"main","commits":["Fix"]}`)
		require.Equal(t, http.StatusOK, status, text)
		login := "ada@example.com"
		if name == "bitbucket-dc" {
			login = "ada"
		}
		status, text = ask(t, http.MethodGet, url+"/"+name+repo, "", login, "ada-token")
		require.Equal(t, http.StatusOK, status, text)
		require.Contains(t, text, `"href":"`+url+"/"+name+"/", "links lead to where it is served")
		status, text = ask(t, http.MethodGet, controls+"/journal", "")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, text, `"path":"`+repo+`"`)
	}
	_, text := ask(t, http.MethodGet, url+"/bitbucket-dc/rest/api/latest/application-properties", "")
	require.Contains(t, text, "10.0.1")
	status, _ := ask(t, http.MethodGet, url+"/bitbucket/2.0/users/%7Bnobody%7D", "")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = ask(t, http.MethodGet, url+"/_sandbox/bitbucket/repos/acme%2Fweb/hooks", "")
	require.Equal(t, http.StatusNotFound, status)
	status, text = ask(t, http.MethodGet, url+"/_sandbox/meetings", "")
	require.Equal(t, http.StatusOK, status, "Zoom has the rest")
	require.Equal(t, "[]", text)
	require.NoError(t, stop())
}

func TestAWebviewHasAllPaths(t *testing.T) {
	t.Parallel()
	url, stop := started(t, "-listen", "127.0.0.1:0")
	r, err := http.NewRequest(http.MethodGet, url+"/jenkins/", nil)
	require.NoError(t, err)
	r.Host = "unknown.webview.localhost"
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "The webview is closed.\n", string(text))
	status, page := ask(t, http.MethodGet, url+"/chat/", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Team Chat")
	require.NoError(t, stop())
}
