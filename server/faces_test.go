package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/httpapi"
)

func TestACardCarriesTheNameAndIconOfItsProvider(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	job := w.jenkins.Job("web")
	job.Sends(notificationPlugin(h))
	w.builds(job, ci.Failure, time.Minute)
	card := w.card(w.town)
	require.Equal(t, "Jenkins", card.GetProp(model.PostPropsOverrideUsername))
	require.Equal(t, "true", card.GetProp(model.PostPropsFromWebhook), "clients show overrides on posts of webhooks only")
	require.Contains(t, card.GetProp(model.PostPropsOverrideIconURL), "/plugins/zoom/public/jenkins.png")
}

func TestEveryProviderHasAnIconAndAPage(t *testing.T) {
	t.Parallel()
	for _, p := range providers(&config.Container{}, time.Now).All() {
		for _, file := range []string{"public/" + p.Describe().ID + ".png", "assets/" + p.Describe().ID + ".svg"} {
			_, err := os.Stat(filepath.Join("..", file))
			require.NoError(t, err)
		}
	}
	w := newBridgeWorld(t)
	var answer httpapi.PageAnswer
	require.NoError(t, w.alice.Get("/api/v1/providers/jenkins/page?channel_id="+w.town.ID).JSON(&answer))
	require.Equal(t, []string{"Service", "Notifications"}, []string{answer.Tabs[0].Title, answer.Tabs[1].Title})
}

func TestEventsAreOneMultiSelectField(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.connects(w.alice, "/jenkins connect", w.town)
	w.alice.Types("/jenkins configure", w.town)
	events := w.alice.Field("events")
	require.Equal(t, "select", events.Type)
	require.True(t, events.MultiSelect)
	require.Len(t, w.alice.Dialog().Elements, 6, "events, two filters, and how they are shown: no wall of check boxes")
}
