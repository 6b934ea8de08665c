package pagerduty

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func TestAnIncidentFromTriggerToResolveIsOneCard(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	require.Equal(t, chat.ToneFailure, w.card(id).Tone)
	w.sbx.Advance(5 * time.Minute)
	response, err := w.click("bob", id, actionAcknowledge, nil)
	require.NoError(t, err)
	require.Contains(t, english(t, response.Note), "You acknowledged [")
	require.Contains(t, english(t, response.Share), "bob acknowledged [")
	require.Equal(t, "bob@example.com", w.incident(id).ChangedBy, "PagerDuty recorded who clicked")
	require.Equal(t, "Bob Kahn", w.card(id).Author)

	form, err := w.click("bob", id, actionNote, nil)
	require.NoError(t, err)
	require.Equal(t, fieldText, form.Form.Fields[0].Name)
	_, err = w.click("bob", id, actionNote, map[string]string{fieldText: "Deleting old logs"})
	require.NoError(t, err)
	require.Equal(t, "Deleting old logs", w.incident(id).Notes[0].Text)

	w.sbx.Advance(10 * time.Minute)
	_, err = w.click("ada", id, actionResolve, nil)
	require.NoError(t, err)
	require.Equal(t, []string{
		"Bob Kahn acknowledged it after 5 min.", "Bob Kahn added a note: Deleting old logs", "Ada Lovelace resolved it after 15 min.",
	}, w.thread(id), "once each, though both the answers and the deliveries tell of it")
	card := w.card(id)
	require.Equal(t, chat.ToneSuccess, card.Tone)
	require.Equal(t, "15 min", english(t, card.Fields[len(card.Fields)-1].Value))
	require.Len(t, card.Actions, 1, "a note can still be added")
}

func TestAClickActsAsTheUserWhoClicked(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	_, err := w.click("eve", id, actionAcknowledge, nil)
	wantFault(t, fault.ProviderForbidden, err)
	require.Equal(t, sandbox.StatusTriggered, w.incident(id).Status)
	_, err = w.click("cyd", id, actionAcknowledge, nil)
	require.NoError(t, err)
	require.Equal(t, "cyd@example.com", w.incident(id).ChangedBy)
	_, err = w.click("nobody", id, actionResolve, nil)
	wantFault(t, fault.AccountRejected, err)
}

func TestChangesNameTheUserInTheFromHeader(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t) // user keys are rejected without the header
	_, err := New().Trigger(t.Context(), w.sessionOf("bob"), NewIncident{ServiceID: "PDBSERVICE", Title: "Disk full"})
	require.NoError(t, err)
	require.Equal(t, "bob@example.com", w.sbx.Incidents()[0].ChangedBy)
	c := newClient(w.sessionOf("bob"))
	require.Equal(t, mediaType, c.Header.Get("Accept"))
	require.Empty(t, c.Header.Get("From"))
	require.Equal(t, "bob@example.comX-Evil:1", c.withSender("bob@example.com\r\nX-Evil: 1").Header.Get("From"), "no second header can be smuggled in")
	require.Empty(t, c.withSender(" ").Header.Get("From"))
}

func TestAlreadyAcknowledgedOrResolvedCorrectsTheCard(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t) // without a webhook, the card isn't updated
	id := w.trigger("Disk full")
	e, err := New().Lookup(t.Context(), w.sessionOf("ada"), id)
	require.NoError(t, err)
	w.applyEvents(e)
	w.sbx.Advance(time.Minute)
	w.happen(id, sandbox.Happening{What: sandbox.Acknowledge, By: "PBOB"})
	response, err := w.click("bob", id, actionAcknowledge, nil)
	require.NoError(t, err)
	require.Contains(t, english(t, response.Note), "Bob Kahn has already acknowledged it")
	require.Equal(t, chat.ToneWarning, w.card(id).Tone)

	w.happen(id, sandbox.Happening{What: sandbox.Resolve, By: "PADA"})
	for _, action := range []string{actionAcknowledge, actionResolve} {
		response, err = w.click("cyd", id, action, nil)
		require.NoError(t, err)
		require.Contains(t, english(t, response.Note), "Ada Lovelace has already resolved it")
	}
	require.Equal(t, chat.ToneSuccess, w.card(id).Tone)
	require.Equal(t, "Ada Lovelace", w.card(id).Author)
	_, err = w.click("bob", id, actionMore, map[string]string{valueSelected: choiceSnooze})
	wantFault(t, fault.TooLate, err)
}

