package recordstest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoomchat"
)

// ZoomChatWorld are empty records of Zoom Team Chat, as several servers share them.
type ZoomChatWorld struct {
	Records zoomchat.Records
	// Passes lets time pass in the records.
	Passes func(d time.Duration)
}

// ZoomChat runs the contract of zoomchat.Records. Each open returns an empty world.
func ZoomChat(t *testing.T, open func(t *testing.T) ZoomChatWorld) {
	t.Helper()
	for name, story := range map[string]func(t *testing.T, w ZoomChatWorld){
		"an app is stored under its ID, and removed with everything": chatAppsHaveIDs,
		"accounts have apps until they remove them":                  chatAccountsHaveApps,
		"what a user does is remembered":                             chatUsersAreSeen,
		"what an event doesn't tell stays":                           chatNamesStay,
		"a channel is gone until someone does something there":       chatChannelsGo,
		"an admin names admins":                                      chatAdminsAreNamed,
		"messages are found by ID and mark":                          chatPostsAreFound,
		"a message of another app is another":                        chatPostsHaveApps,
		"prompts expire":                                             chatPromptsExpire,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, open(t))
		})
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return value
	}
}

func sighting(user, channel string) zoomchat.Sighting {
	return zoomchat.Sighting{
		App: "jenkins", Account: "acc", UserID: user, UserJID: user + "@x", UserName: "The " + user, Channel: channel, ChannelName: "#" + channel,
	}
}

func chatAppsHaveIDs(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.Empty(t, must[[]zoomchat.App](t)(r.Apps(ctx)))
	app := zoomchat.App{ID: "jenkins", ClientID: "c", RobotJID: "r", AdminManaged: true, Sealed: "s"}
	other := zoomchat.App{ID: "all", ClientID: "c2", RobotJID: "r2", Sealed: "s2"}
	require.NoError(t, r.SaveApp(ctx, app))
	require.NoError(t, r.SaveApp(ctx, other))
	app.Sealed, app.AdminManaged = "fresh", false
	require.NoError(t, r.SaveApp(ctx, app))
	require.Equal(t, []zoomchat.App{other, app}, must[[]zoomchat.App](t)(r.Apps(ctx)))
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	require.NoError(t, r.RemoveApp(ctx, "jenkins"))
	require.NoError(t, r.RemoveApp(ctx, "jenkins"))
	require.Equal(t, []zoomchat.App{other}, must[[]zoomchat.App](t)(r.Apps(ctx)))
	require.Empty(t, must[[]string](t)(r.Accounts(ctx, "jenkins")))
	_, ok, err := r.Channel(ctx, "jenkins", "acc", "ops")
	require.NoError(t, err)
	require.False(t, ok)
}

func chatAccountsHaveApps(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.NoError(t, r.AddAccount(ctx, "jenkins", "b"))
	require.NoError(t, r.AddAccount(ctx, "jenkins", "b"))
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	require.Equal(t, []string{"acc", "b"}, must[[]string](t)(r.Accounts(ctx, "jenkins")))
	require.NoError(t, r.RemoveAccount(ctx, "jenkins", "acc"))
	require.Equal(t, []string{"b"}, must[[]string](t)(r.Accounts(ctx, "jenkins")))
	channel, ok, err := r.Channel(ctx, "jenkins", "acc", "ops")
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, channel.Installed)
	_, ok, err = r.SeenIn(ctx, "jenkins", "acc", "ops", "ann")
	require.NoError(t, err)
	require.False(t, ok, "what its users did is forgotten")
}

func chatUsersAreSeen(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	require.NoError(t, r.See(ctx, sighting("ben", "ops")))
	w.Passes(2 * time.Hour)
	require.NoError(t, r.See(ctx, sighting("ann", "dev")))
	ago, ok, err := r.SeenIn(ctx, "jenkins", "acc", "ops", "ann")
	require.NoError(t, err)
	require.True(t, ok)
	require.InDelta(t, 2*time.Hour, ago, float64(time.Minute))
	_, ok, err = r.SeenIn(ctx, "jenkins", "acc", "dev", "ben")
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, []string{"dev"}, must[[]string](t)(r.ChannelsOf(ctx, "jenkins", "acc", "ann", time.Hour)))
	require.Equal(t, []string{"dev", "ops"}, must[[]string](t)(r.ChannelsOf(ctx, "jenkins", "acc", "ann", 24*time.Hour)))
	require.Equal(t, map[string]string{"ann": "The ann", "ben": "The ben"}, must[map[string]string](t)(r.UsersIn(ctx, "jenkins", "acc", "ops")))
	require.Empty(t, must[map[string]string](t)(r.UsersIn(ctx, "sentry", "acc", "ops")), "another app saw nothing")
	require.NoError(t, r.Forget(ctx, "jenkins", "acc", "ann"))
	require.Equal(t, map[string]string{"ben": "The ben"}, must[map[string]string](t)(r.UsersIn(ctx, "jenkins", "acc", "ops")))
	_, ok, err = r.User(ctx, "jenkins", "acc", "ann")
	require.NoError(t, err)
	require.False(t, ok)
}

