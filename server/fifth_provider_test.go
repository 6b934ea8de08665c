package main

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
	"mattermost-plugin-zoom/server/provider/providertest/doorbell"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// doorbellFiles is where the package has its fixtures.
const doorbellFiles = "provider/providertest/doorbell/testdata"

// TestAFurtherProviderIsOnePackageAndOneLine shows what docs/adding-a-provider.md promises, with a provider that no other file of the
// plugin knows of. The line is the one with its New.
func TestAFurtherProviderIsOnePackageAndOneLine(t *testing.T) {
	t.Parallel()
	w := &bridgeWorld{world: newWorld(t, "s2s")}
	require.NoError(t, w.plugin.OnDeactivate())
	p := &Plugin{}
	p.registry = provider.NewRegistry(append(providers(&p.settings, w.mm.Now).All(), doorbell.New())...)
	w.plugin = w.starts(p)
	w.mm.Attach(w.plugin)
	require.Nil(t, w.mm.Command("doorbell"), "it is off until an admin switches it on")
	w.switches(map[string]any{"EnableDoorbell": true}, "doorbell")

	offered := map[string]bool{}
	for _, sub := range w.mm.Command("doorbell").AutocompleteData.SubCommands {
		offered[sub.Trigger] = true
	}
	for _, word := range []string{"connect", "disconnect", "configure", "list", "test", "status", "rotate", "setup", "help"} {
		require.True(t, offered[word], "autocomplete lacks %q", word)
	}
	w.alice.Types("/doorbell help", w.town)
	requireSays(t, lastNote(w.alice), "Shows who rings at which door", "/doorbell connect")

	h := w.rings(w.alice, w.town)
	w.alice.Types("/doorbell status", w.town)
	requireSays(t, lastNote(w.alice), "Shown – Front door (Door opened, signed)", "Shown – Front door (Ring, signed)")
	w.alice.Types("/doorbell configure", w.town)
	w.alice.Submits(map[string]any{"filter_door": "Back*", "style": "each"})
	require.Nil(t, w.alice.Dialog())
	require.Equal(t, http.StatusOK, w.signed(h, `{"id":"r2","door":"Front door"}`))
	w.settle()
	require.Len(t, cards(w.town), 1, "filters work")

	w.alice.Types("/doorbell test", w.backroom)
	requireSays(t, lastNote(w.alice), "no such connection to Doorbell")
	w.zoom.Advance(time.Minute)
	w.alice.Types("/doorbell test", w.town)
	require.Len(t, cards(w.town), 2)
	w.alice.Says("doorbell list", w.alice.DirectWith(w.botID()))
	requireSays(t, w.alice.DirectWith(w.botID()).LastPost().Message, "isn't connected to Doorbell yet")
	w.alice.Types("/doorbell disconnect", w.town)
	w.alice.Clicks("Disconnect")
	require.Equal(t, http.StatusNotFound, w.signed(h, `{"id":"r3","door":"Back door"}`))
}

// rings has the user connect the channel, and someone ring and be let in.
func (w *bridgeWorld) rings(u *mmtest.User, at *mmtest.Channel) hook {
	w.t.Helper()
	u.Types("/doorbell connect", at)
	messages := u.DirectMessages(w.botID())
	said := strings.Split(messages[len(messages)-1].Message, "\n")
	blocks := said[len(said)-4:] // Address:, the address, Secret:, the secret
	h := hook{address: strings.Trim(blocks[1], "`"), token: strings.Trim(blocks[3], "`"), post: messages[len(messages)-1]}
	w.handed[h.token] = []string{"post " + h.post.Id + ":"}

	for _, file := range []string{"rang.json", "opened.json", "rang.json"} {
		body, err := os.ReadFile(filepath.Join(doorbellFiles, file))
		require.NoError(w.t, err)
		require.Equal(w.t, http.StatusOK, w.signed(h, string(body)), "%s", file)
		w.settle()
		w.zoom.Advance(time.Minute)
	}
	require.Equal(w.t, http.StatusUnauthorized, w.arrives(h.address, `{"id":"x"}`, nil).Status)
	card := w.card(at)
	require.Equal(w.t, "🚪 Opened · Front door", title(card))
	require.Equal(w.t, []string{"Ada opened the door."}, thread(card, at))
	require.Equal(w.t, []string{"Start Zoom meeting"}, card.Buttons())
	return h
}

// signed has a delivery of the doorbell arrive and returns the status of the answer.
func (w *bridgeWorld) signed(h hook, body string) int {
	w.t.Helper()
	return w.arrives(h.address, body, map[string]string{"X-Doorbell-Signature": provider.Sign([]byte(body), h.token)}).Status
}

func TestTheFurtherProviderConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, doorbell.New(), providertest.Suite{
		Dir: doorbellFiles, Update: *update,
		Fixtures: []providertest.Fixture{{Name: "rang", Body: "rang.json"}, {Name: "opened", Body: "opened.json"}},
		Stories:  []providertest.Story{{Name: "let_in", Fixtures: []string{"rang", "opened"}}},
		Proofs: []providertest.Proof{{
			Name: "a signature", By: provider.BySignature, Header: "X-Doorbell-Signature", Make: provider.Sign, CoversBody: true,
		}},
	})
}
