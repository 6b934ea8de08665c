package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJenkinsTellsOfABuildAndLinksToItself(t *testing.T) {
	t.Parallel()
	told := make(chan string, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
	}))
	t.Cleanup(hook.Close)
	url, stop := started(t, "-listen", "127.0.0.1:0")
	controls := url + "/_sandbox/jenkins"
	for path, body := range map[string]string{
		"/users": `{"name":"ada","token":"ada-token"}`,
		"/jobs":  `{"name":"web","notification":[{"url":"` + hook.URL + `"}]}`,
	} {
		status, text := ask(t, http.MethodPost, controls+path, body)
		require.Equal(t, http.StatusOK, status, text)
	}
	status, text := ask(t, http.MethodPost, controls+"/start", `{"job":"web"}`)
	require.Equal(t, http.StatusOK, status, text)
	require.Contains(t, <-told, url+"/jenkins/job/web/1/")
	status, text = ask(t, http.MethodGet, url+"/jenkins/job/web/1/api/json", "", "ada", "ada-token")
	require.Equal(t, http.StatusOK, status, text)
	require.NoError(t, stop())
}
