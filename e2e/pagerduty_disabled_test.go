package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// hook is the webhook that PagerDuty has for alice's service.
func (h *pager) hook() stack.Subscription {
	h.Helper()
	hooks, err := h.Webhooks(h.ctx)
	require.NoError(h, err)
	at := slices.IndexFunc(hooks, func(hook stack.Subscription) bool { return hook.FilterID == h.serviceID })
	require.NotEqual(h, -1, at, "there is no webhook of %s among %+v", h.serviceID, hooks)
	return hooks[at]
}

// disables has PagerDuty disable the webhook: three deliveries in a row are refused, since something in transit corrupts them.
func (h *pager) disables() (lost []string) {
	h.Helper()
	require.NoError(h, h.Missign(h.ctx, h.hook().ID, "incident.triggered", 3))
	for _, title := range []string{"First lost", "Second lost", "Third lost"} {
		made, err := h.Trigger(h.ctx, h.service, title)
		require.NoError(h, err)
		lost = append(lost, made.ID)
	}
	h.eventually(func() error {
		if !h.hook().Disabled {
			return errors.New("the webhook is not disabled")
		}
		return nil
	})
	return lost
}

// due has the plugin run the connection's periodic check now.
func (h *pager) due(task string) {
	h.Helper()
	_, rest, _ := strings.Cut(h.hook().URL, "/hooks/")
	connection, _, _ := strings.Cut(rest, ".")
	require.NoError(h, h.DB.Hurry(h.ctx, connection, task))
	require.NoError(h, h.Server(1).RestartPlugin(h.ctx))
}

// enabled waits until PagerDuty sends to the webhook again.
func (h *pager) enabled() {
	h.Helper()
	h.eventually(func() error {
		if h.hook().Disabled {
			return errors.New("the webhook is still disabled")
		}
		return nil
	})
}

// onOneCard waits until each of these incidents has its card in this state, and no other.
func (h *pager) onOneCard(state string, titles ...string) string {
	h.Helper()
	var shown string
	h.eventually(func() error {
		cards, err := h.alice.Cards(h.ctx, h.channel.Id)
		if err != nil {
			return err
		}
		shown = ""
		for _, title := range titles {
			found := 0
			for _, card := range cards {
				if strings.Contains(card.Title, title) && strings.Contains(card.Title, state) {
					found++
				}
				if strings.Contains(card.Title, title) {
					shown += fmt.Sprintf("%s: %s\n", card.Id, card.Title)
				}
			}
			if found != 1 {
				return errors.Errorf("%d cards of %q are %s", found, title, state)
			}
		}
		return nil
	})
	require.Equal(h, len(titles), strings.Count(shown, "\n"), shown)
	return shown
}

// PagerDuty disables a webhook for a day when three deliveries in a row were refused, and never sends the events of that time. The
// plugin finds that by itself: the webhook sends again, and each missed event has its card, once.
func TestAWebhookDisabledByPagerDutyIsRepaired(t *testing.T) {
	h := newPager(alone(t, stack.UserApp))
	h.follows()
	before := h.hook()
	known, _ := h.triggers("Before it all")
	lost := h.disables()
	unsent, err := h.Trigger(h.ctx, h.service, "Never sent")
	require.NoError(t, err)
	require.NoError(t, h.Happen(h.ctx, lost[2], "resolve", h.alice.User.Email))
	h.settled()
	h.onOneCard("Triggered", "Before it all")
	told, err := h.Told(h.ctx, unsent.ID)
	require.NoError(t, err)
	for _, one := range told {
		if one.Subscription == before.ID {
			require.Equal(t, "skipped", one.State)
		}
	}

	h.due("bridge/repair")
	h.enabled()
	require.Equal(t, before.ID, h.hook().ID, "it is the same webhook")
	h.due("bridge/reconcile")
	out := "looked up:\n" + h.onOneCard("Triggered", "First lost", "Second lost", "Never sent") + h.onOneCard("Resolved", "Third lost")
	for _, id := range append(lost[:2], unsent.ID, known.ID) {
		require.NoError(t, h.Happen(h.ctx, id, "acknowledge", h.alice.User.Email))
	}
	out += "and told of again:\n" + h.onOneCard("Acknowledged", "First lost", "Second lost", "Never sent", "Before it all")
	h.settled()
	h.due("bridge/reconcile")
	h.settled()
	out += "looked up once more:\n" + h.onOneCard("Acknowledged", "First lost", "Second lost", "Never sent", "Before it all") + h.onOneCard("Resolved", "Third lost")
	h.keep("pagerduty_disabled.txt", out)
}

// The status command triggers the same check at once.
func TestStatusRepairsAWebhookDisabledByPagerDuty(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	h.disables()
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty status"))
	h.Logf("she reads:\n%s", stack.Text(h.ephemeral(h.ear, from, "is OK")))
	h.enabled()
	h.triggers("Told again")
}
