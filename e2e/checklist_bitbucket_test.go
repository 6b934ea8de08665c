package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// host is the simulated Bitbucket Cloud of these stories: this server is
// registered there, and alice administers a repository.
type host struct {
	*story
	*stack.Bitbucket
	alice   *stack.Person
	ear     *stack.Ear
	channel *model.Channel
	repo    *stack.Repo
}

// newHost begins a story about Bitbucket.
func newHost(w *story) *host {
	w.Helper()
	h := &host{story: w, Bitbucket: w.Sandbox.Bitbucket()}
	h.alice, h.ear = h.person("alice")
	h.channel = h.private(h.alice)
	h.register("bitbucket", "cloud", h.URL, stack.BitbucketSecret, h.NewApp)
	h.account(h.alice)
	h.repo = h.newRepo("web")
	return h
}

// onlyBuildProviders disables the providers that also take any address: with them, the bot would ask for the provider.
func onlyBuildProviders() stack.Settings {
	return stack.Settings{"EnableSentry": false, "EnablePagerduty": false}
}

// account gives a person a login in Bitbucket with the same email address.
func (h *host) account(p *stack.Person) {
	h.Helper()
	require.NoError(h, h.NewUser(h.ctx, p.User.Username, p.User.Email))
}

// newRepo creates a repository that alice administers; its full name is unique.
func (h *host) newRepo(slug string) *stack.Repo {
	h.Helper()
	repo, err := h.NewRepo(h.ctx, h.channel.Name+"/"+slug, map[string]string{h.alice.User.Username: "admin"})
	require.NoError(h, err)
	return repo
}

func (h *host) name() string { return h.channel.Name + "/web" }

// signsIn follows the link that a person was sent, and allows access in Bitbucket.
func (h *host) signsIn(p *stack.Person, ear *stack.Ear, from int) *stack.Page {
	h.Helper()
	link, err := stack.SignInLink(h.ephemeral(ear, from, "/oauth2/bitbucket/connect"), "bitbucket")
	require.NoError(h, err)
	page, err := p.Authorize(h.ctx, link, p.User.Email)
	require.NoError(h, err)
	return page
}

