package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// sandboxSecret begins every token, code and host link that the sandbox gives out.
const sandboxSecret = "sbx_"

// forbidden is what may stand nowhere in the clear: whatever the sandbox gave
// out, the apps' secrets, and links that make whoever opens them the host.
func forbidden() []string {
	words := []string{sandboxSecret, stack.WebhookSecret, "start_url", "zak="}
	for _, mode := range []stack.Mode{stack.UserApp, stack.AccountApp, stack.ServerApp} {
		words = append(words, mode.ClientSecret())
	}
	return words
}

// This file comes last in the order of names, so that all other stories have left
// their traces: connected people in three modes, refreshed and revoked tokens.
func TestNoSecretIsLeftInTheDatabaseOrTheLogs(t *testing.T) {
	w := begin(t, stack.UserApp)
	alice, _ := w.connected("alice")
	w.starts(alice, w.private(alice), "One more")

	records, err := w.DB.Records(w.ctx, "")
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, record := range records {
		kind, _, _ := strings.Cut(record.Key, ".")
		kinds[kind]++
		leak := stack.Leak(record.Key+"\n"+string(record.Value), forbidden()...)
		require.Empty(t, leak, "record %s", record.Key)
	}
	require.NotZero(t, kinds["sec"], "there are sealed secrets to look at: %v", kinds)
	t.Logf("looked through %d records of the key-value store: %s", len(records), fmt.Sprint(kinds))

	for _, column := range []string{"message", "props"} {
		text, err := w.DB.Text(w.ctx, "posts", column)
		require.NoError(t, err)
		require.Empty(t, stack.Leak(text, forbidden()...), "posts.%s", column)
	}
	for _, server := range w.Servers {
		log, err := server.Log()
		require.NoError(t, err)
		for line := range strings.Lines(log) {
			// The server itself logs no request parameters; ours must not either.
			require.Empty(t, stack.Leak(line, forbidden()...), "server %d logged: %s", server.Number, line)
		}
	}
}
