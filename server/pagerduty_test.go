package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	pager "mattermost-plugin-zoom/sandbox/pagerduty"
)

// These stories go through the checklist of PagerDuty, as far as it is about connecting, cards and their buttons.

func TestP1IncidentsAreSeenAcknowledgedAndResolvedInChat(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	card := h.card(h.town)
	require.Equal(t, "🚨 Triggered · #1 Disk full", heading(card))
	require.Equal(t, "#D00000", card.Attachments()[0].Color)
	require.Subset(t, card.Buttons(), []string{"Acknowledge", "Add note", "Resolve", "Start Zoom meeting"})

	h.alice.Clicks("Acknowledge")
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status)
	require.Equal(t, card.Id, h.card(h.town).Id, "one incident is one post")
	require.Contains(t, heading(h.card(h.town)), "Acknowledged · #1 Disk full")
	h.zoom.Advance(10 * time.Minute)
	h.alice.Clicks("Resolve")
	h.passes()
	require.Equal(t, "resolved", h.current(id).Status)
	require.Contains(t, heading(h.card(h.town)), "Resolved · #1 Disk full")
	require.Len(t, cards(h.town), 1)
}

func TestP2ConnectingRedirectsToPagerDutyToAuthorize(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.alice.Types("/pduty connect", h.backroom)
	requireTells(t, lastNote(h.alice), "Sign in to PagerDuty", "After that, the command continues here")
	require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
	requireTells(t, lastNote(h.alice), "This channel now follows", "Triggered", "Resolved")
	require.Len(t, h.pager.Hooks(), 1)
	require.True(t, strings.HasPrefix(h.pager.Hooks()[0].URL, siteURL+"/plugins/zoom/hooks/"))
	h.alice.Types("/pduty connect", h.town)
	h.passes()
	require.Len(t, h.pager.Hooks(), 1, "both channels share it")
	h.triggers("Web shop", "Slow")
	require.Equal(t, titles(h.town), titles(h.backroom))
	h.alice.Types("/pduty status", h.town)
	requireTells(t, lastNote(h.alice), "The webhook in PagerDuty is OK", "Triggered")
}

func TestANonAdminOfPagerDutySelectsOneOfTheirServices(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.bob.Types("/pduty connect", h.backroom)
	require.Equal(t, http.StatusOK, h.signsIn(h.bob).Status)
	requireSays(t, lastNote(h.bob), "Which one do you mean?")
	require.Equal(t, []string{"Database", "Cancel"}, h.bob.LastNote().Buttons())
	h.bob.Clicks("Database")
	requireTells(t, lastNote(h.bob), "This channel now follows Database")
	h.passes()
	h.triggers("Web shop", "Elsewhere")
	h.triggers("Database", "Here")
	require.Equal(t, 1, len(cards(h.backroom)))
	require.Contains(t, heading(h.card(h.backroom)), "Here")
}

func TestP8AcknowledgingIsConfirmedWithPostToChat(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.triggers("Database", "Disk full")
	before := len(h.bob.Notes())
	h.alice.Clicks("Acknowledge")
	requireTells(t, lastNote(h.alice), "Disk full")
	require.Equal(t, []string{"Post to chat"}, h.alice.LastNote().Buttons())
	require.Len(t, h.bob.Notes(), before, "no one else sees it")
	h.passes()
	posts := len(h.town.Posts())
	h.alice.Clicks("Post to chat")
	require.Len(t, h.town.Posts(), posts+1)
	requireTells(t, h.town.LastPost().Message, "alice", "acknowledged", "Disk full")
	require.Empty(t, h.town.LastPost().RootId, "the channel is to know")
	requireSays(t, lastNote(h.alice), "Posted in the channel")
}

func TestP9ResolvingIsConfirmedWithPostToChat(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.triggers("Database", "Disk full")
	h.alice.Clicks("Resolve")
	requireTells(t, lastNote(h.alice), "Disk full")
	h.passes()
	h.alice.Clicks("Post to chat")
	requireTells(t, h.town.LastPost().Message, "alice", "resolved", "Disk full")
}

func TestANoteIsAddedFromTheCard(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	h.alice.Clicks("Add note")
	h.alice.Submits(map[string]any{"text": "Cleaning up *now*"})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Len(t, h.current(id).Notes, 1)
	require.Equal(t, "Cleaning up *now*", h.current(id).Notes[0].Text)
	said := strings.Join(thread(h.card(h.town), h.town), "\n")
	requireSays(t, said, "Alice Ames", "Cleaning up")
	require.Equal(t, 1, strings.Count(said, "Cleaning up"), "PagerDuty's own event adds nothing")
}

