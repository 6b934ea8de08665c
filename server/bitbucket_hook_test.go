package main

import (
	"html"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

func TestTheWebhookIsDeletedWithTheLastOfItsChannels(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.follows(h.town)
	require.Len(t, h.repo.Hooks(), 1)
	h.pushes("main", "To both")
	require.Len(t, cards(h.backroom), 1)
	require.Len(t, cards(h.town), 1)

	h.bob.Types("/bitbucket disconnect", h.town) // who needs no account there for that
	requireTells(t, lastNote(h.bob), "Other channels stay connected to it")
	h.bob.Clicks("Disconnect")
	requireTells(t, lastNote(h.bob), "no longer gets notifications about acme/web. Other channels still do")
	require.Len(t, h.repo.Hooks(), 1)
	h.pushes("main", "To one")
	require.Len(t, cards(h.backroom), 2)
	require.Len(t, cards(h.town), 1)

	h.bob.Types("/bitbucket disconnect", h.backroom)
	h.bob.Clicks("Disconnect")
	requireTells(t, lastNote(h.bob), "and the webhook in Bitbucket is removed")
	require.Empty(t, h.repo.Hooks(), "removed as alice, who has made it")
}

func TestAWebhookThatBitbucketDoesNotDeleteIsDisabledAndReported(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	require.NoError(t, h.repo.SetRight("alice", code.RightRead))
	h.alice.Types("/bitbucket disconnect", h.backroom)
	h.alice.Clicks("Disconnect")
	requireTells(t, lastNote(h.alice), "but the webhook couldn't be removed", "delete the webhook whose address contains")
	require.Len(t, h.repo.Hooks(), 1)
	h.pushes("main", "No one sees this")
	require.Empty(t, cards(h.backroom))
	deliveries := h.bitbucket.Deliveries()
	require.Equal(t, http.StatusNotFound, deliveries[len(deliveries)-1].Attempts[0].Status)
}

func TestALostWebhookIsFoundWithinADay(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	address := h.repo.Hooks()[0].URL
	h.later(25 * time.Hour)
	require.Len(t, h.repo.Hooks(), 1, "one that is in order is left alone")
	require.NoError(t, h.repo.LoseHooks())
	h.pushes("main", "No one sees this")
	require.Empty(t, cards(h.backroom))

	h.later(25 * time.Hour)
	hooks := h.repo.Hooks()
	require.Len(t, hooks, 1)
	require.Equal(t, address, hooks[0].URL)
	told := h.alice.DirectMessages(h.botID())
	require.Len(t, told, 1)
	requireTells(t, told[0].Message, "The webhook of acme/web in Bitbucket was missing or changed, so it was set up again")
	h.pushes("main", "It arrives again")
	require.Equal(t, []string{"⬆️ Pushed · It arrives again"}, titles(h.backroom))

	// Daily, until no channel is subscribed.
	require.NoError(t, h.repo.LoseHooks())
	h.later(25 * time.Hour)
	require.Len(t, h.repo.Hooks(), 1)
	h.alice.Types("/bitbucket disconnect", h.backroom)
	h.alice.Clicks("Disconnect")
	h.later(25 * time.Hour)
	h.later(25 * time.Hour)
	require.Empty(t, h.repo.Hooks())
}

func TestALostWebhookIsRepairedFromStatus(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	require.NoError(t, h.repo.LoseHooks())
	h.bob.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.bob), "The webhook in Bitbucket is missing or was changed")
	h.bob.Clicks("Repair acme/web") // it acts as alice, whose right it is
	requireTells(t, lastNote(h.bob), "The webhook of acme/web in Bitbucket is OK")
	require.Len(t, h.repo.Hooks(), 1)
	h.pushes("main", "It arrives again")
	require.Len(t, cards(h.backroom), 1)
	h.bob.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.bob), "The webhook in Bitbucket is OK", "Shown – It arrives again (Commits pushed, signed)")
}

func TestAnAdminWhoLostTheRightIsNotifiedAndAnotherTakesOver(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	require.NoError(t, h.repo.SetRight("bob", code.RightAdmin))
	require.NoError(t, h.repo.SetRight("alice", code.RightRead))
	require.NoError(t, h.repo.LoseHooks())
	for range 2 {
		h.later(25 * time.Hour)
	}
	require.Empty(t, h.repo.Hooks())
	told := h.alice.DirectMessages(h.botID())
	require.Len(t, told, 1, "once, not every day")
	requireTells(t, told[0].Message, "The account that manages the webhook of acme/web", "but isn't an admin there", "/bitbucket connect")

	h.bob.Types("/bitbucket status", h.backroom)
	require.Contains(t, h.bob.LastNote().Buttons(), "Repair acme/web")
	h.bob.Clicks("Repair acme/web")
	page := h.signsIn(h.bob)
	require.Equal(t, http.StatusOK, page.Status)
	requireTells(t, lastNote(h.bob), "is OK")
	require.Len(t, h.repo.Hooks(), 1)
	require.NoError(t, h.repo.LoseHooks())
	h.later(25 * time.Hour)
	require.Len(t, h.repo.Hooks(), 1, "bob's account looks after it from now on")
}

