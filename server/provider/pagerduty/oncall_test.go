package pagerduty

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

func TestOnCallIsKnownForAnyTime(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for at, want := range map[time.Time]string{
		noon: "Ada Lovelace", noon.Add(12*time.Hour - time.Second): "Ada Lovelace", noon.Add(12 * time.Hour): "Bob Kahn",
		noon.Add(48 * time.Hour): "Ada Lovelace",
	} {
		shifts, err := New().OnCall(t.Context(), w.sessionOf("cyd"), "PSCHED1", at)
		require.NoError(t, err)
		require.Len(t, shifts, 1, "who comes next within the minute is not on call yet")
		require.Equal(t, want, shifts[0].Who.Name)
		require.Equal(t, 1, shifts[0].Level)
		require.NotEmpty(t, shifts[0].Who.Email)
	}
	shifts, err := New().OnCall(t.Context(), w.sessionOf("cyd"), "PSCHED2", noon)
	require.NoError(t, err)
	require.Empty(t, shifts, "no policy leads to it")
	_, err = New().OnCall(t.Context(), w.sessionOf("cyd"), "a/b", noon)
	require.Error(t, err)
}

func TestAScheduleIsFoundByNameOrID(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for _, told := range [][2]string{{ScheduleByName, "primary"}, {ScheduleByName, "“Primary”"}, {ScheduleByID, "PSCHED1"}} {
		schedule, err := New().Schedule(t.Context(), w.sessionOf("cyd"), told[0], told[1])
		require.NoError(t, err)
		require.Equal(t, "PSCHED1", schedule.ID)
		require.Equal(t, "Primary", schedule.Name)
	}
	backup, err := New().Schedule(t.Context(), w.sessionOf("cyd"), ScheduleByName, "backup")
	require.NoError(t, err)
	require.Equal(t, "PSCHED2", backup.ID)
	for _, told := range [][2]string{{ScheduleByName, "prim"}, {ScheduleByName, ""}, {ScheduleByName, "none"}, {ScheduleByID, "PNONE"}, {ScheduleByID, "../x"}} {
		_, err := New().Schedule(t.Context(), w.sessionOf("cyd"), told[0], told[1])
		wantFieldError(t, "schedule", err)
	}
	all, err := New().Schedules(t.Context(), w.sessionOf("cyd"), "")
	require.NoError(t, err)
	require.Len(t, all, 2)
}

func TestOnlyChannelMembersAreMentioned(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	schedule := provider.Resource{ID: "PSCHED1", Name: "Primary", URL: "https://acme.pagerduty.com/schedules/PSCHED1"}
	shifts := []provider.Shift{
		{Name: "Ada", Email: "Ada@example.com", End: noon.Add(11 * time.Hour), Level: 1},
		{Name: "@channel", Email: "bob@example.com", Level: 2},
		{Name: "Cyd"},
	}
	card, err := New().Card(New().OnCallState(schedule, shifts, noon, berlin, map[string]string{"ada@example.com": "ada", "": "mallory"}))
	require.NoError(t, err)
	require.Equal(t, "@ada (level 1) until 2026-03-03 00:00 CET\n@\u200bchannel (level 2)\nCyd", english(t, card.Text))
	require.Equal(t, "Primary", card.Title)
	empty, err := New().Card(New().OnCallState(schedule, nil, noon, berlin, nil))
	require.NoError(t, err)
	require.Equal(t, chat.ToneWarning, empty.Tone)
	require.Equal(t, "No one is on call for this schedule now.", english(t, empty.Text))
}
