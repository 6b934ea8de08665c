package jenkins_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// notificationBody is a delivery of the plugin "Notification" about build #1 of a branch. The queue ID is left out when 0.
func notificationBody(t *testing.T, c *testChannel, phase, status string, began time.Time, took time.Duration, queue int) string {
	t.Helper()
	at := began
	build := map[string]any{"full_url": "https://ci.acme.test/job/api/job/fix/1/", "number": 1, "phase": phase, "duration": 0}
	if status != "" {
		at, build["status"], build["duration"] = began.Add(took), status, took.Milliseconds()
	}
	if phase == "FINALIZED" {
		at = at.Add(2 * time.Second)
	}
	if queue > 0 {
		build["queue_id"] = queue
	}
	c.now = at.Add(-time.Minute) // deliver lets a minute pass
	build["timestamp"] = at.UnixMilli()
	body, err := json.Marshal(map[string]any{"name": "fix", "url": "job/api/job/fix/", "build": build})
	require.NoError(t, err)
	return string(body)
}

func TestABuildOfARecreatedJobIsANewCard(t *testing.T) {
	t.Parallel()
	for name, queues := range map[string][2]int{"with the queue's numbers": {913, 950}, "by the time alone": {}} {
		for _, between := range []time.Duration{30 * time.Minute, 240 * time.Hour} {
			t.Run(fmt.Sprint(name, " after ", between), func(t *testing.T) {
				t.Parallel()
				c := newTestChannel(t)
				first := c.now
				again := first.Add(between)
				c.deliver(notificationBody(t, c, "STARTED", "", first, 0, queues[0]))
				c.deliver(notificationBody(t, c, "COMPLETED", "SUCCESS", first, time.Minute, queues[0]))
				c.deliver(notificationBody(t, c, "FINALIZED", "SUCCESS", first, time.Minute, queues[0]))
				old := c.last
				require.Len(t, c.states, 1)
				change := c.deliver(notificationBody(t, c, "STARTED", "", again, 0, queues[1]))
				require.Equal(t, "started", change.Kind)
				change = c.deliver(notificationBody(t, c, "FINALIZED", "FAILURE", again, time.Minute, queues[1]))
				require.Equal(t, "failure", change.Kind)
				require.Len(t, c.states, 2)
				require.True(t, strings.HasPrefix(c.cardText(), "Failed\napi » fix #1\n"), c.cardText())

				late := c.deliver(notificationBody(t, c, "FINALIZED", "SUCCESS", first, time.Minute, queues[0]))
				require.True(t, late.Stale, "what comes late is of the build that it is about")
				require.Equal(t, old, c.last)
				require.Empty(t, c.deliver(notificationBody(t, c, "COMPLETED", "FAILURE", again, time.Minute, queues[1])).Replies)
				require.Len(t, c.states, 2)
			})
		}
	}
}

func TestBothPluginsShareTheCardOfABuild(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		c := newTestChannel(t)
		first := c.now
		again := first.Add(5 * 24 * time.Hour)
		type delivery struct {
			body string
			at   time.Time
		}
		var all []delivery
		tell := func(began time.Time, took time.Duration, status string, queue int) {
			zoom := map[string]any{"full_url": "https://ci.acme.test/job/api/job/fix/1/display/redirect", "name": "api » fix #1"}
			put := func(body string, at time.Time) { all = append(all, delivery{body, at}) }
			put(notificationBody(t, c, "STARTED", "", began, 0, queue), began)
			put(report(t, zoom), began.Add(3*time.Second))
			put(notificationBody(t, c, "COMPLETED", status, began, took, queue), began.Add(took))
			zoom["status"], zoom["duration"], zoom["summary"] = "Failure", took.Milliseconds(), "broken since this build"
			put(report(t, zoom), began.Add(took+4*time.Second))
			zoom["status"], zoom["duration"], zoom["summary"] = "Workflow", 0, "log at https://logs.acme.test"
			put(report(t, zoom), began.Add(took+5*time.Second))
		}
		tell(first, time.Hour, "FAILURE", 913)
		rand.New(rand.NewPCG(seed, 5)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		known := len(all)
		tell(again, time.Minute, "ABORTED", 950)
		later := all[known:]
		rand.New(rand.NewPCG(seed, 6)).Shuffle(len(later), func(i, j int) { later[i], later[j] = later[j], later[i] })
		for _, d := range all {
			c.now = d.at.Add(-time.Minute)
			c.deliver(d.body)
		}
		require.Len(t, c.states, 2, "order %d", seed)
		require.Equal(t, "Aborted", strings.SplitN(c.cardText(), "\n", 2)[0], "order %d", seed)
	}
}

