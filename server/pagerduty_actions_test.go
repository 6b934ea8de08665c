package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	pager "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// alarmed has the town follow the account, with an incident on the database.
func alarmed(t *testing.T) (h *pagerHost, incident string) {
	t.Helper()
	h = newPager(t)
	h.follows(h.alice, "", h.town)
	return h, h.triggers("Database", "Disk full")
}

// does has the user choose from the card's menu and answer the form with the line of this label.
func (h *pagerHost) does(u *mmtest.User, what, field, label string) {
	h.t.Helper()
	h.later(clickPause)
	u.Chooses("More…", what)
	require.NotNil(h.t, u.Dialog(), lastNote(u))
	u.Submits(map[string]any{field: option(u, field, label)})
	require.Nil(h.t, u.Dialog(), "the form stays open: %+v", u.Dialog())
	h.passes()
}

// told is the thread of the town's newest card.
func (h *pagerHost) told() string {
	h.t.Helper()
	all := cards(h.town)
	return strings.Join(thread(all[len(all)-1], h.town), "\n")
}

func TestAnIncidentIsEscalatedReassignedSnoozedAndPrioritizedFromTheCard(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	h.does(h.alice, "Set priority…", "priority", "P2")
	require.Equal(t, "P2", h.current(id).Priority)
	requireTells(t, lastNote(h.alice), "You set the priority of", "Disk full")
	requireTells(t, h.told(), "Alice Ames set the priority to P2")
	require.Contains(t, h.card(h.town).Text(), "P2")

	h.does(h.alice, "Escalate…", "level", "Level 2: Carol Reyes")
	require.Equal(t, 2, h.current(id).Level)
	require.Equal(t, []string{addressOf(h.carol)}, h.current(id).Assignees)
	requireTells(t, lastNote(h.alice), "You escalated", "to level 2")
	require.Contains(t, strings.ReplaceAll(h.card(h.town).Text(), "\u200b", ""), "Carol Reyes")

	h.does(h.alice, "Reassign…", "whom", "Bob Kahn")
	require.Equal(t, []string{addressOf(h.bob)}, h.current(id).Assignees)
	requireTells(t, h.told(), "Alice Ames assigned it to", "Bob Kahn")
	h.does(h.alice, "Reassign…", "whom", "Policy: Web on-call")
	require.Equal(t, []string{addressOf(h.carol)}, h.current(id).Assignees)

	h.later(clickPause)
	h.alice.Clicks("Acknowledge")
	h.passes()
	h.does(h.alice, "Snooze…", "while", "4 h")
	require.WithinDuration(t, h.mm.Now().Add(4*time.Hour), h.current(id).SnoozedTil, time.Minute)
	requireTells(t, h.told(), "Alice Ames snoozed it for 4 h")
	require.Len(t, cards(h.town), 1, "all on one card")
	require.Equal(t, addressOf(h.alice), h.current(id).ChangedBy)

	h.later(clickPause)
	h.alice.Clicks("Resolve")
	h.passes()
	for _, choice := range []string{"escalate", "reassign", "snooze"} { // by a client that still shows the menu
		before := h.current(id)
		h.later(clickPause)
		h.clicksMenu(h.alice, h.card(h.town), choice)
		require.Nil(t, h.alice.Dialog(), choice)
		require.Equal(t, before, h.current(id), choice)
	}
}

// clicksMenu sends a choice of the card's menu, whether the card has it or not.
func (h *pagerHost) clicksMenu(u *mmtest.User, card *mmtest.Post, choice string) {
	h.t.Helper()
	u.Post("/action", map[string]any{
		"channel_id": card.ChannelId, "post_id": card.Id, "trigger_id": "t",
		"context": map[string]any{"card": true, "action": "more", "selected_option": choice},
	})
}

