package zoom_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

// fault adds a rule through the control API.
func (s *stage) fault(rule string) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, s.control(http.MethodPost, "/faults", rule).status)
}

func TestAnAnswerCanBeLostAfterTheRequestWasCarriedOut(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	first := s.redeem(app, s.consent(app, s.priya, nil)).str("refresh_token")
	s.fault(`{"match":{"path":"/oauth/token"},"action":{"status":504,"after":true}}`)
	require.Equal(t, http.StatusGatewayTimeout, s.refresh(app, first).status)
	require.Equal(t, "invalid_grant", s.refresh(app, first).str("error"), "the token was rotated anyway")
}

func TestTheJournalTellsWhatHappenedButNoSecret(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	app := s.app(zoom.KindUser, at(hook))
	code := s.consent(app, s.priya, nil)
	tokens := s.redeem(app, code)
	m := s.api(tokens.str("access_token"), http.MethodPost, "/users/me/meetings", `{"type":1,"topic":"Secret <topic>"}`)
	require.NoError(t, s.sbx.StartMeeting(m.id()))
	s.post(app, "/oauth/token?grant_type=refresh_token&refresh_token="+tokens.str("refresh_token"), nil)

	text := s.control(http.MethodGet, "/journal", "").text
	for _, secret := range []string{
		code, tokens.str("access_token"), tokens.str("refresh_token"), app.ClientSecret, m.str("start_url"), "sbx_zak_", "sbx_rt_", "sbx_at_", "sbx_code_",
	} {
		require.NotContains(t, text, secret)
	}
	require.Contains(t, text, `Secret <topic>`)

	requests := s.sbx.Journal(kit.Filter{Kind: kit.EntryRequest, Method: http.MethodPost, Path: "/v2/"})
	require.Len(t, requests, 1)
	require.Equal(t, "POST /v2/users/{userId}/meetings", requests[0].Operation)
	require.Equal(t, http.StatusCreated, requests[0].Status)
	require.True(t, strings.HasPrefix(requests[0].Authorized, "Bearer redacted-"))
	require.Len(t, s.sbx.Journal(kit.Filter{Kind: kit.EntryDelivery}), 2)

	require.Equal(t, map[string]int{
		"POST /oauth/authorize": 1, "POST /oauth/token": 2, "POST /v2/users/{userId}/meetings": 1,
	}, s.sbx.Counts())
	s.sbx.ClearJournal()
	require.Empty(t, s.sbx.Journal(kit.Filter{}))
	require.Empty(t, s.sbx.Counts())
}

func TestARequestThatIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	a := s.api("any", http.MethodPost, "/users/me/meetings", `{"topic":"`+strings.Repeat("x", 2<<20)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, a.status)
}

func TestTheSameSeedMakesTheSameWorld(t *testing.T) {
	t.Parallel()
	seed := zoom.Seed{Users: []zoom.User{{Email: "a@example.com"}}, Apps: []zoom.App{{Kind: zoom.KindUser}}}
	look := func(random uint64) zoom.Meeting {
		sbx := zoom.New(zoom.Options{Options: kit.Options{RandomSeed: random, BaseURL: "http://zoom.test/", Now: func() time.Time { return noon }}, Seed: seed})
		return sbx.Meetings()[0]
	}
	require.Equal(t, look(3), look(3))
	require.NotEqual(t, look(3), look(4))
	require.NotEqual(t, look(0), look(0))
}
