package sentry

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// follow runs the task and all that follow, and returns the number of rounds.
func (o *testEnv) follow(t provider.Task) int {
	o.t.Helper()
	o.settle()
	rounds := 0
	for todo := []provider.Task{t}; len(todo) > 0; rounds++ {
		events, next, err := o.p.RunTask(o.t.Context(), o.sessionOf("chat"), o.org, todo[0])
		require.NoError(o.t, err)
		o.fold(events)
		todo = append(todo[1:], next...)
	}
	return rounds
}

func TestMissedEventsAreCaughtUp(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	known, resolved := o.reportError(), func() *sandbox.Issue {
		i, err := o.project.Error(sandbox.Error{Message: "a second one"})
		require.NoError(t, err)
		return i
	}()
	quiet, err := o.sbx.Project("acme", "ops")
	require.NoError(t, err)
	o.sbx.Advance(10 * time.Minute)
	since := o.sbx.Now()
	o.newChanges()

	o.down.Store(true)
	o.sbx.Advance(30 * time.Minute)
	_, err = o.project.Error(sandbox.Error{Type: "ZeroDivisionError", Value: "division by zero", Culprit: "shop.cart in average", Times: 36})
	require.NoError(t, err)
	fresh, err := o.project.Error(sandbox.Error{Message: "born in the dark"})
	require.NoError(t, err)
	_, err = quiet.Error(sandbox.Error{Message: "of a project that nobody follows"})
	require.NoError(t, err)
	require.NoError(t, resolved.Resolve("ada", "shop@1.4.4"))
	o.down.Store(false)

	o.follow(CatchUpTask(since, []string{"web"}))
	require.Contains(t, o.cardText(known), "Events: 37")
	require.Contains(t, o.cardText(fresh), "born in the dark")
	require.Contains(t, o.cardText(resolved), "Resolved", "though it has seen no event since")
	kinds := map[string]int{}
	for _, c := range o.newChanges() {
		kinds[c.Kind]++
	}
	require.Equal(t, map[string]int{kindNew: 1, kindChanged: 1, kindResolved: 1}, kinds)
	require.Len(t, o.states, 3)
	o.newChanges()
	o.follow(CatchUpTask(since, []string{"web"}))
	require.Empty(t, o.newChanges(), "once more finds nothing new")
}

func TestCatchingUpIsBounded(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	for n := range 1100 {
		_, err := o.project.Error(sandbox.Error{Message: fmt.Sprintf("error %d", n)})
		require.NoError(t, err)
	}
	o.sbx.ClearJournal()
	require.Equal(t, maxRounds, o.follow(CatchUpTask(noon(), nil)))
	require.Equal(t, maxRounds*pagesAtOnce+1, o.sbx.Counts()["GET /api/0/organizations/{org}/issues/{$}"])
	require.Len(t, o.states, 1000)
}

func TestAnOldIssueIsNotPostedAfterDowntime(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.reportError()
	o.sbx.Advance(time.Hour)
	since := o.sbx.Now()
	o.reportError()
	o.follow(CatchUpTask(since, []string{"web"}))
	changes := o.newChanges()
	require.Len(t, changes, 1)
	require.Equal(t, kindChanged, changes[0].Kind, "it gets no card of its own unless someone asked for that")
}

func TestAnIssueKnownOnlyByACommentIsLookedUp(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	issue := o.reportError()
	o.install()
	_, err := issue.Comment("bob", "what is that?")
	require.NoError(t, err)
	changes := o.newChanges()
	require.Len(t, changes, 1)
	require.Len(t, changes[0].Tasks, 1)
	o.follow(changes[0].Tasks[0])
	require.Contains(t, o.cardText(issue), "ZeroDivisionError")
	o.follow(provider.Task{Key: lookupPrefix + "1"}) // the issue is gone
	_, _, err = o.p.RunTask(t.Context(), o.sessionOf("chat"), o.org, provider.Task{Key: catchUpKey, Data: []byte("?")})
	require.Error(t, err)
	require.NoError(t, o.sbx.AddFault(kit.Fault{Times: -1, Action: kit.Action{Status: 503}}))
	_, _, err = o.p.RunTask(t.Context(), o.sessionOf("chat"), o.org, CatchUpTask(noon(), nil))
	require.True(t, fault.Is(err, fault.ProviderUnavailable))
}
