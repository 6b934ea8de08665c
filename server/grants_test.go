package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

func (w *world) canStart(u *mmtest.User) bool {
	w.t.Helper()
	room := w.mm.AddChannel("room", mmtest.Private, u)
	u.Types("/zoom start", room)
	return len(meetings(room)) == 1
}

func TestDefect34_AZoomUserConnectedByTwoPeopleBelongsToTheSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	w.connectAs(w.bob, w.alice)

	told := w.alice.DirectMessages(w.botID())
	require.Len(t, told, 1)
	requireSays(t, told[0].Message, "Another user on this server connected the Zoom account alice@example.com", "/zoom connect")
	require.False(t, w.canStart(w.alice))
	require.True(t, w.canStart(w.bob))

	w.connectAs(w.alice, w.alice)
	require.Len(t, w.bob.DirectMessages(w.botID()), 1, "and back")
	require.True(t, w.canStart(w.alice))
}

func TestDefect34_ReconnectingWithAnotherZoomUserLeavesNothingOfTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	w.alice.Types("/zoom connect", w.town)
	requireSays(t, w.alice.LastNote().Text(), "You're connected as alice@example.com", "To use another Zoom account")
	w.connectAs(w.alice, w.bob)
	require.Equal(t, 1, w.zoom.Counts()["POST /oauth/revoke"], "the grant of the first is ended at Zoom")
	require.Len(t, w.memory.Grants.Keys(), 1)

	w.alice.Types("/zoom settings", w.town)
	w.alice.Clicks("My personal meeting ID")
	w.alice.Types("/zoom start", w.town)
	id := w.meetingID(meetings(w.town)[0])
	for _, m := range w.zoom.Meetings() {
		if m.ID == id {
			require.Equal(t, "bob Zoomer", m.Host, "the personal meeting of the second")
		}
	}
	require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", w.deauthorized(w.alice, w.zoom.Now())))
	w.settle()
	require.True(t, w.canStart(w.alice), "what happens to the first is none of the second's business")
	require.Empty(t, w.alice.DirectMessages(w.botID()))
}

// deauthorized is the payload of Zoom's event that the user removed the app.
func (w *world) deauthorized(u *mmtest.User, at time.Time) map[string]any {
	w.t.Helper()
	user := sandbox.User{}
	for _, known := range w.zoomUsers {
		if known.Email == address(u) {
			user = known
		}
	}
	require.NotEmpty(w.t, user.ID)
	return map[string]any{
		"user_id": user.ID, "account_id": zoomAccount, "client_id": clientID, "user_data_retention": "false",
		"deauthorization_time": at.UTC().Format("2006-01-02T15:04:05.000Z"), "signature": "unused",
	}
}

func TestDefect06_RemovingTheAppInZoomDeletesTheGrantAndNotifiesItsOwner(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			owner := w.alice
			says := "You removed the Mattermost app"
			if mode == "account" {
				owner, says = w.admin, "no one on this server can start Zoom meetings"
			}
			w.connect(owner)
			require.NoError(t, w.zoom.Deauthorize(address(owner), clientID))
			w.settle()

			urls := map[string]bool{}
			for _, d := range w.zoom.Deliveries() {
				require.Equal(t, kit.DeliveryDone, d.State)
				urls[d.URL[strings.LastIndex(d.URL, "/"):]] = true
			}
			require.Equal(t, map[string]bool{"/webhook": true, "/deauthorization": true}, urls, "Zoom notifies both URLs")
			told := owner.DirectMessages(w.botID())
			require.Len(t, told, 1, "of both, one counts")
			requireSays(t, told[0].Message, says)
			require.False(t, w.canStart(owner))
			require.Empty(t, w.memory.Grants.Keys())
			require.Zero(t, w.zoom.Counts()["POST /oauth/revoke"], "there is nothing left to revoke")
		})
	}
}

