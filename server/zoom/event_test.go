package zoom_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/zoom"
)

func TestAMeetingsEndIsToldWithZoomsOwnTimes(t *testing.T) {
	t.Parallel()
	e, err := zoom.ParseEvent([]byte(`{"event":"meeting.ended","event_ts":1648038819658,"payload":{"account_id":"acc","object":{
		"id":"86431910364","uuid":"hwkAADUySwyG3GyUkqc0vA==","host_id":"host","topic":"Standup","type":1,
		"start_time":"2022-03-23T12:33:26Z","timezone":"","duration":0,"end_time":"2022-03-23T12:33:39Z"}}}`))
	require.NoError(t, err)
	require.Equal(t, zoom.Event{
		Type: zoom.EventEnded, At: time.Date(2022, 3, 23, 12, 33, 39, 658e6, time.UTC), AccountID: "acc",
		Meeting: zoom.EventMeeting{
			ID: "86431910364", UUID: "hwkAADUySwyG3GyUkqc0vA==", HostID: "host",
			Start: time.Date(2022, 3, 23, 12, 33, 26, 0, time.UTC), End: time.Date(2022, 3, 23, 12, 33, 39, 0, time.UTC),
		},
	}, e)
}

func TestAUserRemovesTheApp(t *testing.T) {
	t.Parallel()
	e, err := zoom.ParseEvent([]byte(`{"event":"app_deauthorized","payload":{"account_id":"acc","user_id":"u1","signature":"x",
		"deauthorization_time":"2019-06-17T13:52:28.632Z","client_id":"app!V","event_ts":"2024-09-08 15:58:40"}}`))
	require.NoError(t, err)
	require.Equal(t, zoom.Deauthorized{UserID: "u1", AccountID: "acc", ClientID: "app!V"}, e.Deauthorized)
	require.Equal(t, time.Date(2019, 6, 17, 13, 52, 28, 632e6, time.UTC), e.At, "when it happened, not when it was reported")
}

func TestTrapMeetingIDsAreStringsInSomeEventsAndNumbersInOthers(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		`"86431910364"`: "86431910364", `86431910364`: "86431910364", `90071992547409931`: "90071992547409931",
		`null`: "", `""`: "", `8.5e10`: "", `[]`: "", `{"a":1}`: "", `true`: "",
	} {
		e, err := zoom.ParseEvent([]byte(`{"event":"meeting.started","payload":{"object":{"id":` + id + `,"uuid":"u"}}}`))
		require.NoError(t, err, id)
		require.Equal(t, []string{want, "u"}, []string{e.Meeting.ID, e.Meeting.UUID}, id)
	}
}

func TestTrapTheTimeOfAnEventIsANumberATextOrMissing(t *testing.T) {
	t.Parallel()
	exact := time.Date(2024, 9, 8, 15, 58, 40, 0, time.UTC)
	for ts, want := range map[string]time.Time{
		`1725811120000`: exact, `"1725811120000"`: exact, `1725811120`: exact, `"2024-09-08 15:58:40"`: exact,
		`"2024-09-08T15:58:40Z"`: exact, `"2024-09-08T17:58:40+02:00"`: exact,
		`null`: {}, `0`: {}, `-5`: {}, `""`: {}, `"soon"`: {}, `{}`: {}, `1e12`: {}, `99999999999999999999`: {},
	} {
		e, err := zoom.ParseEvent([]byte(`{"event":"meeting.started","event_ts":` + ts + `}`))
		require.NoError(t, err, ts)
		require.Equal(t, want, e.At, ts)
	}
	e, err := zoom.ParseEvent([]byte(`{"event":"meeting.started"}`))
	require.NoError(t, err)
	require.True(t, e.At.IsZero())
}

func TestOddEventsAreReadAsFarAsTheyMakeSense(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"event":"meeting.started","payload":[]}`,
		`{"event":"meeting.started","payload":null}`,
		`{"event":"meeting.started","payload":{"object":"x"}}`,
		`{"event":"meeting.started","payload":{"account_id":7,"object":{"topic":{},"type":"instant","duration":"long","start_time":0.5}}}`,
		`{"event":"meeting.started","unknown":{"more":[1,2,3]}}`,
		`{"event":"meeting.started","event":"meeting.started"}`,
	} {
		e, err := zoom.ParseEvent([]byte(body))
		require.NoError(t, err, body)
		require.Equal(t, zoom.Event{Type: zoom.EventStarted}, e, body)
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)
	for name, body := range map[string]string{
		"nothing":           ``,
		"a page":            `<html>`,
		"broken JSON":       `{"event":"meeting.started"`,
		"two documents":     `{"event":"meeting.started"}{}`,
		"a list":            `[{"event":"meeting.started"}]`,
		"null":              `null`,
		"no type":           `{"payload":{}}`,
		"a type of no type": `{"event":5}`,
		"too deep":          `{"event":"meeting.started","payload":` + deep + `}`,
		"too large":         `{"event":"meeting.started","x":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		_, err := zoom.ParseEvent([]byte(body))
		require.ErrorIs(t, err, zoom.ErrEvent, name)
	}
	_, err := zoom.ParseEvent([]byte(`{"event":"meeting.started","topic":"` + strings.Repeat(`{[\"`, 100) + `"}`))
	require.NoError(t, err, "brackets within text are no nesting")
}

func TestAllOfZoomsPublishedExamplesAreRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root(t), "..", "shared", "zoom-openapi", "webhook-examples", "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("SKIPPED: Zoom's example events are not beside this checkout, so nothing was compared with them")
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		e, err := zoom.ParseEvent(body)
		name := filepath.Base(file)
		require.NoError(t, err, name)
		require.NotEmpty(t, e.Type, name)
		if e.Type == zoom.EventStarted || e.Type == zoom.EventEnded {
			require.NotEmpty(t, e.Meeting.ID, name)
			require.NotEmpty(t, e.Meeting.UUID, name)
			require.NotEmpty(t, e.AccountID, name)
			require.False(t, e.At.IsZero(), name)
			require.False(t, e.Meeting.Start.IsZero(), name)
		}
	}
	t.Logf("read %d example events", len(files))
}

// root returns the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		require.NotEqual(t, filepath.Dir(folder), folder, "no go.mod above the test")
		folder = filepath.Dir(folder)
	}
}

func FuzzParseEvent(f *testing.F) {
	for _, seed := range []string{
		validation, `{"event":"meeting.started","event_ts":"2024-09-08 15:58:40","payload":{"object":{"id":86431910364,"type":"8"}}}`,
		`{"event":"app_deauthorized","payload":{"event_ts":1}}`, `{"event":"\u0000"}`, `[[[[`, `{"event":"x","payload":{"object":{"id":"\ud800"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := zoom.ParseEvent(body)
		if err != nil {
			require.ErrorIs(t, err, zoom.ErrEvent)
			require.Zero(t, e)
			return
		}
		require.NotEmpty(t, e.Type)
		if !e.At.IsZero() {
			require.Less(t, e.At.Year(), 10000)
		}
	})
}
