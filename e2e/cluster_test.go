package e2e

import (
	"fmt"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// fifty is how many meetings start at once.
const fifty = 50

// Fifty meetings start at the moment when the token has expired, half of them on
// each of two servers. The token is refreshed once, and every meeting starts.
func TestFiftyStartsAtTokenExpiryRefreshOnceOnTwoServers(t *testing.T) {
	for _, mode := range []stack.Mode{stack.UserApp, stack.AccountApp, stack.ServerApp} {
		t.Run(string(mode), func(t *testing.T) {
			w := alone(t, mode)
			require.NoError(t, w.Sandbox.LiftLimits(w.ctx)) // no account may start 50 meetings in a second
			alice, ear := w.person("alice")
			switch mode {
			case stack.UserApp:
				w.connect(alice, ear)
			case stack.AccountApp:
				w.connectAccount()
			}
			there, err := alice.At(w.ctx, w.Server(2))
			require.NoError(t, err)
			w.starts(alice, w.private(alice), "warm")
			w.starts(there, w.private(alice), "warm")
			rooms := make([]*model.Channel, fifty)
			for i := range rooms {
				rooms[i] = w.private(alice)
			}

			require.NoError(t, w.Sandbox.ExpireTokens(w.ctx, mode.ClientID()))
			var answers []stack.IconAnswer
			calls := w.zoomCalls(func() { answers = w.startAll(rooms, alice, there) })
			for i, answer := range answers {
				require.Equal(t, "started", answer.Outcome, "start %d: %+v", i, answer)
			}
			require.Equal(t, 1, calls["POST /oauth/token"], "%v", calls)
			seen := map[string]bool{}
			for _, room := range rooms {
				seen[meetingID(w.meetingPost(alice, room, 0))] = true
			}
			require.Len(t, seen, fifty, "each has a meeting of its own")
		})
	}
}

// startAll clicks the icon in all rooms at once, in turn on each of the servers.
func (w *story) startAll(rooms []*model.Channel, people ...*stack.Person) []stack.IconAnswer {
	w.Helper()
	answers, failures := make([]stack.IconAnswer, len(rooms)), make([]error, len(rooms))
	var all sync.WaitGroup
	for i, room := range rooms {
		all.Go(func() {
			click := stack.IconRequest{ChannelID: room.Id, Topic: fmt.Sprintf("Meeting %d", i)}
			answers[i], failures[i] = people[i%len(people)].ClickIcon(w.ctx, click)
		})
	}
	all.Wait()
	for _, err := range failures {
		require.NoError(w, err)
	}
	return answers
}

// Both servers start a meeting in the same channel at the same moment: one
// meeting starts, and one question is asked.
func TestTwoServersDoNotStartTwoMeetingsInOneChannel(t *testing.T) {
	w := begin(t)
	alice, _ := w.connected("alice")
	there, err := alice.At(w.ctx, w.Server(2))
	require.NoError(t, err)
	for range 5 {
		room := w.private(alice)
		answers := w.startAll([]*model.Channel{room, room}, alice, there)
		started := 0
		for _, answer := range answers {
			if answer.Outcome == "started" {
				started++
			}
		}
		require.Equal(t, 1, started, "%+v", answers)
		require.Len(t, w.meetings(alice, room), 1)
	}
}

// The admin clicks Regenerate beside the encryption key. No one has to connect
// again, on either server.
func TestRegeneratingTheKeyKeepsEveryoneConnected(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	bob, _ := w.connected("bob")
	for round, key := range []string{"a-regenerated-key-0123456789abcde", "and-once-more-0123456789abcdefghi"} {
		require.NoError(t, w.Set(w.ctx, stack.Settings{"EncryptionKey": key}))
		for _, person := range []*stack.Person{alice, bob} {
			there, err := person.At(w.ctx, w.Server(2))
			require.NoError(t, err)
			w.starts(person, w.private(person), fmt.Sprintf("Round %d here", round))
			w.starts(there, w.private(person), fmt.Sprintf("Round %d there", round))
		}
	}
	// A plugin that starts with the new key has nothing else to open them with.
	require.NoError(t, w.Server(1).RestartPlugin(w.ctx))
	w.starts(alice, w.private(alice), "After a restart")
}
