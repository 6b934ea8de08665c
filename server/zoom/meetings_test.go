package zoom_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/zoom"
)

// created is Zoom's answer to the creation of a meeting; the id is longer than a 32-bit number.
const created = `{
	"id": 92674392836, "uuid": "aDYlohsHRtCd4ii1uC2+hA==", "host_id": "30R7kT7bTIKSNUFEuH_Qlg",
	"host_email": "alice@example.com", "topic": "Standup", "type": 1, "status": "waiting",
	"join_url": "https://example.zoom.us/j/92674392836?pwd=abc", "start_url": "https://example.zoom.us/s/1?zak=HOSTSECRET",
	"password": "123456", "created_at": "2026-03-05T10:00:00Z", "occurrences": [{"occurrence_id": "1"}],
	"settings": {"use_pmi": false, "waiting_room": true, "global_dial_in_numbers": [
		{"city": "New York", "country": "US", "country_name": "US", "number": "+1 1000200200", "type": "toll"},
		{"country": "DE"}]}}`

func TestStartingAMeetingIsOneRequestWithTheCallersToken(t *testing.T) {
	t.Parallel()
	zoomStub := answering(reply{201, nil, created})
	m, err := client(zoomStub, nil).CreateMeeting(t.Context(), alice(), zoom.CreateMeeting{Topic: "Standup", Type: zoom.TypeInstant})
	require.NoError(t, err)
	require.Equal(t, []seen{{
		line: "POST /v2/users/alice%40example.com/meetings", token: "Bearer token-1", body: `{"topic":"Standup","type":1}`,
	}}, zoomStub.seen)
	require.Equal(t, zoom.Meeting{
		ID: "92674392836", UUID: "aDYlohsHRtCd4ii1uC2+hA==", HostID: "30R7kT7bTIKSNUFEuH_Qlg", HostEmail: "alice@example.com",
		Topic: "Standup", Type: 1, JoinURL: "https://example.zoom.us/j/92674392836?pwd=abc", Passcode: "123456",
		Status: "waiting", DialIn: []zoom.DialIn{{Country: "US", City: "New York", Number: "+1 1000200200", Type: "toll"}},
	}, m)
	require.NotContains(t, fmt.Sprintf("%+v", m), "HOSTSECRET")
}

func TestDefect24_OnlyWhatWasChosenIsSentSoThatAccountPolicyDecidesTheRest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		ask  zoom.CreateMeeting
		sent string
	}{
		{"nothing chosen", zoom.CreateMeeting{}, `{"type":1}`},
		{"a topic", zoom.CreateMeeting{Topic: " Plan \"B\" "}, `{"topic":"Plan \"B\"","type":1}`},
		{"a topic that is too long", zoom.CreateMeeting{Topic: strings.Repeat("ü", 300)}, `{"topic":"` + strings.Repeat("ü", 200) + `","type":1}`},
		{"a meeting for later", zoom.CreateMeeting{Type: 2}, `{"type":2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			zoomStub := answering(reply{201, nil, created})
			_, err := client(zoomStub, nil).CreateMeeting(t.Context(), me(), test.ask)
			require.NoError(t, err)
			require.Equal(t, test.sent, zoomStub.seen[0].body)
		})
	}
}

func TestDefect16_PersonalMeetingIDsAreStringsInMeetingsAndNumbersInUsers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, meeting, id, pmi, passcode string }{
		{"as documented", `{"id":97763643886,"pmi":"9789194392","join_url":"https://z/j/1"}`, "97763643886", "9789194392", ""},
		{"the other way round", `{"id":"97763643886","pmi":9789194392,"join_url":"https://z/j/1"}`, "97763643886", "9789194392", ""},
		{"too long for a float", `{"id":90071992547409931,"join_url":"https://z/j/1"}`, "90071992547409931", "", ""},
		{"none", `{"id":1,"pmi":0,"join_url":"https://z/j/1"}`, "1", "", ""},
		{"null", `{"id":1,"pmi":null,"join_url":"https://z/j/1"}`, "1", "", ""},
		{"of an unexpected type", `{"id":1,"pmi":{"a":[]},"topic":7,"settings":"none","password":"x","join_url":"https://z/j/1"}`, "1", "", "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := client(answering(reply{200, nil, test.meeting}), nil).Meeting(t.Context(), me(), "97763643886")
			require.NoError(t, err)
			require.Equal(t, []string{test.id, test.pmi, test.passcode}, []string{m.ID, m.PMI, m.Passcode})
		})
	}
	for pmi, want := range map[string]string{`3542471135`: "3542471135", `"3542471135"`: "3542471135", `0`: "", `null`: "", `35.5`: ""} {
		u, err := client(answering(reply{200, nil, `{"id":"u1","account_id":"a1","email":"alice@example.com","status":"active","pmi":` + pmi + `}`}), nil).User(t.Context(), me())
		require.NoError(t, err)
		require.Equal(t, zoom.User{ID: "u1", AccountID: "a1", Email: "alice@example.com", PMI: want}, u, pmi)
	}
}

func TestAMeetingInThePersonalRoomIsKnownAsSuch(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"id":1,"join_url":"u","type":4}`:                                             true,
		`{"id":1,"join_url":"u","type":1,"settings":{"use_pmi":true},"pmi":"2"}`:       true,
		`{"id":97891943927,"join_url":"u","pmi":"97891943927"}`:                        true,
		`{"id":97763643886,"join_url":"u","pmi":"97891943927","type":2,"settings":{}}`: false,
		`{"id":97763643886,"join_url":"u","type":1,"settings":{"use_pmi":false}}`:      false,
	} {
		m, err := client(answering(reply{200, nil, body}), nil).Meeting(t.Context(), me(), "1")
		require.NoError(t, err)
		require.Equal(t, want, m.Personal, body)
	}
}

