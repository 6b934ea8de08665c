package e2e

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// createMeeting is the one call that a start needs, as the sandbox counts it.
const createMeeting = "POST /v2/users/{userId}/meetings"

// Alice starts a meeting in a thread before she has connected Zoom. After she
// has, the meeting is posted in that thread, with her topic.
func TestAStartResumesAfterConnectingWithItsThreadAndTopic(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	root, _, err := alice.API.CreatePost(w.ctx, &model.Post{ChannelId: channel.Id, Message: "Shall we talk?"})
	require.NoError(t, err)

	require.NoError(t, alice.TypeInThread(w.ctx, channel.Id, root.Id, "/zoom start Release plan"))
	prompt := w.ephemeral(ear, 0, "/oauth2/connect")
	require.Equal(t, root.Id, prompt.RootId, "the question is in the thread")
	require.Empty(t, w.meetings(alice, channel), "nothing starts before she connected")

	w.follow(alice, prompt)
	post := w.meetingPost(alice, channel, 0)
	require.Equal(t, root.Id, post.RootId)
	require.Equal(t, alice.User.Id, post.UserId)
	require.Equal(t, "Release plan", post.GetProp("meeting_topic"))
	require.Equal(t, "STARTED", post.GetProp("meeting_status"))
	require.NotEmpty(t, post.GetProp("meeting_link"))
	require.NotEmpty(t, post.Attachments(), "mobile apps show the attachment")
}

// Connecting alone starts nothing.
func TestConnectingAloneStartsNoMeeting(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom connect"))
	calls := w.zoomCalls(func() { w.follow(alice, w.ephemeral(ear, 0, "/oauth2/connect")) })
	require.Zero(t, calls[createMeeting])
	require.Empty(t, w.meetings(alice, channel))
}

// A link for alice doesn't work for mallory, and works for alice once.
func TestAConnectLinkServesItsOwnerOnce(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	mallory, malloryHears := w.person("mallory")
	channel := w.private(alice, mallory)
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom start Mine"))
	link, err := stack.ConnectLink(w.ephemeral(ear, 0, "/oauth2/connect"))
	require.NoError(t, err)

	// Whatever the link does for mallory, it neither posts for alice nor connects
	// her to mallory's Zoom account.
	_, err = mallory.Authorize(w.ctx, link, mallory.User.Email)
	require.NoError(t, err)
	for _, post := range w.meetings(alice, channel) {
		require.NotEqual(t, alice.User.Id, post.UserId, "mallory posted as alice")
	}
	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, w.private(alice).Id, "/zoom start Still mine"))
	w.ephemeral(ear, from, "/oauth2/connect")

	// A completed flow cannot be completed again.
	from = malloryHears.Count()
	require.NoError(t, mallory.Type(w.ctx, channel.Id, "/zoom connect"))
	page := w.follow(mallory, w.ephemeral(malloryHears, from, "/oauth2/connect"))
	browser, err := mallory.Browser()
	require.NoError(t, err)
	again, err := browser.Get(page.URL.String())
	require.NoError(t, err)
	defer again.Body.Close()
	require.GreaterOrEqual(t, again.StatusCode, 400, "the code and state came a second time")
}

// Zoom's administrator revokes alice's grant. Her next start offers to reconnect
// at once, and continues after it.
func TestARevokedGrantOffersToReconnectAndResumes(t *testing.T) {
	w := begin(t)
	alice, ear := w.connected("alice")
	channel := w.private(alice)
	require.NoError(t, w.Sandbox.RevokeGrant(w.ctx, alice.User.Email, stack.UserApp.ClientID()))

	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom start Again"))
	prompt := w.ephemeral(ear, from, "/oauth2/connect")
	require.Empty(t, w.meetings(alice, channel))
	w.follow(alice, prompt)
	require.Equal(t, "Again", w.meetingPost(alice, channel, 0).GetProp("meeting_topic"))
}

// Alice removes the app in Zoom: she is notified, and has to connect again.
func TestRemovingTheAppInZoomDisconnects(t *testing.T) {
	w := begin(t)
	alice, ear := w.connected("alice")
	from := ear.Count()
	require.NoError(t, w.Sandbox.Deauthorize(w.ctx, alice.User.Email, stack.UserApp.ClientID()))
	_, err := ear.Event(w.ctx, from, string(model.WebsocketEventPosted))
	require.NoError(t, err, "the bot writes to her")

	from = ear.Count()
	require.NoError(t, alice.Type(w.ctx, w.private(alice).Id, "/zoom start"))
	w.ephemeral(ear, from, "/oauth2/connect")
}

// With an account-level app only an administrator can authorize; everyone else
// is told to ask one.
func TestOnlyAnAdminCanConnectTheAccount(t *testing.T) {
	w := alone(t, stack.AccountApp)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom connect"))
	answer := w.ephemeral(ear, 0, "dmin")
	_, err := stack.ConnectLink(answer)
	require.Error(t, err, "alice got a link to authorize the whole account")
}