func TestP13SigningOutOffersToSignInWithAnotherAccount(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.alice.Types("/pduty signout", h.town)
	requireSays(t, lastNote(h.alice), "Do you want to sign out of PagerDuty?")
	h.alice.Clicks("Sign out")
	requireTells(t, lastNote(h.alice), "You're signed out of PagerDuty", "Sign in to PagerDuty with this or another account")
	require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
	requireSays(t, lastNote(h.alice), "You're signed in to PagerDuty")
	h.dave.Types("/pduty signout", h.town)
	requireTells(t, lastNote(h.dave), "You aren't signed in to PagerDuty", "Sign in")
}

func TestP14RemovalAsksForConfirmation(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.alice.Types("/pduty disconnect", h.town)
	requireTells(t, lastNote(h.alice), "Do you want to end this connection?", "webhook in PagerDuty is removed")
	require.Len(t, h.pager.Hooks(), 1)
	h.alice.Clicks("Disconnect")
	require.Empty(t, h.pager.Hooks())
	h.triggers("Database", "Not to be seen")
	require.Empty(t, cards(h.town))
}

func TestP15AuthorizationAsksForTheLeastPrivilege(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.alice.Types("/pduty connect", h.town)
	begun := h.alice.Get(invited(h.alice))
	asked := strings.Fields(strings.ReplaceAll(begun.Header.Get("Location"), "+", " "))
	require.Contains(t, strings.Join(asked, " "), "incidents.write")
	for _, scope := range []string{"users.write", "teams.write", "services.write", "schedules.write"} {
		require.NotContains(t, begun.Header.Get("Location"), scope, "these are only read")
	}
}

func TestP17TokensAndSecretsAreSealed(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.triggers("Database", "Disk full")
	found := 0
	for what := range h.memory.Dump() {
		if strings.HasPrefix(what, "site ") || strings.HasPrefix(what, "connection ") {
			found++
		}
	}
	require.Equal(t, 2, found, "what the sandbox has minted is looked for in all of them when the story ends")
}

// Two people with different rights in PagerDuty and one without an account click the same button.
func TestAClickActsAsTheUserWhoClicked(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")

	h.eve.Clicks("Acknowledge")
	requireTells(t, lastNote(h.eve), "To do this as yourself, sign in to PagerDuty")
	page := h.signsIn(h.eve)
	require.NotContains(t, page.Body, "acknowledged the")
	h.passes()
	require.Equal(t, "triggered", h.current(id).Status, "an observer may not")

	h.carol.Clicks("Acknowledge")
	requireTells(t, lastNote(h.carol), "sign in to PagerDuty")
	require.Equal(t, http.StatusOK, h.signsIn(h.carol).Status)
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status, "the click is carried out after the sign-in")
	require.Equal(t, addressOf(h.carol), h.current(id).ChangedBy)
	requireSays(t, strings.Join(thread(h.card(h.town), h.town), "\n"), "Carol Reyes acknowledged it")

	h.alice.Clicks("Resolve")
	h.passes()
	require.Equal(t, addressOf(h.alice), h.current(id).ChangedBy)
	h.bob.Clicks("Start Zoom meeting") // which needs no sign-in at PagerDuty
	require.Len(t, meetings(h.town), 1)
	require.Eventually(t, func() bool { return strings.Contains(lastNote(h.bob), "To add the meeting as a note in PagerDuty") }, patience, tick)
	require.Equal(t, http.StatusOK, h.signsIn(h.bob).Status)
	require.NotEmpty(t, h.current(id).BridgeURL)
}

