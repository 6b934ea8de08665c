package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// until lets time pass up to the moment, and has both servers check what is due.
func (h *pagerHost) until(at time.Time, servers ...*Plugin) {
	h.t.Helper()
	if d := at.Sub(h.mm.Now()); d > 0 {
		h.zoom.Advance(d)
	}
	h.ticks(servers...)
}

// ticks has all servers check at once which lists are due.
func (h *pagerHost) ticks(servers ...*Plugin) {
	h.t.Helper()
	var all sync.WaitGroup
	for _, p := range append([]*Plugin{h.plugin}, servers...) {
		all.Go(func() { _ = p.app.Load().bridge.Tick(h.t.Context()) })
	}
	all.Wait()
	h.passes()
}

// createsOnCallList has alice set up a list in the town, each day at the time in Berlin.
func (h *pagerHost) createsOnCallList(clock string) {
	h.t.Helper()
	h.alice.Types("/pduty oncall", h.town)
	h.alice.Submits(map[string]any{"name": "Who to wake", "schedule": "Primary", "time": clock, "zone": "Europe/Berlin"})
	require.Nil(h.t, h.alice.Dialog(), "the form stays open: %+v", h.alice.Dialog())
}

// lists are the posted on-call lists.
func lists(c *mmtest.Channel) []*mmtest.Post {
	var found []*mmtest.Post
	for _, p := range cards(c) {
		if strings.Contains(heading(p), "On call") {
			found = append(found, p)
		}
	}
	return found
}

func TestP11TheOnCallListIsPostedDailyAtItsTime(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.alice.Types("/pduty oncall", h.town)
	require.Equal(t, "On-call rule", h.alice.Dialog().Title)
	h.alice.Submits(map[string]any{"name": "Who to wake", "schedule": "nothing", "time": "25:00", "zone": "Mars/Olympus"})
	require.NotEmpty(t, h.alice.Dialog().Errors["time"])
	require.NotEmpty(t, h.alice.Dialog().Errors["zone"])
	h.alice.Submits(map[string]any{"name": "Who to wake", "schedule": "nothing", "time": "09:00", "zone": "Europe/Berlin"})
	require.NotEmpty(t, h.alice.Dialog().Errors["schedule"])
	h.alice.Submits(map[string]any{"name": "Who to wake", "by": "id", "schedule": "PSCHED1", "time": "09:00", "zone": "Europe/Berlin"})
	require.Nil(t, h.alice.Dialog())
	requireTells(t, h.town.LastPost().Message, "@alice added the rule", "Primary", "Who to wake")

	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := h.mm.Now().In(berlin)
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, berlin)
	h.until(tomorrow.Add(-time.Minute))
	before := len(lists(h.town))
	h.until(tomorrow)
	require.Len(t, lists(h.town), before+1)
	list := lists(h.town)[before]
	requireTells(t, list.Text(), "On call", "Primary")
	h.ticks()
	h.ticks()
	require.Len(t, lists(h.town), before+1, "once a day")

	h.alice.Types("/pduty oncall", h.town)
	requireTells(t, lastNote(h.alice), "Who to wake", "every day at 09:00 (Europe/Berlin)", "next at")
	require.Equal(t, []string{"Add rule", "Remove Who to wake"}, h.alice.LastNote().Buttons())
	h.alice.Clicks("Remove Who to wake")
	requireSays(t, lastNote(h.alice), "Do you want to remove Who to wake?")
	h.alice.Clicks("Remove Who to wake")
	h.until(tomorrow.Add(25 * time.Hour))
	require.Len(t, lists(h.town), before+1, "and no more")
}

// Across both clock changes the list is posted once a day at nine, on two servers that check at the same time.
func TestTheListIsPostedOnceADayAcrossClockChangesOnTwoServers(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	second := h.newServer()
	h.signed(h.alice)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for _, change := range []time.Time{time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), time.Date(2026, 10, 25, 0, 0, 0, 0, berlin)} {
		for change.Before(h.mm.Now()) {
			change = change.AddDate(1, 0, 0)
		}
		h.zoom.Advance(change.AddDate(0, 0, -1).Sub(h.mm.Now()))
		room := h.mm.AddChannel("room"+change.Format("0102"), mmtest.Public, h.alice, h.bob)
		h.alice.Types("/pduty oncall", room)
		if invited(h.alice) != "" { // months later the sign-in has run out
			require.Equal(t, http.StatusOK, h.signsIn(h.alice).Status)
			h.alice.Clicks("Add rule")
		}
		h.alice.Submits(map[string]any{"name": "Who to wake", "schedule": "Primary", "time": "09:00", "zone": "Europe/Berlin"})
		require.Nil(t, h.alice.Dialog())
		for day := -1; day <= 1; day++ {
			nine := time.Date(change.Year(), change.Month(), change.Day()+day, 9, 0, 0, 0, berlin)
			h.until(nine.Add(-time.Second), second)
			require.Len(t, lists(room), day+1, "before nine on day %d", day)
			if day == 0 {
				h.until(nine, second) // both at once
			}
			h.until(nine)
			h.ticks(second)
			require.Len(t, lists(room), day+2, "at nine on day %d", day)
		}
		h.alice.Types("/pduty oncall", room)
		h.alice.Clicks("Remove Who to wake")
		h.alice.Clicks("Remove Who to wake")
	}
}

func TestALateListIsPostedWithinAnHour(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.createsOnCallList("09:00")
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := h.mm.Now().In(berlin)
	nine := time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, berlin)
	h.zoom.Advance(nine.Add(59 * time.Minute).Sub(h.mm.Now())) // no server was up
	h.ticks()
	require.Len(t, lists(h.town), 1)
	h.memory.OnCall(func(call, key string) error {
		if call == "Jobs.Insert" {
			t.Errorf("what was handed over today is handed over again: %s", key)
		}
		return nil
	})
	h.zoom.Advance(30 * time.Second)
	h.ticks()
	h.memory.OnCall(nil)
	h.zoom.Advance(nine.AddDate(0, 0, 1).Add(61 * time.Minute).Sub(h.mm.Now()))
	h.ticks()
	require.Len(t, lists(h.town), 1, "after an hour it is too late")
}

func TestTheOwnerIsNotifiedOnceWhenAListCannotBePosted(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.createsOnCallList("09:00")
	h.alice.Types("/pduty signout", h.town)
	h.alice.Clicks("Sign out")
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := h.mm.Now().In(berlin)
	for day := 1; day <= 2; day++ {
		h.until(time.Date(now.Year(), now.Month(), now.Day()+day, 9, 0, 0, 0, berlin))
	}
	require.Empty(t, lists(h.town))
	told := 0
	for _, post := range h.alice.DirectMessages(h.botID()) {
		if post.Message != "" {
			told++
			requireTells(t, post.Message, "The on-call list Who to wake couldn't be posted")
		}
	}
	require.Equal(t, 1, told)
}
