package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	bugs "mattermost-plugin-zoom/sandbox/sentry"
)

// receives sends a delivery as Sentry would: signed, to the webhook of the integration.
func (h *bugHost) receives(resource, body string) {
	h.t.Helper()
	made, err := h.sentry.IntegrationState("chat")
	require.NoError(h.t, err)
	answer := h.arrives(made.WebhookURL, body, map[string]string{
		"Sentry-Hook-Resource": resource, "Sentry-Hook-Signature": bugs.Sign(h.integration.ClientSecret, []byte(body)),
	})
	require.Equal(h.t, http.StatusOK, answer.Status, answer.Body)
	h.passes()
}

func TestRecordedDeliveriesOfSentryAreShownCorrectly(t *testing.T) {
	t.Parallel()
	files := recordedInputs(t, "sentry")
	told := map[string][]string{
		"sentry-seer-swallowed":       {"KeyError: basket", "Seer opened a pull request: acme/web#12"},
		"sentry-activity-alert":       {"ValueError: x", "Seer opened a pull request: acme/web#12"},
		"sentry-feedback-text":        {"User Feedback: Bug report", "The checkout button doesn't work on mobile"},
		"sentry-deleted-comment-card": nil,
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, told, name, "what it should look like isn't written down")
			h := newSentry(t)
			h.connects(h.alice, "acme web", h.town)
			issue := h.missed(h.web, bugs.Error{Type: "KeyError", Value: "basket"})
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var story struct {
				Resource   string
				Deliveries []json.RawMessage
			}
			require.NoError(t, json.Unmarshal(text, &story))
			for _, body := range story.Deliveries {
				// Seer names an issue that Sentry has to know.
				h.receives(story.Resource, strings.Replace(string(body), `"group_id": 1010`, `"group_id": `+issue.ID, 1))
			}
			if told[name] == nil {
				require.Empty(t, cards(h.town))
				return
			}
			require.Len(t, cards(h.town), 1)
			requireTells(t, h.card(h.town).Text(), told[name]...)
		})
	}
}
