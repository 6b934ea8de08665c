package pagerduty

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/provider"
)

// withShifts adds shift-based schedules: one with Ada and Cyd together, then Bob; and one with an empty slot.
func (w *testEnv) withShifts() {
	w.t.Helper()
	require.NoError(w.t, w.sbx.AddPlaces(sandbox.Seed{Schedules: []sandbox.Schedule{
		{ID: "PSHIFT1", Name: "Follow the sun", ShiftBased: true, Shifts: []sandbox.Shift{
			{User: "PADA", Start: noon.Add(-time.Hour), End: noon.Add(7 * time.Hour)},
			{User: "PCYD", Start: noon, End: noon.Add(3 * time.Hour)},
			{User: "PBOB", Start: noon.Add(7 * time.Hour), End: noon.Add(15 * time.Hour)},
		}},
		{ID: "PSHIFT2", Name: "Follow the moon", ShiftBased: true, Shifts: []sandbox.Shift{{Start: noon.Add(-time.Hour), End: noon.Add(time.Hour)}}},
	}}))
}

func TestOnCallIsKnownForShiftBasedSchedules(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.withShifts()
	on := func(id string, at time.Time) []provider.Shift {
		shifts, err := New().Shifts(t.Context(), w.sessionOf("cyd"), provider.Resource{ID: id}, at)
		require.NoError(t, err)
		return shifts
	}
	require.Equal(t, []provider.Shift{
		{Name: "Ada Lovelace", Email: "ada@example.com", End: noon.Add(7 * time.Hour)}, {Name: "Cyd", Email: "cyd@example.com", End: noon.Add(3 * time.Hour)},
	}, on("PSHIFT1", noon), "several at a time, each until the end of the shift")
	require.Equal(t, []provider.Shift{{Name: "Bob Kahn", Email: "bob@example.com", End: noon.Add(15 * time.Hour)}}, on("PSHIFT1", noon.Add(8*time.Hour)))
	require.Empty(t, on("PSHIFT2", noon), "the slot is left empty")
	require.Len(t, on("PSCHED1", noon), 1, "one of layers is asked for as before")
}

func TestSchedulesOfBothKindsAreOfferedAndFound(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.withShifts()
	all, err := New().Schedules(t.Context(), w.sessionOf("cyd"), "")
	require.NoError(t, err)
	require.Equal(t, []string{"Primary", "Primary backup", "Follow the sun", "Follow the moon"}, namesOf(all))
	all, err = New().Schedules(t.Context(), w.sessionOf("cyd"), "SUN")
	require.NoError(t, err)
	require.Equal(t, []string{"Follow the sun"}, namesOf(all))
	for _, told := range [][2]string{{ScheduleByName, "follow the sun"}, {ScheduleByID, "PSHIFT1"}} {
		schedule, err := New().Schedule(t.Context(), w.sessionOf("cyd"), told[0], told[1])
		require.NoError(t, err)
		require.Equal(t, "PSHIFT1", schedule.ID)
		require.Equal(t, "Follow the sun", schedule.Name)
	}
}

func TestAnAccountWithoutShiftBasedSchedulesWorks(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden, http.StatusBadRequest} {
		w := newTestEnv(t)
		require.NoError(t, w.sbx.AddFault(kit.Fault{Match: kit.Match{Path: "/v3/"}, Times: -1, Action: kit.Action{Status: status}}))
		all, err := New().Schedules(t.Context(), w.sessionOf("cyd"), "")
		require.NoError(t, err)
		require.Len(t, all, 2)
		shifts, err := New().OnCall(t.Context(), w.sessionOf("cyd"), "PSCHED1", noon)
		require.NoError(t, err)
		require.Len(t, shifts, 1)
		schedule, err := New().Schedule(t.Context(), w.sessionOf("cyd"), ScheduleByID, "PSCHED1")
		require.NoError(t, err)
		require.Equal(t, "Primary", schedule.Name)
	}
}
