package console

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Page is all that a channel has set up of a tool, with what one person may change of it.
type Page struct {
	// Provider, Name and Word are the provider's ID, its name, and the word of its command.
	Provider, Name, Word string
	Tabs                 []Tab
}

// Tab is a part of a page.
type Tab struct {
	ID    string
	Title chat.Message
	// Intro says what it is for, or what to do where it is empty.
	Intro chat.Message
	Items []Item
	// Buttons are what it offers beside its items.
	Buttons []chat.Button
}

// Item is one thing on a tab.
type Item struct {
	Title string
	// URL is its page at the provider; "" for none.
	URL     string
	Details []chat.Message
	Buttons []chat.Button
}

// The tabs.
const (
	tabService       = "service"
	tabNotifications = "notifications"
	tabOnCall        = "oncall"
)

// Page returns what the channel has set up of the provider, without buttons for users who can't change it. Faults: ProviderOff, NoPost.
func (s *Service) Page(ctx context.Context, actor chat.Actor, providerID string, place chat.Place) (Page, error) {
	p := s.Enabled(providerID)
	if p == nil {
		return Page{}, s.ProviderOff(providerID)
	}
	if !s.Permissions.MayPost(ctx, actor, place) {
		return Page{}, fault.New(fault.NoPost)
	}
	found, err := s.Directory.Following(ctx, providerID, place)
	if err != nil {
		return Page{}, err
	}
	w := conversation.Request{Actor: actor, Place: place, Provider: providerID}
	forbidden := s.Rights.MayConnect(ctx, actor, place)
	if forbidden != nil && !fault.Is(forbidden, fault.ConnectForbidden, fault.ConnectAdminOnly, fault.GuestForbidden) {
		return Page{}, forbidden
	}
	draft := pageDraft{Service: s, request: w, found: found, open: forbidden == nil}
	page := Page{Provider: providerID, Name: s.Name(providerID), Word: s.Settings().Enabled[providerID]}
	page.Tabs = []Tab{draft.service(ctx), draft.notifications(ctx)}
	if _, calls := p.(provider.OnCallSchedules); calls {
		page.Tabs = append(page.Tabs, draft.onCall(ctx))
	}
	if forbidden != nil {
		for i := range page.Tabs {
			page.Tabs[i].Intro = chat.Failure(forbidden)
		}
	}
	return page, draft.err
}

// pageDraft makes a page. It keeps the first error.
type pageDraft struct {
	*Service
	request conversation.Request
	found   []bridge.Connection
	// open says that the user may change things.
	open bool
	err  error
}

// buttons returns the buttons of the offers; none for a user who may change nothing.
func (d *pageDraft) buttons(ctx context.Context, offers ...conversation.Offer) []chat.Button {
	if !d.open || d.err != nil {
		return nil
	}
	note, err := d.Prompts.Question(ctx, chat.Message{}, offers...)
	d.err = err
	return note.Buttons
}

// pressed returns buttons that were made elsewhere, likewise.
func (d *pageDraft) pressed(buttons []chat.Button, err error) []chat.Button {
	if d.err == nil {
		d.err = err
	}
	if !d.open {
		return nil
	}
	return buttons
}

