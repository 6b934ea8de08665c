package zoom_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom"
)

func TestTheFifthLightRequestOfASecondIsTooManyForAFreeAccount(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{Plan: zoom.PlanFree})
	one := s.connect(s.app(zoom.KindUser), s.priya)
	other := s.connect(s.app(zoom.KindAccount), s.sam)
	for i, token := range []string{one, other, one, other} {
		a := s.api(token, http.MethodGet, "/users/me", nil)
		require.Equal(t, http.StatusOK, a.status)
		require.Equal(t, []string{"3", "2", "1", "0"}[i], a.header.Get("X-RateLimit-Remaining"), "all apps of an account share it")
	}
	a := s.api(one, http.MethodGet, "/users/me", nil)
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.JSONEq(t, `{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}`, a.text)
	require.Equal(t, "QPS", a.header.Get("X-RateLimit-Type"))
	require.Empty(t, a.header.Get("Retry-After"), "limits per second come without it")
	s.sbx.Advance(time.Second)
	require.Equal(t, http.StatusOK, s.api(one, http.MethodGet, "/users/me", nil).status)
}

func TestAfterTheDailyLimitRetryAfterIsAnISODate(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{DailyMeetingRequests: 2})
	token := s.serverToken(s.app(zoom.KindS2S))
	create := func(user string) answer {
		return s.api(token, http.MethodPost, "/users/"+user+"/meetings", `{"type":1}`)
	}
	require.Equal(t, http.StatusCreated, create("priya@example.com").status)
	require.Equal(t, http.StatusCreated, create("priya@example.com").status)
	a := create("priya@example.com")
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.Equal(t, 429, a.code())
	require.Contains(t, a.str("message"), "daily rate limit (2) of Meeting Create/Update API requests")
	require.Equal(t, "Daily-limit", a.header.Get("X-RateLimit-Type"))
	require.Equal(t, "2026-03-03T00:00:00Z", a.header.Get("Retry-After"))
	require.Equal(t, http.StatusCreated, create("sam@example.com").status, "the limit is each host's own")

	s.sbx.Advance(12 * time.Hour)
	token = s.serverToken(s.app(zoom.KindS2S))
	require.Equal(t, http.StatusCreated, create("priya@example.com").status, "a new day in UTC")
}

func TestAHostMayCreateAHundredMeetingsADay(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{Plan: zoom.PlanUnlimited})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	for range 100 {
		require.Equal(t, http.StatusCreated, s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1}`).status)
	}
	require.Equal(t, http.StatusTooManyRequests, s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1}`).status)
	require.NoError(t, s.sbx.SetPolicy(zoom.Policy{DailyMeetingRequests: -1}))
	require.Equal(t, http.StatusCreated, s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1}`).status)
}

func TestTheDayOfAFreeAccountEnds(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{Plan: zoom.PlanFree})
	token := s.serverToken(s.app(zoom.KindS2S))
	list := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/v2/users/priya@example.com/meetings", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		rw := httptest.NewRecorder()
		s.sbx.ServeHTTP(rw, r)
		return rw
	}
	for i := range 2000 {
		if i%2 == 0 {
			s.sbx.Advance(time.Second)
		}
		require.Equal(t, http.StatusOK, list().Code)
	}
	last := list()
	require.Equal(t, http.StatusTooManyRequests, last.Code)
	require.Equal(t, "2026-03-03T00:00:00Z", last.Header().Get("Retry-After"))
	require.Equal(t, "Medium", last.Header().Get("X-RateLimit-Category"))
}
