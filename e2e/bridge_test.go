package e2e

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// A build starts and fails, and the next one fixes it, as the plugin "Zoom" reports it
// to two servers in turn. Each build is one post, which changes
// in place, with its history in the thread.
func TestABuildFromStartToBackToNormalIsOnePostWithAThread(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "")

	broken, mended := build(41), build(42)
	broken.Failed = []string{"CartTest.total", "CartTest.discount"}
	commit := map[string]any{
		"author": "Bob O&#039;Brien", "message": "Count the &lt;discount&gt; once", "commitId": broken.Commit,
		"files": []map[string]string{{"name": "cart.go"}},
	}
	w.sends(hook, 1, hook.Raw(), broken.Zoom("Start", "", commit), 200)
	before := w.card(alice, channel, 1, "Running", "folder » web")
	w.Logf("when it began:\n%s", picture(before, w.replies(alice, before.Post, 1)))

	w.sends(hook, 2, hook.Raw(), broken.Zoom("Failure", "broken since this build"), 200)
	after := w.card(alice, channel, 1, "Failed", "folder » web")
	require.Equal(t, before.Id, after.Id)
	require.Equal(t, "#D00000", after.Color)
	require.Contains(t, after.Attachments()[0].Fallback, "Failed: folder » web #41")
	thread := w.replies(alice, after.Post, 2) // the commits at the start, the end with its tests
	require.Len(t, thread, 2)
	w.Logf("when it had failed:\n%s", picture(after, thread))
	said := texts(thread)
	require.Contains(t, said, "Bob O'Brien")
	require.Contains(t, said, "<discount>")
	require.Contains(t, said, "CartTest.discount")

	w.sends(hook, 1, hook.Raw(), mended.Zoom("Start", ""), 200)
	next := w.card(alice, channel, 2, "Running")
	w.sends(hook, 2, hook.Raw(), mended.Zoom("Success", "back to normal"), 200)
	fine := w.card(alice, channel, 2, "Back to normal", "#42")
	require.Equal(t, next.Id, fine.Id)
	require.Equal(t, "#2EB886", fine.Color)
	require.Contains(t, fine.Text, "After 1 failure")
	w.settled()
	fine = w.card(alice, channel, 2, "Back to normal", "#42")
	w.Logf("when the next one had mended it:\n%s", picture(fine, w.replies(alice, fine.Post, 1)))
	cards, err := alice.Cards(w.ctx, channel.Id)
	require.NoError(t, err)
	require.Contains(t, cards[0].Title, "Failed, fixed since")
	thread = w.replies(alice, after.Post, 3)
	w.Logf("and the one that had failed:\n%s", picture(cards[0], thread))

	w.sends(hook, 1, hook.Raw(), broken.Zoom("Failure", "broken since this build"), 200)
	w.sends(hook, 2, hook.Raw(), mended.Zoom("Start", ""), 200)
	w.settled()
	same, err := alice.Cards(w.ctx, channel.Id)
	require.NoError(t, err)
	require.Len(t, same, 2, "what comes again changes nothing")
	for i := range cards {
		require.Equal(t, cards[i].UpdateAt, same[i].UpdateAt)
	}
}

// texts returns the texts of the posts, without the marks that prevent formatting.
func texts(posts []*model.Post) string {
	var all []string
	for _, post := range posts {
		all = append(all, stack.Text(post))
	}
	return strings.NewReplacer("\u200b", "", "\u2060", "", "\\", "").Replace(strings.Join(all, "\n"))
}

// The plugin "Notification" sends four phases of each build, and does so with its
// secret in the address: they are one card, with the final result.
func TestTheFourPhasesOfTheNotificationPluginAreOneCard(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "Main CI").WithSecret()
	b := build(7)
	b.Failed = []string{"pkg.CartTest.total"}
	for i, phase := range []string{"QUEUED", "STARTED", "COMPLETED", "FINALIZED"} {
		status := ""
		if i >= 2 {
			status = "UNSTABLE"
		}
		w.sends(hook, 1+i%2, hook.Plain(), b.Notification(phase, status), 200)
	}
	w.card(alice, channel, 1, "Unstable", "#7")
	w.settled()
	card := w.card(alice, channel, 1, "Unstable", "folder » web")
	require.Equal(t, "#DAA038", card.Color)
	w.Logf("%s", picture(card, w.replies(alice, card.Post, 1)))
	status := stack.Text(w.answer(alice, ear, channel, "/jenkins status", "Main CI"))
	require.Contains(t, status, "secret in the address")
	w.Logf("%s", status)
}

// Test Connection of the plugin "Zoom" sends nothing but its headers, and takes
// only exactly 200 for success. A request without a valid token is refused with the reason.
func TestTestConnectionIsAnsweredWithExactly200(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	w.sends(hook, 1, hook.Raw(), nil, http.StatusOK)
	w.sends(hook.WithSecret(), 2, hook.Plain(), nil, http.StatusOK)

	forged := hook.Plain()
	forged.Set("Authorization", "no"+hook.Token)
	w.sends(hook, 1, forged, nil, http.StatusUnauthorized)
	require.Contains(t, w.sends(hook, 1, hook.Plain(), nil, http.StatusUnauthorized), "removes the Authorization header")
	body := build(1).Notification("STARTED", "")
	w.sends(hook, 1, hook.Signed(append(body, ' ')), body, http.StatusUnauthorized)
	w.sends(hook, 1, hook.Raw(), []byte(`{"name":`), http.StatusBadRequest)
	w.sends(stack.Hook{URL: hook.URL + "x", Token: hook.Token}, 1, hook.Raw(), nil, http.StatusNotFound)
	w.sends(hook, 1, hook.Signed(body), body, http.StatusOK)
	w.card(alice, channel, 1, "Running")

	w.settled()
	status := stack.Text(w.answer(alice, ear, channel, "/jenkins status", "Connection test"))
	w.Logf("%s", status)
	for _, word := range []string{"Refused", "Not readable", "Shown", "secret in a header", "signed", "removes the `Authorization` header"} {
		require.Contains(t, status, word)
	}
}

