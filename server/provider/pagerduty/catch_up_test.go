package pagerduty

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/provider"
)

// catchUp runs the task for a resource and returns the titles of the incidents it found, and the next tasks.
func (w *testEnv) catchUp(r provider.Resource, t provider.Task) (titles []string, next []provider.Task) {
	w.t.Helper()
	events, next, err := New().RunTask(w.t.Context(), w.sessionOf("ada"), r, t)
	require.NoError(w.t, err)
	w.applyEvents(events...)
	for _, e := range events {
		titles = append(titles, w.card(e.Subject).Title)
	}
	return titles, next
}

func TestMissedIncidentsAreLookedUp(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	known := w.trigger("Known")
	w.sbx.Advance(time.Hour)
	require.NoError(t, w.sbx.LoseHooks())
	every, task := New().ReconcileTask(w.sbx.Now(), nil)
	require.Equal(t, healthInterval, every)

	w.sbx.Advance(time.Minute)
	lost := w.trigger("Disk full")
	settled := w.trigger("Slow")
	_, err := w.sbx.Trigger(sandbox.Trigger{Service: "Web shop", Title: "Shop down"})
	require.NoError(t, err)
	w.happen(settled, sandbox.Happening{What: sandbox.Resolve, By: "PBOB"})
	require.Len(t, w.heard, 1, "%s alone was told", known)

	titles, next := w.catchUp(w.account(), task)
	require.Equal(t, []string{"#2 Disk full", "#3 Slow", "#4 Shop down"}, titles, "the oldest first")
	require.Empty(t, next)
	require.Equal(t, statusTriggered, w.incident(lost).Status)

	heard := len(w.heard)
	titles, _ = w.catchUp(provider.Resource{ID: "team/PTEAM"}, task)
	require.Equal(t, []string{"#2 Disk full", "#3 Slow"}, titles, "those of the team's services")
	titles, _ = w.catchUp(provider.Resource{ID: "service/PWEBSHOP"}, task)
	require.Equal(t, []string{"#4 Shop down"}, titles)
	for _, e := range w.heard[heard:] {
		change, err := New().Fold(w.state(e.Subject), nil, e)
		require.NoError(t, err)
		require.True(t, change.Stale, "what is known changes nothing")
	}

	task.Data = nil
	_, _, err = New().RunTask(t.Context(), w.sessionOf("ada"), w.account(), task)
	require.Error(t, err)
}

func TestManyIncidentsAreLookedUpInRounds(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	_, task := New().ReconcileTask(w.sbx.Now(), nil)
	for range catchUpLimit + 1 {
		w.sbx.Advance(time.Second)
		w.trigger("Again")
	}
	titles, next := w.catchUp(w.account(), task)
	require.Len(t, titles, catchUpLimit)
	require.Len(t, next, 1)
	titles, next = w.catchUp(w.account(), next[0])
	require.Len(t, titles, 2, "the last of the round before, and the next")
	require.Empty(t, next)
}