func chatNamesStay(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	unnamed := sighting("ann", "ops")
	unnamed.UserJID, unnamed.UserName, unnamed.ChannelName = "", "", ""
	require.NoError(t, r.See(ctx, unnamed))
	user, ok, err := r.User(ctx, "jenkins", "acc", "ann")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, zoomchat.SeenUser{JID: "ann@x", Name: "The ann"}, user)
	channel, ok, err := r.Channel(ctx, "jenkins", "acc", "ops")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, zoomchat.SeenChannel{Name: "#ops", LastJID: "ann@x", Installed: true}, channel)
	require.NoError(t, r.See(ctx, sighting("ben", "")))
	channel, _, err = r.Channel(ctx, "jenkins", "acc", "ops")
	require.NoError(t, err)
	require.Equal(t, "ann@x", channel.LastJID, "an event without a conversation changes none")
}

func chatChannelsGo(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	gone := func() bool {
		channel, _, err := r.Channel(ctx, "jenkins", "acc", "ops")
		require.NoError(t, err)
		return channel.Gone
	}
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	require.NoError(t, r.SetGone(ctx, "jenkins", "acc", "ops"))
	require.True(t, gone())
	require.Empty(t, must[[]string](t)(r.ChannelsOf(ctx, "jenkins", "acc", "ann", time.Hour)))
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	require.False(t, gone())
}

func chatAdminsAreNamed(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.NoError(t, r.See(ctx, sighting("ann", "ops")))
	for _, admins := range [][]string{{"ann", "ben"}, {"ben"}, nil} {
		require.NoError(t, r.SetAdmins(ctx, "jenkins", "acc", "ops", admins))
		channel, _, err := r.Channel(ctx, "jenkins", "acc", "ops")
		require.NoError(t, err)
		require.Equal(t, admins, channel.Admins)
	}
}

func chatPost(app, id, thread string) zoomchat.Post {
	at := chat.Place{Surface: zoomchat.ID, Channel: app + "/acc/ops", Thread: thread}
	return zoomchat.Post{Message: chat.MessageRef{Place: at, ID: id}, Mark: chat.Mark{Provider: "p", Connection: "c", Subject: "s", Key: "k" + thread}, Shown: "h"}
}

func chatPostsAreFound(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	start := time.Now().Add(-time.Minute)
	card, reply := chatPost("jenkins", "m1", ""), chatPost("jenkins", "m2", "m1")
	require.NoError(t, r.SavePost(ctx, card))
	require.NoError(t, r.SavePost(ctx, reply))
	card.Shown = "h2"
	require.NoError(t, r.SavePost(ctx, card))
	found, ok, err := r.Post(ctx, "jenkins", "m1")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, card, found)
	found, ok, err = r.MarkedPost(ctx, reply.Message.Place, reply.Mark, start)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, reply, found)
	for name, missing := range map[string]func() (zoomchat.Post, bool, error){
		"another place": func() (zoomchat.Post, bool, error) { return r.MarkedPost(ctx, card.Message.Place, reply.Mark, start) },
		"another mark":  func() (zoomchat.Post, bool, error) { return r.MarkedPost(ctx, card.Message.Place, chat.Mark{}, start) },
		"too old": func() (zoomchat.Post, bool, error) {
			return r.MarkedPost(ctx, card.Message.Place, card.Mark, time.Now().Add(time.Hour))
		},
	} {
		_, ok, err = missing()
		require.NoError(t, err, name)
		require.False(t, ok, name)
	}
	require.NoError(t, r.RemovePost(ctx, "jenkins", "m1"))
	_, ok, err = r.Post(ctx, "jenkins", "m1")
	require.NoError(t, err)
	require.False(t, ok)
}

func chatPostsHaveApps(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	require.NoError(t, r.SavePost(ctx, chatPost("jenkins", "m1", "")))
	_, ok, err := r.Post(ctx, "sentry", "m1")
	require.NoError(t, err)
	require.False(t, ok)
	require.NoError(t, r.SavePost(ctx, chatPost("sentry", "m1", "")))
	found, _, err := r.Post(ctx, "jenkins", "m1")
	require.NoError(t, err)
	require.Equal(t, chatPost("jenkins", "m1", ""), found)
}

func chatPromptsExpire(t *testing.T, w ZoomChatWorld) {
	t.Helper()
	r, ctx := w.Records, t.Context()
	there := func(ctx context.Context, id string) bool {
		sealed, ok, err := r.Prompt(ctx, id)
		require.NoError(t, err)
		require.Equal(t, ok, sealed == "sealed "+id)
		return ok
	}
	require.NoError(t, r.SavePrompt(ctx, "a", "sealed a", time.Hour))
	require.NoError(t, r.SavePrompt(ctx, "b", "sealed b", 3*time.Hour))
	require.True(t, there(ctx, "a"))
	w.Passes(2 * time.Hour)
	require.False(t, there(ctx, "a"))
	require.NoError(t, r.Prune(ctx))
	require.True(t, there(ctx, "b"))
	require.False(t, there(ctx, "none"))
}
