package zoom_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

func TestPriyaCreatesAnInstantMeeting(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)

	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1,"topic":"Stand-up <b>&</b>"}`)
	require.Equal(t, http.StatusCreated, m.status, m.text)
	require.Greater(t, m.id(), int64(1)<<31)
	require.Equal(t, "Stand-up <b>&</b>", m.str("topic"))
	require.Contains(t, m.text, "<b>&</b>", "not escaped for HTML")
	require.Equal(t, s.priya.ID, m.str("host_id"))
	require.Equal(t, "waiting", m.str("status"))
	require.Equal(t, "2026-03-02T12:00:00Z", m.str("start_time"))
	require.NotEmpty(t, m.str("password"))
	require.Equal(t, fmt.Sprintf("%s/j/%d?pwd=%s", s.url, m.id(), url.QueryEscape(m.str("encrypted_password"))), m.str("join_url"))
	require.Contains(t, m.str("start_url"), "zak=")
	require.NotContains(t, m.body, "pmi")
	dialIn := m.body["settings"].(map[string]any)["global_dial_in_numbers"].([]any)
	require.NotEmpty(t, dialIn)
	require.NotEmpty(t, m.header.Get("X-Zm-Trackingid"))
	require.Equal(t, "Light", m.header.Get("X-RateLimit-Category"))
	require.Equal(t, "80", m.header.Get("X-RateLimit-Limit"))

	got := s.api(token, http.MethodGet, fmt.Sprintf("/meetings/%d", m.id()), nil)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, m.str("uuid"), got.str("uuid"))
}

func TestThePersonalRoomCanBeReadButNotDeleted(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	room := s.api(token, http.MethodGet, fmt.Sprintf("/meetings/%d", s.priya.PMI), nil)
	require.Equal(t, http.StatusOK, room.status)
	require.Equal(t, s.priya.PMI, room.id())
	require.Equal(t, fmt.Sprint(s.priya.PMI), room.str("pmi"), "text here, unlike in users")
	require.EqualValues(t, 4, room.body["type"])
	require.Contains(t, room.str("join_url"), "?pwd=")

	me := s.api(token, http.MethodGet, "/users/me", nil)
	require.Equal(t, room.str("join_url"), me.str("personal_meeting_url"))

	gone := s.api(token, http.MethodDelete, fmt.Sprintf("/meetings/%d", s.priya.PMI), nil)
	require.Equal(t, 3018, gone.code())
}

func TestAMeetingWithThePersonalIDHasItsOwnNumberAndThePersonalLink(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":2,"settings":{"use_pmi":true}}`)
	require.Equal(t, http.StatusCreated, m.status, m.text)
	require.NotEqual(t, s.priya.PMI, m.id())
	require.Equal(t, fmt.Sprint(s.priya.PMI), m.str("pmi"))
	require.Contains(t, m.str("join_url"), fmt.Sprintf("/j/%d?pwd=", s.priya.PMI))

	instant := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1,"settings":{"use_pmi":true}}`)
	require.NotContains(t, instant.body, "pmi", "only scheduled and recurring meetings can use it")
}

func TestZoomSaysWhatIsWrongWithARequest(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	for body, field := range map[string]string{
		`{"type":7}`:         "type",
		`{"type":"instant"}`: "type",
		`{"topic":"` + strings.Repeat("ü", 201) + `"}`:   "topic",
		`{"agenda":"` + strings.Repeat("a", 2001) + `"}`: "agenda",
		`{"duration":0}`:                                      "duration",
		`{"duration":1441}`:                                   "duration",
		`{"password":"01234567890"}`:                          "password",
		`{"password":"with space"}`:                           "password",
		`{"type":1,"schedule_for":"sam@example.com"}`:         "schedule_for",
		`{"start_time":"tomorrow"}`:                           "start_time",
		`{"start_time":"2026-03-03T10:00:00","timezone":"X"}`: "start_time",
		`{"type":8}`:                                          "recurrence",
		`{"type":8,"recurrence":{"type":4}}`:                  "recurrence.type",
		`{"type":8,"recurrence":{"type":1,"end_times":61}}`:   "recurrence.end_times",
		`{"settings":{"jbh_time":7}}`:                         "settings.jbh_time",
		`{"settings":{"waiting_room":"yes"}}`:                 "settings.waiting_room",
		`{"settings":{"auto_recording":"always"}}`:            "settings.auto_recording",
		`{"settings":[]}`:                                     "settings",
	} {
		a := s.api(token, http.MethodPost, "/users/me/meetings", body)
		require.Equal(t, http.StatusBadRequest, a.status, body)
		require.Equal(t, 300, a.code(), body)
		require.Equal(t, "Validation Failed.", a.str("message"), body)
		require.Contains(t, a.text, `"field":"`+field+`"`, body)
	}
	for _, body := range []string{``, `[]`, `{`, `"x"`, `{"type":1}}`} {
		a := s.api(token, http.MethodPost, "/users/me/meetings", body)
		require.JSONEq(t, `{"code":300,"message":"Request Body should be a valid JSON object."}`, a.text, body)
	}
}

func TestWhatACreateRequestMeans(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	for _, c := range []struct {
		name, body string
		want       map[string]any
	}{
		{"nothing is a scheduled meeting now", `{}`, map[string]any{"type": 2., "start_time": "2026-03-02T12:00:00Z", "duration": 60.}},
		{"a past start is now", `{"start_time":"2020-01-01T00:00:00Z"}`, map[string]any{"start_time": "2026-03-02T12:00:00Z"}},
		{
			"a local start in its zone", `{"start_time":"2026-03-03T09:00:00","timezone":"Europe/Berlin"}`,
			map[string]any{"start_time": "2026-03-03T08:00:00Z", "timezone": "Europe/Berlin"},
		},
		{"without fixed time there is no start", `{"type":3}`, map[string]any{"type": 3., "start_time": nil}},
		{"the passcode asked for", `{"password":"a@_*-9"}`, map[string]any{"password": "a@_*-9"}},
		{"no passcode", `{"default_password":false}`, map[string]any{"password": nil, "encrypted_password": nil}},
		{"a weekly meeting", `{"type":8,"recurrence":{"type":2,"weekly_days":"2"}}`, map[string]any{"type": 8.}},
		{"an empty topic gets a name", `{"topic":""}`, map[string]any{"topic": "Zoom Meeting"}},
	} {
		a := s.api(token, http.MethodPost, "/users/me/meetings", c.body)
		require.Equal(t, http.StatusCreated, a.status, c.name)
		for field, want := range c.want {
			require.Equal(t, want, a.body[field], c.name)
		}
	}
	waiting := s.api(token, http.MethodPost, "/users/me/meetings", `{"settings":{"waiting_room":true,"join_before_host":true}}`)
	require.Equal(t, false, waiting.body["settings"].(map[string]any)["join_before_host"], "a waiting room rules it out")
}

func TestAMeetingIsChangedDeletedAndRecovered(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"topic":"Before"}`)
	path := fmt.Sprintf("/meetings/%d", m.id())

	require.Equal(t, http.StatusNoContent, s.api(token, http.MethodPatch, path, `{"topic":"After"}`).status)
	require.Equal(t, "After", s.api(token, http.MethodGet, path, nil).str("topic"))
	require.Contains(t, s.api(token, http.MethodGet, path+"/invitation", nil).str("invitation"), m.str("join_url"))
	require.Equal(t, 1., s.api(token, http.MethodGet, "/users/me/meetings", nil).body["total_records"])

	require.Equal(t, http.StatusNoContent, s.api(token, http.MethodDelete, path, nil).status)
	require.JSONEq(t, fmt.Sprintf(`{"code":3001,"message":"Meeting does not exist: %d."}`, m.id()),
		s.api(token, http.MethodGet, path, nil).text)
	require.Equal(t, 300, s.api(token, http.MethodPut, path+"/status", `{"action":"finish"}`).code())
	require.Equal(t, http.StatusNoContent, s.api(token, http.MethodPut, path+"/status", `{"action":"recover"}`).status)
	require.Equal(t, http.StatusOK, s.api(token, http.MethodGet, path, nil).status)
}

