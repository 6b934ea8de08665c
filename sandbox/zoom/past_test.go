package zoom_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom"
)

// hold lets a meeting of the given length take place in Priya's room, with Sam,
// and returns its UUID.
func (s *stage) hold(length time.Duration) string {
	s.t.Helper()
	require.NoError(s.t, s.sbx.StartMeeting(s.priya.PMI))
	require.NoError(s.t, s.sbx.Join(s.priya.PMI, zoom.Person{Name: "Sam", Email: "sam@example.com"}))
	s.sbx.Advance(length)
	require.NoError(s.t, s.sbx.EndMeeting(s.priya.PMI))
	for _, m := range s.sbx.Meetings() {
		if m.ID == s.priya.PMI {
			return m.UUID
		}
	}
	return ""
}

func TestAMeetingThatIsOverCanBeReadByIDAndByUUID(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	require.Equal(t, 3001, s.api(token, http.MethodGet, fmt.Sprintf("/past_meetings/%d", s.priya.PMI), nil).code(), "it was never held")
	uuid := s.hold(90 * time.Second)
	for _, name := range []string{fmt.Sprint(s.priya.PMI), url.PathEscape(url.PathEscape(uuid))} {
		a := s.api(token, http.MethodGet, "/past_meetings/"+name, nil)
		require.Equal(t, http.StatusOK, a.status, a.text)
		require.Equal(t, uuid, a.str("uuid"))
		require.EqualValues(t, 2, a.body["participants_count"])
		require.EqualValues(t, 2, a.body["duration"], "minutes, rounded up")
		require.EqualValues(t, 4, a.body["total_minutes"])
		require.Equal(t, "2026-03-02T12:01:30Z", a.str("end_time"))
	}
	require.Equal(t, 3001, s.api(s.connect(s.app(zoom.KindUser), s.sam), http.MethodGet,
		fmt.Sprintf("/past_meetings/%d", s.priya.PMI), nil).code())
}

// A UUID which begins with a slash or holds two in a row must be encoded twice,
// all others may be encoded once or twice.
func TestUUIDsWithSlashesMustBeDoubleEncoded(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	var leading, double, plain int
	for range 8 {
		uuid := s.hold(time.Minute)
		once, twice := url.PathEscape(uuid), url.PathEscape(url.PathEscape(uuid))
		want := http.StatusOK
		switch {
		case strings.HasPrefix(uuid, "/"):
			leading, want = leading+1, http.StatusNotFound
		case strings.Contains(uuid, "//"):
			double, want = double+1, http.StatusNotFound
		default:
			plain++
		}
		require.Equal(t, want, s.api(token, http.MethodGet, "/past_meetings/"+once, nil).status, uuid)
		require.Equal(t, http.StatusOK, s.api(token, http.MethodGet, "/past_meetings/"+twice, nil).status, uuid)
		require.Equal(t, http.StatusOK, s.api(token, http.MethodGet, "/past_meetings/"+twice+"/participants", nil).status, uuid)
	}
	require.Positive(t, leading, "the sandbox makes such UUIDs on purpose")
	require.Positive(t, double)
	require.Positive(t, plain)
}

func TestAfterTheEndParticipantsAreListedWithTheQuirksOfTheRealThing(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{PastMeetingLagSeconds: 600})
	app := s.app(zoom.KindUser)
	token := s.connect(app, s.priya)
	path := fmt.Sprintf("/past_meetings/%d/participants", s.priya.PMI)
	s.hold(time.Minute)
	people := func() []any { return s.api(token, http.MethodGet, path, nil).body["participants"].([]any) }
	require.Len(t, people(), 2)
	require.EqualValues(t, 0, people()[1].(map[string]any)["duration"], "not known yet")
	s.sbx.Advance(10 * time.Minute)
	require.EqualValues(t, 60, people()[1].(map[string]any)["duration"], "seconds")
	require.Equal(t, true, people()[1].(map[string]any)["internal_user"])

	require.NoError(t, s.sbx.StartMeeting(s.priya.PMI))
	require.NoError(t, s.sbx.EndMeeting(s.priya.PMI))
	require.Empty(t, people(), "a host who was alone is not listed")

	require.NoError(t, s.sbx.SetPolicy(zoom.Policy{Plan: zoom.PlanFree}))
	s.sbx.Advance(time.Second)
	require.Equal(t, 200, s.api(token, http.MethodGet, path, nil).code(), "only on a paid plan")
}

func TestMeetingsOfMoreThanAYearAgoAreOutOfReach(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	uuid := s.hold(time.Minute)
	s.sbx.Advance(366 * 24 * time.Hour)
	token := s.connect(s.app(zoom.KindUser), s.priya)
	a := s.api(token, http.MethodGet, "/past_meetings/"+url.PathEscape(url.PathEscape(uuid)), nil)
	require.Equal(t, 12702, a.code())
}
