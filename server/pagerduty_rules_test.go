package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestP10RulesDecideWhatAChannelGets(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.alice.Types("/pduty configure", h.town)
	requireSays(t, lastNote(h.alice), "This channel isn't connected to PagerDuty yet")
	h.alice.Clicks("Connect")
	require.Equal(t, 200, h.signsIn(h.alice).Status)
	requireTells(t, lastNote(h.alice), "This channel now follows")

	h.alice.Types("/pduty configure", h.town) // the first rule takes all: now only the database
	h.alice.Submits(map[string]any{"rule_name": "Database"})
	requireSays(t, lastNote(h.alice), "Saved", "Database")
	h.alice.Types("/pduty configure Database", h.town)
	h.alice.Submits(map[string]any{"rule_name": "Database", "filter_service": "data*"})
	require.Nil(t, h.alice.Dialog())
	h.alice.Types("/pduty configure", h.town)
	h.alice.Cancels()
	require.Equal(t, []string{"Add rule"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Add rule")
	h.alice.Submits(map[string]any{"rule_name": "P1 anywhere", "filter_priority": "P1"})
	require.Nil(t, h.alice.Dialog())
	h.passes()

	h.triggers("Web shop", "Not for this channel") // it has no priority that could say no: see the filters' help
	before := len(cards(h.town))
	h.triggers("Database", "For both rules, and yet one card")
	require.Len(t, cards(h.town), before+1)

	h.alice.Types("/pduty list", h.town)
	requireTells(t, lastNote(h.alice), "data*", "P1")
	h.alice.Types("/pduty configure", h.town)
	require.Len(t, h.alice.LastNote().Buttons(), 3)
	h.alice.Types("/pduty configure P1 anywhere", h.town)
	h.alice.Cancels()
	h.alice.Clicks("Remove this rule")
	requireTells(t, lastNote(h.alice), "stop notifications about", "P1 anywhere")
	h.alice.Clicks("Disconnect")
	h.triggers("Web shop", "No rule is left for it")
	require.Len(t, cards(h.town), before+1)
}

func TestAChannelHasTenRulesOrTheAdminsLimit(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.mm.Set(map[string]any{"PagerdutyRules": float64(2)})
	h.follows(h.alice, "", h.town)
	add := func() {
		h.alice.Types("/pduty configure", h.town)
		if h.alice.Dialog() != nil {
			h.alice.Cancels()
		}
		h.alice.Clicks("Add rule")
		h.alice.Submits(nil)
	}
	add()
	require.Nil(t, h.alice.Dialog())
	add()
	require.NotNil(t, h.alice.Dialog())
	require.Contains(t, h.alice.Dialog().Error, "2")
}

func TestTheRuleLimitCountsAllConnectionsOfAChannel(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.mm.Set(map[string]any{"PagerdutyRules": float64(2)})
	h.follows(h.alice, "Database", h.town)
	h.follows(h.alice, "Web shop", h.town)
	h.alice.Types("/pduty configure Database", h.town)
	h.alice.Cancels()
	h.alice.Clicks("Add rule")
	h.alice.Submits(nil)
	require.NotNil(t, h.alice.Dialog(), "a third rule")
	require.Contains(t, h.alice.Dialog().Error, "The limit of 2 is reached")
	h.alice.Cancels()

	h.alice.Types("/pduty connect", h.town)
	requireTells(t, lastNote(h.alice), "The limit of 2 is reached")
	h.triggers("Database", "Disk full")
	require.Len(t, cards(h.town), 1, "what was refused is not followed")
	h.alice.Types("/pduty connect Database", h.town)
	requireTells(t, lastNote(h.alice), "already connected to Database")
	h.alice.Types("/pduty connect", h.backroom)
	requireTells(t, lastNote(h.alice), "This channel now follows")
}
