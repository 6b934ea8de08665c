package kit_test

import (
	"context"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
)

func TestAFaultReplacesAnswersAsOftenAsItSays(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	s.fault(`{"match":{"method":"POST","path":"/sal"},"times":2,"action":{"status":503,"body":{"code":1},"headers":{"Retry-After":"7"}}}`)
	for range 2 {
		status, header, text := s.ask(http.MethodPost, "/sales", "")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, "7", header.Get("Retry-After"))
		require.Equal(t, "application/json", header.Get("Content-Type"))
		require.JSONEq(t, `{"code":1}`, text)
	}
	status, header, _ := s.ask(http.MethodPost, "/sales", "")
	require.Equal(t, http.StatusCreated, status, "the rule is used up")
	require.NotEmpty(t, header.Get("X-Id"))

	s.fault(`{"times":-1,"action":{"status":502,"body":"<html>Bad gateway","headers":{"Content-Type":"text/html"}}}`)
	for range 3 {
		_, _, text := s.ask(http.MethodPost, "/sales", "")
		require.Equal(t, "<html>Bad gateway", text)
	}
	s.ClearFaults()
	status, _, _ = s.ask(http.MethodPost, "/sales", "")
	require.Equal(t, http.StatusCreated, status)
	require.ErrorIs(t, s.AddFault(kit.Fault{Action: kit.Action{Status: 7}}), kit.ErrInvalid)
}

func TestAnAnswerIsLostAfterTheRequestWasCarriedOut(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	s.fault(`{"action":{"status":504,"after":true}}`)
	status, _, _ := s.ask(http.MethodPost, "/sales", "")
	require.Equal(t, http.StatusGatewayTimeout, status)
	require.Equal(t, 1, kit.Read(s.Sandbox, func(w *stock) int { return w.sold }))
	require.True(t, s.Journal(kit.Filter{})[0].Faulty)
}

func TestConnectionsBreakHangAndAreSlow(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	fresh := &http.Transport{DisableKeepAlives: true} // which repeats no request by itself
	ask := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/sales", nil)
		resp, err := fresh.RoundTrip(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	s.fault(`{"action":{"reset":true}}`)
	require.ErrorIs(t, ask(), syscall.ECONNRESET)
	s.fault(`{"action":{"hang":true}}`)
	require.ErrorIs(t, ask(), context.DeadlineExceeded)
	s.fault(`{"action":{"latency_ms":60}}`)
	start := time.Now()
	require.NoError(t, ask())
	require.GreaterOrEqual(t, time.Since(start), 60*time.Millisecond)
}

func TestTheJournalKeepsRequestsWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	r, err := http.NewRequest(http.MethodPost, s.url+"/sales?code=s3cret&page=2", strings.NewReader(`{"secret":"s3cret","note":"tea"}`))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer s3cret")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	s.ask(http.MethodGet, "/nowhere", "")
	status, _, text := s.ask(http.MethodGet, "/_sandbox/journal?kind=request&method=POST&path=/sal", "")
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, text, "s3cret")
	require.NotContains(t, text, "sbx_at_shown")
	for _, want := range []string{"page=2", "tea", "Bearer redacted-", `"operation":"POST /sales"`, `"status":201`, "<b>"} {
		require.Contains(t, text, want)
	}
	require.Len(t, s.Journal(kit.Filter{Unexpected: true}), 1)
	_, _, text = s.ask(http.MethodGet, "/_sandbox/counts", "")
	require.JSONEq(t, `{"POST /sales":1}`, text)
	s.ask(http.MethodDelete, "/_sandbox/journal", "")
	require.Empty(t, s.Journal(kit.Filter{}))
	require.Empty(t, s.Counts())
}

func TestARequestThatIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	status, _, _ := s.ask(http.MethodPost, "/sales", strings.Repeat("x", 2<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Empty(t, s.Journal(kit.Filter{}))
}

func TestTheSameSeedGivesTheSameIdentifiers(t *testing.T) {
	t.Parallel()
	look := func(seed uint64) string { g := kit.NewIDs(seed); return g.UUID() + g.Secret("x") + g.HexSecret(4) }
	require.Equal(t, look(3), look(3))
	require.NotEqual(t, look(3), look(4))
	require.NotEqual(t, look(0), look(0))
	require.Equal(t, kit.StableUUID("a"), kit.StableUUID("a"))
}

func TestARateLimitCountsWithinItsWindow(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	hit := func(key string) int {
		return kit.Read(s.Sandbox, func(w *stock) int { return w.Hit(key, time.Minute) })
	}
	require.Equal(t, 1, hit("ada"))
	require.Equal(t, 2, hit("ada"))
	require.Equal(t, 1, hit("bob"))
	s.Advance(time.Minute)
	require.Equal(t, 1, hit("ada"))
}

func TestTheClockIsAdvancedAndAResetForgetsTheRest(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	_, _, text := s.ask(http.MethodPost, "/_sandbox/clock", `{"advance_seconds":90}`)
	require.JSONEq(t, `{"now":"2026-03-02T12:01:30Z"}`, text)
	s.ask(http.MethodPost, "/sales", "")
	status, _, text := s.ask(http.MethodPost, "/_sandbox/reset", "")
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{"status":"ok"}`, text)
	require.Zero(t, kit.Read(s.Sandbox, func(w *stock) int { return w.sold }))
	require.Empty(t, s.Journal(kit.Filter{}))
	require.Equal(t, s.url, s.BaseURL())
	require.Equal(t, noon.Add(90*time.Second), s.Now())
}

func TestTheControlAPIExplainsWhatItRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	s.Handle("GET /_sandbox/missing", kit.Query(func(*http.Request) (any, error) { return nil, kit.ErrNotFound }))
	s.Handle("GET /_sandbox/busy", kit.Query(func(*http.Request) (any, error) { return nil, kit.ErrConflict }))
	for path, want := range map[string]int{"GET /missing": 404, "GET /busy": 409, "GET /none": 404, "POST /faults": 400} {
		method, path, _ := strings.Cut(path, " ")
		status, _, _ := s.ask(method, "/_sandbox"+path, `{"misspelled":1}`)
		require.Equal(t, want, status, path)
	}
}

func TestPagesShowHowThingsAre(t *testing.T) {
	t.Parallel()
	s := open(t, kit.GrantRules{})
	for path, want := range map[string]string{
		"/goods": "<code>tea</code>", "/gone": "Sold out", "/other": "A page of Shop would be here",
	} {
		status, header, text := s.ask(http.MethodGet, path, "")
		require.Contains(t, text, want)
		require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, path == "/gone", status == http.StatusNotFound)
	}
	status, _, _ := s.ask(http.MethodPut, "/goods", "")
	require.Equal(t, http.StatusMethodNotAllowed, status)
}
