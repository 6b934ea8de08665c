package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// For 48 hours, PagerDuty retries what isn't answered within five seconds. One event isn't answered at first, because the plugin
// is stopped, and arrives later; another arrives nearly two days late, three times, when the incident is resolved. Nothing is missing
// then, no card goes back to an earlier state, and no card is doubled. It runs after all others (see TestMain), since it moves PagerDuty's clock.
func TestEventsThatPagerDutyRetriesForTwoDaysAreShownOnce(t *testing.T) {
	h := newPager(alone(t, stack.UserApp))
	h.follows()
	require.NoError(t, h.Late(h.ctx, "incident.triggered", 47*time.Hour, 2))
	incident, err := h.Trigger(h.ctx, h.service, "Disk full")
	require.NoError(t, err)
	require.NoError(t, h.Happen(h.ctx, incident.ID, "acknowledge", h.alice.User.Email))
	first := h.card(h.alice, h.channel, 1, "Acknowledged", "Disk full")

	resume, err := h.Server(1).PausePlugin(h.ctx)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resume() })
	require.NoError(t, h.Happen(h.ctx, incident.ID, "resolve", h.alice.User.Email))
	told := func(fits func(stack.Told) bool) (all []stack.Told) {
		h.eventually(func() error {
			all, err = h.Told(h.ctx, incident.ID)
			for _, one := range all {
				if err == nil && !fits(one) {
					err = errors.Errorf("%s is %s after %d attempts", one.Event, one.State, len(one.Attempts))
				}
			}
			return err
		})
		return all
	}
	told(func(one stack.Told) bool { return one.Event != "incident.resolved" || len(one.Attempts) > 0 })
	require.NoError(t, resume())
	require.NoError(t, h.Advance(h.ctx, 47*time.Hour+time.Minute))
	all := told(func(one stack.Told) bool { return one.State == "delivered" })
	h.settled()
	card := h.card(h.alice, h.channel, 1, "Resolved", "Disk full")
	require.Equal(t, first.Id, card.Id)
	var out strings.Builder
	for _, one := range all {
		fmt.Fprintf(&out, "%s is %s\n", one.Event, one.State)
		for _, attempt := range one.Attempts {
			fmt.Fprintf(&out, "  at %s by PagerDuty's clock: status %d\n", attempt.At.Format(time.RFC3339), attempt.Status)
		}
	}
	h.keep("pagerduty_again.txt", out.String()+picture(card, h.replies(h.alice, card.Post, 1)))
}
