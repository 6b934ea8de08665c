package jenkins_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// phaseAt is a delivery of the plugin "Notification" at that time, with what the build has so far.
func phaseAt(number int, phase string, at time.Time, rest string) string {
	return fmt.Sprintf(`{"name":"web","url":"job/web/","build":{"full_url":"https://ci.acme.test/job/web/%d/","number":%d,"timestamp":%d,`+
		`"phase":%q,"url":"job/web/%d/"%s}}`, number, number, at.UnixMilli(), phase, number, rest)
}

func TestADeliveryHasTheTimeOfItsPhase(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	begin := c.now
	hear := func(number int, phase string, at time.Time, rest string) {
		c.now = at.Add(-time.Minute)
		c.deliver(phaseAt(number, phase, at, rest))
	}
	hear(1, "COMPLETED", begin.Add(time.Minute), `,"duration":60000,"status":"FAILURE"`)
	hear(2, "STARTED", begin.Add(2*time.Hour), `,"duration":0`)
	hear(2, "COMPLETED", begin.Add(4*time.Hour), `,"duration":7200000,"status":"SUCCESS"`)
	hear(2, "FINALIZED", begin.Add(4*time.Hour+time.Second), `,"duration":7200000,"status":"SUCCESS"`)
	require.Equal(t, begin.Add(4*time.Hour), c.card().At, "when it ended, and not two hours later")
	require.Contains(t, c.cardText(), "After 1 failure, 3 h 59 min\n")
	require.Contains(t, c.cardText(), "Duration: 2 h")

	hear(3, "FINALIZED", begin.Add(5*time.Hour), `,"duration":60000,"status":"FAILURE"`)
	require.Equal(t, begin.Add(5*time.Hour), c.card().At)
	hear(4, "QUEUED", begin.Add(5*time.Hour), `,"duration":0`)
	hear(4, "STARTED", begin.Add(6*time.Hour), `,"duration":0`)
	require.Zero(t, c.card().At, "a build that runs has not ended")
}

func TestANoteIsAMessageInEveryPhase(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	begin := c.now
	hear := func(phase string, after time.Duration, rest string) []string {
		c.now = begin.Add(after - time.Minute)
		var said []string
		for _, r := range c.deliver(phaseAt(7, phase, begin.Add(after), rest)).Replies {
			said = append(said, english(t, r.Text))
		}
		return said
	}
	require.Empty(t, hear("STARTED", 0, `,"duration":0`))
	require.Equal(t, []string{":speech_balloon: deployed to staging"}, hear("STARTED", 5*time.Minute, `,"duration":0,"notes":"deployed to staging"`))
	require.Equal(t, "message", c.changes[1].Kind)
	require.Equal(t, []string{":speech_balloon: deployed to prod"}, hear("COMPLETED", 6*time.Minute, `,"duration":0,"notes":"deployed to prod"`))
	require.Contains(t, c.cardText(), "Running\n")
	require.Equal(t, []string{":speech_balloon: smoke tests"}, hear("NONE", 7*time.Minute, `,"duration":0,"notes":"smoke tests"`))
	require.Equal(t, []string{":speech_balloon: queued again?"}, hear("QUEUED", 8*time.Minute, `,"duration":0,"notes":"queued again?"`))
	ended := hear("COMPLETED", 9*time.Minute, `,"duration":540000,"status":"SUCCESS","notes":"smoke tests"`)
	require.Empty(t, ended, "the notes that the plugin repeats are told once, and the card says that it succeeded")
	require.Contains(t, c.cardText(), "Succeeded\n")
	require.Empty(t, hear("FINALIZED", 10*time.Minute, `,"duration":540000,"status":"SUCCESS","notes":"smoke tests"`))
	require.Len(t, c.states, 1)
	require.Equal(t, begin.Add(9*time.Minute), c.card().At)
}

func TestAStepWithoutNotesChangesNothing(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(phaseAt(7, "STARTED", c.now, `,"duration":0`))
	require.True(t, c.deliver(phaseAt(7, "NONE", c.now.Add(time.Minute), `,"duration":0`)).Stale)
	require.True(t, c.deliver(phaseAt(7, "COMPLETED", c.now.Add(time.Minute), `,"duration":0`)).Stale)
}

