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

// account returns the whole account as connected by Ada.
func (w *testEnv) account() provider.Resource {
	w.t.Helper()
	r, err := New().Resource(w.t.Context(), w.sessionOf("ada"), pathAccount)
	require.NoError(w.t, err)
	return r
}

func TestADisabledWebhookIsEnabledAgain(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	made := provider.Encode(w.follow())
	w.failDeliveries(http.StatusForbidden)
	for range 4 {
		w.trigger("Refused")
	}
	w.failDeliveries(0)
	missed := w.trigger("Not sent at all")
	require.Nil(t, w.state(missed))
	fine, err := New().Installed(t.Context(), w.sessionOf("ada"), w.account(), w.hook, made)
	require.NoError(t, err)
	require.True(t, fine, "the secret that is known goes on")
	require.NotNil(t, w.state(w.trigger("Heard again")))
}

func TestAMissingOrChangedWebhookIsReplaced(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	made, account := w.follow(), w.account()
	require.NoError(t, w.sbx.LoseHooks())
	fine, err := New().Installed(t.Context(), w.sessionOf("ada"), account, w.hook, provider.Encode(made))
	require.NoError(t, err)
	require.False(t, fine)
	again, err := New().Install(t.Context(), w.sessionOf("ada"), account, w.hook)
	require.NoError(t, err)
	require.NotEmpty(t, again.Secret)
	require.NotContains(t, string(again.Ref), made.ID)
	w.acceptSecret(again.Secret)
	require.NotNil(t, w.state(w.trigger("Heard again")))

	moved := w.hook
	moved.URL += "/elsewhere"
	fine, err = New().Installed(t.Context(), w.sessionOf("ada"), account, moved, again.Ref)
	require.NoError(t, err)
	require.False(t, fine, "it goes elsewhere")
	require.NoError(t, New().Uninstall(t.Context(), w.sessionOf("ada"), account, again.Ref))
	require.Empty(t, w.sbx.Hooks())
	fine, err = New().Installed(t.Context(), w.sessionOf("ada"), account, moved, nil)
	require.NoError(t, err)
	require.False(t, fine)
	_, err = New().Installed(t.Context(), w.sessionOf("ada"), account, moved, provider.Encode("x"))
	require.Error(t, err)
}

func TestResourcesAreLocatedInAnyForm(t *testing.T) {
	t.Parallel()
	sites := New().Sites()
	for typed, want := range map[string]provider.Location{
		"":                           {Site: usURL, Path: pathAccount},
		"account":                    {Site: usURL, Path: pathAccount},
		"PWEBSHOP":                   {Site: usURL, Path: "services/PWEBSHOP"},
		"“Web shop”":                 {Site: usURL, Path: "named/Web%20shop"},
		"https://acme.pagerduty.com": {Site: usURL, Path: pathAccount},
		"https://acme.eu.pagerduty.com/teams/P1AB":                    {Site: euURL, Path: "teams/P1AB"},
		"https://acme.pagerduty.com/service-directory/PWEBSHOP?tab=1": {Site: usURL, Path: "services/PWEBSHOP"},
	} {
		at, err := New().Locate(typed, sites)
		require.NoError(t, err, typed)
		require.Equal(t, want, at, typed)
	}
	sites[1].OAuth = true
	at, err := New().Locate("", sites)
	require.NoError(t, err)
	require.Equal(t, euURL, at.Site, "where people can sign in")
	_, err = New().Locate("x", nil)
	wantFault(t, fault.AddressUnknown, err)
}

func TestNonAdminsChooseAService(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	require.Equal(t, Scope{Kind: ScopeAccount}, scopeOf(w.account()))
	_, err := New().Resource(t.Context(), w.sessionOf("bob"), pathAccount)
	wantFault(t, fault.NotResourceAdmin, err)
	var several *provider.AmbiguousError
	require.ErrorAs(t, err, &several)
	require.Equal(t, []provider.Choice{{Label: "Database", Text: "PDBSERVICE"}}, several.Choices)

	_, err = New().Resource(t.Context(), w.sessionOf("bob"), "named/web")
	require.ErrorAs(t, err, &several)
	require.Len(t, several.Choices, 2)
	_, err = New().Resource(t.Context(), w.sessionOf("bob"), "named/none")
	wantFault(t, fault.ResourceUnknown, err)
	for path, want := range map[string]Scope{
		"named/Database": {Kind: ScopeService, ID: "PDBSERVICE"}, "services/PWEBSHOP": {Kind: ScopeService, ID: "PWEBSHOP"},
		"teams/PTEAM": {Kind: ScopeTeam, ID: "PTEAM"},
	} {
		r, err := New().Resource(t.Context(), w.sessionOf("bob"), path)
		require.NoError(t, err)
		require.Equal(t, want, scopeOf(r))
		again, err := New().Resource(t.Context(), w.sessionOf("bob"), r.Path)
		require.NoError(t, err)
		require.Equal(t, r, again, "its path leads to it again")
	}
}

