package main

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	pager "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// These stories go through the windows and the sidebar of the webapp, over the routes that it uses.

// opened is a user's window in a channel.
type opened struct {
	h    *pagerHost
	user *mmtest.User
	at   *mmtest.Channel
	step httpapi.StepAnswer
	// failed is the window's error in place of a step, "" if there was a step.
	failed string
}

// opens has the user start something in a new window.
func (h *pagerHost) opens(u *mmtest.User, text string, at *mmtest.Channel) *opened {
	h.t.Helper()
	w := &opened{h: h, user: u, at: at}
	w.sends("/api/v1/providers/pagerduty/run", httpapi.WindowRequest{ChannelID: at.ID, Text: text})
	return w
}

func (w *opened) sends(path string, request httpapi.WindowRequest) {
	w.h.t.Helper()
	request.ChannelID = w.at.ID
	answer := w.user.Post(path, request)
	w.step, w.failed = httpapi.StepAnswer{}, ""
	if answer.Status != http.StatusOK {
		var failure httpapi.ErrorAnswer
		require.NoError(w.h.t, answer.JSON(&failure), answer.Body)
		w.failed = failure.Error.Message
		require.NotEmpty(w.h.t, w.failed)
		return
	}
	require.NoError(w.h.t, answer.JSON(&w.step), answer.Body)
}

// submits sends the form with these answers; what is left out stays as the form has it. A form with mistakes stays.
func (w *opened) submits(values map[string]string) {
	w.h.t.Helper()
	form := w.step.Form
	require.NotNil(w.h.t, form, "the window has no form: %+v %s", w.step, w.failed)
	all := map[string]string{}
	for _, field := range form.Fields {
		all[field.Name] = field.Default
	}
	maps.Copy(all, values)
	w.sends("/api/v1/window/submit", httpapi.WindowRequest{Kind: form.Kind, State: form.State, Values: all})
	if len(w.step.Errors) > 0 {
		w.step.Form = form
	}
}

// clicks clicks a button of the window's notes.
func (w *opened) presses(label string) {
	w.h.t.Helper()
	for _, note := range w.step.Notes {
		for _, b := range note.Buttons {
			if b.Label == label {
				w.sends("/api/v1/window/press", httpapi.WindowRequest{Press: b.Press})
				return
			}
		}
	}
	require.FailNow(w.h.t, "no such button", "%s in %+v %s", label, w.step, w.failed)
}

// says returns the text of all of the window's notes.
func (w *opened) says() string {
	var all []string
	for _, note := range w.step.Notes {
		all = append(all, note.Text)
	}
	return strings.Join(all, "\n")
}

// finds types into a field that searches, and returns what is offered.
func (w *opened) finds(field, term string) []httpapi.OptionDetail {
	w.h.t.Helper()
	form := w.step.Form
	require.NotNil(w.h.t, form)
	answer := w.user.Post("/api/v1/window/options", httpapi.WindowRequest{Kind: form.Kind, State: form.State, Field: field, Term: term, ChannelID: w.at.ID})
	require.Equal(w.h.t, http.StatusOK, answer.Status, answer.Body)
	var found httpapi.OptionsAnswer
	require.NoError(w.h.t, answer.JSON(&found))
	return found.Options
}

func labels(options []httpapi.OptionDetail) []string {
	var all []string
	for _, o := range options {
		all = append(all, o.Label)
	}
	return all
}

// turns opens the page of PagerDuty for the channel.
func (w *opened) turns(tab string) httpapi.TabDetail {
	w.h.t.Helper()
	answer := w.user.Get("/api/v1/providers/pagerduty/page?channel_id=" + w.at.ID)
	require.Equal(w.h.t, http.StatusOK, answer.Status, answer.Body)
	var page httpapi.PageAnswer
	require.NoError(w.h.t, answer.JSON(&page))
	require.Equal(w.h.t, "PagerDuty", page.Name)
	for _, t := range page.Tabs {
		if t.Title == tab {
			return t
		}
	}
	require.FailNow(w.h.t, "no such tab", "%s in %+v", tab, page.Tabs)
	return httpapi.TabDetail{}
}

// chooses clicks a button of a page.
func (w *opened) chooses(label string, buttons []httpapi.ButtonDetail) {
	w.h.t.Helper()
	w.step = httpapi.StepAnswer{Notes: []httpapi.NoteDetail{{Buttons: buttons}}}
	w.presses(label)
}