func TestOnlyOfferedChoicesAreAccepted(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	before := h.current(id)
	for field, what := range map[string]string{"level": "Escalate…", "whom": "Reassign…", "while": "Snooze…", "priority": "Set priority…"} {
		for _, made := range []string{"-1", "999999999999", "user/../PBOB123", "../services", "<script>"} {
			h.later(clickPause)
			h.alice.Chooses("More…", what)
			form := h.alice.Dialog()
			require.NotNil(t, form)
			answer := h.alice.Post("/form", map[string]any{
				"channel_id": h.town.ID, "callback_id": form.CallbackId, "state": form.State, "submission": map[string]any{field: made},
			})
			require.Contains(t, answer.Body, "error", "%s = %s", what, made)
			h.alice.Cancels()
		}
	}
	require.Equal(t, before, h.current(id))
}

func TestRespondersAndStatusUpdatesAreInTheThread(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	for _, what := range []pager.Happening{
		{What: pager.AskResponder, By: "PALICE1", To: "PCAROL1", Text: "Please look at the @database"},
		{What: pager.ReplyResponder, By: "PCAROL1"},
		{What: pager.UpdateStatus, By: "PBOB123", Text: "We are [freeing](https://evil.example) space"},
		{What: pager.AddNote, By: "PBOB123", Text: "Old logs are gone"},
	} {
		h.happens(id, what)
	}
	requireTells(t, h.told(), "Alice Ames asked Carol Reyes to respond", "Carol Reyes answered the responder request (accepted)", "Status update by Bob Kahn", "Bob Kahn added a note: Old logs are gone")
	require.NotContains(t, h.told(), "](https://evil")
	require.Len(t, cards(h.town), 1)
	require.Equal(t, 4, len(thread(h.card(h.town), h.town)))
}

// An action that someone else did first is no failure: the card is corrected, and the user who clicked reads who it was.
func TestALateClickSaysWhoWasFaster(t *testing.T) {
	t.Parallel()
	for name, faster := range map[string]struct {
		action, what  string
		by            *pager.User
		heading, says string
	}{
		"acknowledged": {"acknowledge", pager.Acknowledge, &pager.User{ID: "PALICE1", Name: "Alice Ames", Email: "alice@example.com"}, "Acknowledged", "has already acknowledged it"},
		"resolved":     {"acknowledge", pager.Resolve, &pager.User{ID: "PBOB123", Name: "Bob Kahn", Email: "bob@example.com"}, "Resolved", "has already resolved it"},
		"resolved too": {"resolve", pager.Resolve, &pager.User{ID: "PBOB123", Name: "Bob Kahn", Email: "bob@example.com"}, "Resolved", "has already resolved it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, id := alarmed(t)
			card := h.card(h.town)
			require.NoError(t, h.pager.LoseHooks())
			h.happens(id, pager.Happening{What: faster.what, By: faster.by.ID})
			require.NotContains(t, heading(h.card(h.town)), faster.heading, "no event has arrived")
			h.clicksCard(h.alice, card, faster.action)
			requireTells(t, lastNote(h.alice), faster.by.Name, faster.says)
			h.passes()
			require.Contains(t, heading(h.card(h.town)), faster.heading)
			require.Equal(t, faster.by.Email, h.current(id).ChangedBy, "it stays theirs")
		})
	}
}

// Each does what PagerDuty allows: an admin, a responder, an observer, and someone without an account.
func TestPagerDutyDecidesWhatEachUserCanDo(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	h.carol.Clicks("Acknowledge")
	require.Equal(t, http.StatusOK, h.signsIn(h.carol).Status)
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status)
	require.Equal(t, addressOf(h.carol), h.current(id).ChangedBy)

	h.eve.Clicks("Resolve")
	h.signsIn(h.eve)
	h.passes()
	requireTells(t, h.eve.LastNote().Text(), "PagerDuty")
	h.later(clickPause)
	h.eve.Clicks("Resolve")
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status)
	h.dave.Clicks("Resolve")
	requireTells(t, lastNote(h.dave), "To do this as yourself, sign in to PagerDuty")
	require.Equal(t, "acknowledged", h.current(id).Status)
	require.NotContains(t, h.told(), "Eve")

	h.later(clickPause)
	h.alice.Clicks("Resolve")
	h.passes()
	require.Equal(t, addressOf(h.alice), h.current(id).ChangedBy)
	requireTells(t, h.told(), "Carol Reyes acknowledged it", "Alice Ames resolved it")
	var answers []int
	tokens := map[string]bool{}
	for _, e := range h.pager.Journal(kit.Filter{Kind: kit.EntryRequest, Method: http.MethodPut, Path: "/incidents"}) {
		answers = append(answers, e.Status)
		tokens[e.Authorized] = true
	}
	require.Equal(t, []int{http.StatusOK, http.StatusForbidden, http.StatusForbidden, http.StatusOK}, answers)
	require.Len(t, tokens, 3, "each with a token of their own")
}

