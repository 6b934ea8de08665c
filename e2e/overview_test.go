package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Deliveries reach two servers, one of them with a forged token. The members of the channel read the log, and a system admin how the
// connection does.
func TestDeliveriesAreLoggedAndConnectionsAreOverseen(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	name := "overseen" + alice.User.Username
	hook := w.jenkins(alice, ear, channel, name)
	w.sends(hook, 1, hook.Raw(), build(1).Zoom("Start", ""), http.StatusOK)
	w.card(alice, channel, 1, "Running")
	w.sends(hook, 2, hook.Raw(), build(2).Zoom("Failure", ""), http.StatusOK)
	w.card(alice, channel, 2, "Failed")
	w.settled()
	forged := hook
	forged.Token = "forged"
	w.sends(hook, 2, forged.Raw(), build(3).Zoom("Start", ""), http.StatusUnauthorized)
	time.Sleep(2 * time.Second) // both servers write the log each second
	w.commandShows(alice, ear, channel, "/jenkins deliveries "+name, "**Refused**", "**Shown**")
	w.commandShows(alice, ear, channel, "/jenkins deliveries result:failures since:1h "+name, "**Refused**", "Only `result:failures since:1h`")

	page, err := w.Admin.Overview(w.ctx, name)
	require.NoError(t, err)
	require.Len(t, page.Connections, 1)
	require.Equal(t, "fail", page.Connections[0].Status)
	require.Contains(t, page.Connections[0].Details, "1 failure in 24 hours")
	_, err = alice.Overview(w.ctx, name)
	require.ErrorContains(t, err, "status 403")
}
