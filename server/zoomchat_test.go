package main

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
)

func TestABuildIsShownInZoomTeamChat(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	w.says(w.alice, "ops", "/jenkins help")
	requireSays(t, w.hears(w.alice, "ops"), "`/jenkins connect [name]`", "`/jenkins disconnect [name or all]`")
	w.says(w.alice, "ops", "/jenkins connect")
	requireSays(t, w.hears(w.alice, "ops"), "are in your direct messages")
	requireSays(t, w.hears(w.bob, "ops"), "alice connected this channel to Jenkins")

	job := w.jenkins.Job("web").Sends(zoomPlugin(w.handedInZoom(w.alice)))
	build := job.Start(ci.Cause{Text: "Started by user Ada"})
	w.settle()
	card := w.lastIn(w.bob, "ops")
	requireSays(t, shownIn(card), "Running · web #1")
	w.zoom.Advance(time.Minute)
	build.Finish(ci.Failure, ci.Outcome{})
	w.settle()
	seen := w.zoomSees(w.bob, "ops")
	require.Equal(t, card.ID, seen[len(seen)-2].ID, "the card is brought up to date in place")
	requireSays(t, shownIn(seen[len(seen)-2]), "Failed · web #1")
	require.Equal(t, card.ID, seen[len(seen)-1].ReplyTo, "its thread says how the build ended")
	requireSays(t, shownIn(seen[len(seen)-1]), "Failed after 1 min")
	require.Empty(t, cards(w.town), "Mattermost has nothing of it")

	w.says(w.bob, "ops", "/jenkins disconnect")
	w.presses(w.bob, "ops", "Disconnect")
	requireSays(t, w.allIn(w.bob, "ops"), "no longer gets notifications", "bob ended this channel's connection")
	require.Equal(t, "Connect failed", job.TestConnection())
}

var formAddress = regexp.MustCompile(`https://chat\.example\.com/plugins/zoom(/chat/forms/[A-Z0-9]+)`)

func TestAClickInZoomActsAsThePersonWhoClicked(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	w.says(w.alice, "ops", "/jenkins connect")
	job := w.jenkins.Job("web").Sends(notificationPlugin(w.handedInZoom(w.alice)))
	w.jenkins.AddUser(ci.User{Name: "robot", Token: w.secret("an-api-token"), Build: true, Cancel: true})

	w.presses(w.alice, "ops", "Enter API access")
	page := formAddress.FindStringSubmatch(string(w.lastIn(w.alice, "ops").Content))
	require.NotNil(t, page, "what is secret is entered on a page: %s", w.hears(w.alice, "ops"))
	shown := w.alice.Get(page[1])
	require.Equal(t, http.StatusOK, shown.Status, shown.Body)
	require.Contains(t, shown.Body, `type="password"`)
	require.Equal(t, http.StatusBadRequest, w.bob.Get(page[1]).Status, "it is the user's own")
	values := map[string]string{"url": w.jenkins.BaseURL(), "user": "robot", "token": "wrong", "jobs": "web"}
	require.Contains(t, w.alice.Post(page[1], values).Body, `"errors"`)
	values["token"] = "an-api-token"
	require.JSONEq(t, `{}`, w.alice.Post(page[1], values).Body)
	w.settle()

	w.builds(job, ci.Failure, time.Minute)
	w.presses(w.bob, "ops", "Rebuild")
	w.jenkins.Settle()
	w.settle()
	w.presses(w.alice, "ops", "Rebuild")
	w.jenkins.Settle()
	w.settle()
	requireSays(t, w.allIn(w.alice, "ops"), "Running · web #2", "alice")
}

func TestOneConnectionIsShownInZoomAndMattermost(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	w.says(w.alice, "ops", "/jenkins connect")
	w.alice.Types("/jenkins connect Jenkins of ~ops", w.town)
	requireSays(t, lastNote(w.alice), "This channel now gets notifications about")
	job := w.jenkins.Job("web").Sends(zoomPlugin(w.handedInZoom(w.alice)))
	build := job.Start(ci.Cause{Text: "Started by user Ada"})
	w.settle()
	requireSays(t, shownIn(w.lastIn(w.bob, "ops")), "Running · web #1")
	requireSays(t, title(w.card(w.town)), "Running · web #1")
	w.zoom.Advance(time.Minute)
	build.Finish(ci.Failure, ci.Outcome{})
	w.settle()
	requireSays(t, title(w.card(w.town)), "Failed · web #1")
	requireSays(t, w.allIn(w.bob, "ops"), "Failed · web #1", "Failed after 1 min")
}
