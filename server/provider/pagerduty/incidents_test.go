package pagerduty

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestAFormSentTwiceTriggersOneIncident(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	wanted := NewIncident{ServiceID: "PDBSERVICE", Title: " Disk full ", AssigneeID: "PCYD", Urgency: urgencyLow, Details: "/var", Key: "mm-post1"}
	first, err := New().Trigger(t.Context(), w.sessionOf("bob"), wanted)
	require.NoError(t, err)
	again, err := New().Trigger(t.Context(), w.sessionOf("bob"), wanted)
	require.NoError(t, err)
	require.Equal(t, first.Subject, again.Subject)
	require.Len(t, w.sbx.Incidents(), 1)
	made := w.sbx.Incidents()[0]
	require.Equal(t, "Disk full", made.Title)
	require.Equal(t, "/var", made.Details)
	require.Equal(t, urgencyLow, made.Urgency)
	require.Equal(t, []string{"cyd@example.com"}, made.Assignees)
	w.sbx.Settle()
	w.applyEvents(first)
	require.Empty(t, w.thread(first.Subject), "that it was triggered is on the card")
	require.Equal(t, "PDBSERVICE", first.Resource)

	require.NoError(t, w.sbx.AddFault(kit.Fault{
		Match: kit.Match{Method: http.MethodPost, Path: "/incidents"}, Action: kit.Action{Status: 504, After: true},
	}))
	wanted.Key = "mm-post2"
	lost, err := New().Trigger(t.Context(), w.sessionOf("bob"), wanted)
	require.NoError(t, err, "it was made, though the answer was lost")
	require.Equal(t, w.sbx.Incidents()[1].ID, lost.Subject)
}

func TestAnIncidentAssignedToItsCreatorIsAcknowledged(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	e, err := New().Trigger(t.Context(), w.sessionOf("bob"), NewIncident{ServiceID: "PDBSERVICE", Title: "Mine", AssigneeID: "PBOB"})
	require.NoError(t, err)
	w.applyEvents(e)
	require.Equal(t, chat.ToneWarning, w.card(e.Subject).Tone)
	require.Equal(t, "Bob Kahn", w.card(e.Subject).Author)
}

func TestInvalidIncidentFieldsAreReportedAtTheField(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	good := NewIncident{ServiceID: "PDBSERVICE", Title: "x"}
	for field, spoil := range map[string]func(*NewIncident){
		FieldService:  func(n *NewIncident) { n.ServiceID = "../users" },
		FieldTitle:    func(n *NewIncident) { n.Title = "  " },
		FieldAssignee: func(n *NewIncident) { n.AssigneeID = "P 1" },
		FieldUrgency:  func(n *NewIncident) { n.Urgency = "extreme" },
		FieldDetails:  func(n *NewIncident) { n.Details = strings.Repeat("x", maxDetails+1) },
	} {
		spoiled := good
		spoil(&spoiled)
		_, err := New().Trigger(t.Context(), w.sessionOf("bob"), spoiled)
		wantFieldError(t, field, err)
	}
	good.Title = strings.Repeat("x", maxIncidentTitle+1)
	_, err := New().Trigger(t.Context(), w.sessionOf("bob"), good)
	wantFieldError(t, FieldTitle, err)
	_, err = New().Trigger(t.Context(), w.sessionOf("bob"), NewIncident{ServiceID: "PNONE", Title: "x", Key: "k"})
	wantFault(t, fault.ProviderRefused, err)
	require.Contains(t, fault.ParamsOf(err)["Message"], "Service not found")
	_, err = New().Trigger(t.Context(), w.sessionOf("eve"), NewIncident{ServiceID: "PDBSERVICE", Title: "x"})
	wantFault(t, fault.ProviderForbidden, err)
	require.Empty(t, w.sbx.Incidents())
}

