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

func TestTheAppHearsAMeetingFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	token := s.connect(s.app(zoom.KindUser, at(hook)), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1,"topic":"R&D <1>"}`)

	require.NoError(t, s.sbx.StartMeeting(m.id()))
	s.sbx.Advance(time.Minute)
	require.NoError(t, s.sbx.Join(m.id(), zoom.Person{Name: "Sam", Email: "sam@example.com"}))
	require.NoError(t, s.sbx.Join(m.id(), zoom.Person{Name: "Guest"}))
	s.sbx.Advance(time.Minute)
	require.NoError(t, s.sbx.Leave(m.id(), "Sam"))
	require.NoError(t, s.sbx.EndMeeting(m.id()))

	require.Equal(t, []string{
		"meeting.started", "meeting.participant_joined", "meeting.participant_joined", "meeting.participant_joined",
		"meeting.participant_left", "meeting.ended", "meeting.participant_left", "meeting.participant_left",
	}, hook.events())
	got := hook.all()
	started, ended := got[0], got[5]
	require.Equal(t, fmt.Sprint(m.id()), started.object["id"], "text here, a number in the API")
	require.Equal(t, m.str("uuid"), started.object["uuid"])
	require.Equal(t, s.priya.ID, started.object["host_id"])
	require.Equal(t, "2026-03-02T12:00:00Z", ended.object["start_time"])
	require.Equal(t, "2026-03-02T12:02:00Z", ended.object["end_time"])
	require.Contains(t, string(started.body), `"topic":"R&D <1>"`, "compact and not escaped for HTML")

	require.Equal(t, s.sam.ID, got[2].participant()["id"])
	require.Equal(t, "", got[3].participant()["id"], "guests have none")
	require.Equal(t, "", got[3].participant()["email"])
	require.Greater(t, eventTS(got[6]), eventTS(ended), "who is still inside leaves after the end")
	require.Contains(t, got[6].participant()["leave_reason"], "Host ended the meeting.")
}

// eventTS reads event_ts.
func eventTS(r received) int64 {
	var ts int64
	_, _ = fmt.Sscanf(string(r.body[len(`{"event":"`)+len(r.event)+len(`","event_ts":`):]), "%d", &ts)
	return ts
}

func TestNotificationHeaders(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	app := s.app(zoom.KindS2S, at(hook))
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	h := hook.all()[0].header
	require.Equal(t, "application/json; charset=utf-8", h.Get("Content-Type"))
	require.Equal(t, "Zoom Marketplace/1.0a", h.Get("User-Agent"))
	require.Regexp(t, `^[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}$`, h.Get("x-zm-request-id"))
	require.Equal(t, fmt.Sprint(noon.Unix()), h.Get("x-zm-request-timestamp"), "seconds")
	require.Equal(t, app.ClientID, h.Get("clientid"))
	require.NotEmpty(t, h.Get("traceparent"))
	require.NotEmpty(t, h.Get("x-zm-trackingid"))
}

func TestThePersonalRoomIsAnnouncedByItsPMIWithANewUUIDEachTime(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	token := s.connect(s.app(zoom.KindUser, at(hook)), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":2,"settings":{"use_pmi":true}}`)
	for range 2 {
		require.NoError(t, s.sbx.StartMeeting(m.id()))
		require.Equal(t, "started", s.api(token, http.MethodGet, fmt.Sprintf("/meetings/%d", m.id()), nil).str("status"))
		require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	}
	got := hook.all()
	require.Equal(t, fmt.Sprint(s.priya.PMI), got[0].object["id"])
	require.EqualValues(t, 4, got[0].object["type"])
	require.Equal(t, got[0].object["uuid"], got[2].object["uuid"])
	require.NotEqual(t, got[0].object["uuid"], got[4].object["uuid"])
}

