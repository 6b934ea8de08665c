package jenkins_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBackToNormalNamesFailuresAndDuration(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for n, status := range []string{"SUCCESS", "FAILURE", "UNSTABLE", "ABORTED", "FAILURE", "NOT_BUILT", "SUCCESS", "SUCCESS"} {
		c.deliver(phase(t, n+1, "FINALIZED", status))
	}
	var kinds []string
	for _, change := range c.changes {
		kinds = append(kinds, change.Kind)
	}
	require.Equal(t, []string{"success", "failure", "unstable", "aborted", "failure", "not_built", "back_to_normal", "success"}, kinds)
	c.last = "https://ci.acme.test/job/web/7"
	require.Contains(t, c.cardText(), "After 3 failures, 5 h\n", "what was aborted or not built counts for nothing")
	require.True(t, c.changes[6].ResultChanged)
	require.False(t, c.changes[7].ResultChanged)
}

func TestOnlyEscalationsMentionPeople(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for n, step := range []struct {
		status        string
		turned, worse bool
	}{
		{"SUCCESS", false, false},
		{"UNSTABLE", true, true},
		{"FAILURE", true, true},
		{"FAILURE", false, false},
		{"UNSTABLE", true, false},
		{"SUCCESS", true, false},
		{"ABORTED", true, false},
		{"FAILURE", true, true},
	} {
		change := c.deliver(phase(t, n+1, "COMPLETED", step.status))
		require.Equal(t, step.turned, change.ResultChanged, "build %d", n+1)
		require.Equal(t, step.worse, change.Escalated, "build %d", n+1)
	}
}

func TestAStreakFollowsBuildNumbersInAnyOrderOfDeliveries(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		c := newTestChannel(t)
		var bodies []string
		for n, status := range []string{"SUCCESS", "FAILURE", "FAILURE", "FAILURE", "FAILURE"} {
			bodies = append(bodies, phase(t, n+1, "COMPLETED", status), phase(t, n+1, "FINALIZED", status), phase(t, n+1, "STARTED", ""))
		}
		rand.New(rand.NewPCG(seed, 3)).Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		for _, body := range bodies {
			c.deliver(body)
		}
		c.deliver(phase(t, 6, "FINALIZED", "SUCCESS"))
		require.Contains(t, c.cardText(), "After 4 failures, 4 h\n")
	}
}

func TestALongStreakIsCountedCompletely(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(phase(t, 1, "FINALIZED", "SUCCESS"))
	for n := range 200 {
		c.deliver(phase(t, n+2, "FINALIZED", "FAILURE"))
	}
	require.Contains(t, c.cardText(), "200 failures in a row, for 8 d 7 h\n")
	require.Less(t, len(c.series["https://ci.acme.test/job/web"]), 8<<10, "a job stays small")
	c.deliver(phase(t, 3, "COMPLETED", "SUCCESS"))
	c.deliver(phase(t, 202, "FINALIZED", "SUCCESS"))
	require.Contains(t, c.cardText(), "After 200 failures, 8 d 8 h\n", "what comes hours late changes nothing")
}

func TestJobsOfSeveralJenkinsAreKeptApart(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for n, host := range []string{"https://one.acme.test", "https://two.acme.test"} {
		c.deliver(report(t, map[string]any{"full_url": host + "/job/web/" + strconv.Itoa(n+1) + "/", "status": []string{"Failure", "Success"}[n]}))
	}
	require.Len(t, c.series, 2)
	require.Equal(t, "success", c.changes[1].Kind)
	require.Equal(t, "Jenkins · two.acme.test", c.card().Footer)
}
