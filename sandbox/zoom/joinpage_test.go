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

// open loads a page.
func (s *stage) open(address string) answer {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.url + address
	}
	r, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(s.t, err)
	return s.do(r)
}

// press sends a form of a room's page and loads the page that follows.
func (s *stage) press(id int64, form url.Values) (page answer, address string) {
	s.t.Helper()
	a := s.post(zoom.App{}, fmt.Sprintf("/j/%d", id), form)
	require.Equal(s.t, http.StatusSeeOther, a.status, a.text)
	address = a.header.Get("Location")
	return s.open(address), address
}

// field reads a parameter of an address.
func field(address, name string) string {
	u, _ := url.Parse(address)
	return u.Query().Get(name)
}

func TestPeopleMeetThroughTheJoinLink(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	token := s.connect(s.app(zoom.KindUser, at(hook)), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"type":1,"topic":"<i>Plan</i>"}`)
	pwd := field(m.str("join_url"), "pwd")

	page := s.open(m.str("join_url"))
	require.Contains(t, page.text, "SANDBOX")
	require.Contains(t, page.text, "&lt;i&gt;Plan&lt;/i&gt;")
	require.Contains(t, page.text, "Start as Priya Shah")
	require.Contains(t, page.header.Get("Content-Security-Policy"), "default-src 'none'")

	waiting, _ := s.press(m.id(), url.Values{"action": {"join"}, "name": {"Sam"}, "pwd": {pwd}})
	require.Contains(t, waiting.text, "Sam, the host has not started")
	require.Empty(t, hook.events())

	inside, host := s.press(m.id(), url.Values{"action": {"start"}, "pwd": {pwd}})
	require.Contains(t, inside.text, "Priya Shah (host) (you)")
	require.Contains(t, inside.text, "End meeting for all")
	inside, sam := s.press(m.id(), url.Values{"action": {"join"}, "name": {"Sam"}, "pwd": {pwd}})
	require.Contains(t, inside.text, "Sam (you)")
	require.NotContains(t, inside.text, "End meeting for all", "guests can only leave")

	s.press(m.id(), url.Values{"action": {"end"}, "me": {field(sam, "me")}, "pwd": {pwd}})
	s.press(m.id(), url.Values{"action": {"leave"}, "me": {field(sam, "me")}, "pwd": {pwd}})
	s.press(m.id(), url.Values{"action": {"end"}, "me": {field(host, "me")}})
	s.sbx.Settle()
	require.Equal(t, []string{
		"meeting.started", "meeting.participant_joined", "meeting.participant_joined", "meeting.participant_left",
		"meeting.ended", "meeting.participant_left",
	}, hook.events())
	require.Equal(t, http.StatusNotFound, s.open(m.str("join_url")).status, "an instant meeting is over for good")
}

func TestTheRoomAsksForThePasscode(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"password":"open-7"}`)
	path := fmt.Sprintf("/j/%d", m.id())
	require.Contains(t, s.open(path).text, "Meeting passcode")
	require.Contains(t, s.open(path+"?pwd=wrong").text, "Wrong passcode.")
	require.Contains(t, s.open(path+"?pwd=open-7").text, "Your name")
	page, _ := s.press(m.id(), url.Values{"action": {"start"}, "pwd": {"wrong"}})
	require.Contains(t, page.text, "Wrong passcode.")
	require.Equal(t, http.StatusNotFound, s.open("/j/1").status)
	require.Equal(t, http.StatusNotFound, s.open("/j/abc").status)
}

func TestTheStartLinkMakesItsBearerTheHostForTwoHours(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	token := s.connect(s.app(zoom.KindUser), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{}`)
	zak := field(m.str("start_url"), "zak")
	require.Contains(t, s.open(m.str("start_url")).text, "Start as Priya Shah")
	page, _ := s.press(m.id(), url.Values{"action": {"start"}, "zak": {zak}})
	require.Contains(t, page.text, "Priya Shah (host) (you)", "without the passcode")
	s.sbx.Advance(2 * time.Hour)
	require.Contains(t, s.open(m.str("start_url")).text, "This start link has expired.")
}

func TestPeopleMayComeBeforeTheHostWhereTheMeetingAllowsIt(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	token := s.connect(s.app(zoom.KindUser, at(hook)), s.priya)
	m := s.api(token, http.MethodPost, "/users/me/meetings", `{"settings":{"join_before_host":true}}`)
	page, _ := s.press(m.id(), url.Values{"action": {"join"}, "name": {"Åsa von Öhn"}, "email": {"SAM@example.com"}, "pwd": {m.str("password")}})
	require.Contains(t, page.text, "ÅÖ")
	s.sbx.Settle()
	require.Equal(t, []string{"meeting.started", "meeting.participant_joined"}, hook.events())
	require.Equal(t, s.sam.ID, hook.all()[1].participant()["id"], "the login is recognized")
}

func TestTheFrontPageListsPeopleAndMeetings(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	page := s.open("/")
	require.Contains(t, page.text, "priya@example.com")
	require.Contains(t, page.text, "Sam Okoro&#39;s Personal Meeting Room")
}