func TestAnEarlierActionOfAnotherUserCorrectsTheCard(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	card := h.card(h.town)
	require.NoError(t, h.pager.LoseHooks()) // so that the plugin gets no event
	h.happens(id, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	h.clicksCard(h.alice, card, "acknowledge")
	requireTells(t, lastNote(h.alice), "Bob Kahn")
	h.passes()
	require.Contains(t, heading(h.card(h.town)), "Resolved")
}

func TestAWebhookDisabledByPagerDutyIsRepairedWithinMinutes(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	open := h.triggers("Database", "Open when it was lost")
	h.mm.Set(map[string]any{"EnablePagerduty": false}) // deliveries are answered 404, which PagerDuty drops
	require.Eventually(t, func() bool { return h.mm.Command("pduty") == nil }, patience, tick)
	for range 4 {
		h.triggers("Database", "Dropped")
	}
	h.happens(open, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	h.switches(map[string]any{"EnablePagerduty": true}, "pduty")
	h.triggers("Database", "Still disabled")
	require.Len(t, cards(h.town), 1)
	h.later(6 * time.Minute)
	h.triggers("Database", "Heard again")
	require.Contains(t, titles(h.town)[len(cards(h.town))-1], "Heard again")
	h.later(time.Hour)
	require.Contains(t, heading(cards(h.town)[0]), "Resolved", "what was missed is found by looking")
}

func TestAnOpenIncidentIsPolledForTwoWeeks(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	open := h.triggers("Database", "Open for long")
	for range 2 * 12 {
		h.later(12 * time.Hour)
	}
	require.NoError(t, h.pager.LoseHooks())
	h.happens(open, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	require.Contains(t, heading(h.card(h.town)), "Triggered", "nothing was delivered")
	h.later(12 * time.Hour)
	require.Contains(t, heading(h.card(h.town)), "Resolved")
}

// later lets this much time pass, and runs what is due then.
func (h *pagerHost) later(d time.Duration) {
	h.t.Helper()
	h.zoom.Advance(d)
	h.pager.Settle()
	h.passes()
}

func TestAMeetingAboutAnIncidentIsNotedInPagerDuty(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	h.alice.Clicks("Start Zoom meeting")
	require.Len(t, meetings(h.town), 1)
	link, _ := meetings(h.town)[0].Prop("meeting_link").(string)
	require.NotEmpty(t, link)
	require.Eventually(t, func() bool { return h.current(id).BridgeURL == link }, patience, tick, "%+v", h.current(id))
	require.Eventually(t, func() bool { return len(h.current(id).Notes) == 1 }, patience, tick)
	require.Contains(t, h.current(id).Notes[0].Text, link)
	h.passes()
}

func TestP16CallsToPagerDutyAreSafeInTransit(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	door := newDoor(t)
	h.admin.Types("/pduty setup", h.town)
	h.admin.Submits(map[string]any{"kind": "eu", "url": door.url, "client_id": "pd-client", "client_secret": h.secret("pd-client-secret-2")})
	require.Nil(t, h.admin.Dialog())
	h.alice.Types("/pduty connect "+door.url+"/incidents", h.backroom)
	begun := h.alice.Get(invited(h.alice))
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(t, err)
	page := h.alice.Get("/plugins/zoom/oauth2/pagerduty/complete?code=abc&state=" + url.QueryEscape(consent.Query().Get("state")))
	require.NotEqual(t, http.StatusOK, page.Status)
	door.requireSafe()
}

func TestWithoutASetupOfPagerDutyNoOneIsToldToUseAToken(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.switches(map[string]any{"EnablePagerduty": true}, "pduty")
	for _, line := range []string{"/pduty connect", "/pduty search disk"} {
		w.alice.Types(line, w.town)
		requireTells(t, lastNote(w.alice), "/pduty setup")
		require.NotContains(t, lastNote(w.alice), "token", "PagerDuty takes none")
	}
}

func TestASignInToTheWrongRegionNamesTheRightOne(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	setUp := func(kind, address string) {
		h.admin.Types("/pduty setup", h.town)
		h.admin.Submits(map[string]any{"kind": kind, "url": address, "client_id": "pd-client", "client_secret": "pd-client-secret-1"})
		require.Nil(t, h.admin.Dialog(), "the form stays open: %+v", h.admin.Dialog())
	}
	other := httptest.NewServer(h.pager) // people of both regions authorize alike; the accounts are all at h.site
	t.Cleanup(other.Close)
	setUp("eu", h.site)
	setUp("us", other.URL)
	h.alice.Types("/pduty connect "+other.URL+"/service-directory/PDBSERV", h.town)
	page := h.signsIn(h.alice)
	require.Equal(t, http.StatusBadRequest, page.Status, page.Body)
	requireSays(t, html.UnescapeString(page.Body), "Your PagerDuty account is on "+h.site, "you signed in for "+other.URL)
	h.follows(h.alice, h.site+"/service-directory/PDBSERV", h.town)
}
