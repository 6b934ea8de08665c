package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// sandboxSecret begins every token, code and host link that the sandbox gives out;
// clientID the names of apps, which stand in every link to an authorization.
const (
	sandboxSecret = "sbx_"
	clientID      = "sbx_client_"
)

// forbidden is what may stand nowhere in the clear: whatever the sandbox gave
// out, the apps' secrets, and links that make whoever opens them the host.
func forbidden() []string {
	words := []string{
		sandboxSecret, stack.WebhookSecret, "start_url", "zak=", stack.BitbucketSecret, stack.PagerDutySecret,
		stack.SentrySecret, stack.SentryIntegrationToken, stack.SentryIntegrationSecret,
	}
	for _, mode := range []stack.Mode{stack.UserApp, stack.AccountApp, stack.ServerApp} {
		words = append(words, mode.ClientSecret())
	}
	return words
}

// handedOver returns what the bot has handed over in direct messages, in all
// stories, and in which posts.
func (w *tale) handedOver() (hooks []stack.Hook, posts []string) {
	w.Helper()
	messages, err := w.DB.PostsLike(w.ctx, "%**Token**%")
	require.NoError(w, err)
	for id, message := range messages {
		hook, err := stack.HookOf(&model.Post{Message: message})
		require.NoError(w, err)
		hooks, posts = append(hooks, hook), append(posts, id)
	}
	return hooks, posts
}

// hookSecrets is what nobody may read anywhere but in those messages. Without its
// token an address is of no use; still, no log tells it.
func hookSecrets(hooks []stack.Hook) (tokens, keys []string) {
	for _, hook := range hooks {
		tokens, keys = append(tokens, hook.Token), append(keys, hook.Key())
	}
	return append(tokens, apiToken), keys
}

// This file comes last in the order of names, so that all other stories have left
// their traces: connected people in three modes, refreshed and revoked tokens.
func TestNoSecretIsLeftInTheDatabaseOrTheLogs(t *testing.T) {
	w := begin(t, stack.UserApp)
	alice, _ := w.connected("alice")
	w.starts(alice, w.private(alice), "One more")
	hooks, messages := w.handedOver()
	require.NotEmpty(t, hooks, "the stories of the bridge come before this one")
	tokens, keys := hookSecrets(hooks)
	stored := append(forbidden(), tokens...)

	records, err := w.DB.Records(w.ctx, "")
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, record := range records {
		kind, _, _ := strings.Cut(record.Key, ".")
		kinds[kind]++
		leak := stack.Leak(record.Key+"\n"+strings.ReplaceAll(string(record.Value), clientID, ""), stored...)
		require.Empty(t, leak, "record %s", record.Key)
		if kind != "con" { // which is found by the address
			require.Empty(t, stack.Leak(record.Key+"\n"+string(record.Value), keys...), "record %s", record.Key)
		}
	}
	for _, kind := range []string{"sec", "con", "sbj", "ser", "clm", "jrn"} {
		require.NotZero(t, kinds[kind], "there is something to look at: %v", kinds)
	}
	t.Logf("looked for %d tokens and %d addresses in %d records of the key-value store: %s", len(tokens), len(keys), len(records), fmt.Sprint(kinds))

	unsafe := append(stored, keys...)
	for _, column := range []string{"message", "props"} {
		text, err := w.DB.Text(w.ctx, "posts", column, messages...)
		require.NoError(t, err)
		require.Empty(t, stack.Leak(text, unsafe...), "posts.%s", column)
	}
	for _, server := range w.Servers {
		log, err := server.Log()
		require.NoError(t, err)
		for line := range strings.Lines(log) {
			// The server itself logs no request parameters; ours must not either. While the plugin is down, the server logs the
			// addresses that were asked for, at its level debug.
			words := unsafe
			if strings.Contains(line, "Access to route for non-existent plugin") {
				words = stored
			}
			require.Empty(t, stack.Leak(line, words...), "server %d logged: %s", server.Number, line)
		}
	}
}
