package e2e

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// These stories go through the checklist of Sentry on the real server.

// follows connects a project to alice's channel for the first time: she signs in,
// and enters the integration's token.
func (h *bugs) follows(project string) {
	h.Helper()
	h.connects(h.org + " " + project)
}

// name is the organization's name.
func (h *bugs) name() string { return "Acme " + strings.TrimPrefix(h.org, "org-") }

// followsToo connects another project.
func (h *bugs) followsToo(project string) {
	h.Helper()
	h.commandShows(h.alice, h.ear, h.channel, "/sentry connect "+h.org+" "+project, "This channel now follows")
}

// fails has an error happen in a project.
func (h *bugs) fails(project, value string) (issue string) {
	h.Helper()
	issue, err := h.Error(h.ctx, h.org, project, "ValueError", value)
	require.NoError(h, err)
	return issue
}

func TestS1OnTheRealServerAChannelFollowsAProject(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	h.fails("ops", "not for this channel")
	h.fails("web", "discount twice")
	card := h.card(h.alice, h.channel, 1, "ValueError")
	require.Contains(t, card.Title+card.Text, "discount twice")
	t.Logf("%s", picture(card, nil))
}

func TestS2OnTheRealServerEveryoneCanUseItOnceAnAdminHasSetItUp(t *testing.T) {
	h := newBugs(alone(t, stack.UserApp))
	h.commandShows(h.alice, h.ear, h.channel, "/sentry connect https://sentry.elsewhere.example.com/organizations/acme/projects/web/",
		"Sentry on", "isn't set up yet", "/sentry setup")
	h.switched(stack.Settings{"EnableSentry": false}, h.alice, "sentry", false)
	require.Error(t, h.alice.Type(h.ctx, h.channel.Id, "/sentry connect "+h.org+" web"))
	h.switched(stack.Settings{"EnableSentry": true}, h.alice, "sentry", true)
	h.follows("web")
}

func TestS3OnTheRealServerHelpListsAllCommands(t *testing.T) {
	h := newBugs(begin(t))
	h.commandShows(h.alice, h.ear, h.channel, "/sentry help", "/sentry connect", "/sentry disconnect", "/sentry configure", "/sentry list", "/sentry status")
}

func TestS4OnTheRealServerConnectTakesQuotedNamesAndSlugsOrAsks(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	name := h.name()
	for _, typed := range []string{
		`"` + name + `" "web"`, "“" + name + "” “web”", "“" + name + "> “web>", h.org + "/web", h.URL + "/organizations/" + h.org + "/projects/web/",
	} {
		h.commandShows(h.alice, h.ear, h.channel, "/sentry connect "+typed, "already")
	}
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/sentry connect "+h.org))
	choice, err := h.ear.Offer(h.ctx, from, name+" / ops")
	require.NoError(t, err)
	require.NoError(t, h.alice.Click(h.ctx, choice, name+" / ops"))
	t.Logf("and then: %s", texts([]*model.Post{h.rewritten(h.ear, from, "This channel now follows")}))
}

func TestS5OnTheRealServerALinkIsSentByDirectMessageAndTheConnectContinues(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	hook, err := h.Hook(h.ctx, h.org)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hook, h.SiteURL+"/plugins/zoom/hooks/"), "we have set the hook")
}

func TestS6OnTheRealServerTheChannelIsToldWhichEventsItGets(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	var told string
	h.eventually(func() error {
		posts, err := h.alice.Posts(h.ctx, h.channel.Id)
		if told = texts(posts); err == nil && !strings.Contains(told, "connected this channel to Sentry") {
			err = errors.Errorf("the channel reads %q", told)
		}
		return err
	})
	require.Contains(t, told, "Regressions")
	t.Logf("the channel reads: %s", told)
}

// leaves confirms a disconnect.
func (h *bugs) leaves(command string) {
	h.Helper()
	from := h.ear.Count()
	require.NoError(h, h.alice.Type(h.ctx, h.channel.Id, command))
	question, err := h.ear.Offer(h.ctx, from, "Disconnect")
	require.NoError(h, err)
	require.NoError(h, h.alice.Click(h.ctx, question, "Disconnect"))
	h.settled()
}

func TestS7OnTheRealServerDisconnectingOneProjectKeepsTheOther(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	h.followsToo("ops")
	h.leaves("/sentry disconnect “" + h.name() + "” “web”")
	h.fails("web", "not any more")
	h.fails("ops", "still heard")
	card := h.card(h.alice, h.channel, 1, "ValueError")
	require.Contains(t, card.Title+card.Text, "still heard")
}

func TestS8OnTheRealServerDisconnectWithoutArgumentsEndsAllSubscriptions(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	h.followsToo("ops")
	h.leaves("/sentry disconnect")
	h.commandShows(h.alice, h.ear, h.channel, "/sentry list", "isn't connected")
	hook, err := h.Hook(h.ctx, h.org)
	require.NoError(t, err)
	require.Empty(t, hook, "the last one out takes the hook along")
}