func TestTitlesAreSearchedByThePlugin(t *testing.T) {
	t.Parallel() // PagerDuty can't search titles
	w := newTestEnv(t)
	w.trigger("Disk full on db-1")
	w.trigger("Slow checkout")
	w.happen(w.trigger("DISK nearly full"), sandbox.Happening{What: sandbox.Resolve, By: "PADA"})
	find := func(q Search) []string {
		hits, more, err := New().Find(t.Context(), w.sessionOf("cyd"), q, w.sbx.Now())
		require.NoError(t, err)
		require.False(t, more)
		titles := []string{}
		for _, hit := range hits {
			titles = append(titles, hit.Title)
		}
		return titles
	}
	require.ElementsMatch(t, []string{"#3 DISK nearly full", "#1 Disk full on db-1"}, find(Search{Text: "full disk"}))
	require.Equal(t, []string{"#2 Slow checkout"}, find(Search{Text: " #2 "}))
	require.Equal(t, []string{"#1 Disk full on db-1"}, find(Search{Text: "disk", Statuses: []string{statusTriggered}}))
	require.Empty(t, find(Search{Text: "9999"}))
	require.Empty(t, find(Search{Mine: true}))
	require.Empty(t, find(Search{ServiceIDs: []string{"PWEBSHOP"}}))
	require.Len(t, find(Search{}), 3)

	hits, _, err := New().Find(t.Context(), w.sessionOf("cyd"), Search{Text: "2"}, w.sbx.Now())
	require.NoError(t, err)
	w.applyEvents(hits[0].Event)
	require.Equal(t, "#2 Slow checkout", w.card(hits[0].Event.Subject).Title, "what is found can be shown as a card")
	e, err := New().Lookup(t.Context(), w.sessionOf("cyd"), "2")
	require.NoError(t, err)
	require.Equal(t, hits[0].Event.Subject, e.Subject)
	_, err = New().Lookup(t.Context(), w.sessionOf("cyd"), "../users/me")
	wantFault(t, fault.ResourceUnknown, err)
}

func TestASearchReadsThreePagesAndReportsMore(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	for n := range 320 {
		w.trigger("Incident " + strconv.Itoa(n))
	}
	hits, more, err := New().Find(t.Context(), w.sessionOf("ada"), Search{Text: "incident"}, w.sbx.Now())
	require.NoError(t, err)
	require.True(t, more)
	require.Len(t, hits, maxFound)
	hits, more, err = New().Find(t.Context(), w.sessionOf("ada"), Search{Text: "incident 0"}, w.sbx.Now())
	require.NoError(t, err)
	require.True(t, more, "there is more that was not looked through")
	require.NotEmpty(t, hits)
	require.LessOrEqual(t, w.sbx.Counts()["GET /incidents"], 2*searchPages)
}

func TestPagingStopsAtTenThousand(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	require.NoError(t, w.sbx.AddFault(kit.Fault{
		Match: kit.Match{Path: "/services"}, Times: -1, Action: kit.Action{Status: 200, Body: []byte(`{"services":[{"id":"P1"}],"more":true}`)},
	}))
	all, more, err := newClient(w.sessionOf("ada")).pages(t.Context(), "/services", "services", nil, 1_000_000)
	require.NoError(t, err)
	require.True(t, more)
	require.Len(t, all, maxOffset/pageSize)
}

func TestAZoomMeetingIsWrittenToTheIncident(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	events, err := New().LinkMeeting(t.Context(), w.sessionOf("bob"), w.state(id), "https://zoom.example.com/j/95551212?pwd=x", "+1 415,,95551212#", "Bob started a Zoom meeting.")
	require.NoError(t, err)
	require.Len(t, events, 2)
	w.sbx.Settle()
	w.applyEvents(events...)
	require.Equal(t, "https://zoom.example.com/j/95551212?pwd=x", w.incident(id).BridgeURL)
	require.Equal(t, "Bob started a Zoom meeting.", w.incident(id).Notes[0].Text)
	require.Len(t, w.thread(id), 2)
	require.Contains(t, english(t, w.card(id).Text), "(https://zoom.example.com/j/95551212?pwd=x)")
	_, err = New().LinkMeeting(t.Context(), w.sessionOf("bob"), w.state(id), "javascript:alert(1)", "", "x")
	wantFieldError(t, fieldText, err)
	_, err = New().LinkMeeting(t.Context(), w.sessionOf("eve"), w.state(id), "https://zoom.example.com/j/1", "", "x")
	wantFault(t, fault.ProviderForbidden, err)
	require.NoError(t, w.sbx.AddFault(kit.Fault{Match: kit.Match{Method: http.MethodPost}, Action: kit.Action{Status: 500}}))
	events, err = New().LinkMeeting(t.Context(), w.sessionOf("bob"), w.state(id), "https://zoom.example.com/j/2", "", "x")
	require.NoError(t, err, "the meeting counts, not the note")
	require.Len(t, events, 1)
}

func TestInvalidNotesAreRejectedWithoutACall(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	id := w.trigger("Disk full")
	for _, text := range []string{"", "  ", strings.Repeat("x", maxNote+1)} {
		_, err := New().AddNote(t.Context(), w.sessionOf("bob"), id, text)
		wantFieldError(t, fieldText, err)
	}
	_, err := New().AddNote(t.Context(), w.sessionOf("bob"), "a/b", "x")
	wantFault(t, fault.ResourceUnknown, err)
	w.sbx.Advance(time.Second)
	_, err = New().AddNote(t.Context(), w.sessionOf("eve"), id, "x")
	wantFault(t, fault.ProviderForbidden, err)
}
