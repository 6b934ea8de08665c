package pagerduty

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func TestASubscriptionThatWasDisabledIsEnabledAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.follow()
	w.refuses(http.StatusForbidden)
	for range 4 {
		w.trigger("Refused")
	}
	w.refuses(0)
	missed := w.trigger("Not sent at all")
	require.Nil(t, w.state(missed))
	_, secret, was, err := New().Heal(t.Context(), w.as("ada"), made, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthDisabled, was)
	require.Empty(t, secret, "the one that is known goes on")
	require.NotNil(t, w.state(w.trigger("Heard again")))
	health, err := New().Check(t.Context(), w.as("ada"), made, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthGood, health)
}

func TestASubscriptionThatIsGoneOrChangedIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.follow()
	require.NoError(t, w.sbx.LoseHooks())
	healed, secret, was, err := New().Heal(t.Context(), w.as("ada"), made, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthGone, was)
	require.NotEmpty(t, secret)
	require.NotEqual(t, made.ID, healed.ID)
	w.knows(secret)
	require.NotNil(t, w.state(w.trigger("Heard again")))

	moved := w.hook
	moved.URL += "/elsewhere"
	again, secret, was, err := New().Heal(t.Context(), w.as("ada"), healed, moved)
	require.NoError(t, err)
	require.Equal(t, HealthChanged, was)
	require.NotEmpty(t, secret)
	require.Len(t, w.sbx.Hooks(), 1)
	require.Equal(t, moved.URL, w.sbx.Hooks()[0].URL)
	_, _, was, err = New().Heal(t.Context(), w.as("ada"), again, moved)
	require.NoError(t, err)
	require.Equal(t, HealthGood, was)
}

func TestTheSecretIsToldOnceSoALostOneMeansANewWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.follow()
	second := w.follow() // as after the secret was lost
	require.NotEqual(t, first.ID, second.ID)
	require.Len(t, w.sbx.Hooks(), 1, "what had our address was removed")
	require.NotNil(t, w.state(w.trigger("Heard once")))
	require.Len(t, w.sbx.Deliveries(), 1)
}

func TestAWebhookIsForThoseWhoAdminister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := New().Subscribe(t.Context(), w.as("cyd"), Scope{Kind: ScopeAccount}, w.hook)
	wantFault(t, fault.NotResourceAdmin, err)
	_, _, err = New().Subscribe(t.Context(), w.as("bob"), Scope{Kind: ScopeAccount}, w.hook)
	wantFault(t, fault.NotResourceAdmin, err)
	_, _, err = New().Subscribe(t.Context(), w.as("bob"), Scope{Kind: ScopeService, ID: "PNONE"}, w.hook)
	wantFault(t, fault.ProviderRefused, err)
	require.Contains(t, fault.ParamsOf(err)["Message"], "Filter is not valid")
	for _, scope := range []Scope{{}, {Kind: ScopeService}, {Kind: ScopeTeam, ID: "../x"}, {Kind: "planet", ID: "P1"}} {
		_, _, err = New().Subscribe(t.Context(), w.as("ada"), scope, w.hook)
		wantFault(t, fault.InvalidInput, err)
	}
	made, secret, err := New().Subscribe(t.Context(), w.as("bob"), Scope{Kind: ScopeTeam, ID: "PTEAM"}, w.hook)
	require.NoError(t, err)
	w.knows(secret)
	require.NoError(t, New().Ping(t.Context(), w.as("bob"), made))
	w.sbx.Settle()
	require.Equal(t, sandbox.DeliveryDone, w.sbx.Deliveries()[0].State)
	require.NoError(t, New().Unsubscribe(t.Context(), w.as("bob"), made))
	require.NoError(t, New().Unsubscribe(t.Context(), w.as("bob"), made), "gone already is fine")
	require.NoError(t, New().Unsubscribe(t.Context(), w.as("bob"), Subscription{}))
	health, err := New().Check(t.Context(), w.as("bob"), Subscription{}, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthGone, health)
	wantFault(t, fault.ResourceUnknown, New().Ping(t.Context(), w.as("bob"), Subscription{}))
}

func TestFortyEightHoursOfRedeliveryMakeOneCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow()
	w.refuses(http.StatusServiceUnavailable)
	id := w.trigger("Disk full")
	w.happen(id, sandbox.Happening{What: sandbox.Acknowledge, By: "PBOB"})
	w.sbx.Advance(47 * time.Hour)
	w.refuses(0)
	w.sbx.Advance(2 * time.Hour)
	require.Equal(t, []string{"Bob Kahn acknowledged it after 1 s."}, w.thread(id))
	require.Len(t, w.heard, 2)
}

func TestWhatADisabledWebhookMissedIsFoundByLooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow()
	id := w.trigger("Disk full")
	change, err := New().Fold(nil, nil, w.heard[0])
	require.NoError(t, err)
	require.Len(t, change.Tasks, 1)
	task := change.Tasks[0]
	require.Equal(t, time.Hour, task.After)
	require.NoError(t, w.sbx.LoseHooks())
	events, next, err := New().Follow(t.Context(), w.as("ada"), provider.Resource{}, task)
	require.NoError(t, err)
	require.Len(t, next, 1)
	require.Equal(t, 2*time.Hour, next[0].After)
	w.takes(events...)
	require.Empty(t, w.thread(id), "nothing has changed")

	w.sbx.Advance(10 * time.Minute)
	w.happen(id, sandbox.Happening{What: sandbox.Resolve, By: "PBOB"})
	events, next, err = New().Follow(t.Context(), w.as("ada"), provider.Resource{}, next[0])
	require.NoError(t, err)
	require.Empty(t, next)
	w.takes(events...)
	require.Equal(t, []string{"Bob Kahn resolved it after 10 min."}, w.thread(id))

	task.Data = encoded(reference{ID: "QNONE"})
	events, next, err = New().Follow(t.Context(), w.as("ada"), provider.Resource{}, task)
	require.NoError(t, err)
	require.Empty(t, events)
	require.Empty(t, next)
	task.Data = nil
	_, _, err = New().Follow(t.Context(), w.as("ada"), provider.Resource{}, task)
	require.Error(t, err)
	require.Equal(t, lookAtMost, lookAgain("Q1", 20).After)
}
