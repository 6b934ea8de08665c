package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// botAnswers returns the bot's answers to this message of the user in their conversation.
func (h *codeHost) botAnswers(u *mmtest.User, words string) string {
	h.t.Helper()
	before := len(u.Notes())
	u.Says(words, u.DirectWith(h.botID()))
	if notes := u.Notes(); len(notes) > before {
		return notes[len(notes)-1].Text()
	}
	return u.DirectWith(h.botID()).LastPost().Text()
}

func TestB9TheBotTakesCommandsWithoutASlash(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	direct := h.alice.DirectWith(h.botID())
	requireTells(t, h.botAnswers(h.alice, "help"), "Available integrations", "bitbucket – Shows builds, pipelines", "jenkins – ")
	requireTells(t, h.botAnswers(h.alice, "list"), "isn't connected to anything yet")
	requireTells(t, h.botAnswers(h.alice, "fly me to the moon"), "Unknown command. You can type", "help")
	requireTells(t, h.botAnswers(h.alice, "connect "+h.url("/src/main/README.md")), "Sign in to Bitbucket")
	require.Equal(t, 200, h.signsIn(h.alice).Status)
	requireTells(t, lastNote(h.alice), "This channel now follows acme/web")
	h.passes()
	h.reports(h.pushes("main", "Round half up"), "unit", code.Failed, "main")
	require.Equal(t, "❌ Failed · Round half up", heading(h.card(direct)), "private or not: alice alone reads it")
	require.Empty(t, cards(h.town))

	h.botAnswers(h.alice, "configure "+h.url(""))
	h.alice.Clicks("Configure")
	requireTells(t, h.alice.Dialog().IntroductionText, "Choose which notifications about acme/web")
	h.alice.Submits(map[string]any{"events": h.alice.Without("events", "push")})
	require.Nil(t, h.alice.Dialog())
	h.pushes("main", "Quiet")
	require.Len(t, cards(direct), 1)
	requireTells(t, h.botAnswers(h.alice, "status"), "The webhook in Bitbucket is OK", "Filtered out – Quiet")
	requireTells(t, h.botAnswers(h.alice, "List"), "acme/web", "Connected by @alice")

	requireTells(t, h.botAnswers(h.alice, "disconnect"), "Do you want to end this connection?")
	require.Len(t, h.repo.Hooks(), 1)
	h.alice.Clicks("Disconnect and sign out")
	requireTells(t, lastNote(h.alice), "webhook in Bitbucket is removed", "You're signed out")
	require.Empty(t, h.repo.Hooks())
}

func TestCommandsWithoutASlashAskForProviderAndRepository(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	requireTells(t, h.botAnswers(h.alice, "connect"), "Which integration do you mean?")
	h.alice.Clicks("Bitbucket")
	h.alice.Cancels()
	requireTells(t, h.botAnswers(h.alice, "bitbucket connect"), "Which repository should this channel follow?")
	h.alice.Clicks("Enter URL")
	h.alice.Submits(map[string]any{"address": h.url("")})
	require.Nil(t, h.alice.Dialog())
	requireTells(t, lastNote(h.alice), "Sign in to Bitbucket")
	h.signsIn(h.alice)
	requireTells(t, lastNote(h.alice), "This channel now follows acme/web")
	require.Len(t, h.repo.Hooks(), 1)
}

func TestMessagesInChannelsAndThreadsAreIgnored(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	before := len(h.alice.Notes())
	h.alice.Says("connect "+h.url(""), h.town)
	h.alice.Says("help", h.town)
	require.Len(t, h.alice.Notes(), before)
	require.Len(t, h.town.Posts(), 2)
	h.alice.Says("connect "+h.url(""), h.alice.DirectWith(h.botID()))
	h.signsIn(h.alice)
	h.passes()
	h.pushes("main", "Round half up")
	card := h.card(h.alice.DirectWith(h.botID()))
	h.alice.Says("thanks, looks good", card)
	require.Equal(t, "thanks, looks good", h.alice.DirectWith(h.botID()).LastPost().Message, "people talk in threads")
}

func TestTextFromBitbucketMentionsNoOneAndBreaksNothing(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	hostile := "@channel [click](https://evil.example.com) **bold** <!here> | `x`"
	h.pushes("feature/@all", "Begin")
	h.pushes("feature/@all", hostile+"\n@here in the body")
	pull, err := h.repo.OpenPullRequest(code.PullRequest{By: "bob", Title: hostile, Source: "feature/@all", Reviewers: []string{"alice"}})
	h.happens(err)
	_, err = pull.Comment(code.Comment{By: "alice", Text: hostile + strings.Repeat(" and on", 500)})
	h.happens(err)
	h.reports(h.repo.Head("feature/@all"), hostile, code.Failed, "feature/@all")
	require.Len(t, cards(h.backroom), 3)
	for _, p := range h.backroom.Posts()[1:] {
		text := p.Text()
		require.NotContains(t, text, "@channel", "%s", text)
		require.NotContains(t, text, "@here")
		require.Less(t, len(text), 2000, "long text is cut")
		for _, a := range p.Attachments() {
			if a.TitleLink != "" {
				text = strings.ReplaceAll(text, a.Title, "") // which clients show as it is
			}
		}
		require.NotContains(t, text, "](https://evil")
	}
}

func TestRepositoriesOfTwoSitesAreSeparate(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	other := newDataCenterBeside(h, "ACME")
	other.follows(h.backroom)
	h.alice.Types("/bitbucket list", h.backroom)
	requireTells(t, lastNote(h.alice), "acme/web", "ACME/web")
	h.pushes("main", "In the cloud")
	other.pushes("main", "At home")
	require.Equal(t, []string{"⬆️ Pushed · In the cloud", "⬆️ Pushed · At home"}, titles(h.backroom))
	h.alice.Types("/bitbucket disconnect "+other.url(""), h.backroom)
	h.alice.Clicks("Disconnect")
	require.Empty(t, other.repo.Hooks())
	require.Len(t, h.repo.Hooks(), 1)
	h.later(time.Hour)
}