func TestTheSecretIsRotatedWithoutManualEntry(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	before := h.signedWith()
	h.alice.Types("/bitbucket rotate", h.backroom)
	requireTells(t, lastNote(h.alice), "Do you want to create a new secret for acme/web?")
	require.Equal(t, before, h.signedWith())
	h.alice.Clicks("Create new secret")
	requireTells(t, lastNote(h.alice), "acme/web has a new secret, and Bitbucket uses it")
	require.NotEqual(t, before, h.signedWith())
	require.Len(t, h.repo.Hooks(), 1)
	h.pushes("main", "Signed with the new one")
	require.Len(t, cards(h.backroom), 1)

	// Deliveries in transit are signed with the old one.
	deliveries := h.bitbucket.Deliveries()
	last := deliveries[len(deliveries)-1]
	arrives := func(secret string) int {
		return h.arrives(last.URL, string(last.Body), map[string]string{"X-Event-Key": last.Event, "X-Hub-Signature": code.Sign(secret, last.Body)}).Status
	}
	require.Equal(t, http.StatusOK, arrives(before))
	h.passes()
	h.alice.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.alice), "with the old secret")
	h.later(25 * time.Hour)
	require.Equal(t, http.StatusUnauthorized, arrives(before))
	require.Equal(t, http.StatusOK, arrives(h.signedWith()))
}

func TestTheOldSecretStaysWhenBitbucketRejectsTheNewOne(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	require.NoError(t, h.bitbucket.AddFault(kit.Fault{
		Match: kit.Match{Method: http.MethodPut, Path: "/2.0/repositories/acme/web/hooks"}, Action: kit.Action{Status: 503}, Times: -1,
	}))
	h.alice.Types("/bitbucket rotate", h.backroom)
	h.alice.Clicks("Create new secret")
	requireTells(t, lastNote(h.alice), "Bitbucket can't be reached, or has a problem")
	h.bitbucket.ClearFaults()
	h.later(25 * time.Hour)
	h.pushes("main", "It still arrives")
	require.Len(t, cards(h.backroom), 1)
}

func TestAPrivateRepositoryInAPublicChannelWarnsFirst(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.alice.Types("/bitbucket connect "+h.url(""), h.town)
	page := h.signsIn(h.alice)
	requireTells(t, html.UnescapeString(page.Body), "Return to Mattermost to answer a question before the channel is connected")
	requireTells(t, lastNote(h.alice), "acme/web is private in Bitbucket, but everyone in the team can join this channel")
	require.Equal(t, []string{"Connect anyway", "Cancel"}, h.alice.LastNote().Buttons())
	require.Empty(t, h.repo.Hooks())
	h.alice.Clicks("Cancel")
	require.Empty(t, h.repo.Hooks())
	h.alice.Types("/bitbucket connect "+h.url(""), h.town)
	h.alice.Clicks("Connect anyway")
	requireTells(t, lastNote(h.alice), "This channel now follows acme/web")
	require.Len(t, h.repo.Hooks(), 1)

	h.addRepo("acme", "open", false)
	h.alice.Types("/bitbucket connect "+h.site+"/acme/open", h.town)
	requireTells(t, lastNote(h.alice), "This channel now follows acme/open")
	h.addRepo("acme", "closed", true)
	h.alice.Types("/bitbucket connect "+h.site+"/acme/closed", h.backroom)
	requireTells(t, lastNote(h.alice), "This channel now follows acme/closed")
}

func TestARepositoryTokenConnectsItWithoutAnAccount(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	token, err := h.repo.AccessToken(code.RightAdmin)
	require.NoError(t, err)
	reader, err := h.repo.AccessToken(code.RightRead)
	require.NoError(t, err)
	h.bob.Types("/bitbucket connect "+h.url(""), h.backroom)
	h.bob.Clicks("Use an access token")
	h.bob.Submits(map[string]any{"token": h.secret("guessed-by-bob")})
	require.Contains(t, h.bob.Dialog().Errors["token"], "no longer accepts the sign-in or token")
	h.bob.Submits(map[string]any{"token": reader})
	require.Contains(t, h.bob.Dialog().Errors["address"], "but isn't an admin there")
	h.bob.Submits(map[string]any{"token": token})
	require.Nil(t, h.bob.Dialog())
	requireTells(t, lastNote(h.bob), "This channel now follows acme/web")
	h.passes()
	h.pushes("main", "It arrives")
	require.Len(t, cards(h.backroom), 1)
	require.NoError(t, h.repo.LoseHooks())
	h.later(25 * time.Hour)
	require.Len(t, h.repo.Hooks(), 1, "the token looks after it")
}
