package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// A plugin that is older than its tables can't read them. It doesn't start, and says why.
func TestAPluginOlderThanItsTablesDoesNotStart(t *testing.T) {
	w := alone(t, stack.UserApp)
	require.NoError(t, w.DB.Exec(w.ctx, `INSERT INTO zoom_migration (version_id, is_applied) VALUES (999999, true)`))
	refused := w.Server(2).RestartPlugin(w.ctx)
	require.NoError(t, w.DB.Exec(w.ctx, `DELETE FROM zoom_migration WHERE version_id = 999999`))
	restarted := w.Server(2).RestartPlugin(w.ctx)
	require.ErrorContains(t, refused, "the plugin's tables are from a newer version of the plugin; install that version or a later one")
	require.NoError(t, restarted)
}

// The database refuses the plugin: it still starts, answers what needs a record with a sentence, accepts nothing, and goes on by
// itself as soon as the database is back.
func TestWithoutItsDatabaseThePluginSaysSoAndRecovers(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, ear := w.connected("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	unlock, err := w.DB.Lock(w.ctx)
	require.NoError(t, err)
	started := w.Server(1).RestartPlugin(w.ctx)
	from := ear.Count()
	typed := alice.Type(w.ctx, channel.Id, "/zoom start Standup")
	said, heard := ear.Ephemeral(w.ctx, from, "can't reach its database")
	body := build(1).Notification("STARTED", "")
	status, answer, sent := hook.Send(w.ctx, w.Server(1), hook.Signed(body), body)
	require.NoError(t, unlock(w.ctx))
	for _, err := range []error{started, typed, heard, sent} {
		require.NoError(t, err)
	}
	t.Log(said.Message)
	require.Equal(t, http.StatusServiceUnavailable, status, answer)

	w.eventually(func() error {
		if err := alice.Type(w.ctx, channel.Id, "/zoom start Standup"); err != nil {
			return err
		}
		if len(w.meetings(alice, channel)) == 0 {
			return errors.New("no meeting starts")
		}
		return nil
	})
	w.eventually(func() error {
		status, answer, err := hook.Send(w.ctx, w.Server(1), hook.Signed(body), body)
		if err == nil && status != http.StatusOK {
			err = errors.Errorf("%d: %s", status, answer)
		}
		return err
	})
	w.card(alice, channel, 1, "Running")
}

// The plugin is removed, and its tables are dropped as the documentation says: nothing is left. Installed again, it can't make one of
// its tables, says so, and leaves nothing half made; when the obstacle is gone, it makes them all.
func TestTheTablesAreDroppedAsDocumentedAndMadeAgain(t *testing.T) {
	w := alone(t, stack.UserApp)
	removal, err := w.Removal()
	require.NoError(t, err)
	require.NoError(t, w.RemovePlugin(w.ctx))
	dropped := w.dropsTables(removal)
	left, listed := w.DB.Relations(w.ctx)
	obstacle := w.DB.Exec(w.ctx, `CREATE VIEW zoom_subject AS SELECT 1 AS one`)
	installed := w.Reinstall(w.ctx)
	log, logged := w.Server(1).Log()
	half, halfListed := w.DB.Relations(w.ctx)
	require.NoError(t, w.DB.Exec(w.ctx, `DROP VIEW zoom_subject`))
	for _, err := range []error{dropped, listed, obstacle, installed, logged, halfListed} {
		require.NoError(t, err)
	}
	require.Empty(t, left)
	require.Contains(t, log, `relation \"zoom_subject\" already exists`)
	require.NotContains(t, strings.Join(half, " "), "zoom_subject_", "the migration that failed left nothing")

	alice, _ := w.person("alice")
	w.eventually(func() error {
		return w.DB.Exec(w.ctx, `SELECT FROM zoom_subject`)
	})
	for _, server := range w.Servers { // which would otherwise try again within half a minute
		require.NoError(t, server.RestartPlugin(w.ctx))
	}
	w.connect(alice, w.listen(alice))
	w.starts(alice, w.private(alice), "Standup")
}
