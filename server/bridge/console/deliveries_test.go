package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// logged returns an office whose connection "ci" has deliveries of three kinds, one an hour.
func logged(t *testing.T) *office {
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	var entries []bridge.Entry
	for n := range 45 {
		e := bridge.Entry{At: o.now.Add(time.Duration(n-45) * time.Hour), Result: bridge.Posted, Event: "built", Title: fmt.Sprint("build ", n), Count: 1}
		switch n % 5 {
		case 1:
			e.Result, e.Reason = bridge.Failed, chat.Verbatim("no answer")
		case 2:
			e.Event, e.Views = "", []bridge.View{{Channels: []chat.Place{place(lab)}, Result: bridge.Unwanted, Known: true, Event: "queued", Title: e.Title}}
		case 3:
			e.Event, e.Views = "", []bridge.View{{Channels: []chat.Place{place(town)}, Result: bridge.Posted, Known: true, Event: "built", Title: "of another channel"}}
		}
		entries = append(entries, e)
	}
	require.NoError(t, o.log(o.only().ID, entries))
	return o
}

func TestTheLogIsReadPageByPage(t *testing.T) {
	t.Parallel()
	o := logged(t)
	first := o.types(ada, lab, "/builder deliveries ci")
	require.Contains(t, first, "#### Deliveries: ci\n* 2026-03-04 04:06 UTC: **Shown** – build 44 (Builds)")
	require.Contains(t, first, "build 20")
	require.NotContains(t, first, "build 19")
	require.NotContains(t, first, "another channel", "the channel reads only what it follows")
	require.Equal(t, []string{"Show only failures", "Show older"}, o.labels(o.lastEphemeral()))
	second := o.presses(ada, "Show older")
	require.Contains(t, second, "build 19")
	require.Contains(t, second, "build 0")
	require.NotContains(t, second, "build 20")
	require.Equal(t, []string{"Show only failures"}, o.labels(o.lastEphemeral()))
	require.Contains(t, o.types(ada, lab, "/builder status"), "run `/builder deliveries`")
}

func TestTheLogIsFiltered(t *testing.T) {
	t.Parallel()
	o := logged(t)
	failures := o.types(ada, lab, "/builder deliveries result:failures")
	require.Equal(t, 9, strings.Count(failures, "**Failed, will be retried**"))
	require.NotContains(t, failures, "**Shown**")
	require.Contains(t, failures, "Only `result:failures`")
	require.Equal(t, failures, strings.ReplaceAll(o.pressesAfter(ada, "/builder deliveries", "Show only failures"), "\u200b", ""))
	queued := o.types(ada, lab, "/builder deliveries EVENT:Queued since:12h")
	require.Contains(t, queued, "build 42 (Queue)")
	require.Equal(t, 2, strings.Count(queued, "Filtered out"))
	require.Contains(t, o.types(ada, lab, "/builder deliveries result:refused"), "No deliveries match")
	for _, wrong := range []string{"result:great", "event:nothing", "since:tomorrow", "since:-1h", "before:now"} {
		text := o.types(ada, lab, "/builder deliveries "+wrong)
		require.Contains(t, text, "That filter isn't valid", wrong)
		require.Contains(t, text, "queued")
	}
}

func TestTheLogOfOneOfSeveralConnectionsKeepsItsFilters(t *testing.T) {
	t.Parallel()
	o := logged(t)
	o.types(ada, lab, "/builder connect nightly")
	require.Contains(t, o.types(ada, lab, "/builder deliveries result:failures"), "Which connection's deliveries")
	require.Contains(t, o.presses(ada, "ci"), "Only `result:failures`")
	_, err := o.tries(eve, lab, "/builder deliveries ci")
	require.Equal(t, fault.NoPost, fault.CodeOf(err))
	_, err = o.tries(eve, town, "/builder deliveries ci")
	require.Equal(t, fault.NotFollowed, fault.CodeOf(err))
}

// pressesAfter has a user type a line in the lab and press a button under the answer.
func (o *office) pressesAfter(userID, line, label string) string {
	o.types(userID, lab, line)
	return o.presses(userID, label)
}