func TestS9OnTheRealServerConfigureShowsTheSubscriptionsOfTheChannel(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	h.followsToo("ops")
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/sentry configure"))
	choice, err := h.ear.Offer(h.ctx, from, h.name()+" / web")
	require.NoError(t, err)
	from = h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, choice, h.name()+" / web"))
	opened, err := h.ear.Dialog(h.ctx, from)
	require.NoError(t, err)
	h.submits(h.alice, h.channel, opened, map[string]any{"filter_level": "fatal"})
	h.fails("web", "only an error")
	h.fails("ops", "heard")
	card := h.card(h.alice, h.channel, 1, "ValueError")
	require.Contains(t, card.Title+card.Text, "heard")
}

func TestS10OnTheRealServerConfigureAllShowsWhatTheRequesterCanSee(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	hers := h.channel
	h.channel = h.private(h.alice)
	h.followsToo("ops")
	carol, ear := h.person("carol")
	_, _, err := h.Admin.API.AddChannelMember(h.ctx, h.channel.Id, carol.User.Id)
	require.NoError(t, err)
	h.commandShows(h.alice, h.ear, h.channel, "/sentry configure all", "in your channels", "~"+hers.Name, h.name()+" / web", "~"+h.channel.Name, h.name()+" / ops")
	seen := texts([]*model.Post{h.commandShows(carol, ear, h.channel, "/sentry configure all", "in your channels", "~"+h.channel.Name, h.name()+" / ops")})
	require.NotContains(t, seen, "~"+hers.Name)
	require.NotContains(t, seen, h.name()+" / web")
}

func TestS11OnTheRealServerRemovalAsksForConfirmation(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/sentry disconnect"))
	question, err := h.ear.Offer(h.ctx, from, "Cancel")
	require.NoError(t, err)
	t.Logf("alice is asked: %s", texts([]*model.Post{question}))
	require.NoError(t, h.alice.Click(h.ctx, question, "Cancel"))
	h.fails("web", "still heard")
	h.card(h.alice, h.channel, 1, "ValueError")
}

func TestS12OnTheRealServerIssuesAreResolvedAndRegressAsTheUserWhoClicks(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	issue := h.fails("web", "discount twice")
	card := h.card(h.alice, h.channel, 1, "ValueError")
	h.settled()
	from := h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Resolve"))
	if h.ear.Heard(from, string(model.WebsocketEventOpenDialog)) {
		opened, err := h.ear.Dialog(h.ctx, from)
		require.NoError(t, err)
		h.submits(h.alice, h.channel, opened, nil)
	}
	h.eventually(func() error {
		status, err := h.Status(h.ctx, h.org, issue)
		if err == nil && status != "resolved" {
			err = errors.Errorf("the issue is %s at Sentry", status)
		}
		return err
	})
	now := h.card(h.alice, h.channel, 1, "Resolved")
	t.Logf("%s", picture(now, h.replies(h.alice, now.Post, 1)))
	require.NoError(t, h.Does(h.ctx, h.org, issue, "regress"))
	again := h.card(h.alice, h.channel, 2, "Regressed")
	require.Contains(t, again.Text, card.Id, "it links the card before")
	t.Logf("%s", picture(again, nil))
}

func TestS13OnTheRealServerAMeetingIsStartedFromACard(t *testing.T) {
	h := newBugs(begin(t))
	h.connect(h.alice, h.ear)
	h.follows("web")
	h.fails("web", "discount twice")
	card := h.card(h.alice, h.channel, 1, "ValueError")
	h.settled()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Start Zoom meeting"))
	require.Equal(t, card.Id, h.meetingPost(h.alice, h.channel, 0).RootId)
}

func TestS14OnTheRealServerNoTokenGoesToAServerWithoutSentrysCertificate(t *testing.T) {
	h := newBugs(begin(t))
	door := newDoor(t)
	h.setUp("sentry", map[string]any{"kind": "selfhosted", "url": door.url})
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/sentry connect "+door.url+"/organizations/acme/projects/web/"))
	opened, err := h.ear.Dialog(h.ctx, from)
	require.NoError(t, err)
	complaints, err := h.alice.Submit(h.ctx, h.channel.Id, opened, map[string]any{"token": stack.SentryIntegrationToken, "secret": stack.SentryIntegrationSecret})
	require.NoError(t, err)
	require.NotEmpty(t, complaints)
	door.requireSafe()
}

func TestS15OnTheRealServerCredentialsAreStoredSealed(t *testing.T) {
	h := newBugs(begin(t))
	h.follows("web")
	for _, table := range []string{"zoom_connection", "zoom_site", "zoom_grant"} {
		records, err := h.DB.Records(h.ctx, table)
		require.NoError(t, err)
		require.NotEmpty(t, records, table)
		for _, record := range records {
			value := strings.ReplaceAll(record.Text, clientID, "")
			require.Empty(t, stack.Leak(value, stack.SentrySecret, stack.SentryIntegrationToken, stack.SentryIntegrationSecret, sandboxSecret), table)
		}
		t.Logf("no secret in the clear in %d rows of %s", len(records), table)
	}
}
