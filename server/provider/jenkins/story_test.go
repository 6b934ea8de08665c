package jenkins_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/jenkins"
)

// testChannel is what a channel would show for deliveries that arrive a minute apart.
type testChannel struct {
	t       *testing.T
	now     time.Time
	states  map[string]json.RawMessage
	series  map[string]json.RawMessage
	changes []provider.Change
	last    string
}

func newTestChannel(t *testing.T) *testChannel {
	t.Helper()
	return &testChannel{
		t: t, now: time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC), states: map[string]json.RawMessage{}, series: map[string]json.RawMessage{},
	}
}

// deliver applies a delivery.
func (c *testChannel) deliver(body string) provider.Change {
	c.t.Helper()
	c.now = c.now.Add(time.Minute)
	events, err := jenkins.New().Parse(provider.Delivery{Body: []byte(body), ReceivedAt: c.now})
	require.NoError(c.t, err)
	require.Len(c.t, events, 1)
	e := events[0]
	c.series[e.Series], err = jenkins.New().FoldSeries(c.series[e.Series], e)
	require.NoError(c.t, err)
	e.Subject, err = jenkins.New().ResolveSubject(c.series[e.Series], e)
	require.NoError(c.t, err)
	change, err := jenkins.New().Fold(c.states[e.Subject], c.series[e.Series], e)
	require.NoError(c.t, err)
	if !change.Stale {
		c.states[e.Subject] = change.State
		c.changes = append(c.changes, change)
	}
	c.last = e.Subject
	return change
}

// card returns the card that changed last.
func (c *testChannel) card() chat.Card {
	c.t.Helper()
	card, err := jenkins.New().Card(c.states[c.last])
	require.NoError(c.t, err)
	return card
}

// cardText returns the text and state of a card in English.
func (c *testChannel) cardText() string {
	c.t.Helper()
	card := c.card()
	lines := []string{english(c.t, card.State), card.Title, english(c.t, card.Text)}
	for _, f := range card.Fields {
		lines = append(lines, english(c.t, f.Label)+": "+english(c.t, f.Value))
	}
	return strings.Join(lines, "\n")
}

// withoutZeroWidth returns the text without the characters that keep it from being markup.
func withoutZeroWidth(text string) string { return strings.ReplaceAll(text, "\u200b", "") }

// recorded returns a recorded delivery.
func recorded(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	return string(body)
}

// report is a delivery of the plugin "Zoom".
func report(t *testing.T, values map[string]any) string {
	t.Helper()
	all := map[string]any{
		"name": "web #1", "number": "#1", "full_url": "https://ci.acme.test/job/web/1/display/redirect", "duration": 0, "status": "Start",
		"summary": nil, "cause": nil, "changes": nil, "test_summary": map[string]any{"total": nil, "fail": nil, "skip": nil, "failedResults": nil},
	}
	maps.Copy(all, values)
	body, err := json.Marshal(all)
	require.NoError(t, err)
	return string(body)
}

// phase is a delivery of the plugin "Notification" about a build that took a minute, with the time of the phase.
func phase(t *testing.T, number int, phase, status string) string {
	t.Helper()
	build := map[string]any{
		"full_url": "https://ci.acme.test/job/web/" + strconv.Itoa(number) + "/", "number": number, "phase": phase,
		"timestamp": 1785758400000 + int64(number)*3600_000, "duration": 0,
	}
	switch phase {
	case "COMPLETED":
		build["timestamp"], build["duration"] = build["timestamp"].(int64)+60_000, 60_000
	case "FINALIZED":
		build["timestamp"], build["duration"] = build["timestamp"].(int64)+60_300, 60_000
	}
	if status != "" {
		build["status"] = status
	}
	body, err := json.Marshal(map[string]any{"name": "web", "url": "job/web/", "build": build})
	require.NoError(t, err)
	return string(body)
}