// service tells what the channel follows.
func (d *pageDraft) service(ctx context.Context) Tab {
	id := d.request.Provider
	tab := Tab{ID: tabService, Title: chat.Say("bridge.page.service"), Intro: chat.Say("bridge.page.service_intro", "Provider", d.Name(id))}
	for _, c := range d.found {
		one := d.request
		one.Connection = c.ID
		item := Item{Title: connection.LabelOf(c, d.found), URL: c.Resource.URL}
		for _, sub := range c.In(d.request.Place) {
			if sub.ResourceName != "" {
				item.Details = append(item.Details, chat.Say("bridge.page.part", "Name", sub.ResourceName))
			}
		}
		item.Details = append(item.Details, chat.Say("bridge.page.since").WithText("Who", d.Notices.Who(ctx, c.CreatedBy)).WithMessage("When", notice.Ago(d.Now(), c.CreatedAt)))
		item.Buttons = d.buttons(ctx,
			conversation.Offer{Label: chat.Say("bridge.page.status"), Operation: conversation.OpStatus, Request: one},
			conversation.Offer{Label: chat.Say("bridge.page.deliveries"), Operation: conversation.OpDeliveries, Request: one},
			conversation.Offer{Label: chat.Say("bridge.page.test"), Operation: conversation.OpTest, Request: one},
			conversation.Offer{Label: chat.Say("bridge.page.disconnect"), Operation: conversation.OpDisconnect, Request: one},
		)
		item.Buttons = append(item.Buttons, d.pressed(d.AccessButtons.All(ctx, c, d.request.Place, d.request.Actor))...)
		tab.Items = append(tab.Items, item)
	}
	offers := []conversation.Offer{{Label: chat.Say("bridge.page.connect"), Primary: len(d.found) == 0, Operation: conversation.OpConnect, Request: d.request}}
	if _, installs := d.Registry.Get(id).(provider.Installer); installs {
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.page.connect_by_address"), Operation: conversation.OpConnectAsk, Request: d.request})
	}
	if d.Authorizes(id) {
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.page.account"), Operation: conversation.OpAskSignOut, Request: d.request})
	}
	tab.Buttons = d.buttons(ctx, offers...)
	return tab
}

// notifications shows which notifications the channel gets.
func (d *pageDraft) notifications(ctx context.Context) Tab {
	about := d.Registry.Describe(d.request.Provider)
	tab := Tab{ID: tabNotifications, Title: chat.Say("bridge.page.news"), Intro: chat.Say("bridge.page.news_intro")}
	if about.MultipleRules {
		tab.Intro = chat.Plural("bridge.page.rules_intro", d.Subscriptions.RuleLimit(about.ID))
	}
	if !about.Subjects.Zero() {
		tab.Title = about.Subjects
	}
	what := conversation.Intent{Actor: d.request.Actor, Provider: d.request.Provider, Place: d.request.Place}
	all := bridge.SubscriptionsIn(d.found, d.request.Place)
	for _, f := range all {
		item := Item{Title: f.Title(), Details: d.Subscriptions.Configurator.ChosenLines(about, f)}
		button, err := d.Subscriptions.Configurator.ConfigureButton(ctx, what, f, chat.Say("bridge.page.change"))
		item.Buttons = d.pressed([]chat.Button{button}, err)
		if about.MultipleRules && len(f.In(d.request.Place)) > 1 {
			one := d.request
			one.Connection, one.Subscription = f.ID, f.Subscription.ID
			item.Buttons = append(item.Buttons, d.buttons(ctx, conversation.Offer{Label: chat.Say("bridge.rule.remove"), Operation: conversation.OpAskRule, Request: one})...)
		}
		tab.Items = append(tab.Items, item)
	}
	if len(tab.Items) == 0 {
		tab.Intro = chat.Say("bridge.page.nothing")
	} else if about.MultipleRules {
		tab.Buttons = d.pressed(d.Subscriptions.RuleButtons(ctx, what, all[0], true))
	}
	return tab
}

// onCall tells when the channel is told who is on call.
func (d *pageDraft) onCall(ctx context.Context) Tab {
	tab := Tab{ID: tabOnCall, Title: chat.Say("bridge.page.oncall"), Intro: chat.Say("bridge.page.oncall_intro")}
	rotations, err := d.Rotations.In(ctx, d.request.Provider, d.request.Place)
	if err != nil {
		d.err = err
		return tab
	}
	for _, r := range rotations {
		one := d.request
		one.Subscription = r.ID
		tab.Items = append(tab.Items, Item{
			Title: r.Name, URL: r.Schedule.URL,
			Details: []chat.Message{chat.Say("bridge.page.rotation",
				"Time", r.Clock(), "Zone", r.Zone).WithText("Schedule", chat.Link(r.Schedule.Name, r.Schedule.URL))},
			Buttons: d.buttons(ctx, conversation.Offer{Label: chat.Say("bridge.page.remove"), Operation: conversation.OpAskRotation, Request: one}),
		})
	}
	tab.Buttons = d.buttons(ctx, conversation.Offer{Label: chat.Say("bridge.oncall.add"), Primary: true, Operation: conversation.OpAddRotation, Request: d.request})
	return tab
}
