package jenkins_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// configurationReport is a report of the plugin "Zoom" about a configuration of the matrix build #3.
func configurationReport(t *testing.T, axis, status string, more map[string]any) string {
	t.Helper()
	values := map[string]any{
		"name": "matrix » " + axis + " #3", "number": "#3", "status": status, "full_url": "https://ci.acme.test/job/matrix/" + axis + "/3/display/redirect",
	}
	maps.Copy(values, more)
	return report(t, values)
}

func TestAMatrixBuildIsOneCardThatListsItsConfigurations(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	begin := c.now
	hear := func(path, phase string, after time.Duration, rest string) []string {
		c.now = begin.Add(after - time.Minute)
		body := fmt.Sprintf(`{"name":"matrix","url":"job/matrix/","build":{"full_url":"https://ci.acme.test/job/matrix/%s3/","number":3,`+
			`"queue_id":%d,"timestamp":%d,"phase":%q,"url":"job/matrix/%s3/"%s}}`, path, 900+len(path), begin.Add(after).UnixMilli(), phase, path, rest)
		var said []string
		for _, r := range c.deliver(body).Replies {
			said = append(said, english(t, r.Text))
		}
		return said
	}
	hear("", "STARTED", 0, `,"duration":0`)
	require.Empty(t, hear("OS=linux,JDK=21/", "STARTED", time.Second, `,"duration":0`))
	require.Empty(t, hear("OS=mac,JDK=21/", "STARTED", 20*time.Minute, `,"duration":0`), "as soon as there is an executor")
	require.Contains(t, c.cardText(), "Running\nmatrix #3\n")
	require.Empty(t, hear("OS=linux,JDK=21/", "COMPLETED", 30*time.Minute, `,"duration":1800000,"status":"SUCCESS"`))
	failed := hear("OS=mac,JDK=21/", "COMPLETED", 40*time.Minute, `,"duration":1200000,"status":"FAILURE",`+
		`"test_summary":{"total":3,"failed":1,"passed":2,"skipped":0,"failed_tests":["CartTest.total"]}`)
	require.Len(t, failed, 2)
	require.Contains(t, failed[0], "OS=mac,JDK=21](https://ci.acme.test/job/matrix/OS=mac,JDK=21/3/): Failed")
	require.Contains(t, failed[1], "CartTest.total")
	require.Contains(t, c.cardText(), "Running\n", "the matrix build itself says when it has ended")
	hear("", "COMPLETED", 41*time.Minute, `,"duration":2460000,"status":"FAILURE"`)
	require.Len(t, c.states, 1)
	require.Len(t, c.series, 1)
	shown := c.cardText()
	require.Contains(t, shown, "Failed\nmatrix #3\n")
	require.Less(t, strings.Index(shown, "OS=mac"), strings.Index(shown, "OS=linux"), "what isn't well comes first")
	require.Contains(t, shown, "Duration: 41 min")
	require.Equal(t, begin.Add(41*time.Minute), c.card().At)
	require.Len(t, c.card().Actions, 2, "for the build as a whole")
}

func TestAMatrixBuildReportedOnlyByItsConfigurationsEndsWithThem(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for _, axis := range []string{"OS=linux", "OS=mac"} {
		c.deliver(configurationReport(t, axis, "Start", nil))
	}
	c.now = c.now.Add(time.Hour)
	c.deliver(configurationReport(t, "OS=linux", "Success", map[string]any{"duration": 60_000, "summary": "stable"}))
	require.Contains(t, c.cardText(), "Running\nmatrix #3\n")
	change := c.deliver(configurationReport(t, "OS=mac", "Failure", map[string]any{"duration": 60_000, "summary": "broken since this build"}))
	require.Equal(t, "failure", change.Kind)
	require.Contains(t, c.cardText(), "Failed\nmatrix #3\n")
	require.Len(t, c.states, 1)
}