func TestAnIncidentIsTriggeredInAWindow(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	w := h.opens(h.alice, "trigger Disk is full", h.town)
	requireTells(t, w.says(), "Sign in to PagerDuty")
	h.signed(h.alice)
	before := len(h.alice.Notes())

	w = h.opens(h.alice, "trigger Disk is full", h.town)
	require.Equal(t, "Trigger incident", w.step.Form.Title)
	require.Nil(t, h.alice.Dialog(), "it is in the window")
	require.Equal(t, []string{"Database"}, labels(w.finds("service", "data")), "only those that she belongs to")
	require.Empty(t, w.finds("service", "shop"))
	require.Equal(t, []string{"Carol Reyes"}, labels(w.finds("assignee", "carol")))
	w.submits(map[string]string{"title": " "})
	require.NotEmpty(t, w.step.Errors["title"])
	require.Empty(t, h.pager.Incidents())

	w.submits(map[string]string{"service": "PDBSERV", "title": "Disk is full"})
	require.Empty(t, w.step.Errors)
	require.Len(t, h.pager.Incidents(), 1)
	requireTells(t, w.says(), "Done:", "#1 Disk is full")
	w.presses("Acknowledge")
	require.Equal(t, "acknowledged", h.pager.Incidents()[0].Status)
	w.presses("Post to chat")
	requireSays(t, w.says(), "Posted in the channel")
	require.Len(t, h.alice.Notes(), before, "nothing of it was shown beside the window")
}

func TestAnIncidentIsFoundInAWindowAndSentToTheChannel(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.triggers("Web shop", "Checkout answers slowly")
	h.triggers("Database", "Disk full")
	w := h.opens(h.alice, "search", h.backroom)
	require.Equal(t, []string{"#2 Disk full", "#1 Checkout answers slowly"}, labels(w.step.Form.Fields[0].Options))
	found := w.finds("subject", "checkout")
	require.Equal(t, []string{"#1 Checkout answers slowly"}, labels(found))
	require.Equal(t, "triggered · Web shop", found[0].Detail)
	w.submits(nil)
	require.NotEmpty(t, w.step.Errors["subject"], "nothing was chosen")
	w.submits(map[string]string{"subject": found[0].Value})
	requireTells(t, w.says(), "Checkout answers slowly", "Do you want to send it to this channel?")
	require.Empty(t, cards(h.backroom))
	w.presses("Send")
	require.Contains(t, heading(h.card(h.backroom)), "Checkout answers slowly")
}

func TestAMessageIsSharedToAnIncidentInAWindow(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	id := h.triggers("Web shop", "Checkout answers slowly")
	said := h.bob.Says("It began with the deploy of 12:00", h.town)
	w := h.opens(h.alice, "note "+siteURL+"/acme/pl/"+said.Id, h.town)
	w.submits(nil)
	require.NotEmpty(t, w.step.Errors["subject"])
	w.submits(map[string]string{"subject": w.finds("subject", "slowly")[0].Value})
	require.Equal(t, "It began with the deploy of 12:00", h.current(id).Notes[0].Text)
	requireTells(t, w.says(), "Your note was added to", "Checkout answers slowly")
}

func TestAChannelIsSetUpOnItsPage(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	w := &opened{h: h, user: h.alice, at: h.town}
	require.Empty(t, w.turns("Service").Items)
	requireSays(t, w.turns("Incidents").Intro, "Connect it first")
	w.chooses("Connect this channel", w.turns("Service").Buttons)
	requireTells(t, w.says(), "This channel now follows")
	require.Len(t, w.turns("Service").Items, 1)

	require.Len(t, w.turns("Incidents").Items, 1)
	w.chooses("Change", w.turns("Incidents").Items[0].Buttons)
	w.submits(map[string]string{"mention": "everybody"})
	require.NotEmpty(t, w.step.Errors["mention"])
	w.submits(map[string]string{"rule_name": "Urgent", "filter_urgency": "high", "mention": "nobody"})
	require.Empty(t, w.step.Errors)
	item := w.turns("Incidents").Items[0]
	require.Contains(t, item.Title, "Urgent")
	requireSays(t, strings.Join(item.Details, "\n"), "high")

	w.chooses("Add rule", w.turns("On call").Buttons)
	primary := w.finds("schedule", "prim")
	require.Equal(t, []string{"Primary"}, labels(primary))
	w.submits(map[string]string{"name": "Who to wake", "schedule": primary[0].Value, "time": "9 o'clock"})
	require.NotEmpty(t, w.step.Errors["time"])
	w.submits(map[string]string{"name": "Who to wake", "schedule": primary[0].Value, "time": "09:00", "zone": "Europe/Berlin"})
	rota := w.turns("On call").Items[0]
	require.Equal(t, "Who to wake", rota.Title)
	requireTells(t, strings.Join(rota.Details, "\n"), "Primary, every day at 09:00 (Europe/Berlin)")
	w.chooses("Remove", rota.Buttons)
	w.presses("Remove Who to wake")
	require.Empty(t, w.turns("On call").Items)

	w.chooses("Disconnect", w.turns("Service").Items[0].Buttons)
	require.Len(t, w.turns("Service").Items, 1, "it asks first")
	w.presses("Disconnect")
	require.Empty(t, w.turns("Service").Items)
}

