package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	pager "mattermost-plugin-zoom/sandbox/pagerduty"
)

// receives sends a delivery as PagerDuty would: signed, to the webhook of the channel.
func (h *pagerHost) receives(body []byte) {
	h.t.Helper()
	hooks := h.pager.Hooks()
	require.Len(h.t, hooks, 1)
	at := slices.IndexFunc(h.secrets, func(secret string) bool { return strings.HasPrefix(secret, "sbx_whsec") })
	require.GreaterOrEqual(h.t, at, 0)
	answer := h.arrives(hooks[0].URL, string(body), map[string]string{"X-PagerDuty-Signature": pager.Sign(h.secrets[at], body)})
	require.Equal(h.t, http.StatusOK, answer.Status, answer.Body)
	h.passes()
}

// followsAll has the channel select all events, with these filters.
func (h *pagerHost) followsAll(filters map[string]any) {
	h.t.Helper()
	h.follows(h.alice, "", h.town)
	h.alice.Types("/pduty configure", h.town)
	values := map[string]any{"rule_name": "All", "events": h.alice.With("events", "activity")}
	maps.Copy(values, filters)
	h.alice.Submits(values)
	require.Nil(h.t, h.alice.Dialog(), lastNote(h.alice))
	h.passes()
}

func TestRecordedDeliveriesOfPagerDutyAreShownCorrectly(t *testing.T) {
	t.Parallel()
	files := recordedInputs(t, "pagerduty")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newPager(t)
			var filters map[string]any
			if name == "pagerduty-filter-leak" {
				filters = map[string]any{"filter_urgency": "high"}
			}
			h.followsAll(filters)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var story struct{ Deliveries []json.RawMessage }
			require.NoError(t, json.Unmarshal(text, &story))
			for _, body := range story.Deliveries {
				h.receives(body)
			}
			if filters != nil {
				require.Empty(t, cards(h.town), "its urgency is low")
				return
			}
			require.Len(t, cards(h.town), 1)
			card := cards(h.town)[0]
			said := strings.ReplaceAll(strings.Join(thread(card, h.town), "\n"), "\u200b", "")
			require.Contains(t, title(card), "Disk full")
			require.Equal(t, "https://acme.pagerduty.com/incidents/QINC1", card.Attachments()[0].TitleLink)
			require.Contains(t, said, map[string]string{
				"pagerduty-bare-card": "Kim Example added a note: replacing the disk", "pagerduty-custom-fields": "changed fields: severity: 3 → 2",
				"pagerduty-delegated-silent": "Kim Example delegated it to APIs-ep", "pagerduty-role-assigned": "assigned a role to Lee Sample: Incident Commander",
				"pagerduty-workflow-name": "started a workflow: Page the database team",
			}[name])
		})
	}
}

func TestANoteOnAnUnknownIncidentWaitsForTheLookup(t *testing.T) {
	t.Parallel()
	for urgency, shown := range map[string][]string{"low": nil, "high": {"🚨 Triggered · #1 Disk full"}} {
		t.Run(urgency, func(t *testing.T) {
			t.Parallel()
			h := newPager(t)
			made, err := h.pager.Trigger(pager.Trigger{Service: "Database", Title: "Disk full", Urgency: urgency})
			require.NoError(t, err)
			h.followsAll(map[string]any{"filter_urgency": "high"})
			h.happens(made.ID, pager.Happening{What: pager.AddNote, By: "PBOB123", Text: "Looking"})
			h.passes()
			require.Equal(t, shown, titles(h.town))
		})
	}
}

func TestAcknowledgingKeepsTheConferenceBridge(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	h.happens(id, pager.Happening{What: pager.Meet, By: "PBOB123", Text: "https://meet.example.com/1"})
	h.alice.Clicks("Acknowledge")
	h.passes()
	card := cards(h.town)[0]
	require.Contains(t, title(card), "Acknowledged")
	requireSays(t, card.Text(), "https://meet.example.com/1")
	require.NotContains(t, strings.Join(thread(card, h.town), "\n"), "removed the conference bridge")
}
