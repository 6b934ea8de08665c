package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// sandboxSecret is the prefix of every secret of the sandbox; clientID that of the names of apps, which are no secrets.
const (
	sandboxSecret = "sbx_"
	clientID      = "sbx_client_"
)

// It runs when all other stories have left their traces (see TestMain): connected people in three modes, refreshed and revoked tokens.
func TestNoSecretIsLeftInTheDatabaseOrTheLogs(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, _ := w.connected("alice")
	w.starts(alice, w.private(alice), "One more")
	traces, err := w.FindSecrets(w.ctx)
	require.NoError(t, err)
	require.NotZero(t, traces.Hooks, "the stories of the bridge come before this one")
	for _, table := range []string{
		"zoom_grant", "zoom_keyring", "zoom_connection", "zoom_subject", "zoom_card", "zoom_series", "zoom_job", "zoom_entry", "zoom_meeting_post",
	} {
		require.NotZero(t, traces.Records[table], "there is something to look at: %v", traces.Records)
	}
	t.Logf("looked through %s", traces)
}
