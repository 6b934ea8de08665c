package pagerduty

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// parseDelivery parses a delivery with this event.
func parseDelivery(t *testing.T, event string) []provider.Event {
	t.Helper()
	events, err := New().Parse(provider.Delivery{Body: []byte(`{"event":` + event + `}`), ReceivedAt: noon})
	require.NoError(t, err)
	return events
}

func TestEveryTypeOfEventIsUnderstood(t *testing.T) {
	t.Parallel()
	part := `{"incident":{"id":"Q1","summary":null},"id":"P1","content":"x","message":"x"}`
	for eventType, data := range map[string]string{
		"triggered": `{"id":"Q1"}`, "acknowledged": `{"id":"Q1"}`, "unacknowledged": `{"id":"Q1"}`, "resolved": `{"id":"Q1"}`, "reopened": `{"id":"Q1"}`,
		"escalated": `{"id":"Q1"}`, "reassigned": `{"id":"Q1"}`, "delegated": `{"id":"Q1"}`, "priority_updated": `{"id":"Q1"}`,
		"service_updated": `{"id":"Q1"}`, "incident_type.changed": `{"id":"Q1"}`, "annotated": part, "status_update_published": part,
		"responder.added": part, "responder.replied": part, "conference_bridge.updated": part, "custom_field_values.updated": part,
		"role.assigned": `{"incident_role_assignments":[` + part + `]}`, "task.created": part, "task.updated": part, "task.completed": part,
		"action_invocation.created": part, "action_invocation.updated": part, "action_invocation.terminated": part,
		"workflow.started": part, "workflow.completed": part,
	} {
		events := parseDelivery(t, `{"id":"01X","event_type":"incident.`+eventType+`","occurred_at":"2026-03-02T12:00:00.414Z","data":`+data+`}`)
		require.Len(t, events, 1, eventType)
		require.Equal(t, "Q1", events[0].Subject)
		require.Contains(t, hookEvents(true), "incident."+eventType, "what is understood is asked for")
		change, err := New().Fold(nil, nil, events[0])
		require.NoError(t, err)
		for _, reply := range change.Replies {
			english(t, reply.Text)
		}
	}
	require.Len(t, hookEvents(true), 26)
	require.Len(t, hookEvents(false), 24, "without those of workflows")
}

func TestAnUnknownTypeOfEventIsNoError(t *testing.T) {
	t.Parallel() // after three rejections in a row, PagerDuty stops for a day
	for _, event := range []string{
		`{"event_type":"incident.quantum_entangled","data":{"id":"Q1"}}`, `{"event_type":"service.deleted","data":{"id":"P1"}}`,
		`{"event_type":"pagey.ping","data":{"message":"hello","type":"ping"}}`, `{"event_type":"incident.triggered","data":{}}`,
		`{"event_type":"incident.triggered","data":"odd"}`, `{"event_type":7}`, `{"event_type":"incident.annotated","data":{"incident":7}}`,
	} {
		require.Empty(t, parseDelivery(t, event), event)
	}
	odd := parseDelivery(t, `{"id":9,"event_type":"incident.triggered","occurred_at":7,"data":{"id":"Q1","number":"37","title":["x"],"assignees":{"a":1},"teams":[7]}}`)
	require.Len(t, odd, 1, "a field of another type counts as missing")
	require.Equal(t, noon, odd[0].At)
	for _, body := range []string{"", "x", `[]`, `{"event":7}`, `{}`} {
		_, err := New().Parse(provider.Delivery{Body: []byte(body)})
		require.Error(t, err, body)
	}
}

func TestSeveralSignaturesAreTriedDuringSecretRotation(t *testing.T) {
	t.Parallel()
	body := []byte(`{"event":{}}`)
	verify := func(header string) error {
		_, err := New().Verify(provider.Delivery{Header: map[string]string{headerSignature: header}, Body: body}, []string{"ours"})
		return err
	}
	right, other := "v1="+provider.Sign(body, "ours"), "v1="+provider.Sign(body, "theirs")
	for _, header := range []string{right, other + "," + right, right + ", " + other, "v2=00," + right} {
		require.NoError(t, verify(header), header)
	}
	for _, header := range []string{other, "v0=" + right[3:], right[3:], strings.Repeat(other+",", maxSignatures) + right, ",", "v1="} {
		require.ErrorIs(t, verify(header), provider.ErrForged, header)
	}
	require.ErrorIs(t, verify(""), provider.ErrUnsigned)
	w := newTestEnv(t)
	made := w.follow()
	_, err := w.sbx.RotateSecret(made.ID)
	require.NoError(t, err)
	require.NotNil(t, w.state(w.trigger("Heard with the old secret")))
}

