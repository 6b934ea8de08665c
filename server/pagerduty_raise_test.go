package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	pager "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// These stories go through the checklist of PagerDuty where people trigger, look for and share incidents.

// signed has the user sign in to PagerDuty.
func (h *pagerHost) signed(u *mmtest.User) {
	h.t.Helper()
	u.Types("/pduty signout", h.town)
	require.Equal(h.t, http.StatusOK, h.signsIn(u).Status)
}

func TestP3TriggerAsksForServiceTitleAndOptionalDetails(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.alice.Types("/pduty trigger Disk is full", h.town)
	requireTells(t, lastNote(h.alice), "Sign in to PagerDuty")
	require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
	requireSays(t, lastNote(h.alice), "One more step in PagerDuty")
	h.alice.Clicks("Trigger incident")
	require.Equal(t, "Trigger incident", h.alice.Dialog().Title)
	require.Equal(t, "Disk is full", h.alice.Field("title").Default, "the command goes on after the sign-in")
	var services []string
	for _, o := range h.alice.Field("service").Options {
		services = append(services, o.Text)
	}
	require.Equal(t, []string{"Database"}, services, "only those that the person belongs to")
	require.True(t, h.alice.Field("assignee").Optional)
	require.True(t, h.alice.Field("details").Optional)
	h.alice.Submits(map[string]any{"title": " "})
	require.NotEmpty(t, h.alice.Dialog().Errors["title"])
	h.alice.Submits(map[string]any{"title": "Disk is full", "urgency": "low", "details": "Since *noon*"})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Len(t, h.pager.Incidents(), 1)
	made := h.pager.Incidents()[0]
	require.Equal(t, "Disk is full", made.Title)
	require.Equal(t, "low", made.Urgency)
	require.Equal(t, "Since *noon*", made.Details)
	require.Equal(t, "Database", made.Service)
}

// triggered has alice trigger an incident in the town.
func triggered(t *testing.T) *pagerHost {
	t.Helper()
	h := newPager(t)
	h.signed(h.alice)
	h.alice.Types("/pduty trigger Disk is full", h.town)
	h.alice.Submits(nil)
	require.Nil(t, h.alice.Dialog())
	h.passes()
	return h
}

