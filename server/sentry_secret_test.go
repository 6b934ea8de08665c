package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// losesKey changes the encryption key while no server runs, so that sealed data can't be opened.
func (h *bugHost) losesKey() {
	h.t.Helper()
	require.NoError(h.t, h.plugin.OnDeactivate())
	h.mm.Attach(nil)
	h.mm.Set(map[string]any{"EncryptionKey": "another-key-of-enough-characters"})
	h.plugin = h.newServer()
	h.mm.Attach(h.plugin)
	h.alice.Types("/sentry status", h.town)
	h.zoom.Advance(2 * time.Minute) // until then another server might know the key
}

func TestAfterALostEncryptionKeySentrysSecretIsEnteredAgain(t *testing.T) {
	t.Parallel()
	entered := func(h *bugHost) map[string]any {
		return map[string]any{"token": h.integration.Token, "secret": h.integration.ClientSecret}
	}
	for name, mends := range map[string]func(h *bugHost){
		"by repairing": func(h *bugHost) {
			h.alice.Types("/sentry status", h.town)
			requireTells(t, lastNote(h.alice), "can't be decrypted", "repair the connection")
			h.alice.Clicks("Repair Acme Inc")
			requireTells(t, lastNote(h.alice), "enter both as Sentry shows them")
			h.alice.Clicks("Change API access")
			h.alice.Submits(entered(h))
		},
		"by rotating": func(h *bugHost) {
			h.alice.Types("/sentry rotate", h.town)
			h.alice.Clicks("Change API access")
			h.alice.Submits(entered(h))
		},
		"by connecting again": func(h *bugHost) {
			h.alice.Types("/sentry connect", h.town)
			h.alice.Clicks("Use an access token")
			values := entered(h)
			values["address"] = "acme web"
			h.alice.Submits(values)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newSentry(t)
			h.connects(h.alice, "acme web", h.town)
			h.losesKey()
			mends(h)
			require.Nil(t, h.alice.Dialog(), "the form stays open: %+v", h.alice.Dialog())
			h.fails(h.web, "ValueError", "told again")
			require.Len(t, cards(h.town), 1)
			h.alice.Types("/sentry status", h.town)
			requireTells(t, lastNote(h.alice), "is OK")
		})
	}
}