// Some versions of Mattermost remove the Authorization header. This one is checked;
// where it removes the header, the URL with the token in it works.
func TestTheAuthorizationHeaderReachesThePluginOrTheURLFormWorks(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	// Raw is what the plugin "Zoom" sends, Basic the plugin "Notification" with a login in its URL. A wrong token shows it as well as
	// the right one: a removed token is reported as missing, one that arrived as wrong. Bearer is never recommended: the server
	// would try that as a token of its own, and write token and address to its debug log.
	kept := map[string]bool{}
	for name, value := range map[string]string{
		"raw": "no" + hook.Token, "Basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("jenkins:no"+hook.Token)),
	} {
		header := hook.Plain()
		header.Set("Authorization", value)
		answer := w.sends(hook, 1, header, nil, http.StatusUnauthorized)
		kept[name] = !strings.Contains(answer, "removes the Authorization header")
	}
	w.Logf("this server keeps the Authorization header: %v", kept)
	if kept["raw"] {
		w.sends(hook, 1, hook.Raw(), nil, http.StatusOK)
	}
	// A Mattermost token is treated as a login and removed: plugins don't see it, and it proves nothing here.
	session := hook.Plain()
	session.Set("Authorization", "Bearer "+alice.API.AuthToken)
	w.sends(hook, 1, session, nil, http.StatusUnauthorized)
	w.sends(hook.WithSecret(), 1, session, nil, http.StatusOK)
}

// A user outside the channel, or without the right, can't change its connection and
// sees nothing of it.
func TestOnlyUsersWhoCanPostInAChannelConnectIt(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, ear := w.person("alice")
	mallory, hers := w.person("mallory")
	channel, elsewhere := w.private(alice), w.private(mallory)
	hook := w.jenkins(alice, ear, channel, "Secret CI")
	b := build(1)
	w.sends(hook, 1, hook.Signed(b.Notification("STARTED", "")), b.Notification("STARTED", ""), 200)
	card := w.card(alice, channel, 1, "Running")

	for _, command := range []string{"connect", "list", "status", "disconnect", "configure", "test", "rotate"} {
		require.Error(t, mallory.Type(w.ctx, channel.Id, "/jenkins "+command+" Secret CI"), command)
	}
	require.Error(t, mallory.Click(w.ctx, card.Post, "Start Zoom meeting"))
	// The name doesn't reach the connection from her own channel: she gets a separate one.
	other := w.jenkins(mallory, hers, elsewhere, "Secret CI")
	require.NotEqual(t, hook.URL, other.URL)
	require.NotContains(t, stack.Text(w.answer(mallory, hers, elsewhere, "/jenkins list", "Secret CI")), channel.Name)
	w.sends(hook, 1, hook.Signed(b.Notification("COMPLETED", "SUCCESS")), b.Notification("COMPLETED", "SUCCESS"), 200)
	w.card(alice, channel, 1, "Succeeded")
	cards, err := mallory.Cards(w.ctx, elsewhere.Id)
	require.NoError(t, err)
	require.Empty(t, cards)

	// The admin tightens the policy: from now on members are refused, also for existing connections.
	require.NoError(t, w.Set(w.ctx, stack.Settings{"BridgePolicy": "channel_admins"}))
	w.answer(alice, ear, channel, "/jenkins disconnect", "Only channel admins")
	w.answer(alice, ear, channel, "/jenkins connect Another", "Only channel admins")
	require.NoError(t, w.Set(w.ctx, stack.Settings{"BridgePolicy": "members"}))
	w.answer(alice, ear, channel, "/jenkins list", "Secret CI")
}

// Disconnecting asks for confirmation. After it the URL is disabled, and the card stays.
func TestDisconnectingAsksForConfirmationAndClosesTheURL(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	channel := w.private(alice)
	hook := w.jenkins(alice, ear, channel, "CI")
	first := build(1)
	w.sends(hook, 1, hook.Raw(), first.Zoom("Start", ""), 200)
	card := w.card(alice, channel, 1, "Running")

	question := w.answer(alice, ear, channel, "/jenkins disconnect", "Do you want to end this connection?")
	w.sends(hook, 2, hook.Raw(), nil, http.StatusOK)
	require.NoError(t, alice.Click(w.ctx, question, "Cancel"))
	w.sends(hook, 2, hook.Raw(), nil, http.StatusOK)

	question = w.answer(alice, ear, channel, "/jenkins disconnect", "Do you want to end this connection?")
	require.NoError(t, alice.Click(w.ctx, question, "Disconnect"))
	w.sends(hook, 1, hook.Raw(), first.Zoom("Success", "stable"), http.StatusNotFound)
	w.eventually(func() error { // without a cluster's events, the other server remembers the connection for five seconds
		status, _, err := hook.Send(w.ctx, w.Server(2), hook.Raw(), nil)
		if err == nil && status != http.StatusNotFound {
			err = errors.Errorf("the URL answers %d", status)
		}
		return err
	})
	w.settled()
	same, err := alice.Post(w.ctx, card.Id)
	require.NoError(t, err)
	require.Equal(t, card.UpdateAt, same.UpdateAt)
	w.answer(alice, ear, channel, "/jenkins list", "isn't connected")
}
