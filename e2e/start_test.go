package e2e

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// connectAccount has the administrator connect the whole account, once.
func (w *story) connectAccount() {
	w.Helper()
	ear := w.listen(w.Admin)
	from := ear.Count()
	require.NoError(w, w.Admin.Type(w.ctx, w.private().Id, "/zoom connect"))
	prompt := w.ephemeral(ear, from, "/oauth2/connect")
	// The account exists since the first story that needed it.
	_, _ = w.Sandbox.NewAccount(w.ctx, stack.Account{Email: w.Admin.User.Email, FirstName: "Ada", LastName: "Acme"})
	w.follow(w.Admin, prompt)
}

// A start with a fresh token is one call to Zoom, however the app is authorized.
func TestAStartIsOneCallToZoom(t *testing.T) {
	for _, mode := range []stack.Mode{stack.UserApp, stack.AccountApp, stack.ServerApp} {
		t.Run(string(mode), func(t *testing.T) {
			w := alone(t, mode)
			alice, ear := w.person("alice")
			switch mode {
			case stack.UserApp:
				w.connect(alice, ear)
			case stack.AccountApp:
				w.connectAccount()
			case stack.ServerApp:
				w.starts(alice, w.private(alice), "so that there is a token")
			}
			channel := w.private(alice)
			calls := w.zoomCalls(func() { w.starts(alice, channel, "Standup") })
			require.Equal(t, map[string]int{createMeeting: 1}, calls)

			channel = w.private(alice)
			calls = w.zoomCalls(func() {
				answer, err := alice.ClickIcon(w.ctx, stack.IconRequest{ChannelID: channel.Id, Topic: "By icon"})
				require.NoError(t, err)
				require.Equal(t, "started", answer.Outcome, "%+v", answer)
				require.NotEmpty(t, answer.MeetingURL)
			})
			require.Equal(t, map[string]int{createMeeting: 1}, calls)
		})
	}
}

// While a meeting is open in the channel, a second start asks: join it, or start
// another anyway.
func TestASecondStartOffersTheOpenMeeting(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	bob, ear := w.connected("bob")
	channel := w.private(alice, bob)
	first := w.starts(alice, channel, "Standup")

	from := ear.Count()
	calls := w.zoomCalls(func() {
		require.NoError(t, bob.Type(w.ctx, channel.Id, "/zoom start Other"))
		prompt := w.ephemeral(ear, from, alice.User.Username)
		require.Equal(t, "RECENTLY_CREATED", prompt.GetProp("meeting_status"))
		require.Equal(t, first.GetProp("meeting_link"), prompt.GetProp("meeting_link"))

		answer, err := bob.ClickIcon(w.ctx, stack.IconRequest{ChannelID: channel.Id, Topic: "Other"})
		require.NoError(t, err)
		require.Equal(t, "prompted", answer.Outcome, "%+v", answer)
		require.Empty(t, answer.MeetingURL)
	})
	require.Empty(t, calls, "asking costs nothing at Zoom")
	require.Len(t, w.meetings(alice, channel), 1)

	answer, err := bob.ClickIcon(w.ctx, stack.IconRequest{ChannelID: channel.Id, Topic: "Other", Force: true})
	require.NoError(t, err)
	require.Equal(t, "started", answer.Outcome, "%+v", answer)
	require.Equal(t, "Other", w.meetingPost(alice, channel, 1).GetProp("meeting_topic"))
}

// On a mobile app, which has no prompt of its own, the same question has a
// button.
func TestASecondStartCanBeForcedFromAMobileApp(t *testing.T) {
	w := begin(t)
	alice, ear := w.connected("alice")
	channel := w.private(alice)
	w.starts(alice, channel, "Standup")
	from := ear.Count()
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom start Other"))
	prompt := w.ephemeral(ear, from, alice.User.Username)
	require.NotEmpty(t, prompt.Attachments())
	require.NotEmpty(t, prompt.Attachments()[0].Actions, "the attachment has a button")
	require.NoError(t, alice.Click(w.ctx, prompt, prompt.Attachments()[0].Actions[0].Name))
	require.Equal(t, "Other", w.meetingPost(alice, channel, 1).GetProp("meeting_topic"))
}

// Where an admin restricts meetings, none starts in a public channel, whichever
// way a user tries, and none is left behind in Zoom.
func TestARestrictedPublicChannelHasNoMeetings(t *testing.T) {
	w := alone(t, stack.UserApp, stack.Settings{"RestrictMeetingCreation": true})
	alice, ear := w.connected("alice")
	public := w.channel(model.ChannelTypeOpen, alice)
	calls := w.zoomCalls(func() {
		from := ear.Count()
		require.NoError(t, alice.Type(w.ctx, public.Id, "/zoom start Standup"))
		w.ephemeral(ear, from, "public channels")
		for _, force := range []bool{false, true} {
			answer, err := alice.ClickIcon(w.ctx, stack.IconRequest{ChannelID: public.Id, Topic: "Standup", Force: force})
			require.NoError(t, err)
			require.GreaterOrEqual(t, answer.Status, 400, "force %v: %+v", force, answer)
			require.NotEmpty(t, answer.Error.Message)
		}
	})
	require.Empty(t, calls)
	require.Empty(t, w.meetings(alice, public))

	// A user who is not connected is refused before they are sent to Zoom.
	bob, bobHears := w.person("bob")
	_, _, err := w.Admin.API.AddChannelMember(w.ctx, public.Id, bob.User.Id)
	require.NoError(t, err)
	require.NoError(t, bob.Type(w.ctx, public.Id, "/zoom start Standup"))
	w.ephemeral(bobHears, 0, "public channels")

	require.Len(t, []*model.Post{w.starts(alice, w.private(alice), "Fine here")}, 1)
}

// A user who is no member of a channel starts nothing in it.
func TestAStrangerCannotStartAMeeting(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	mallory, _ := w.connected("mallory")
	channel := w.private(alice)
	calls := w.zoomCalls(func() {
		answer, err := mallory.ClickIcon(w.ctx, stack.IconRequest{ChannelID: channel.Id, Topic: "Let me in"})
		require.NoError(t, err)
		require.GreaterOrEqual(t, answer.Status, 400, "%+v", answer)
	})
	require.Empty(t, calls, "no orphan is left at Zoom")
	require.Empty(t, w.meetings(alice, channel))
}

// Only the tab that asked is sent to Zoom, not every tab of the same person.
func TestOnlyTheTabThatAskedOpensZoom(t *testing.T) {
	w := begin(t)
	alice, tab := w.connected("alice")
	channel := w.private(alice)
	from := tab.Count()
	answer, err := alice.ClickIcon(w.ctx, stack.IconRequest{ChannelID: channel.Id})
	require.NoError(t, err)
	require.Equal(t, "started", answer.Outcome, "%+v", answer)
	_, err = tab.Event(w.ctx, from, string(model.WebsocketEventPosted))
	require.NoError(t, err)
	require.False(t, tab.Heard(from, "custom_zoom_meeting_started"), "a tab that did not ask was told to open Zoom")
}
