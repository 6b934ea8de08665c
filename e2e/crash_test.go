package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// The plugin is killed after it acknowledged a delivery, at each step that follows. Another plugin takes over: there is one card, and it
// shows the build's latest state.
func TestACardSurvivesAKillAtEachStep(t *testing.T) {
	for name, kill := range map[string]struct {
		// table is what the step writes.
		table string
		// lost reports that the statement under way is canceled. Otherwise the server carries it out after the plugin's death.
		lost bool
	}{
		"before the card is posted":          {"posts", true},
		"while the server posts the card":    {"posts", false},
		"before the card is recorded":        {"zoom_card", true},
		"before the subject is held":         {"zoom_subject", true},
		"before the delivery is finished":    {"zoom_job", true},
		"while the database finishes it all": {"zoom_job", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := alone(t, stack.UserApp)
			alice, ear := w.person("alice")
			channel := w.private(alice)
			hook := w.jenkins(alice, ear, channel, "CI")
			w.settled()
			body := build(1).Notification("STARTED", "")
			if kill.table == "zoom_job" {
				// The table has to take the delivery first.
				posts, err := w.DB.FreezeTable(w.ctx, "posts")
				require.NoError(t, err)
				w.sends(hook, 1, hook.Signed(body), body, http.StatusOK)
				require.NoError(t, posts.AwaitBlocked(w.ctx))
				w.killWhileFrozen(kill.table, kill.lost, func() { require.NoError(t, posts.Release()) })
			} else {
				w.killWhileFrozen(kill.table, kill.lost, func() { w.sends(hook, 1, hook.Signed(body), body, http.StatusOK) })
			}
			require.NoError(t, w.DB.EndLeases(w.ctx))
			require.NoError(t, w.Server(1).RestartPlugin(w.ctx))
			card := w.card(alice, channel, 1, "Running")
			w.settled()
			over := build(1).Notification("FINALIZED", "SUCCESS")
			w.sends(hook, 2, hook.Signed(over), over, http.StatusOK)
			w.card(alice, channel, 1, "Succeeded")
			w.settled()
			require.Equal(t, card.Id, w.card(alice, channel, 1, "Succeeded").Id)
		})
	}
}

// killWhileFrozen kills the first server's plugin as soon as what happens made a statement wait for the table.
func (w *story) killWhileFrozen(table string, lost bool, happens func()) {
	w.Helper()
	frozen, err := w.DB.FreezeTable(w.ctx, table)
	require.NoError(w, err)
	happens()
	blocked := frozen.AwaitBlocked(w.ctx)
	killed := w.Server(1).KillPlugin(w.ctx)
	if lost {
		require.NoError(w, frozen.Thaw(w.ctx))
	} else {
		require.NoError(w, frozen.Release())
	}
	require.NoError(w, blocked, "nothing was written to %s", table)
	require.NoError(w, killed)
}