func TestAMessageDropsAndCounting(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(report(t, map[string]any{"status": "Workflow", "summary": "SUCCESS after 1 min 3 sec and counting"}))
	require.Contains(t, c.cardText(), "Succeeded\nweb #1\nSUCCESS after 1 min 3 sec")
	require.NotContains(t, c.cardText(), "counting")
	c.deliver(report(t, map[string]any{"status": "Workflow", "summary": "Tests: 0 FAILURE, 12 SUCCESS", "full_url": "https://ci.acme.test/job/web/2/"}))
	require.Contains(t, c.cardText(), "Message\n", "what is within a text is about anything")
}

func TestACommitShowsItsFirstLine(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Fix login<br>JIRA-12: second line":       "Fix login",
		"<br>Fix login<br/>more":                  "Fix login",
		"Use &lt;br&gt; in cells<br>more":         "Use <br\\> in cells",
		"Fix &quot;it&quot;&nbsp;&nbsp;now\nmore": `Fix "it" now`,
	} {
		c := newTestChannel(t)
		change := c.deliver(report(t, map[string]any{"changes": []map[string]any{{"author": "Ada", "message": message, "commitId": "4711"}}}))
		require.Contains(t, withoutZeroWidth(english(t, change.Replies[0].Text)), "* `4711` "+want+" – Ada", message)
	}
}

func TestNoTestsAreNotAllTests(t *testing.T) {
	t.Parallel()
	none := map[string]any{"total": 0, "fail": 0, "skip": 0, "failedResults": []any{}}
	c := newTestChannel(t)
	require.Empty(t, c.deliver(report(t, map[string]any{"status": "Success", "test_summary": none})).Replies)
	require.NotContains(t, c.cardText(), "Tests")
	c.deliver(phaseAt(2, "COMPLETED", c.now, `,"duration":1000,"status":"SUCCESS","test_summary":{"total":0,"failed":0,"passed":0,"skipped":0,"failed_tests":[]}`))
	require.NotContains(t, c.cardText(), "Tests")
}

func TestABranchIsShownWithoutItsRemote(t *testing.T) {
	t.Parallel()
	for branch, want := range map[string]string{
		"origin/main": "main", "upstream/main": "main", "refs/remotes/fork/feature/x": "feature/x", "refs/heads/main": "main", "feature/login": "feature/login",
	} {
		c := newTestChannel(t)
		c.deliver(phaseAt(1, "COMPLETED", c.now, fmt.Sprintf(`,"duration":1000,"status":"SUCCESS","scm":{"branch":%q,"changes":[],"culprits":[]}`, branch)))
		require.Contains(t, c.cardText(), "Branch: `"+want+"`", branch)
	}
}

func TestAJenkinsWithoutAnAddressIsOneForBothPlugins(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(report(t, map[string]any{"full_url": "http://unconfigured-jenkins-location/job/web/3/display/redirect"}))
	require.Empty(t, c.card().URL, "which leads nowhere")
	c.deliver(`{"name":"web","url":"job/web/","build":{"number":3,"url":"job/web/3/","phase":"FINALIZED","status":"SUCCESS"}}`)
	require.Len(t, c.states, 1)
}

func TestAMessageKeepsItsLineBreaks(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(phaseAt(7, "STARTED", c.now, `,"duration":0`))
	change := c.deliver(phaseAt(7, "NONE", c.now.Add(time.Minute), `,"duration":0,"notes":"deployed:\n\n  web\r\n# api\n"`))
	require.Contains(t, withoutZeroWidth(english(t, change.Replies[0].Text)), "deployed:\nweb\n")
	c.deliver(report(t, map[string]any{"status": "Workflow", "summary": "one\ntwo", "full_url": "https://ci.acme.test/job/web/8/"}))
	require.Contains(t, withoutZeroWidth(c.cardText()), "one\ntwo")
}
