package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These stories click buttons that no longer work, and read the true reason.

func TestACardOfAProviderThatWasTurnedOffSaysSo(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	id := h.triggers("Database", "Disk full")
	h.mm.Set(map[string]any{"EnablePagerduty": false})
	require.Eventually(t, func() bool { return h.mm.Command("pduty") == nil }, patience, tick)
	h.alice.Clicks("Acknowledge")
	requireTells(t, lastNote(h.alice), "PagerDuty is turned off on this server. Ask a system admin to turn it on")
	h.alice.Clicks("Start Zoom meeting")
	requireTells(t, lastNote(h.alice), "PagerDuty is turned off on this server")

	h.switches(map[string]any{"EnablePagerduty": true}, "pduty")
	h.alice.Clicks("Acknowledge")
	h.passes()
	require.Equal(t, "acknowledged", h.current(id).Status)
}

func TestACardWhoseConnectionWasRemovedSaysSo(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.triggers("Database", "Disk full")
	h.alice.Types("/pduty disconnect", h.town)
	h.alice.Clicks("Disconnect")
	h.alice.Clicks("Acknowledge")
	requireTells(t, lastNote(h.alice), "This is no longer connected to PagerDuty in this channel", "run /pduty connect")
}