func TestAnInstantMeetingIsGoneOnceItEnded(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1}`)
	path := fmt.Sprintf("/meetings/%d", m.id())
	require.Equal(t, 3001, s.api(token, http.MethodPut, path+"/status", `{"action":"end"}`).code(), "not running yet")

	require.NoError(t, s.sbx.StartMeeting(m.id()))
	require.Equal(t, "started", s.api(token, http.MethodGet, path, nil).str("status"))
	require.Equal(t, 3002, s.api(token, http.MethodDelete, path, nil).code(), "still in progress")
	require.Equal(t, http.StatusNoContent, s.api(token, http.MethodPut, path+"/status", `{"action":"end"}`).status)
	require.Equal(t, 3001, s.api(token, http.MethodGet, path, nil).code())
}

func TestAScheduledMeetingIsForgottenAfterThirtyIdleDays(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindS2S)
	m := s.api(s.serverToken(app), http.MethodPost, "/users/priya@example.com/meetings", `{}`)
	path := fmt.Sprintf("/meetings/%d", m.id())
	s.sbx.Advance(29 * 24 * time.Hour)
	require.Equal(t, http.StatusOK, s.api(s.serverToken(app), http.MethodGet, path, nil).status)
	s.sbx.Advance(2 * 24 * time.Hour)
	require.Equal(t, 3001, s.api(s.serverToken(app), http.MethodGet, path, nil).code())
}

func TestWhoMayNameWhom(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	user := s.connect(s.app(zoom.KindUser), s.priya)
	account := s.connect(s.app(zoom.KindAccount), s.priya)
	server := s.serverToken(s.app(zoom.KindS2S))
	for _, c := range []struct {
		name, token, user string
		status, code      int
	}{
		{"a user-managed app says me", user, "me", http.StatusOK, 0},
		{"a user-managed app may not say an email", user, "priya@example.com", http.StatusUnauthorized, 124},
		{"a user-managed app may not say another", user, s.sam.ID, http.StatusUnauthorized, 124},
		{"an admin-managed app says an email, in any case", account, "SAM@example.com", http.StatusOK, 0},
		{"an admin-managed app says an ID", account, s.sam.ID, http.StatusOK, 0},
		{"an admin-managed app says me", account, "me", http.StatusOK, 0},
		{"a server says an email", server, "sam@example.com", http.StatusOK, 0},
		{"a server may not say me", server, "me", http.StatusNotFound, 1001},
		{"an unknown email", server, "ghost@example.com", http.StatusNotFound, 1001},
		{"another account's user", server, s.stranger.Email, http.StatusNotFound, 1001},
	} {
		a := s.api(c.token, http.MethodGet, "/users/"+c.user, nil)
		require.Equal(t, c.status, a.status, c.name)
		require.Equal(t, c.code, a.code(), c.name)
	}
	ghost := s.api(server, http.MethodPost, "/users/ghost@example.com/meetings", `{}`)
	require.JSONEq(t, `{"code":1001,"message":"User does not exist: ghost@example.com."}`, ghost.text)
}

func TestMissingScopesAreNamed(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	few := func(scopes ...string) func(*zoom.App) { return func(a *zoom.App) { a.Scopes = scopes } }

	user := s.connect(s.app(zoom.KindUser, few("user:read:user")), s.priya)
	a := s.api(user, http.MethodPost, "/users/me/meetings", `{"type":1}`)
	require.Equal(t, http.StatusBadRequest, a.status)
	require.JSONEq(t, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."}`, a.text)

	server := s.serverToken(s.app(zoom.KindS2S, few("user:read:user:admin")))
	a = s.api(server, http.MethodPost, "/users/priya@example.com/meetings", `{"type":1}`)
	require.JSONEq(t, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting:admin]."}`, a.text)

	account := s.connect(s.app(zoom.KindAccount, few("user:read:user")), s.priya)
	require.Equal(t, http.StatusOK, s.api(account, http.MethodGet, "/users/me", nil).status)
	require.Equal(t, 4711, s.api(account, http.MethodGet, "/users/sam@example.com", nil).code(), "others need :admin")

	classic := s.connect(s.app(zoom.KindUser, few("meeting:write", "user:read")), s.priya)
	require.Equal(t, http.StatusCreated, s.api(classic, http.MethodPost, "/users/me/meetings", `{}`).status, "classic scopes still count")
}