// Source of the answer: Zoom's OpenAPI document of GET /past_meetings/{meetingId}.
func TestC1_ASessionThatIsOverIsReadByItsUUIDEncodedTwice(t *testing.T) {
	t.Parallel()
	past := `{"id":5638296721,"uuid":"/4444AAAiAA//AAiAiAiiAii==","duration":60,"start_time":"2021-07-13T21:44:51Z","end_time":"2021-07-13T23:00:51Z","host_id":"x1yCzABCDEfg23HiJKl4mN"}`
	zoomStub := answering(reply{200, nil, past})
	m, err := client(zoomStub, nil).PastMeeting(t.Context(), me(), "/4444AAAiAA//AAiAiAiiAii==")
	require.NoError(t, err)
	require.Equal(t, zoom.PastMeeting{
		UUID: "/4444AAAiAA//AAiAiAiiAii==", HostID: "x1yCzABCDEfg23HiJKl4mN",
		Start: time.Date(2021, 7, 13, 21, 44, 51, 0, time.UTC), End: time.Date(2021, 7, 13, 23, 0, 51, 0, time.UTC),
	}, m)
	_, err = client(zoomStub, nil).PastMeeting(t.Context(), me(), "5638296721")
	require.NoError(t, err)
	require.Equal(t, []string{"GET /v2/past_meetings/%252F4444AAAiAA%252F%252FAAiAiAiiAii%253D%253D", "GET /v2/past_meetings/5638296721"}, zoomStub.lines())
}

func TestIDsCannotLeadToOtherPartsOfTheAPI(t *testing.T) {
	t.Parallel()
	zoomStub := answering(reply{200, nil, created})
	for _, id := range []string{"", ".", ".."} {
		_, err := client(zoomStub, nil).Meeting(t.Context(), me(), id)
		require.Error(t, err)
	}
	require.Empty(t, zoomStub.seen)
	_, err := client(zoomStub, nil).Meeting(t.Context(), me(), "../users/me?x=#")
	require.NoError(t, err)
	require.Equal(t, []string{"GET /v2/meetings/..%2Fusers%2Fme%3Fx%3D%23"}, zoomStub.lines())
}

func FuzzDecodeMeeting(f *testing.F) {
	for _, seed := range []string{created, `{}`, `[]`, `null`, `{"id":1e9,"join_url":"x"}`, `{"id":"\ud800","join_url":"x"}`, `{"id":1`, `<html>`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := client(answering(reply{http.StatusCreated, nil, string(body)}), nil).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
		if err == nil {
			require.NotEmpty(t, m.ID)
			require.NotEmpty(t, m.JoinURL)
		}
	})
}
