package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
)

// TestAForgedBuildCannotUseTheTokenOnAnotherJob has someone who read the hook's secret, such as in the configuration of a job, make cards for
// jobs of the same Jenkins that no one confirmed, and click every button that a card can have.
func TestAForgedBuildCannotUseTheTokenOnAnotherJob(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.entersAccess(w.alice, "robot", w.secret("an-api-token"))
	secret := w.jenkins.Job("payroll").Start(ci.Cause{})
	secret.Log("the salaries of all\n")
	w.jenkins.Job("web").Start(ci.Cause{})
	w.jenkins.ClearJournal()
	for n, address := range []string{secret.URL(), w.jenkins.BaseURL() + "/job/web/doDelete/1/", w.jenkins.BaseURL() + "/job/folder%252Fpayroll/1/"} {
		body := fmt.Sprintf(`{"name":"payroll","url":"job/payroll/","build":{"full_url":%q,"number":1,"queue_id":%d,"timestamp":%d,"phase":"STARTED","url":"job/payroll/1/"}}`,
			address, secret.Queue, w.jenkins.Now().UnixMilli())
		require.Equal(t, http.StatusOK, w.arrives(h.withToken(), body, nil).Status)
		w.settle()
		all := cards(w.town)
		require.Len(t, all, n+1)
		for _, action := range []string{"log", "rebuild", "abort"} {
			w.zoom.Advance(time.Minute)
			w.clicksCard(w.bob, all[n], action)
		}
	}
	require.Empty(t, w.jenkins.Journal(kit.Filter{}), "Jenkins was asked for nothing")
	require.Empty(t, secret.Result(), "and nothing was stopped")
	require.NotContains(t, w.town.LastPost().Text(), "salaries")
	w.clicksCard(w.bob, cards(w.town)[0], "log")
	requireSays(t, lastNote(w.bob), "isn't confirmed for the job payroll", "web, folder/", "Change API access")
}

// TestTheCardOfADeletedBuildDoesNotAffectItsSuccessor has a confirmed job created again, whose builds begin at #1 again.
func TestTheCardOfADeletedBuildDoesNotAffectItsSuccessor(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	h := w.connects(w.alice, "/jenkins connect", w.town)
	w.entersAccess(w.alice, "robot", w.secret("an-api-token"))
	w.builds(w.jenkins.Job("web").Sends(notificationPlugin(h)), ci.Failure, time.Minute)
	old := w.card(w.town)
	w.jenkins.DeleteJob("web")
	fresh := w.jenkins.Job("web").Start(ci.Cause{})
	for _, action := range []string{"log", "abort", "rebuild"} {
		w.zoom.Advance(time.Minute)
		w.clicksCard(w.bob, old, action)
		requireSays(t, lastNote(w.bob), "Jenkins now has another build with this number")
	}
	require.Empty(t, fresh.Result(), "it runs on")
}