func TestALateRemovalEventKeepsTheNewGrant(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"user", "account"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			owner := w.alice
			if mode == "account" {
				owner = w.admin
			}
			w.connect(owner)
			removed := w.zoom.Now()
			w.zoom.Advance(time.Minute)
			w.connect(owner)
			w.zoom.Advance(80 * time.Minute)
			require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", w.deauthorized(owner, removed)))
			w.settle()
			require.True(t, w.canStart(owner))
			require.Empty(t, owner.DirectMessages(w.botID()))
		})
	}
}

func TestARemovalOfAnotherAppOrByAStrangerChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	other := w.deauthorized(w.alice, w.zoom.Now())
	other["client_id"] = "another-app"
	require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", other))
	require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", w.deauthorized(w.bob, w.zoom.Now())))
	require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", map[string]any{}))
	w.settle()
	require.True(t, w.canStart(w.alice))
}

func TestARemovalDuringADatabaseOutageIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "account")
	w.connect(w.admin)
	// The event is stored; then nothing can be read for a while.
	w.memory.OnCall(func(call, _ string) error {
		if strings.HasPrefix(call, "Grants.") {
			return errOutage
		}
		return nil
	})
	require.NoError(t, w.zoom.Deauthorize(address(w.admin), clientID))
	require.Eventually(t, func() bool { return strings.Contains(strings.Join(w.mm.Logs(), "\n"), errOutage.Error()) }, 5*time.Second, time.Millisecond)
	require.Empty(t, w.admin.DirectMessages(w.botID()))
	w.memory.OnCall(nil)
	w.settle()
	require.Len(t, w.admin.DirectMessages(w.botID()), 1)
}

func TestARegeneratedEncryptionKeyDisconnectsNoOneOnAnyServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	second := w.newServer()
	w.connect(w.alice)
	require.True(t, w.startsOn(second, w.alice))

	const regenerated = "fedcba9876543210fedcba9876543210"
	w.mm.Set(map[string]any{"EncryptionKey": regenerated}) // tells the first server
	require.True(t, w.canStart(w.alice))
	require.True(t, w.startsOn(second, w.alice), "the second has yet to hear of it")
	require.NoError(t, second.OnConfigurationChange())
	require.True(t, w.startsOn(second, w.alice))
	w.connect(w.bob)

	w.zoom.Advance(time.Hour)
	third := w.newServer() // one that never knew the earlier key
	for _, u := range []*mmtest.User{w.alice, w.bob} {
		require.True(t, w.startsOn(third, u))
	}
	w.minted(regenerated)
}

func TestAKeyChangedWhileThePluginWasOffAsksToReconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	require.NoError(t, w.plugin.OnDeactivate())
	w.mm.Attach(nil)
	w.mm.Set(map[string]any{"EncryptionKey": "another-key-of-enough-characters"})
	w.plugin = w.newServer()
	w.mm.Attach(w.plugin)

	require.False(t, w.canStart(w.alice))
	requireSays(t, w.alice.LastNote().Text(), "Try again in a minute")
	w.zoom.Advance(2 * time.Minute)
	w.alice.Types("/zoom start", w.town)
	requireSays(t, w.alice.LastNote().Text(), "can't be decrypted", "encryption key was changed while the plugin was off", "Connect to Zoom again")
	w.authorizes(w.alice)
	require.Len(t, meetings(w.town), 1)
}

func TestAKeyChangedWhileThePluginWasOffDoesNotStopTheServersOwnToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	require.True(t, w.canStart(w.alice))
	require.NoError(t, w.plugin.OnDeactivate())
	w.mm.Attach(nil)
	w.mm.Set(map[string]any{"EncryptionKey": "another-key-of-enough-characters"})
	w.plugin = w.newServer()
	w.mm.Attach(w.plugin)
	w.canStart(w.alice)
	w.zoom.Advance(2 * time.Minute)
	require.True(t, w.canStart(w.alice))
}
