package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

var sealedWith = regexp.MustCompile(`v1\.([A-Za-z0-9_-]+)\.`)

// dataKeys returns the data keys that the records of each kind are sealed with.
func (w *world) dataKeys() map[string]map[string]bool {
	found := map[string]map[string]bool{}
	for key, value := range w.mm.KV.Dump() {
		kind, _, _ := strings.Cut(key, ".")
		if kind != "sec" && kind != "con" && kind != "sit" {
			continue
		}
		for _, id := range sealedWith.FindAllStringSubmatch(string(value), -1) {
			if found[kind] == nil {
				found[kind] = map[string]bool{}
			}
			found[kind][id[1]] = true
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
	for _, kind := range []string{"sec", "con", "sit"} {
		require.Len(t, before[kind], 1, kind)
	}
	// The first server is stopped in the middle of it; another finishes the work when it starts.
	h.plugin.meddle(func(call string) *model.AppError {
		if call == "KVGet" && len(h.dataKeys()["sec"]) > 1 {
			return refuse()
		}
		return nil
	})
	const regenerated = "fedcba9876543210fedcba9876543210"
	h.mm.Set(map[string]any{"EncryptionKey": regenerated})
	h.minted(regenerated)
	second := h.newServer()
	h.plugin.meddle(nil)
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