func TestThePluginZoomAloneTellsRecreatedJobsApartByTime(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	start := report(t, nil)
	ended := func(status string) string { return report(t, map[string]any{"status": status, "duration": 60_000}) }
	c.deliver(start)
	c.deliver(ended("Success"))
	require.Len(t, c.states, 1)
	c.now = c.now.Add(3 * time.Hour)
	c.deliver(start)
	c.deliver(ended("Failure"))
	require.Len(t, c.states, 2)
	c.now = c.now.Add(3 * time.Hour)
	c.deliver(ended("Failure"))
	require.Len(t, c.states, 3, "also where the start isn't told")
}

// A recreated job's numbers are lower than those of the builds before.
func TestARecreatedJobStartsANewStreak(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	hear := func(number int, status string, at time.Time) string {
		c.now = at
		body := fmt.Sprintf(`{"name":"web","url":"job/web/","build":{"full_url":"https://ci.acme.test/job/web/%d/","number":%d,"timestamp":%d,`+
			`"duration":60000,"phase":"COMPLETED","status":%q,"url":"job/web/%d/"}}`, number, number, at.UnixMilli(), status, number)
		return c.deliver(body).Kind
	}
	begin := c.now
	for n := range 60 {
		hear(n+1, "FAILURE", begin.Add(time.Duration(n)*time.Hour))
	}
	again := begin.Add(200 * time.Hour)
	require.Equal(t, "success", hear(1, "SUCCESS", again), "nothing of the job that is gone was mended")
	require.Equal(t, "failure", hear(2, "FAILURE", again.Add(time.Hour)))
	require.Equal(t, "repeated_failure", hear(3, "FAILURE", again.Add(2*time.Hour)))
	require.Contains(t, c.cardText(), "2 failures in a row, for 1 h\n")
	require.Equal(t, "back_to_normal", hear(4, "SUCCESS", again.Add(3*time.Hour)))
	require.Len(t, c.changes[len(c.changes)-1].FollowUps, 2)
	for _, e := range c.changes[len(c.changes)-1].FollowUps {
		require.Contains(t, e.Subject, "@", "the cards of this job, and not those of the one before")
	}
}

// A plugin sends the end only after everything else that the job does, and other senders may send no duration.
func TestALateEndBelongsToTheBuildThatStarted(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"a quarter of an hour late": report(t, map[string]any{"status": "Failure", "duration": 2 * 3600_000}),
		"without a duration":        `{"name":"web","url":"job/web/","build":{"full_url":"https://ci.acme.test/job/web/1/","number":1,"phase":"FINALIZED","status":"FAILURE"}}`,
	} {
		c := newTestChannel(t)
		begin := c.now
		c.deliver(report(t, nil))
		c.now = begin.Add(2*time.Hour + 15*time.Minute)
		c.deliver(end)
		require.Len(t, c.states, 1, name)
		require.True(t, strings.HasPrefix(c.cardText(), "Failed\n"), name)
	}
}

func TestBuildsKnownOnlyByTheirEndsAreToldApartByTheirStarts(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	first := c.now
	c.deliver(notificationBody(t, c, "FINALIZED", "SUCCESS", first, time.Hour, 0))
	require.Len(t, c.states, 1)
	// The job is deleted and created again right after the long build, and its first build ends within a minute.
	change := c.deliver(notificationBody(t, c, "FINALIZED", "FAILURE", first.Add(62*time.Minute), time.Minute, 0))
	require.Equal(t, "failure", change.Kind)
	require.Len(t, c.states, 2, "another build, although it ended only minutes after the first")
}
