package main

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
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

func TestAMeetingIsStartedInZoomTeamChat(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	w.setsUp("zoom", "meet")
	w.says(w.alice, "ops", "/meet start Stand-up")
	announced := w.lastIn(w.bob, "ops")
	requireSays(t, shownIn(announced), "Stand-up", "alice: I have started a meeting", "Join meeting")
	require.Empty(t, meetings(w.town))
	w.says(w.bob, "ops", "/meet start")
	requireSays(t, w.hears(w.bob, "ops"), "alice already started a Zoom meeting here")
	w.presses(w.bob, "ops", "Start another meeting")
	requireSays(t, w.hears(w.alice, "ops"), "bob: I have started a meeting")

	id, err := strconv.ParseInt(regexp.MustCompile(`Meeting ID: (\d+)`).FindStringSubmatch(shownIn(announced))[1], 10, 64)
	require.NoError(t, err)
	require.NoError(t, w.zoom.StartMeeting(id))
	w.settle()
	w.zoom.Advance(time.Minute)
	require.NoError(t, w.zoom.EndMeeting(id))
	w.settle()
	requireSays(t, w.allIn(w.bob, "ops"), "The meeting has ended.")
}

func TestWordsWithoutASlashWorkInTheBotsConversation(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	bot := w.bot.Bot.JID
	for typed, says := range map[string]string{
		"help": "`/jenkins connect [name]`", "": "", "jenkins list": "isn't connected to Jenkins yet", "status": "isn't connected to Jenkins yet",
	} {
		if typed == "" {
			continue
		}
		w.says(w.bob, bot, typed)
		requireSays(t, w.allIn(w.bob, bot), says)
	}
	w.says(w.bob, bot, "connect")
	h := w.handedInZoom(w.bob)
	w.builds(w.jenkins.Job("web").Sends(zoomPlugin(h)), ci.Success, time.Minute)
	requireSays(t, w.allIn(w.bob, bot), "Succeeded · web #1")
	require.NotContains(t, w.allIn(w.alice, bot), "web #1", "it is for bob alone")
	w.says(w.bob, bot, "disconnect")
	w.presses(w.bob, bot, "Disconnect")
	requireSays(t, w.allIn(w.bob, bot), "no longer gets notifications")
}

func TestARepeatedEventOfZoomTeamChatIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	w := newChatWorld(t)
	w.lost.Store(1) // Zoom doesn't learn that the event arrived, and sends it again five minutes later
	w.says(w.alice, "ops", "/jenkins connect")
	w.zoom.Advance(6 * time.Minute)
	w.settle()
	require.Equal(t, 1, strings.Count(w.allIn(w.bob, "ops"), "connected this channel to Jenkins"))
}