func TestAnotherUsersMeetingDoesNotExist(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser)
	m := s.api(s.connect(app, s.priya), http.MethodPost, "/users/me/meetings", `{}`)
	path := fmt.Sprintf("/meetings/%d", m.id())
	require.Equal(t, 3001, s.api(s.connect(app, s.sam), http.MethodGet, path, nil).code())
	require.Equal(t, 3001, s.api(s.connect(app, s.stranger), http.MethodPatch, path, `{}`).code())
	require.Equal(t, http.StatusOK, s.api(s.serverToken(s.app(zoom.KindS2S)), http.MethodGet, path, nil).status)
}

func TestInactiveUsersCanNotHost(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	_, err := s.sbx.AddUser(zoom.User{Email: "gone@example.com", Status: "inactive"})
	require.NoError(t, err)
	a := s.api(s.serverToken(s.app(zoom.KindS2S)), http.MethodPost, "/users/gone@example.com/meetings", `{}`)
	require.Equal(t, 3161, a.code())
}

func TestAnUnknownEndpointIsNotRecognized(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	a := s.api("any", http.MethodGet, "/nothing", nil)
	require.Equal(t, http.StatusNotFound, a.status)
	require.Equal(t, 2300, a.code())
	require.Len(t, s.sbx.Journal(kit.Filter{Unexpected: true}), 1)
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	for range 5 {
		s.api(token, http.MethodPost, "/users/me/meetings", `{}`)
	}
	s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1}`)
	seen, next := 0, ""
	for pages := 1; ; pages++ {
		a := s.api(token, http.MethodGet, "/users/me/meetings?page_size=2&next_page_token="+next, nil)
		seen += len(a.body["meetings"].([]any))
		if next = a.str("next_page_token"); next == "" {
			require.Equal(t, 3, pages)
			break
		}
	}
	require.Equal(t, 5, seen, "instant meetings are never listed")
}