// A webhook that someone deleted in PagerDuty is noticed, reported as missing, and created again.
func TestAWebhookDeletedInPagerDutyIsRepairedAndStatusSaysSo(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	require.NoError(t, h.pager.LoseHooks())
	h.happens(id, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	h.alice.Types("/pduty status", h.town)
	requireTells(t, lastNote(h.alice), "The webhook in PagerDuty is missing")
	h.later(6 * time.Minute)
	require.Len(t, h.pager.Hooks(), 1, "it is created again automatically")
	h.alice.Types("/pduty status", h.town)
	requireTells(t, lastNote(h.alice), "The webhook in PagerDuty is OK")
	h.triggers("Database", "Heard again")
	require.Contains(t, strings.Join(titles(h.town), "\n"), "Heard again")
	h.later(time.Hour)
	require.Contains(t, heading(cards(h.town)[0]), "Resolved", "what was missed is found by looking")
}

func TestAMissingWebhookIsRepairedWithAButton(t *testing.T) {
	t.Parallel()
	h, _ := alarmed(t)
	require.NoError(t, h.pager.LoseHooks())
	h.alice.Types("/pduty status", h.town)
	var repair string
	for _, label := range h.alice.LastNote().Buttons() {
		if strings.HasPrefix(label, "Repair") {
			repair = label
		}
	}
	require.NotEmpty(t, repair)
	h.alice.Clicks(repair)
	require.Len(t, h.pager.Hooks(), 1)
	h.triggers("Database", "Heard again")
	require.Len(t, cards(h.town), 2)
}

// PagerDuty reveals a webhook's secret once. Where that answer is lost, the webhook is of no use and makes room for another.
func TestAWebhookWhoseSecretWasLostInTransitIsReplaced(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	lost := kit.Fault{Match: kit.Match{Method: http.MethodPost, Path: "/webhook_subscriptions"}, Action: kit.Action{After: true, Reset: true}}
	require.NoError(t, h.pager.AddFault(lost))
	h.alice.Types("/pduty connect", h.town)
	if !strings.Contains(lastNote(h.alice), "This channel now follows") {
		h.alice.Types("/pduty connect", h.town)
	}
	requireTells(t, lastNote(h.alice), "This channel now follows")
	h.passes()
	require.Len(t, h.pager.Hooks(), 1)
	h.triggers("Database", "Disk full")
	require.Len(t, cards(h.town), 1)
}

// PagerDuty's own rotation of a secret signs with both for a while.
func TestDeliveriesSignedWithTwoSecretsAreAccepted(t *testing.T) {
	t.Parallel()
	h, _ := alarmed(t)
	fresh, err := h.pager.RotateSecret(h.pager.Hooks()[0].ID)
	require.NoError(t, err)
	h.secret(fresh)
	h.triggers("Database", "Signed twice")
	require.Len(t, cards(h.town), 2)
}

// The conference bridge of an incident and the note about it are written as the user who started the meeting.
func TestAMeetingBecomesTheConferenceBridgeOfTheIncident(t *testing.T) {
	t.Parallel()
	h, id := alarmed(t)
	h.alice.Clicks("Start Zoom meeting")
	require.Eventually(t, func() bool { return len(h.current(id).Notes) == 1 }, patience, tick)
	link, _ := meetings(h.town)[0].Prop("meeting_link").(string)
	require.Equal(t, link, h.current(id).BridgeURL)
	require.Equal(t, "Alice Ames", h.current(id).Notes[0].By)
	require.Contains(t, h.current(id).Notes[0].Text, link)
	h.passes()
	require.Equal(t, h.card(h.town).Id, meetings(h.town)[0].RootId)
	requireTells(t, h.told(), "Alice Ames set the conference bridge")
	requireTells(t, h.card(h.town).Text(), "Conference bridge:")
}
