package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestAZoomUserIsWhoConnectedThem(t *testing.T) {
	t.Parallel()
	own := &bridgeWorld{world: newWorld(t, "user")}
	own.mm.Configure(func(c *model.Config) { *c.ServiceSettings.AllowedUntrustedInternalConnections = "127.0.0.1" })
	own.switches(map[string]any{"EnableJenkins": true}, "jenkins")
	w := inZoom(own, "jenkins", "jenkins")
	w.says(w.alice, "ops", "/jenkins connect")
	requireSays(t, w.hears(w.alice, "ops"), "I don't know yet who you are in Mattermost")
	require.NotContains(t, w.allIn(w.bob, "ops"), "connected this channel")
	w.says(w.alice, "ops", "/jenkins help")
	requireSays(t, w.hears(w.alice, "ops"), "`/jenkins connect [name]`")

	anonymous := w.mm.Webhook("/plugins/zoom/chat/link", "", nil)
	require.NotEqual(t, http.StatusOK, anonymous.Status)
	begun := w.alice.Get("/chat/link")
	require.Equal(t, http.StatusFound, begun.Status, begun.Body)
	page := w.alice.Get(w.allows(w.alice, strings.TrimPrefix(begun.Header.Get("Location"), siteURL)))
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	w.says(w.alice, "ops", "/jenkins connect")
	requireSays(t, w.allIn(w.bob, "ops"), "alice connected this channel to Jenkins")

	w.says(w.bob, "ops", "/jenkins disconnect")
	requireSays(t, w.hears(w.bob, "ops"), "I don't know yet who you are in Mattermost")
	w.alice.Types("/zoom disconnect", w.town)
	w.alice.Clicks("Disconnect")
	w.says(w.alice, "ops", "/jenkins list")
	requireSays(t, w.hears(w.alice, "ops"), "I don't know yet who you are in Mattermost")
}