func TestWhoIsToldAboutAMeeting(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	user := s.app(zoom.KindUser, at(hook))
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.Empty(t, hook.events(), "Priya has not authorized the app")

	s.connect(user, s.sam)
	require.NoError(t, s.sbx.StartMeeting(s.sam.PMI))
	require.Len(t, hook.events(), 2)

	require.NoError(t, s.sbx.RevokeGrant(s.sam.Email, user.ClientID))
	require.NoError(t, s.sbx.EndMeeting(s.sam.PMI))
	require.Len(t, hook.events(), 2, "nothing after the grant is gone")

	s.connect(s.app(zoom.KindAccount, at(hook)), s.sam)
	require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	require.Len(t, hook.events(), 4, "an admin authorizes for the whole account")
	require.NoError(t, s.sbx.StartMeeting(s.stranger.PMI))
	require.Len(t, hook.events(), 4, "but not for others")
}

func TestWithoutTheParticipantScopeNobodyIsSeen(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	s.app(zoom.KindS2S, at(hook), func(a *zoom.App) { a.Scopes = []string{"meeting:read:meeting:admin"} })
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	require.Equal(t, []string{"meeting.started", "meeting.ended"}, hook.events())
}

func TestAMeetingEndsWhenTheLastOneLeaves(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	s.app(zoom.KindS2S, at(hook))
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.NoError(t, s.sbx.Leave(s.priya.PMI, "Priya Shah"))
	require.Equal(t, []string{"meeting.started", "meeting.participant_joined", "meeting.participant_left", "meeting.ended"}, hook.events())
}

func TestWhatCanNotHappenInARoom(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	id := s.priya.PMI
	require.ErrorIs(t, s.sbx.Join(id, zoom.Person{Name: "Sam"}), kit.ErrConflict, "the host is not there")
	require.ErrorIs(t, s.sbx.EndMeeting(id), kit.ErrConflict)
	require.ErrorIs(t, s.sbx.Leave(id, "Sam"), kit.ErrConflict)
	require.NoError(t, s.sbx.StartMeeting(id))
	require.ErrorIs(t, s.sbx.StartMeeting(id), kit.ErrConflict)
	require.ErrorIs(t, s.sbx.Leave(id, "Sam"), kit.ErrNotFound)
	require.ErrorIs(t, s.sbx.Join(id, zoom.Person{}), kit.ErrInvalid)
	require.ErrorIs(t, s.sbx.StartMeeting(1), kit.ErrNotFound)
}

// Zoom's schema of participant_joined requires join_time while its example has
// date_time: the one contradiction among the events that the sandbox sends.
func TestParticipantTimesCanBeSpelledAsInZoomsExample(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{ParticipantTime: zoom.TimeAsDateTime}), listen(t)
	hook.loose = true
	s.app(zoom.KindS2S, at(hook))
	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.Equal(t, "2026-03-02T12:00:00Z", hook.all()[1].participant()["date_time"])
	require.NotContains(t, hook.all()[1].participant(), "join_time")
}

func TestRemovingTheAppIsToldAtBothAddresses(t *testing.T) {
	t.Parallel()
	s, hook, farewell := setStage(t, zoom.Policy{}), listen(t), listen(t)
	app := s.app(zoom.KindUser, at(hook), func(a *zoom.App) { a.DeauthorizationURL = farewell.url })
	token := s.connect(app, s.priya)
	require.NoError(t, s.sbx.Deauthorize(s.priya.Email, app.ClientID))
	require.Equal(t, []string{"app_deauthorized"}, hook.events())
	require.Equal(t, []string{"app_deauthorized"}, farewell.events())
	body := string(farewell.all()[0].body)
	require.Contains(t, body, `"user_id":"`+s.priya.ID+`"`)
	require.Contains(t, body, `"deauthorization_time":"2026-03-02T12:00:00.000Z"`)
	require.Contains(t, body, `"client_id":"`+app.ClientID+`"`)
	require.Equal(t, http.StatusUnauthorized, s.api(token, http.MethodGet, "/users/me", nil).status)
	require.ErrorIs(t, s.sbx.Deauthorize(s.priya.Email, app.ClientID), kit.ErrNotFound)
}
