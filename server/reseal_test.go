package main

import (
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"mattermost-plugin-zoom/server/fault"

	"github.com/stretchr/testify/require"
)

var sealedWith = regexp.MustCompile(`v1\.([A-Za-z0-9_-]+)\.`)

// dataKeys returns the data keys that the records of each kind are sealed with.
func (w *world) dataKeys() map[string]map[string]bool {
	found := map[string]map[string]bool{}
	look := func(kind, text string) {
		for _, id := range sealedWith.FindAllStringSubmatch(text, -1) {
			if found[kind] == nil {
				found[kind] = map[string]bool{}
			}
			found[kind][id[1]] = true
		}
	}
	for what, text := range w.memory.Dump() {
		if kind, _, _ := strings.Cut(what, " "); kind == "grant" || kind == "site" || kind == "connection" {
			look(kind, text)
		}
	}
	return found
}

func TestARegeneratedKeyResealsEveryRecord(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.connects(h.alice, "/jenkins connect ci", h.town)
	h.follows(h.backroom)
	require.True(t, h.canStart(h.bob))
	before := h.dataKeys()
	for _, kind := range []string{"grant", "connection", "site"} {
		require.Len(t, before[kind], 1, kind)
	}
	// The first server is stopped in the middle of it; another finishes the work when it starts, once the database is there.
	var resealed atomic.Int32
	h.memory.OnCall(func(call, _ string) error {
		if call == "Grants.ResealGrant" && resealed.Add(1) > 1 {
			return errOutage
		}
		return nil
	})
	const regenerated = "fedcba9876543210fedcba9876543210"
	h.mm.Set(map[string]any{"EncryptionKey": regenerated})
	h.minted(regenerated)
	require.Eventually(t, func() bool { return resealed.Load() > 1 }, patience, tick)
	var refused atomic.Bool
	h.memory.OnCall(func(call, _ string) error {
		if call == "Keyring.Keyring" {
			refused.Store(true)
		}
		return fault.New(fault.DatabaseUnavailable)
	})
	second := h.newServer()
	require.Eventually(t, refused.Load, patience, tick)
	h.memory.OnCall(nil)
	require.Eventually(t, func() bool {
		for kind, now := range h.dataKeys() {
			for id := range before[kind] {
				if now[id] {
					return false
				}
			}
		}
		return true
	}, patience, tick, "some records are sealed with the earlier data key: %v, before %v", h.dataKeys(), before)
	require.True(t, h.startsOn(second, h.bob))
}
