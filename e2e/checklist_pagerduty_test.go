package e2e

import (
	"maps"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// These stories go through the checklist of PagerDuty on the real server.

// signed has a person sign in, and nothing else.
func (h *pager) signed(p *stack.Person, ear *stack.Ear) {
	h.Helper()
	from := ear.Count()
	require.NoError(h, p.Type(h.ctx, h.channel.Id, "/pduty signout"))
	require.Equal(h, 200, h.signsInAt("pagerduty", p, ear, from).Status)
}

// account gives a person an account in PagerDuty with the same email address.
func (h *pager) account(p *stack.Person, role string) (id string) {
	h.Helper()
	id, err := h.NewUser(h.ctx, p.User.Username, p.User.Email, role)
	require.NoError(h, err)
	return id
}

// said waits for a post in the channel with this word, and returns it.
func (h *pager) said(word string) *model.Post {
	h.Helper()
	var found *model.Post
	h.eventually(func() error {
		posts, err := h.alice.Posts(h.ctx, h.channel.Id)
		for _, post := range posts {
			if strings.Contains(texts([]*model.Post{post}), word) {
				found = post
				return nil
			}
		}
		return errors.Wrapf(err, "nobody says %q in %d posts", word, len(posts))
	})
	return found
}

func TestP1OnTheRealServerIncidentsAreSeenAcknowledgedAndResolvedInChat(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	made, card := h.triggers("Disk full")
	t.Logf("%s", picture(card, nil))
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Acknowledge"))
	require.Equal(t, h.alice.User.Email, h.hasStatus(made.ID, "acknowledged").ChangedBy)
	now := h.card(h.alice, h.channel, 1, "Acknowledged", "Disk full")
	require.Equal(t, card.Id, now.Id, "one incident is one post")
	require.NoError(t, h.alice.Click(h.ctx, now.Post, "Resolve"))
	h.hasStatus(made.ID, "resolved")
	now = h.card(h.alice, h.channel, 1, "Resolved", "Disk full")
	t.Logf("%s", picture(now, h.replies(h.alice, now.Post, 1)))
}

func TestP2OnTheRealServerConnectingRedirectsToPagerDutyToAuthorize(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	require.True(t, strings.HasPrefix(h.hook().URL, h.SiteURL+"/plugins/zoom/hooks/"))
	h.triggers("Slow")
	h.commandShows(h.alice, h.ear, h.channel, "/pduty status", "The webhook in PagerDuty is OK", "Triggered")
}

// raises has alice trigger an incident from chat, signed in already.
func (h *pager) raises(title string, more map[string]any) *model.Post {
	h.Helper()
	from := h.ear.Count()
	require.NoError(h, h.alice.Type(h.ctx, h.channel.Id, "/pduty trigger "+title))
	opened := h.dialog(h.ear, from, "Trigger incident")
	var services []string
	answers := map[string]any{}
	for _, element := range opened.Dialog.Elements {
		if element.Name == "title" {
			require.Equal(h, title, element.Default)
		}
		if element.Name == "service" {
			for _, option := range element.Options {
				services = append(services, option.Text)
				answers["service"] = option.Value
			}
		}
	}
	require.Equal(h, []string{h.service}, services, "only those that the person belongs to")
	maps.Copy(answers, more)
	h.submits(h.alice, h.channel, opened, answers)
	return h.ephemeral(h.ear, from, "Triggered")
}

// raised finds the incident with this title.
func (h *pager) raised(title string) stack.Incident {
	h.Helper()
	all, err := h.Incidents(h.ctx)
	require.NoError(h, err)
	var found []stack.Incident
	for _, incident := range all {
		if incident.Title == title {
			found = append(found, incident)
		}
	}
	require.Len(h, found, 1)
	return found[0]
}

func TestP3OnTheRealServerTriggerAsksForServiceAndTitle(t *testing.T) {
	h := newPager(begin(t))
	h.signed(h.alice, h.ear)
	title := "Disk is full in " + h.channel.Name
	note := h.raises(title, map[string]any{"urgency": "low", "details": "Since *noon*"})
	t.Logf("alice alone sees: %s", texts([]*model.Post{note}))
	require.Equal(t, "triggered", h.raised(title).Status)
}

func TestP4OnTheRealServerOnlyTheCreatorSeesACard(t *testing.T) {
	h := newPager(begin(t))
	h.signed(h.alice, h.ear)
	title := "Disk is full in " + h.channel.Name
	note := h.raises(title, nil)
	cards, err := h.alice.Cards(h.ctx, h.channel.Id)
	require.NoError(t, err)
	require.Empty(t, cards, "the channel follows nothing")
	from := h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, note, "Acknowledge"))
	require.Equal(t, h.alice.User.Email, h.hasStatus(h.raised(title).ID, "acknowledged").ChangedBy)
	require.NoError(t, h.alice.Click(h.ctx, h.withButton(from, "Post to chat"), "Post to chat"))
	t.Logf("the channel reads: %s", texts([]*model.Post{h.said("acknowledged")}))
}

