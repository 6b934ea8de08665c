package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// deauthorization is Zoom's event that a user removed the app. The shape is that of app_deauthorized in Zoom's webhook documents.
func deauthorization(w *world, u *mmtest.User) []byte {
	body, err := json.Marshal(map[string]any{"event": "app_deauthorized", "payload": map[string]any{
		"account_id": zoomAccount, "user_id": w.zoomUserID(u), "signature": "s", "client_id": clientID,
		"deauthorization_time": w.zoom.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "event_ts": w.zoom.Now().UTC().Format(time.DateTime),
	}})
	require.NoError(w.t, err)
	return body
}

func (w *world) zoomUserID(u *mmtest.User) string {
	for _, known := range w.zoomUsers {
		if known.Email == address(u) {
			return known.ID
		}
	}
	w.t.Errorf("%s is not at Zoom", u.Username)
	return ""
}

func TestC10_AnUnverifiedDeauthorizationIsCheckedWithZoom(t *testing.T) {
	t.Parallel()
	for mode, owner := range map[string]func(w *world) *mmtest.User{
		"user":    func(w *world) *mmtest.User { return w.alice },
		"account": func(w *world) *mmtest.User { return w.admin },
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			who := owner(w)
			w.connectFor(w.alice, mode)
			body := deauthorization(w, who)
			unsigned := http.Header{"Content-Type": {"application/json"}}

			require.Equal(t, http.StatusOK, w.sends(w.plugin, "/deauthorization", unsigned, body))
			w.settle()
			w.alice.Types("/zoom start", w.town)
			require.Len(t, meetings(w.town), 1, "a notice that anybody could have sent ends nothing")

			calls := w.calls()
			require.Equal(t, http.StatusUnauthorized, w.sends(w.plugin, "/deauthorization", unsigned, body), "and costs no further call for a while")
			w.settle()
			require.Equal(t, calls, w.calls())

			w.zoom.Advance(15 * time.Minute)
			require.NoError(t, w.zoom.RevokeGrant(address(who), clientID))
			wrong := signed("another-token", w.zoom.Now(), body)
			require.Equal(t, http.StatusOK, w.sends(w.plugin, "/deauthorization", wrong, body))
			w.settle()
			require.Empty(t, w.memory.Grants.Keys(), "the tokens are gone")
			told := who.DirectMessages(w.botID())
			require.Len(t, told, 1)
			require.Contains(t, told[0].Message, "/zoom connect")
		})
	}
}

func TestC10_ADeauthorizationOfAStrangerIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	before := w.calls()
	body := deauthorization(w, w.bob)
	require.Equal(t, http.StatusUnauthorized, w.sends(w.plugin, "/deauthorization", http.Header{}, body))
	w.settle()
	require.Equal(t, before, w.calls())
}

func TestC3_AMissedRevalidationIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	require.NoError(t, w.zoom.ValidateWebhook(clientID))
	w.admin.Types("/zoom doctor", w.town)
	require.NotContains(t, w.admin.LastNote().Text(), "no longer sends events")
	w.memory.LastEvents.Set("zoom", w.mm.Now().Add(-61*24*time.Hour))
	w.admin.Types("/zoom doctor", w.town)
	requireSays(t, w.admin.LastNote().Text(), "61 days ago", "no longer sends events", "select Validate and save")
	w.memory.LastEvents.Set("zoom", w.mm.Now().Add(-71*time.Hour))
	w.admin.Types("/zoom doctor", w.town)
	require.NotContains(t, w.admin.LastNote().Text(), "no longer sends events")
}

func TestC12_TheFirstStartInThePublicPluginsPlaceSaysWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "account")
	w.admin.Types("/zoom doctor", w.town)
	require.NotContains(t, w.admin.LastNote().Text(), "replaced the public Zoom plugin")

	require.NoError(t, w.mm.KV.Set("zoomSuperUserToken_", []byte(`{"access_token":"xx","refresh_token":"yy"}`), 0))
	require.NoError(t, w.mm.KV.Set("zoomChannelSettings", []byte(`{"c1":{"Preference":"disable"},"c2":{"Preference":"default"},"c3":{"Preference":"enable"}}`), 0))
	told := func() int {
		n := 0
		for _, line := range w.mm.Logs() {
			if strings.Contains(line, "took the place of the public Zoom plugin") {
				n++
			}
		}
		return n
	}
	w.newServer()
	require.Eventually(t, func() bool { return told() == 2 }, patience, tick)
	w.newServer()
	w.admin.Types("/zoom doctor", w.town)
	requireSays(t, w.admin.LastNote().Text(), "replaced the public Zoom plugin", "isn't verified can't start meetings", "rules for 2 channels", "aren't imported")
	require.Equal(t, 2, told(), "once in the cluster's life")

	w.zoom.Advance(31 * 24 * time.Hour)
	w.admin.Types("/zoom doctor", w.town)
	require.NotContains(t, w.admin.LastNote().Text(), "replaced the public Zoom plugin")
	require.Contains(t, w.admin.LastNote().Text(), "aren't imported")
}