// follows connects alice's channel to the repository, with her first sign-in.
func (h *host) follows() {
	h.Helper()
	from := h.ear.Count()
	require.NoError(h, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket connect "+h.repo.URL))
	require.Equal(h, 200, h.signsIn(h.alice, h.ear, from).Status)
	h.ephemeral(h.ear, from, "This channel now follows")
}

// pushes pushes a commit, with the status of a build.
func (h *host) pushes(message, build, state string) {
	h.Helper()
	_, err := h.repo.Push(h.ctx, h.alice.User.Username, "main", message)
	require.NoError(h, err)
	if build != "" {
		require.NoError(h, h.repo.Status(h.ctx, "main", build, state))
	}
}

// hooks returns the repository's webhooks in Bitbucket.
func (h *host) hooks() []stack.Webhook {
	h.Helper()
	hooks, err := h.repo.Webhooks(h.ctx)
	require.NoError(h, err)
	return hooks
}

// writes has alice write to the bot.
func (h *host) writes(words string) {
	h.Helper()
	conversation, err := h.alice.WithBot(h.ctx)
	require.NoError(h, err)
	_, _, err = h.alice.API.CreatePost(h.ctx, &model.Post{ChannelId: conversation.Id, Message: words})
	require.NoError(h, err)
}

// answered waits until the bot has sent alice a message with these words.
func (h *host) answered(words string) {
	h.Helper()
	h.eventually(func() error {
		if said := texts(h.botMessages(h.alice)); !strings.Contains(said, words) {
			return errors.Errorf("the bot says %q", said)
		}
		return nil
	})
}

func TestB1OnTheRealServerBuildsAreShownInAChannelAndByDirectMessage(t *testing.T) {
	h := newHost(alone(t, stack.UserApp, onlyBuildProviders()))
	h.follows()
	h.writes("connect " + h.repo.URL)
	h.answered("This channel now follows [" + h.name())
	conversation, err := h.alice.WithBot(h.ctx)
	require.NoError(t, err)
	h.pushes("Round half up", "unit", "SUCCESSFUL")
	require.Equal(t, []string{"✅ Passed · Round half up"}, h.titles(h.alice, h.channel, 1))
	require.Equal(t, []string{"✅ Passed · Round half up"}, h.titles(h.alice, conversation, 1))
	require.Len(t, h.hooks(), 1, "one webhook serves both")
}

func TestB2OnTheRealServerEveryoneCanUseItOnceAnAdminHasSetItUp(t *testing.T) {
	h := newHost(alone(t, stack.UserApp))
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket setup"))
	h.commandShows(h.alice, h.ear, h.channel, "/bitbucket connect https://git.elsewhere.example.com/projects/A/repos/b",
		"Bitbucket on", "isn't set up yet", "/bitbucket setup")
	h.switched(stack.Settings{"EnableBitbucket": false}, h.alice, "bitbucket", false)
	require.Error(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket connect "+h.repo.URL))
	h.switched(stack.Settings{"EnableBitbucket": true}, h.alice, "bitbucket", true)
	h.follows()
}

func TestB3OnTheRealServerTheBotsConversationAndAChannelAreConfiguredSeparately(t *testing.T) {
	h := newHost(alone(t, stack.UserApp, onlyBuildProviders()))
	h.follows()
	h.writes("connect " + h.repo.URL)
	h.answered("This channel now follows [" + h.name())
	conversation, err := h.alice.WithBot(h.ctx)
	require.NoError(t, err)
	from := h.ear.Count()
	h.writes("configure")
	require.NoError(t, h.alice.Click(h.ctx, h.ephemeral(h.ear, from, h.name()), "Configure"))
	form := h.dialog(h.ear, from, "Notifications")
	h.submits(h.alice, conversation, form, map[string]any{"events": stack.EventsWithout(form, "push")})
	h.pushes("Only in the channel", "", "")
	require.Len(t, h.titles(h.alice, h.channel, 1), 1)
	cards, err := h.alice.Cards(h.ctx, conversation.Id)
	require.NoError(t, err)
	require.Empty(t, cards)
}

func TestB4OnTheRealServerConnectTakesAnyFormOfURLOrAsks(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	for _, address := range []string{
		"/", ".git", "/src/main/README.md?at=main#lines-3", "/pull-requests/7/overview", "/addon/pipelines/home#!/results/4", "/branch/feature/x",
	} {
		h.commandShows(h.alice, h.ear, h.channel, "/bitbucket connect "+h.repo.URL+address, "already", "connected to ["+h.name())
	}
	api := h.newRepo("api")
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket connect"))
	opened := h.dialog(h.ear, from, "Connect Bitbucket")
	complaints, err := h.alice.Submit(h.ctx, h.channel.Id, opened, map[string]any{"address": "the web thing"})
	require.NoError(t, err)
	require.Contains(t, complaints["address"], "Not a valid Bitbucket URL")
	h.submits(h.alice, h.channel, opened, map[string]any{"address": api.URL + "/src"})
	h.ephemeral(h.ear, from, "This channel now follows")
}

func TestB5OnTheRealServerConnectContinuesAfterAuthorization(t *testing.T) {
	h := newHost(begin(t))
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket connect "+h.repo.URL))
	prompt := h.ephemeral(h.ear, from, "the channel is connected right after that")
	link, err := stack.SignInLink(prompt, "bitbucket")
	require.NoError(t, err)
	mallory, _ := h.person("mallory")
	stolen, err := mallory.Authorize(h.ctx, link, mallory.User.Email)
	require.NoError(t, err)
	require.Equal(t, 400, stolen.Status, "it is for alice alone")
	page := h.signsIn(h.alice, h.ear, from)
	require.Equal(t, 200, page.Status)
	done := h.ephemeral(h.ear, from, "This channel now follows")
	require.Contains(t, stack.Text(done), "Pull requests")
	h.pushes("It arrives", "", "")
	require.Equal(t, []string{"⬆️ Pushed · It arrives"}, h.titles(h.alice, h.channel, 1))
}

func TestB6OnTheRealServerHelpListsAllCommands(t *testing.T) {
	h := newHost(begin(t))
	h.commandShows(h.alice, h.ear, h.channel, "/bitbucket help", "/bitbucket connect", "/bitbucket disconnect", "/bitbucket configure",
		"/bitbucket list", "/bitbucket status")
}

func TestB7OnTheRealServerOnlyAnAdminOfTheRepositoryConnectsIt(t *testing.T) {
	h := newHost(begin(t))
	bob, ear := h.person("bob")
	h.account(bob)
	room := h.private(bob)
	from := ear.Count()
	require.NoError(t, bob.Type(h.ctx, room.Id, "/bitbucket connect "+h.repo.URL))
	h.signsIn(bob, ear, from)
	h.commandShows(bob, ear, room, "/bitbucket list", "isn't connected to Bitbucket yet")
	require.Empty(t, h.hooks())
	h.follows()
	require.Len(t, h.hooks(), 1)
	require.True(t, strings.HasPrefix(h.hooks()[0].URL, h.SiteURL+"/plugins/zoom/hooks/"))
	h.commandShows(h.alice, h.ear, h.channel, "/bitbucket status", "The webhook in Bitbucket is OK")
}

func TestB8OnTheRealServerDisconnectAsksWhetherToSignOutAndIsConfirmed(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	question := h.commandShows(h.alice, h.ear, h.channel, "/bitbucket disconnect", "Do you want to end this connection?", "You can also sign out")
	require.NoError(t, h.alice.Click(h.ctx, question, "Disconnect and sign out"))
	h.eventually(func() error {
		if hooks := h.hooks(); len(hooks) > 0 {
			return errors.Errorf("there are %d webhooks", len(hooks))
		}
		return nil
	})
	h.commandShows(h.alice, h.ear, h.channel, "/bitbucket connect "+h.repo.URL, "/oauth2/bitbucket/connect")
}

func TestB9OnTheRealServerConfigureTakesARepositoryByItsURLWithoutASlash(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket configure "+h.repo.URL+"/src/main"))
	h.submits(h.alice, h.channel, h.dialog(h.ear, from, "Notifications"), map[string]any{"filter_branch": "release/*"})
	h.ephemeral(h.ear, from, "Saved")
	h.pushes("Not to be seen", "", "")
	h.settled()
	cards, err := h.alice.Cards(h.ctx, h.channel.Id)
	require.NoError(t, err)
	require.Empty(t, cards)
	h.writes("help")
	h.answered("Available integrations")
	h.writes("bitbucket connect " + h.repo.URL)
	h.answered("This channel now follows [" + h.name())
	from = h.ear.Count()
	h.writes("bitbucket configure")
	asked := h.ephemeral(h.ear, from, h.name())
	require.NoError(t, h.alice.Click(h.ctx, asked, "Configure"))
	h.dialog(h.ear, from, "Notifications")
	h.writes("bitbucket disconnect")
	h.ephemeral(h.ear, from, "Do you want to end this connection?")
}

func TestB10OnTheRealServerEventsAreSelectedInAFormAndAppearInBitbucket(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket configure"))
	form := h.dialog(h.ear, from, "Notifications")
	h.submits(h.alice, h.channel, form, map[string]any{"events": stack.EventsWithout(form, "push", "build_passed")})
	saved := stack.Text(h.ephemeral(h.ear, from, "Saved"))
	require.Contains(t, saved, h.repo.URL+"/admin/webhooks", "a link to the repository's settings")
	for _, event := range []string{"repo:push", "repo:commit_status_updated", "pullrequest:fulfilled"} {
		require.True(t, slices.Contains(h.hooks()[0].Events, event), event)
	}
	h.pushes("Quiet", "lint", "FAILED")
	require.Equal(t, []string{"❌ Failed · Quiet"}, h.titles(h.alice, h.channel, 1))
}

func TestB11OnTheRealServerRemovalAsksForConfirmation(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	question := h.commandShows(h.alice, h.ear, h.channel, "/bitbucket disconnect all", "Do you want to end this connection?")
	require.NoError(t, h.alice.Click(h.ctx, question, "Cancel"))
	require.Len(t, h.hooks(), 1)
}

func TestB12OnTheRealServerNoContentIsStored(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	h.pushes("Round\n\nThe body of the commit says too much", "", "")
	h.titles(h.alice, h.channel, 1)
	pull, err := h.repo.Open(h.ctx, h.alice.User.Username, "Round", "feature/x")
	if err != nil { // there is no such branch yet
		_, err = h.repo.Push(h.ctx, h.alice.User.Username, "feature/x", "Round down")
		require.NoError(t, err)
		pull, err = h.repo.Open(h.ctx, h.alice.User.Username, "Round", "feature/x")
	}
	require.NoError(t, err)
	require.NoError(t, pull.Comment(h.ctx, h.alice.User.Username, strings.Repeat("word ", 200)+"and the comment says too much"))
	h.settled()
	records, err := h.DB.Records(h.ctx, "")
	require.NoError(t, err)
	for _, record := range records {
		require.Empty(t, stack.Leak(record.Text, "says too much", "word word"), record.Table)
	}
	t.Logf("looked through %d records", len(records))
}

func TestB13OnTheRealServerAMeetingIsStartedFromACard(t *testing.T) {
	h := newHost(begin(t))
	h.connect(h.alice, h.ear)
	h.follows()
	h.pushes("Round half up", "lint", "FAILED")
	h.titles(h.alice, h.channel, 1)
	card := h.card(h.alice, h.channel, 1, "Failed")
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Start Zoom meeting"))
	meeting := h.meetingPost(h.alice, h.channel, 0)
	require.Equal(t, card.Id, meeting.RootId)
	require.Equal(t, "Round half up", meeting.GetProp("meeting_topic"))
}

func TestB14OnTheRealServerNoTokenGoesToAServerWithoutBitbucketsCertificate(t *testing.T) {
	h := newHost(begin(t))
	door := newDoor(t)
	h.setUp("bitbucket", map[string]any{"kind": "datacenter", "url": door.url})
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/bitbucket connect "+door.url+"/projects/ACME/repos/web"))
	opened := h.dialog(h.ear, from, "Connect Bitbucket")
	complaints, err := h.alice.Submit(h.ctx, h.channel.Id, opened, map[string]any{"token": stack.JenkinsToken})
	require.NoError(t, err)
	require.Contains(t, strings.Join([]string{complaints[""], complaints["token"], complaints["address"]}, " "), "can't be reached")
	door.requireSafe()
}

func TestB15OnTheRealServerCredentialsAreStoredSealed(t *testing.T) {
	h := newHost(begin(t))
	h.follows()
	for _, table := range []string{"zoom_connection", "zoom_site", "zoom_grant"} {
		records, err := h.DB.Records(h.ctx, table)
		require.NoError(t, err)
		require.NotEmpty(t, records, table)
		for _, record := range records {
			require.Empty(t, stack.Leak(strings.ReplaceAll(record.Text, clientID, ""), stack.BitbucketSecret, sandboxSecret), table)
		}
		t.Logf("no secret in the clear in %d rows of %s", len(records), table)
	}
}