func TestAWindowWorksOnlyForItsUserWithTheRights(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	alices := &opened{h: h, user: h.alice, at: h.town}
	item := alices.turns("Service").Items[0]
	for _, b := range item.Buttons {
		stolen := &opened{h: h, user: h.bob, at: h.town}
		stolen.sends("/api/v1/window/press", httpapi.WindowRequest{Press: b.Press})
		require.NotEmpty(t, stolen.failed, "%s is alice's", b.Label)
	}
	alices.chooses("Change", alices.turns("Incidents").Items[0].Buttons)
	stolen := &opened{h: h, user: h.bob, at: h.town, step: alices.step}
	stolen.submits(map[string]string{"rule_name": "Mine"})
	require.NotEmpty(t, stolen.failed)

	outsider := h.mm.AddUser("mallory")
	for _, path := range []string{"/api/v1/providers/pagerduty/page?channel_id=" + h.town.ID, "/api/v1/channels/" + h.town.ID + "/providers"} {
		answer := outsider.Get(path)
		require.Equal(t, http.StatusForbidden, answer.Status, answer.Body)
		require.NotContains(t, answer.Body, "acme")
	}
	require.NotEmpty(t, h.opens(outsider, "configure", h.town).failed)

	h.switches(map[string]any{"EnablePagerduty": true, "BridgePolicy": "system_admins"}, "pduty")
	tab := alices.turns("Service")
	require.Len(t, tab.Items, 1, "she may see it")
	require.Empty(t, tab.Buttons)
	require.Empty(t, tab.Items[0].Buttons)
	requireSays(t, tab.Intro, "system admins")
	h.switches(map[string]any{"EnablePagerduty": false})
	require.NotEqual(t, http.StatusOK, h.alice.Get("/api/v1/providers/pagerduty/page?channel_id="+h.town.ID).Status)
	require.NotEmpty(t, h.opens(h.alice, "trigger", h.town).failed)
}

func TestTheSidebarShowsWhatAChannelFollowsAndWhatIsOpen(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	shown := func() httpapi.ChannelProviderDetail {
		answer := h.bob.Get("/api/v1/channels/" + h.town.ID + "/providers")
		require.Equal(t, http.StatusOK, answer.Status, answer.Body)
		var sidebar httpapi.ChannelProvidersAnswer
		require.NoError(t, answer.JSON(&sidebar))
		require.Len(t, sidebar.Providers, 3, "each tool that is on")
		require.Equal(t, []string{"configure"}, sidebar.Providers[0].Can)
		require.Equal(t, []string{"trigger", "search", "note", "configure"}, sidebar.Providers[2].Can)
		return sidebar.Providers[2]
	}
	require.Empty(t, shown().Connections)
	h.follows(h.alice, "", h.town)
	require.Len(t, shown().Connections, 1)
	requireSays(t, shown().Connections[0].Detail, "Triggered")
	id := h.triggers("Database", "Disk full")
	h.triggers("Web shop", "Slow")
	first := cards(h.town)[0]
	forged := &model.Post{UserId: h.bob.ID, ChannelId: h.town.ID, Message: "forged"}
	forged.SetProps(first.GetProps())
	_, appErr := h.mm.API().CreatePost(forged)
	require.Nil(t, appErr)
	require.Equal(t, []string{"#2 Slow", "#1 Disk full"}, []string{shown().Cards[0].Title, shown().Cards[1].Title})
	require.Len(t, shown().Cards, 2, "what someone posts is none of ours")
	require.Equal(t, first.Id, shown().Cards[1].PostID)
	h.happens(id, pager.Happening{What: pager.Resolve, By: "PBOB123"})
	require.Len(t, shown().Cards, 1, "what is over is not shown")
	cards(h.town)[1].Delete()
	require.Empty(t, shown().Cards, "nor what is deleted")
	h.triggers("Database", "Slow again")
	require.Len(t, shown().Cards, 1)
	h.alice.Types("/pduty disconnect", h.town)
	h.alice.Clicks("Disconnect")
	require.Empty(t, shown().Cards, "nor what is no longer followed")
}