func TestARepeatedDeliveryPostsNothingTwice(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	w.happen(id, sandbox.Happening{What: sandbox.AddNote, By: "PBOB", Text: "Looking"})
	w.happen(id, sandbox.Happening{What: sandbox.AskResponder, By: "PBOB", To: "PCYD", Text: "Help"})
	w.happen(id, sandbox.Happening{What: sandbox.Escalate})
	w.happen(id, sandbox.Happening{What: sandbox.Resolve, By: "PBOB"})
	told, state := w.thread(id), string(w.state(id))
	for range 2 {
		w.applyEvents(append([]provider.Event{}, w.heard...)...)
	}
	require.Equal(t, told, w.thread(id))
	require.Equal(t, state, string(w.state(id)))
}

func TestANoteNamesItsIncidentAndNoService(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	require.Equal(t, "PDBSERVICE", w.heard[0].Resource)
	require.Equal(t, map[string]string{
		"service": "Database", "urgency": "high", "team": "Platform", "title": "Disk full", "priority": "",
	}, w.heard[0].Labels, "a priority that is null is known to be none")
	w.happen(id, sandbox.Happening{What: sandbox.AddNote, By: "PBOB", Text: "Looking"})
	require.Equal(t, id, w.heard[1].Subject)
	require.Empty(t, w.heard[1].Resource)
	require.Equal(t, map[string]string{"title": "Disk full"}, w.heard[1].Labels)
	require.Equal(t, []string{"Bob Kahn added a note: Looking"}, w.thread(id))
}

func TestANoteFromAThreadIsNotPostedThereAgain(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	text := "It is the  logs:\n" + strings.Repeat("more and more of it ", 60)
	said := provider.UserReply{ID: "reply-1", Place: chat.Place{Channel: "town"}, Text: text, At: noon}
	coming, err := New().ExpectNote(w.state(id), said)
	require.NoError(t, err)
	w.applyEvents(coming)
	noted, err := New().SyncReply(t.Context(), w.sessionOf("bob"), provider.ActionRequest{State: w.state(id)}, said)
	require.NoError(t, err)
	w.sbx.Settle()
	w.applyEvents(noted...)
	require.Equal(t, []string{"town"}, w.said, "once, and not where it was said")
	require.Len(t, w.thread(id), 1)
	w.happen(id, sandbox.Happening{What: sandbox.AddNote, By: "PBOB", Text: text})
	require.Len(t, w.thread(id), 2, "the same words by themselves are told everywhere")
	require.Equal(t, []string{"town"}, w.said)
	e, err := New().AddNote(t.Context(), w.sessionOf("bob"), id, "From a form")
	require.NoError(t, err)
	w.sbx.Settle()
	w.applyEvents(e)
	require.Len(t, w.thread(id), 3)
}

func TestAMergedIncidentNamesItsTarget(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	w.trigger("Disk full")
	id := w.trigger("Slow queries")
	w.happen(id, sandbox.Happening{What: sandbox.Merge, By: "PADA", To: "1"})
	require.Contains(t, w.thread(id)[0], "Ada Lovelace merged it into [")
	require.Equal(t, "Merged", english(t, w.card(id).State))
}

func TestASlashInATitleDoesNotEndAPattern(t *testing.T) {
	t.Parallel()
	events := parseDelivery(t, `{"id":"01X","event_type":"incident.triggered","data":{"id":"Q1","title":"/var is full"}}`)
	require.Equal(t, " var is full", events[0].Labels[labelTitle])
}

func FuzzFold(f *testing.F) {
	f.Add([]byte(`{"id":"Q1","told":["a"]}`), []byte(`{"type":"annotated","incident":"Q1","note":{"id":"P1","text":"x"}}`))
	f.Add([]byte(`{}`), []byte(`{"type":"looked","incident":"Q1","shown":{"status":"odd"}}`))
	f.Fuzz(func(t *testing.T, state, data []byte) {
		change, err := New().Fold(state, nil, provider.Event{Subject: "Q1", Data: data})
		if err != nil || change.Stale {
			return
		}
		_, err = New().Card(change.State)
		require.NoError(t, err)
		require.True(t, json.Valid(change.State))
	})
}
