package sentry

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/openapi"
	"mattermost-plugin-zoom/server/provider"
)

func TestOnlyDocumentedCallsAreMade(t *testing.T) {
	t.Parallel()
	document := openapi.Require(t, "sentry.json")
	o := newTestEnv(t)
	var mu sync.Mutex
	undocumented, calls := map[string]bool{}, 0
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		calls++
		for _, problem := range document.Request(r.Method, r.URL) {
			undocumented[problem] = true
		}
		mu.Unlock()
		o.sbx.ServeHTTP(rw, r)
	}))
	t.Cleanup(front.Close)
	o.site = provider.Site{ID: front.URL, Kind: kindOwn, URL: front.URL, API: front.URL}
	issue := o.reportError()
	o.fold([]provider.Event{func() provider.Event {
		events, _, err := o.p.RunTask(t.Context(), o.sessionOf("chat"), o.org, lookupTask(issue.ID))
		require.NoError(t, err)
		return events[0]
	}()})
	_, err := o.p.Find(t.Context(), o.sessionOf("ada"), "acme/web")
	require.NoError(t, err)
	for _, step := range []struct {
		action   string
		answered bool
		pairs    []string
	}{
		{actionAssign, false, nil},
		{actionAssign, true, []string{fieldOther, "bob@example.com"}},
		{actionPriority, true, []string{valueSelected, "low"}},
		{actionComment, true, []string{fieldText, "I have a look"}},
		{actionArchive, true, []string{valueSelected, archiveHour}},
		{actionReopen, true, nil},
		{actionNext, true, nil},
	} {
		_, err := o.click("ada", issue, step.action, step.answered, step.pairs...)
		require.NoError(t, err, step.action)
	}
	o.follow(CatchUpTask(noon(), []string{"web"}))
	mu.Lock()
	defer mu.Unlock()
	require.Greater(t, calls, 10)
	require.Equal(t, map[string]bool{
		// Both are listed with their sources in docs/vendor-fields.md.
		"GET /api/0/: not documented": true, "POST /api/0/organizations/acme/issues/" + issue.ID + "/comments/: not documented": true,
	}, undocumented)
}
