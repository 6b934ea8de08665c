package stack

import (
	"context"
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// sandboxSecret begins every token, code and host link that the sandbox gives out; clientID begins the names of apps, which are in
// every link to an authorization.
const (
	sandboxSecret = "sbx_"
	clientID      = "sbx_client_"
)

// JenkinsToken is the API token of the Jenkins user that a story enters.
const JenkinsToken = "e2e-jenkins-api-token-0123456789"

// Traces are what FindSecrets has looked through.
type Traces struct {
	// Records counts the plugin's records by table.
	Records map[string]int
	// Hooks counts the webhooks that the bot has handed over.
	Hooks int
}

// String says it in one line.
func (t Traces) String() string {
	return fmt.Sprintf("posts, logs and records (%v), for the secrets of %d webhooks and of all apps", t.Records, t.Hooks)
}

// forbidden is what must not appear anywhere in clear text: what the sandbox gave out, the apps' secrets, and links that make anyone who opens
// them the host.
func forbidden() []string {
	words := []string{
		sandboxSecret, WebhookSecret, "start_url", "zak=", BitbucketSecret, PagerDutySecret, SentrySecret, SentryIntegrationToken,
		SentryIntegrationSecret, JenkinsToken,
	}
	for _, mode := range []Mode{UserApp, AccountApp, ServerApp} {
		words = append(words, mode.ClientSecret())
	}
	return words
}

// secretSearch is what one search looks for, and where it may be.
type secretSearch struct {
	*Stack
	// stored may be in no record, post or log line.
	stored []string
	// keys are the parts of webhook addresses that nobody can guess. Without its token an address is of no use; still, no log tells it.
	keys []string
	// messages are the posts that hand over both to the person who connected.
	messages []string
	traces   Traces
}

// FindSecrets looks through the plugin's records, all posts and the servers' logs, and fails with the first secret that it finds.
func (s *Stack) FindSecrets(ctx context.Context) (Traces, error) {
	search := secretSearch{Stack: s, stored: forbidden(), traces: Traces{Records: map[string]int{}}}
	for _, look := range []func(context.Context) error{search.handedOver, search.records, search.posts, search.logs} {
		if err := look(ctx); err != nil {
			return search.traces, err
		}
	}
	return search.traces, nil
}

// handedOver learns what the bot has handed over in direct messages, in all stories.
func (s *secretSearch) handedOver(ctx context.Context) error {
	messages, err := s.DB.PostsLike(ctx, "%**Token**%")
	for id, message := range messages {
		hook, err := HookOf(&model.Post{Message: message})
		if err != nil {
			return err
		}
		s.stored, s.keys, s.messages = append(s.stored, hook.Token), append(s.keys, hook.Key()), append(s.messages, id)
		s.traces.Hooks++
	}
	return err
}

func (s *secretSearch) records(ctx context.Context) error {
	records, err := s.DB.Records(ctx, "")
	if err != nil {
		return err
	}
	for _, record := range records {
		s.traces.Records[record.Table]++
		found := Leak(strings.ReplaceAll(record.Text, clientID, ""), s.stored...)
		if found == "" && record.Table != "zoom_connection" { // which is found by the address
			found = Leak(record.Text, s.keys...)
		}
		if found != "" {
			return errors.Errorf("a row of %s holds %s", record.Table, found)
		}
	}
	return nil
}

func (s *secretSearch) posts(ctx context.Context) error {
	for _, column := range []string{"message", "props"} {
		text, err := s.DB.Text(ctx, "posts", column, s.messages...)
		if err != nil {
			return err
		}
		if found := Leak(text, append(s.stored, s.keys...)...); found != "" {
			return errors.Errorf("posts.%s holds %s", column, found)
		}
	}
	return nil
}

func (s *secretSearch) logs(context.Context) error {
	for _, server := range s.Servers {
		log, err := server.Log()
		if err != nil {
			return err
		}
		for line := range strings.Lines(log) {
			// The server itself logs no request parameters; ours must not either. While the plugin is down, the server logs the
			// addresses that were asked for, at its level debug.
			words := append(s.stored, s.keys...)
			if strings.Contains(line, "Access to route for non-existent plugin") {
				words = s.stored
			}
			if found := Leak(line, words...); found != "" {
				return errors.Errorf("server %d logged %s: %s", server.Number, found, line)
			}
		}
	}
	return nil
}
