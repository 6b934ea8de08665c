package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// sharedJenkins is a connection that a private channel follows, which only alice is in, and the town, where bob is, too.
func sharedJenkins(t *testing.T) (*bridgeWorld, hook, *mmtest.Channel) {
	t.Helper()
	w := newBridgeWorld(t)
	kremlin := w.mm.AddChannel("kremlin", mmtest.Private, w.alice)
	handed := w.connects(w.alice, "/jenkins connect ci", kremlin)
	w.entersAccess(w.alice, "ci-user", w.secret("jenkins-token-of-the-channels"))
	w.alice.Types("/jenkins connect ci", w.town)
	requireTells(t, lastNote(w.alice), "now gets notifications about")
	return w, handed, kremlin
}

// records are those of all connections.
func (w *bridgeWorld) connectionRecords() map[string]string {
	return w.memory.Connections.Dump()
}

const sharedRefusal = "ci also serves channels that you can't change, so nothing was changed"

func TestAMemberOfOneChannelCannotChangeASharedConnection(t *testing.T) {
	t.Parallel()
	for what, tries := range map[string]func(w *bridgeWorld) *mmtest.Response{
		"the secret": func(w *bridgeWorld) *mmtest.Response {
			w.bob.Types("/jenkins rotate", w.town)
			return &mmtest.Response{}
		},
		"the credential and the address": func(w *bridgeWorld) *mmtest.Response {
			w.bob.Types("/jenkins configure", w.town)
			return w.bob.Clicks("Change API access")
		},
		"the credential, by removing it": func(w *bridgeWorld) *mmtest.Response {
			w.bob.Types("/jenkins configure", w.town)
			return w.bob.Clicks("Remove API access")
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, _, kremlin := sharedJenkins(t)
			before, posts := w.connectionRecords(), len(kremlin.Posts())
			answer := tries(w)
			requireTells(t, answer.Body+lastNote(w.bob), sharedRefusal, "/jenkins connect` with another name")
			require.NotContains(t, answer.Body+lastNote(w.bob), "kremlin")
			if w.bob.Dialog() != nil {
				require.NotContains(t, w.bob.Dialog().Title, "API access")
			}
			require.Equal(t, before, w.connectionRecords())
			require.Len(t, kremlin.Posts(), posts)
			require.Empty(t, w.bob.DirectMessages(w.botID()), "no secret is handed over")

			w.connects(w.bob, "/jenkins connect mine", w.town)
		})
	}
}

// Bob is shown the question and the form while he may; a private channel follows before he answers.
func TestAChannelThatJoinsMeanwhileIsCheckedAtTheAnswer(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.connects(w.alice, "/jenkins connect ci", w.town)
	w.bob.Types("/jenkins rotate", w.town)
	w.bob.Types("/jenkins configure", w.town)
	kremlin := w.mm.AddChannel("kremlin", mmtest.Private, w.alice)
	w.alice.Types("/jenkins connect ci", kremlin)
	requireTells(t, lastNote(w.alice), "now gets notifications about")
	before := w.connectionRecords()
	for _, label := range []string{"Create new secret", "Enter API access"} {
		answer := w.bob.Clicks(label)
		requireTells(t, answer.Body+lastNote(w.bob), sharedRefusal)
	}
	require.Equal(t, before, w.connectionRecords())
}

func TestAllSubscribedChannelsAreNotifiedOfAChange(t *testing.T) {
	t.Parallel()
	w, handed, kremlin := sharedJenkins(t)
	w.alice.Types("/jenkins rotate", w.town)
	w.alice.Clicks("Create new secret")
	fresh := w.handedTo(w.alice)
	require.NotEqual(t, handed.token, fresh.token)
	for _, at := range []*mmtest.Channel{w.town, kremlin} {
		requireTells(t, at.LastPost().Message, "@alice created a new secret for ci")
		require.NotContains(t, at.LastPost().Message, "kremlin")
	}

	w.jenkins.AddUser(ci.User{Name: "other", Token: w.secret("jenkins-token-of-another"), Build: true})
	w.alice.Types("/jenkins configure", w.town)
	w.alice.Clicks("Change API access")
	w.alice.Submits(map[string]any{"url": w.jenkins.BaseURL(), "user": "other", "token": "jenkins-token-of-another", "jobs": "web"})
	require.Nil(t, w.alice.Dialog())
	for _, at := range []*mmtest.Channel{w.town, kremlin} {
		requireTells(t, at.LastPost().Message, "@alice entered API access to Jenkins for ci", w.jenkins.BaseURL())
	}
	w.alice.Types("/jenkins configure", w.town)
	w.alice.Clicks("Remove API access")
	w.alice.Clicks("Remove")
	requireTells(t, kremlin.LastPost().Message, "@alice removed the API access to Jenkins for ci")
	require.Equal(t, http.StatusOK, w.arrives(fresh.withToken(), "", nil).Status)
	w.zoom.Advance(25 * time.Hour)
	require.Equal(t, http.StatusUnauthorized, w.arrives(handed.withToken(), "", nil).Status)
}

func TestASystemAdminChangesASharedConnection(t *testing.T) {
	t.Parallel()
	w, _, kremlin := sharedJenkins(t)
	w.admin.Types("/jenkins rotate", w.town)
	w.admin.Clicks("Create new secret")
	w.handedTo(w.admin)
	requireTells(t, kremlin.LastPost().Message, "@root created a new secret for ci")
}