// withButton waits for a post with this button that only alice sees.
func (h *pager) withButton(from int, label string) *model.Post {
	h.Helper()
	post, err := h.ear.Offer(h.ctx, from, label)
	require.NoError(h, err)
	return post
}

func TestP8OnTheRealServerAcknowledgingIsConfirmedWithPostToChat(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	_, card := h.triggers("Disk full")
	from := h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Acknowledge"))
	note := h.withButton(from, "Post to chat")
	require.Contains(t, texts([]*model.Post{note}), "Disk full")
	require.NoError(t, h.alice.Click(h.ctx, note, "Post to chat"))
	post := h.said(h.alice.User.Username + " acknowledged")
	require.Empty(t, post.RootId)
	t.Logf("the channel reads: %s", texts([]*model.Post{post}))
}

func TestP9OnTheRealServerResolvingIsConfirmedWithPostToChat(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	_, card := h.triggers("Disk full")
	from := h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Resolve"))
	require.NoError(t, h.alice.Click(h.ctx, h.withButton(from, "Post to chat"), "Post to chat"))
	t.Logf("the channel reads: %s", texts([]*model.Post{h.said(h.alice.User.Username + " resolved")}))
}

func TestP10OnTheRealServerRulesDecideWhatAChannelGets(t *testing.T) {
	h := newPager(alone(t, stack.UserApp)) // it subscribes to the whole account, so it would get the events of all other stories
	h.signed(h.alice, h.ear)
	h.commandShows(h.alice, h.ear, h.channel, "/pduty connect", "This channel now follows") // the whole account
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty configure"))
	opened, err := h.ear.Dialog(h.ctx, from)
	require.NoError(t, err)
	h.submits(h.alice, h.channel, opened, map[string]any{"rule_name": "Database", "filter_service": h.service})
	other := "web-" + h.channel.Name
	bob, _ := h.person("bob")
	_, err = h.NewService(h.ctx, other, h.account(bob, "user"))
	require.NoError(t, err)
	_, err = h.Trigger(h.ctx, other, "Not for this channel")
	require.NoError(t, err)
	h.triggers("For this channel")
	h.commandShows(h.alice, h.ear, h.channel, "/pduty list", h.service)
}

func TestP13OnTheRealServerSigningOutOffersToSignInAgain(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	from := h.ear.Count()
	question := h.commandShows(h.alice, h.ear, h.channel, "/pduty signout", "Do you want to sign out of PagerDuty?")
	require.NoError(t, h.alice.Click(h.ctx, question, "Sign out"))
	out := h.rewritten(h.ear, from, "You're signed out of PagerDuty")
	link, err := stack.SignInLink(out, "pagerduty")
	require.NoError(t, err)
	page, err := h.alice.Authorize(h.ctx, link, h.alice.User.Email)
	require.NoError(t, err)
	require.Equal(t, 200, page.Status)
	h.ephemeral(h.ear, from, "You're signed in to PagerDuty")
}

func TestP14OnTheRealServerRemovalAsksForConfirmation(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	question := h.commandShows(h.alice, h.ear, h.channel, "/pduty disconnect", "Do you want to end this connection?")
	require.NoError(t, h.alice.Click(h.ctx, question, "Cancel"))
	h.triggers("Still heard")
	question = h.commandShows(h.alice, h.ear, h.channel, "/pduty disconnect", "Do you want to end this connection?")
	require.NoError(t, h.alice.Click(h.ctx, question, "Disconnect"))
	h.commandShows(h.alice, h.ear, h.channel, "/pduty list", "isn't connected")
}