func TestP4OnlyTheCreatorSeesACardToAcknowledgeNoteAndResolve(t *testing.T) {
	t.Parallel()
	h := triggered(t)
	requireTells(t, lastNote(h.alice), "Done:", "Triggered", "#1 Disk is full", "Database")
	require.Subset(t, h.alice.LastNote().Buttons(), []string{"Acknowledge", "Add note", "Resolve"})
	require.Empty(t, cards(h.town), "the channel follows nothing")
	h.alice.Clicks("Acknowledge")
	require.Equal(t, "acknowledged", h.pager.Incidents()[0].Status)
	require.Equal(t, addressOf(h.alice), h.pager.Incidents()[0].ChangedBy)
	require.Equal(t, []string{"Post to chat"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Post to chat")
	requireTells(t, h.town.LastPost().Message, "alice", "acknowledged", "Disk is full")
}

func TestATriggerTypedInAThreadStaysThere(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	root := h.bob.Says("The shop is slow", h.town)
	h.alice.Types("/pduty trigger The shop is slow", root)
	h.alice.Submits(nil)
	h.passes()
	require.Equal(t, root.Id, h.alice.LastNote().RootId)
}

func TestANoteIsAddedFromThePrivateCard(t *testing.T) {
	t.Parallel()
	h := triggered(t)
	h.alice.Clicks("Add note")
	h.alice.Submits(map[string]any{"text": "Looking into it"})
	require.Nil(t, h.alice.Dialog())
	require.Equal(t, "Looking into it", h.pager.Incidents()[0].Notes[0].Text)
	require.Equal(t, []string{"Post to chat"}, h.alice.LastNote().Buttons())
}

func TestAFormSubmittedTwiceTriggersOnce(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.alice.Types("/pduty trigger Disk is full", h.town)
	form := h.alice.Dialog()
	h.alice.Submits(nil)
	require.Nil(t, h.alice.Dialog())
	again := h.alice.Post("/form", model.SubmitDialogRequest{
		Type: "dialog_submission", CallbackId: form.CallbackId, State: form.State, UserId: h.alice.ID, ChannelId: h.town.ID,
		Submission: map[string]any{"service": "PDBSERV", "title": "Disk is full", "urgency": "service"},
	})
	require.Equal(t, http.StatusOK, again.Status)
	require.Len(t, h.pager.Incidents(), 1)
}

func TestP12SearchShowsAPreviewAndSendPostsACardForEveryone(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	id := h.triggers("Web shop", "Checkout answers slowly")
	h.triggers("Database", "Disk full")
	h.alice.Types("/pduty search checkout", h.backroom)
	require.Equal(t, []string{"#1 Checkout answers slowly (triggered)", "Cancel"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("#1 Checkout answers slowly (triggered)")
	requireTells(t, lastNote(h.alice), "Checkout answers slowly", "Web shop", "Do you want to send it to this channel?")
	require.Empty(t, cards(h.backroom), "a preview is for who looks")
	h.alice.Clicks("Send")
	requireSays(t, lastNote(h.alice), "Sent to the channel")
	card := h.card(h.backroom)
	require.Subset(t, card.Buttons(), []string{"Acknowledge", "Add note", "Resolve"})

	h.carol.Types("/pduty search #1", h.backroom)
	requireTells(t, lastNote(h.carol), "Sign in to PagerDuty")
	h.carol.Clicks("Acknowledge") // the card's, with an account of her own
	require.Equal(t, http.StatusOK, h.signsIn(h.carol).Status)
	h.passes()
	require.Equal(t, addressOf(h.carol), h.current(id).ChangedBy)
	require.Contains(t, heading(h.card(h.backroom)), "Acknowledged")

	h.alice.Types("/pduty search #1", h.backroom)
	h.alice.Clicks("#1 Checkout answers slowly (acknowledged)")
	h.alice.Clicks("Send")
	require.Len(t, cards(h.backroom), 1, "there is one card in a channel")
	requireTells(t, lastNote(h.alice), "has its card")
	h.alice.Types("/pduty search nothing like it", h.backroom)
	requireSays(t, lastNote(h.alice), "No results in PagerDuty")
}

func TestASentCardFollowsTheIncidentWhereTheAccountIsConnected(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	h.alice.Types("/pduty search disk", h.backroom)
	h.alice.Clicks("#1 Disk full (triggered)")
	h.alice.Clicks("Send")
	require.Len(t, cards(h.backroom), 1)
	h.happens(id, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	require.Contains(t, heading(h.card(h.backroom)), "Resolved")
	require.Contains(t, heading(h.card(h.town)), "Resolved")
}

// sends has the user send the one incident that fits to a channel.
func (h *pagerHost) sends(u *mmtest.User, text string, at *mmtest.Channel) {
	h.t.Helper()
	u.Types("/pduty search "+text, at)
	u.Clicks(u.LastNote().Buttons()[0])
	u.Clicks("Send")
}

func TestSendLinksToACardTheChannelAlreadyHas(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "Database", h.town)
	h.triggers("Database", "Disk full")
	h.sends(h.alice, "disk", h.town)
	requireTells(t, lastNote(h.alice), "has its card")
	h.passes()
	require.Len(t, cards(h.town), 1)
}

func TestASentCardFollowsTheIncidentWhereItsServiceIsConnected(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "Database", h.town)
	id := h.triggers("Database", "Disk full")
	h.sends(h.alice, "disk", h.backroom)
	require.Len(t, cards(h.backroom), 1)
	h.happens(id, pager.Happening{What: pager.Acknowledge, By: "PBOB123"})
	h.passes()
	require.Contains(t, heading(h.card(h.backroom)), "Acknowledged")
	h.happens(id, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	h.passes()
	require.Contains(t, heading(h.card(h.backroom)), "Resolved")
	require.Contains(t, heading(h.card(h.town)), "Resolved")
	require.Len(t, cards(h.backroom), 1)
	require.Len(t, cards(h.town), 1)
}

func TestP6AMessagesTextIsTheDescriptionOfANewIncident(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	said := h.bob.Says("The shop answers with *500* since noon", h.town)
	h.alice.Types("/pduty trigger "+siteURL+"/acme/pl/"+said.Id, h.town)
	require.Equal(t, "The shop answers with *500* since noon", h.alice.Field("details").Default)
	require.Empty(t, h.alice.Field("title").Default)
	h.alice.Submits(map[string]any{"title": "Shop is down"})
	require.Equal(t, "The shop answers with *500* since noon", h.pager.Incidents()[0].Details)

	secret := h.mm.AddChannel("secret", mmtest.Private, h.bob)
	hidden := h.bob.Says("Not for alice", secret)
	h.alice.Types("/pduty trigger "+siteURL+"/acme/pl/"+hidden.Id, h.town)
	require.Empty(t, h.alice.Field("details").Default, "who cannot read a message gets none of it")
}

func TestP7AMessageIsSharedToAnIncidentAsANote(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	id := h.triggers("Web shop", "Checkout answers slowly")
	said := h.bob.Says("It began with the deploy of 12:00", h.town)
	h.alice.Types("/pduty note "+siteURL+"/acme/pl/"+said.Id, h.town)
	require.Equal(t, []string{"#1 Checkout answers slowly (triggered)", "Cancel"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("#1 Checkout answers slowly (triggered)")
	require.Equal(t, "It began with the deploy of 12:00", h.alice.Field("text").Default)
	h.alice.Submits(nil)
	require.Nil(t, h.alice.Dialog())
	require.Equal(t, "It began with the deploy of 12:00", h.current(id).Notes[0].Text)
	requireTells(t, lastNote(h.alice), "Your note was added to", "Checkout answers slowly")
	require.Equal(t, []string{"Post to chat"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Post to chat")
	requireTells(t, h.town.LastPost().Message, "alice", "Checkout answers slowly", "the deploy of 12:00")
}

// A button is sealed for the user it was shown to; it does nothing for others.
func TestAPrivateCardActsOnlyForItsReader(t *testing.T) {
	t.Parallel()
	h := triggered(t)
	var sealed map[string]any
	for _, a := range h.alice.LastNote().Attachments()[0].Actions {
		if a.Name == "Resolve" {
			sealed = a.Integration.Context
		}
	}
	require.NotNil(t, sealed)
	h.signed(h.bob)
	h.bob.Post("/action", model.PostActionIntegrationRequest{ChannelId: h.town.ID, PostId: h.alice.LastNote().Id, Context: sealed})
	require.Equal(t, "triggered", h.pager.Incidents()[0].Status)
	require.NotContains(t, strings.Join(titles(h.town), " "), "Resolved")
}