func TestALostSecretRequiresANewWebhook(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	first := w.follow()
	second := w.follow() // as if the secret was lost
	require.NotEqual(t, first.ID, second.ID)
	require.Len(t, w.sbx.Hooks(), 1, "what had our address was removed")
	require.NotNil(t, w.state(w.trigger("Heard once")))
	require.Len(t, w.sbx.Deliveries(), 1)
}

func TestOnlyAdminsInstallWebhooks(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	_, _, err := New().Subscribe(t.Context(), w.sessionOf("cyd"), Scope{Kind: ScopeAccount}, w.hook)
	wantFault(t, fault.NotResourceAdmin, err)
	_, _, err = New().Subscribe(t.Context(), w.sessionOf("bob"), Scope{Kind: ScopeAccount}, w.hook)
	wantFault(t, fault.NotResourceAdmin, err)
	_, _, err = New().Subscribe(t.Context(), w.sessionOf("bob"), Scope{Kind: ScopeService, ID: "PNONE"}, w.hook)
	wantFault(t, fault.ProviderRefused, err)
	require.Contains(t, fault.ParamsOf(err)["Message"], "Filter is not valid")
	for _, scope := range []Scope{{}, {Kind: ScopeService}, {Kind: ScopeTeam, ID: "../x"}, {Kind: "planet", ID: "P1"}} {
		_, _, err = New().Subscribe(t.Context(), w.sessionOf("ada"), scope, w.hook)
		wantFault(t, fault.InvalidInput, err)
	}
	made, secret, err := New().Subscribe(t.Context(), w.sessionOf("bob"), Scope{Kind: ScopeTeam, ID: "PTEAM"}, w.hook)
	require.NoError(t, err)
	w.acceptSecret(secret)
	require.NoError(t, New().Unsubscribe(t.Context(), w.sessionOf("bob"), made))
	require.NoError(t, New().Unsubscribe(t.Context(), w.sessionOf("bob"), made), "gone already is fine")
	require.NoError(t, New().Unsubscribe(t.Context(), w.sessionOf("bob"), Subscription{}))
	health, err := New().CheckHook(t.Context(), w.sessionOf("bob"), Subscription{}, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthGone, health)
}

func TestRedeliveriesFor48HoursMakeOneCard(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	w.failDeliveries(http.StatusServiceUnavailable)
	id := w.trigger("Disk full")
	w.happen(id, sandbox.Happening{What: sandbox.Acknowledge, By: "PBOB"})
	w.sbx.Advance(47 * time.Hour)
	w.failDeliveries(0)
	w.sbx.Advance(2 * time.Hour)
	require.Equal(t, []string{"Bob Kahn acknowledged it after 1 s."}, w.thread(id))
	require.Len(t, w.heard, 2)
}

func TestIncidentsMissedByADisabledWebhookAreLookedUp(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	change, err := New().Fold(nil, nil, w.heard[0])
	require.NoError(t, err)
	require.Len(t, change.Tasks, 1)
	task := change.Tasks[0]
	require.Equal(t, time.Hour, task.After)
	require.NoError(t, w.sbx.LoseHooks())
	events, next, err := New().RunTask(t.Context(), w.sessionOf("ada"), provider.Resource{}, task)
	require.NoError(t, err)
	require.Len(t, next, 1)
	require.Equal(t, 2*time.Hour, next[0].After)
	w.applyEvents(events...)
	require.Empty(t, w.thread(id), "nothing has changed")

	w.sbx.Advance(10 * time.Minute)
	w.happen(id, sandbox.Happening{What: sandbox.Resolve, By: "PBOB"})
	events, next, err = New().RunTask(t.Context(), w.sessionOf("ada"), provider.Resource{}, next[0])
	require.NoError(t, err)
	require.Empty(t, next)
	w.applyEvents(events...)
	require.Equal(t, []string{"Bob Kahn resolved it after 10 min."}, w.thread(id))

	task.Data = provider.Encode(reference{ID: "QNONE"})
	events, next, err = New().RunTask(t.Context(), w.sessionOf("ada"), provider.Resource{}, task)
	require.NoError(t, err)
	require.Empty(t, events)
	require.Empty(t, next)
	task.Data = nil
	_, _, err = New().RunTask(t.Context(), w.sessionOf("ada"), provider.Resource{}, task)
	require.Error(t, err)
	require.Equal(t, maxLookupDelay, lookupTask("Q1", 20).After)
}
