package pagerduty

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

func TestErrorsAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		code  int
		words string
	}{
		`{"error":{"message":"Invalid Input Provided","code":2001,"errors":["Title cannot be empty","x"]}}`: {2001, "Invalid Input Provided: Title cannot be empty; x"},
		`{"error":{"message":"Invalid Input","code":2001,"errors":"Title cannot be empty"}}`:                {2001, "Invalid Input: Title cannot be empty"},
		`{"error":["Invalid Input","Title"]}`:                                                               {0, "Invalid Input; Title"},
		`{"error":{"message":"Invalid","code":2001,"errors":{"event.name":["too long","odd"]}}}`:            {2001, "Invalid: event.name: too long; event.name: odd"},
		`{"error":"invalid_grant","error_description":"The code is expired."}`:                              {0, "The code is expired"},
		`{"error":["@channel"]}`: {0, "@channel"},
		`["Invalid Input"]`:      {0, ""},
		`<html>`:                 {0, ""},
		`null`:                   {0, ""},
		``:                       {0, ""},
	} {
		got := parseError([]byte(body))
		require.Equal(t, want.code, got.Code, body)
		require.Equal(t, want.words, got.text(), body)
	}
	w := newTestEnv(t)
	for _, form := range []string{"list", "text", "array"} {
		require.NoError(t, w.sbx.SetPolicy(sandbox.Policy{ErrorForm: form}))
		_, err := New().Trigger(t.Context(), w.sessionOf("bob"), NewIncident{ServiceID: "PNONE", Title: "x"})
		wantFault(t, fault.ProviderRefused, err)
		require.Contains(t, fault.ParamsOf(err)["Message"], "Service not found", form)
	}
}

func TestForbiddenCallsAreReportedWhateverTheirStatus(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for _, code := range []string{"1018", "2010", "2018"} {
		require.NoError(t, w.sbx.AddFault(kit.Fault{
			Match: kit.Match{Path: "/users"}, Action: kit.Action{Status: 400, Body: []byte(`{"error":{"message":"x","code":` + code + `}}`)},
		}))
		_, err := New().WhoAmI(t.Context(), w.sessionOf("ada"))
		wantFault(t, fault.ProviderForbidden, err)
	}
}

func TestAShortRateLimitIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	limited := func(reset string, times int) {
		t.Helper()
		require.NoError(t, w.sbx.AddFault(kit.Fault{Match: kit.Match{Path: "/users"}, Times: times, Action: kit.Action{
			Status: 429, Headers: map[string]string{"ratelimit-reset": reset}, Body: []byte(`{"error":{"message":"Rate Limit Exceeded","code":2020}}`),
		}}))
	}
	limited("0.05", 1)
	_, err := New().WhoAmI(t.Context(), w.sessionOf("ada"))
	require.NoError(t, err)
	require.Equal(t, 2, w.sbx.Counts()["GET /users/me"])

	begin := time.Now()
	for _, reset := range []string{"60", "", "x", "-1"} {
		limited(reset, 1)
		_, err = New().WhoAmI(t.Context(), w.sessionOf("ada"))
		wantFault(t, fault.ProviderLimited, err)
	}
	require.Less(t, time.Since(begin), time.Second, "nobody waits for those")
	limited("0.01", 2)
	_, err = New().WhoAmI(t.Context(), w.sessionOf("ada"))
	wantFault(t, fault.ProviderLimited, err)
}

func TestAnIncompleteResponseIsAFault(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for range 2 {
		require.NoError(t, w.sbx.AddFault(kit.Fault{Times: -1, Action: kit.Action{Status: 200, Body: []byte(`{"user":7,"incident":[],"more":"x"}`)}}))
		_, err := New().WhoAmI(t.Context(), w.sessionOf("ada"))
		wantFault(t, fault.ProviderUnavailable, err)
		_, err = New().Lookup(t.Context(), w.sessionOf("ada"), "Q1")
		wantFault(t, fault.ProviderUnavailable, err)
		_, err = New().Service(t.Context(), w.sessionOf("ada"), "P1")
		wantFault(t, fault.ProviderUnavailable, err)
		_, _, err = New().Subscribe(t.Context(), w.sessionOf("ada"), Scope{Kind: ScopeAccount}, w.hook)
		wantFault(t, fault.ProviderUnavailable, err)
	}
	w.sbx.ClearFaults()
	require.NoError(t, w.sbx.AddFault(kit.Fault{Match: kit.Match{Method: http.MethodGet}, Action: kit.Action{Status: 404}}))
	_, err := New().Lookup(t.Context(), w.sessionOf("ada"), "Q1")
	wantFault(t, fault.ResourceUnknown, err)
}

func FuzzRefusal(f *testing.F) {
	for _, body := range []string{`{"error":{"message":"x","code":2001,"errors":["y"]}}`, `["x"]`, `{"error":"x"}`, `{"error":{"errors":"@all"}}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		words := markdown.Render(chat.Plain(parseError(body).text()), markdown.Reader{})
		require.NotRegexp(t, `[@＠][A-Za-z0-9]`, words)
	})
}