func TestP15OnTheRealServerAuthorizationAsksForTheLeastPrivilege(t *testing.T) {
	h := newPager(begin(t))
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty connect"))
	link, err := stack.SignInLink(h.ephemeral(h.ear, from, "/oauth2/pagerduty/connect"), "pagerduty")
	require.NoError(t, err)
	page, err := h.alice.Authorize(h.ctx, link, h.alice.User.Email)
	require.NoError(t, err)
	require.Equal(t, 200, page.Status)
	asked, err := h.Asked(h.ctx)
	require.NoError(t, err)
	t.Logf("PagerDuty was asked for: %s", asked)
	require.Contains(t, asked, "incidents.write")
	for _, scope := range []string{"users.write", "teams.write", "services.write", "schedules.write"} {
		require.NotContains(t, asked, scope, "these are only read")
	}
}

func TestP16OnTheRealServerNoTokenGoesToAServerWithoutPagerDutysCertificate(t *testing.T) {
	h := newPager(begin(t))
	door := newDoor(t)
	h.register("pduty", "eu", door.url, stack.PagerDutySecret, h.NewApp)
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty connect "+door.url+"/incidents"))
	link, err := stack.SignInLink(h.ephemeral(h.ear, from, "/oauth2/pagerduty/connect"), "pagerduty")
	require.NoError(t, err)
	state, err := h.alice.Leaves(h.ctx, link)
	require.NoError(t, err)
	page, err := h.alice.Opens(h.ctx, h.SiteURL+"/plugins/zoom/oauth2/pagerduty/complete?code=abc&state="+state)
	require.NoError(t, err)
	require.NotEqual(t, 200, page.Status)
	door.requireSafe()
}

func TestP17OnTheRealServerTokensAndSecretsAreSealed(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	h.triggers("Disk full")
	for _, table := range []string{"zoom_connection", "zoom_site", "zoom_grant"} {
		records, err := h.DB.Records(h.ctx, table)
		require.NoError(t, err)
		require.NotEmpty(t, records, table)
		for _, record := range records {
			require.Empty(t, stack.Leak(strings.ReplaceAll(record.Text, clientID, ""), stack.PagerDutySecret, sandboxSecret), table)
		}
		t.Logf("no secret in the clear in %d rows of %s", len(records), table)
	}
}

// Two people with different rights in PagerDuty and one who has not signed in
// click the same button; PagerDuty records who did it.
func TestAClickOnAnIncidentActsAsTheUserWhoClicked(t *testing.T) {
	h := newPager(begin(t))
	eve, evesEar := h.person("eve")
	carol, carolsEar := h.person("carol")
	dave, davesEar := h.person("dave")
	h.account(eve, "observer")
	h.account(carol, "limited_user")
	for _, p := range []*stack.Person{eve, carol, dave} {
		_, _, err := h.Admin.API.AddChannelMember(h.ctx, h.channel.Id, p.User.Id)
		require.NoError(t, err)
	}
	h.follows()
	h.signed(eve, evesEar)
	h.signed(carol, carolsEar)
	made, card := h.triggers("Disk full")

	from := davesEar.Count()
	require.NoError(t, dave.Click(h.ctx, card.Post, "Acknowledge"))
	t.Logf("dave, who has not signed in, alone sees: %s", texts([]*model.Post{h.ephemeral(davesEar, from, "sign in to PagerDuty")}))
	from = evesEar.Count()
	require.NoError(t, eve.Click(h.ctx, card.Post, "Acknowledge"))
	t.Logf("eve, who may only look, alone sees: %s", texts([]*model.Post{h.ephemeral(evesEar, from, "PagerDuty")}))
	h.hasStatus(made.ID, "triggered")
	require.NoError(t, carol.Click(h.ctx, card.Post, "Acknowledge"))
	require.Equal(t, carol.User.Email, h.hasStatus(made.ID, "acknowledged").ChangedBy)
	now := h.card(h.alice, h.channel, 1, "Acknowledged")
	require.NoError(t, h.alice.Click(h.ctx, now.Post, "Resolve"))
	require.Equal(t, h.alice.User.Email, h.hasStatus(made.ID, "resolved").ChangedBy)
	now = h.card(h.alice, h.channel, 1, "Resolved")
	t.Logf("%s", picture(now, h.replies(h.alice, now.Post, 2)))
}