func TestTheMenuEscalatesReassignsSnoozesAndPrioritizes(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	for _, step := range []struct{ choice, field, value, thread string }{
		{choiceEscalate, fieldLevel, "2", "Bob Kahn assigned it to Cyd."},
		{choiceReassign, fieldWhom, userPrefix + "PBOB", "Bob Kahn assigned it to Bob Kahn."},
		{choiceReassign, fieldWhom, policyPrefix + "PPOLWEB", "Bob Kahn assigned it to Cyd."},
		{choicePriority, fieldPriority, "PP1", "Bob Kahn set the priority to P1."},
	} {
		asked, err := w.click("bob", id, actionMore, map[string]string{valueSelected: step.choice})
		require.NoError(t, err)
		var offered []string
		for _, option := range asked.Form.Fields[0].Options {
			require.NotEmpty(t, english(t, option.Label))
			offered = append(offered, option.Value)
		}
		require.Contains(t, offered, step.value)
		for _, wrong := range []string{"", "x/..", "user/", "0"} {
			_, err = w.click("bob", id, step.choice, map[string]string{step.field: wrong + "?"})
			wantFieldError(t, step.field, err)
		}
		_, err = w.click("bob", id, step.choice, map[string]string{step.field: step.value})
		require.NoError(t, err)
		told := w.thread(id)
		require.Contains(t, []string{step.thread, "Bob Kahn escalated it to Cyd.", "Bob Kahn delegated it to Web on-call. Assigned to: Cyd"}, told[len(told)-1])
	}
	asked, err := w.click("bob", id, actionMore, map[string]string{valueSelected: choiceSnooze})
	require.NoError(t, err)
	require.Len(t, asked.Form.Fields[0].Options, 7)
	_, err = w.click("bob", id, choiceSnooze, map[string]string{fieldWhile: "604801"})
	wantFieldError(t, fieldWhile, err)
	response, err := w.click("bob", id, choiceSnooze, map[string]string{fieldWhile: "3600"})
	require.NoError(t, err)
	require.Contains(t, english(t, response.Note), "for 1 h.")
	require.Equal(t, "Bob Kahn snoozed it for 1 h.", english(t, response.Reply.Text))
	require.Equal(t, noon.Add(time.Hour), w.incident(id).SnoozedTil)
	require.Equal(t, "P1", w.incident(id).Priority)
}

func TestAnInvalidClickDoesNothing(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	for _, values := range []map[string]string{nil, {valueSelected: "explode"}} {
		_, err := w.click("bob", id, actionMore, values)
		wantFault(t, fault.InvalidInput, err)
	}
	_, err := w.click("bob", id, actionNote, map[string]string{fieldText: "  "})
	wantFieldError(t, fieldText, err)
	_, err = New().HandleAction(t.Context(), w.sessionOf("bob"), provider.ActionRequest{Action: actionResolve, State: []byte(`{"id":"../users"}`)})
	wantFault(t, fault.InvalidInput, err)
	_, err = New().HandleAction(t.Context(), w.sessionOf("bob"), provider.ActionRequest{Action: actionResolve, State: []byte(`[`)})
	require.Error(t, err)
	sample, err := New().Fold(nil, nil, New().Sample(noon))
	require.NoError(t, err)
	_, err = New().HandleAction(t.Context(), w.sessionOf("bob"), provider.ActionRequest{Action: actionResolve, State: sample.State})
	wantFault(t, fault.InvalidInput, err)
}

func TestAnOutageIsNoRefusal(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	require.NoError(t, w.sbx.AddFault(kit.Fault{Match: kit.Match{Method: http.MethodPut}, Action: kit.Action{Status: 502, Body: []byte(`"<html>"`)}}))
	_, err := w.click("bob", id, actionResolve, nil)
	wantFault(t, fault.ProviderUnavailable, err)
	_, err = w.click("bob", id, actionResolve, nil)
	require.NoError(t, err)
}
