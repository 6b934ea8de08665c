package zoom_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

func TestAnotherProcessDrivesTheSandbox(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	ok := func(method, path, body string) answer {
		t.Helper()
		a := s.control(method, path, body)
		require.Equal(t, http.StatusOK, a.status, a.text)
		return a
	}
	user := ok(http.MethodPost, "/users", `{"email":"mia@example.com","first_name":"Mia","last_name":"Lund"}`)
	pmi := int64(user.body["pmi"].(float64))
	require.Positive(t, pmi)
	require.NotEmpty(t, user.str("id"))
	require.Equal(t, zoom.DefaultAccountID, user.str("account_id"))

	app := ok(http.MethodPost, "/apps", `{"name":"Chat","kind":"user","scopes":["user:read:user","meeting:read:meeting"],"redirect_uris":["https://chat.example.com/c"],"webhook_secret":"wh-secret"}`)
	require.NotEmpty(t, app.str("client_id"))
	require.NotEmpty(t, app.str("client_secret"))
	id := app.str("client_id")
	app = ok(http.MethodPut, "/apps/"+id, fmt.Sprintf(`{"webhook_url":%q,"validate":true}`, hook.url))
	require.Equal(t, true, app.body["webhook_enabled"])
	require.Equal(t, "Chat", app.str("name"), "what is not sent stays")
	require.Equal(t, []string{zoom.EventURLValidation}, hook.events())
	ok(http.MethodPost, "/apps/"+id+"/validate", "")
	require.Equal(t, id, ok(http.MethodGet, "/apps/"+id, "").str("client_id"))

	registered, err := s.sbx.App(id)
	require.NoError(t, err)
	mia := zoom.User{Email: "mia@example.com"}
	token := s.connect(registered.App, mia)
	room := fmt.Sprintf("/meetings/%d", pmi)
	ok(http.MethodPost, room+"/start", "")
	ok(http.MethodPost, room+"/join", `{"name":"Guest"}`)
	ok(http.MethodPost, room+"/leave", `{"name":"Guest"}`)
	ok(http.MethodPost, room+"/end", "")
	require.Equal(t, []string{zoom.EventURLValidation, zoom.EventURLValidation, zoom.EventMeetingStarted, zoom.EventMeetingEnded}, hook.events())

	before := ok(http.MethodGet, "/clock", "").str("now")
	after := ok(http.MethodPost, "/clock", `{"advance_seconds":60}`).str("now")
	a, _ := time.Parse(time.RFC3339, before)
	b, _ := time.Parse(time.RFC3339, after)
	require.Equal(t, time.Minute, b.Sub(a))

	ok(http.MethodPost, "/grants/expire", fmt.Sprintf(`{"client_id":%q}`, id))
	require.Equal(t, "Access token is expired.", s.api(token, http.MethodGet, "/users/me", nil).str("message"))
	ok(http.MethodPost, "/grants/revoke", fmt.Sprintf(`{"client_id":%q,"email":"mia@example.com"}`, id))
	require.Equal(t, "Invalid access token.", s.api(token, http.MethodGet, "/users/me", nil).str("message"))
	s.connect(registered.App, mia)
	ok(http.MethodPost, "/deauthorize", fmt.Sprintf(`{"client_id":%q,"email":"mia@example.com"}`, id))
	ok(http.MethodPost, "/events", fmt.Sprintf(`{"client_id":%q,"event":"app_deauthorized","payload":{"user_id":"x"}}`, id))
	require.Contains(t, ok(http.MethodGet, "/deliveries", "").text, `"user_id":"x"`)
	ok(http.MethodPost, "/events/retry", "")
	ok(http.MethodPost, "/policy", `{"retry_timestamp":"keep","plan":"unlimited"}`)
	require.Contains(t, ok(http.MethodGet, "/counts", "").text, `"POST /oauth/token":2`)
	require.Contains(t, ok(http.MethodGet, "/journal?kind=delivery", "").text, `"event":"meeting.started"`)
	require.Contains(t, ok(http.MethodGet, "/meetings", "").text, "Mia Lund's Personal Meeting Room")
	ok(http.MethodDelete, "/journal", "")
	ok(http.MethodDelete, "/faults", "")

	ok(http.MethodPost, "/reset", "")
	require.Equal(t, http.StatusNotFound, s.control(http.MethodGet, "/apps/"+id, "").status)
	require.Empty(t, s.sbx.Meetings())
}

func TestControlRequestsThatMakeNoSenseAreExplained(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/users", `{"mail":"x@example.com"}`, 400},
		{"POST", "/users", `{"email":"nobody"}`, 400},
		{"POST", "/users", `{"email":"PRIYA@example.com"}`, 409},
		{"POST", "/apps", `{"kind":"magic"}`, 400},
		{"POST", "/apps", `{"kind":"user","webhook_url":"webhook"}`, 400},
		{"POST", "/apps", `{`, 400},
		{"PUT", "/apps/nobody", `{}`, 404},
		{"POST", "/apps/nobody/validate", ``, 404},
		{"POST", "/policy", `{"plan":"gold"}`, 400},
		{"POST", "/policy", `{"retry_timestamp":"never"}`, 400},
		{"POST", "/faults", `{"action":{"status":99}}`, 400},
		{"POST", "/meetings/abc/start", ``, 400},
		{"POST", "/meetings/123/start", ``, 404},
		{"POST", fmt.Sprintf("/meetings/%d/join", s.priya.PMI), `{"name":"Sam"}`, 409},
		{"POST", "/grants/revoke", `{"email":"priya@example.com","client_id":"nobody"}`, 404},
		{"POST", "/grants/expire", `{"client_id":"nobody"}`, 404},
		{"POST", "/deauthorize", `{}`, 404},
		{"GET", "/nothing", ``, 404},
	} {
		a := s.control(c.method, c.path, c.body)
		require.Equal(t, c.status, a.status, "%s %s %s: %s", c.method, c.path, c.body, a.text)
	}
}

func TestResetReturnsToTheSeed(t *testing.T) {
	t.Parallel()
	sbx := zoom.New(zoom.Options{Seed: zoom.Seed{Users: []zoom.User{{Email: "a@example.com", PMI: 5550001111}}}})
	_, err := sbx.AddUser(zoom.User{Email: "b@example.com"})
	require.NoError(t, err)
	require.Len(t, sbx.Meetings(), 2)
	sbx.Reset()
	require.Len(t, sbx.Meetings(), 1)
	require.Equal(t, int64(5550001111), sbx.Meetings()[0].ID)
}

func TestASeedThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, zoom.Seed{Policy: zoom.Policy{Plan: "gold"}}.Check(), kit.ErrInvalid)
	require.ErrorIs(t, zoom.Seed{Users: []zoom.User{{Email: "x"}}}.Check(), kit.ErrInvalid)
	require.ErrorIs(t, zoom.Seed{Apps: []zoom.App{{}}}.Check(), kit.ErrInvalid)
	require.NoError(t, zoom.Seed{}.Check())
	require.Panics(t, func() { zoom.New(zoom.Options{Seed: zoom.Seed{Apps: []zoom.App{{}}}}) })
}
