package e2e

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// These stories use the windows of the webapp on the real server, over the routes that its menus use. The specs in browser/ look at them.

// opens has alice do something in a new window.
func (h *pager) opens(text string) *stack.Window {
	h.Helper()
	w, err := h.alice.OpensWindow(h.ctx, "pagerduty", h.channel.Id, text)
	require.NoError(h, err)
	require.Equal(h, 200, w.Status, w.Failure)
	return w
}

// says posts a message of alice's and returns its address.
func (h *pager) says(text string) string {
	h.Helper()
	post, _, err := h.alice.API.CreatePost(h.ctx, &model.Post{ChannelId: h.channel.Id, Message: text})
	require.NoError(h, err)
	return h.SiteURL + "/_redirect/pl/" + post.Id
}

func TestP5OnTheRealServerTheComposersIconOpensTheTriggerWindow(t *testing.T) {
	h := newPager(begin(t))
	h.signed(h.alice, h.ear)
	title := "Disk is full in " + h.channel.Name
	w := h.opens("trigger")
	require.Equal(t, "Trigger incident", w.Form.Title)
	services, err := w.Finds(h.ctx, "service", h.service)
	require.NoError(t, err)
	require.Len(t, services, 1)
	require.NoError(t, w.Submits(h.ctx, map[string]string{"service": services[0].Value, "title": " "}))
	require.NotEmpty(t, w.Errors["title"])
	require.NoError(t, w.Submits(h.ctx, map[string]string{"service": services[0].Value, "title": title}))
	require.Contains(t, w.Says(), title)
	t.Logf("the window says: %s", w.Says())
	require.NoError(t, w.Clicks(h.ctx, "Acknowledge"))
	require.Equal(t, h.alice.User.Email, h.hasStatus(h.raised(title).ID, "acknowledged").ChangedBy)
}

func TestP6OnTheRealServerAMessageIsTheDescriptionOfANewIncident(t *testing.T) {
	h := newPager(begin(t))
	h.signed(h.alice, h.ear)
	title := "Shop is down in " + h.channel.Name
	w := h.opens("trigger " + h.says("The shop answers with *500* since noon"))
	values := map[string]string{"title": title}
	for _, field := range w.Form.Fields {
		switch field.Name {
		case "details":
			require.Equal(t, "The shop answers with *500* since noon", field.Default)
		case "service":
			values["service"] = field.Options[0].Value
		}
	}
	require.NoError(t, w.Submits(h.ctx, values))
	require.Empty(t, w.Errors)
	require.Equal(t, "triggered", h.raised(title).Status)
}

func TestP7OnTheRealServerAMessageIsSharedToAnIncident(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	made, card := h.triggers("Checkout is slow in " + h.channel.Name)
	w := h.opens("note " + h.says("It began with the deploy of 12:00"))
	found, err := w.Finds(h.ctx, "subject", "slow in "+h.channel.Name)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.NoError(t, w.Submits(h.ctx, map[string]string{"subject": found[0].Value}))
	require.Contains(t, w.Says(), "Your note was added to")
	require.Contains(t, texts(h.replies(h.alice, card.Post, 1)), "It began with the deploy of 12:00")
	require.NoError(t, w.Clicks(h.ctx, "Post to chat"))
	h.said("the deploy of 12:00")
	require.Equal(t, "triggered", h.hasStatus(made.ID, "triggered").Status)
}

func TestAChannelIsSetUpOnAProvidersPage(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	tab := func(title string) (items int, first, own []stack.WindowButton) {
		page, err := h.alice.Page(h.ctx, "pagerduty", h.channel.Id)
		require.NoError(t, err)
		require.Len(t, page.Tabs, 3)
		for _, tab := range page.Tabs {
			if tab.Title == title {
				if len(tab.Items) > 0 {
					first = tab.Items[0].Buttons
				}
				return len(tab.Items), first, tab.Buttons
			}
		}
		require.FailNow(t, "no such tab", title)
		return 0, nil, nil
	}
	button := func(label string, among []stack.WindowButton) stack.WindowButton {
		for _, b := range among {
			if b.Label == label {
				return b
			}
		}
		require.FailNow(t, "no such button", "%s among %+v", label, among)
		return stack.WindowButton{}
	}
	items, first, _ := tab("Service")
	require.Equal(t, 1, items)
	_, rule, _ := tab("Incidents")
	w := h.opens("help")
	require.NoError(t, w.Presses(h.ctx, button("Change", rule)))
	require.NoError(t, w.Submits(h.ctx, map[string]string{"rule_name": "Urgent", "filter_urgency": "high"}))
	require.Contains(t, w.Says(), "Urgent")
	require.NoError(t, w.Presses(h.ctx, button("Disconnect", first)))
	require.NoError(t, w.Clicks(h.ctx, "Disconnect"))
	items, _, _ = tab("Service")
	require.Zero(t, items)
}
