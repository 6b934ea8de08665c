package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
)

// TestARecreatedBranchGetsItsOwnCards has both plugins report a job whose builds start at #1 again.
func TestARecreatedBranchGetsItsOwnCards(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := func() *ci.Job { return w.jenkins.Job("renovate").Sends(zoomPlugin(h), notificationPlugin(h)) }
	w.builds(job(), ci.Success, time.Minute)
	w.builds(job(), ci.Success, time.Minute)
	w.zoom.Advance(72 * time.Hour)
	w.jenkins.DeleteJob("renovate")
	again := job()
	w.builds(again, ci.Failure, 2*time.Hour)
	require.Equal(t, []string{"✅ Succeeded · renovate #1", "✅ Succeeded · renovate #2", "❌ Failed · renovate #1"}, titles(w.town))
	w.builds(again, ci.Success, time.Minute)
	all := titles(w.town)
	require.Equal(t, []string{"✅ Succeeded · renovate #1", "✅ Succeeded · renovate #2", "☑️ Failed, fixed since · renovate #1", "✅ Back to normal · renovate #2"}, all)
}

// TestARepeatedPipelineNoteIsPostedOnce has a step in one of the plugin's own phases, whose notes go with all that follows.
func TestARepeatedPipelineNoteIsPostedOnce(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	b := w.jenkins.Job("web").Pipeline().Sends(notificationPlugin(h)).Start(ci.Cause{})
	w.settle()
	w.zoom.Advance(5 * time.Minute)
	require.NoError(t, b.NotifyEndpoints(ci.Started, "deployed to staging"))
	w.settle()
	w.zoom.Advance(time.Minute)
	b.Finish(ci.Success, ci.Outcome{})
	w.settle()
	said := thread(w.card(w.town), w.town)
	require.Len(t, said, 1, "%q", said)
	requireSays(t, said[0], "deployed to staging")
	requireSays(t, w.card(w.town).Text(), "Duration: 6 min")
}
