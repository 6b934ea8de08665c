package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

func TestAPullRequestFromOpenToMergedIsOneCard(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round up")
	card := h.cardOf("#1", h.backroom)
	require.Equal(t, "🔀 Open · #1 Round up", heading(card))
	requireTells(t, card.Text(), "Bob\n", "feature/rounding → main", "Reviewers: Alice (pending)")
	require.Equal(t, []string{"Approve", "Request changes", "Merge", "Decline", "Comment", "Start Zoom meeting"}, card.Buttons())

	h.happens(pull.Edit("bob", "Round half up", "", "alice", "carol"))
	hash := h.repo.Head("feature/rounding")
	h.reports(hash, "unit", code.InProgress, "feature/rounding")
	h.reports(hash, "unit", code.Failed, "feature/rounding")
	requireTells(t, h.cardOf("#1", h.backroom).Text(), "Builds: 0 of 1 passed, unit failed")
	_, err := pull.Comment(code.Comment{By: "carol", Text: "Why not half even?", Path: "round.go", Line: 12})
	h.happens(err)
	h.happens(pull.RequestChanges("carol"))
	card = h.cardOf("#1", h.backroom)
	require.Equal(t, "⚠️ Changes requested · #1 Round half up", heading(card))

	hash = h.pushes("feature/rounding", "Round half even")
	require.NotContains(t, h.cardOf("#1", h.backroom).Text(), "unit failed", "that was of the commit before")
	h.reports(hash, "unit", code.Successful, "feature/rounding")
	h.happens(pull.Withdraw("carol"))
	h.happens(pull.Approve("carol"))
	h.happens(pull.Approve("alice"))
	card = h.cardOf("#1", h.backroom)
	require.Equal(t, "👍 Approved · #1 Round half up", heading(card))
	requireTells(t, card.Text(), "Builds: The build passed\nFixed after 1 failure", ":white_check_mark: Alice approved, :white_check_mark: Carol approved")
	h.happens(pull.Merge("alice", "squash"))

	card = h.cardOf("#1", h.backroom)
	require.Equal(t, "✅ Merged · #1 Round half up", heading(card))
	requireTells(t, card.Text(), "Merged by Alice")
	require.Equal(t, []string{"Start Zoom meeting"}, card.Buttons())
	told := markdownLink.ReplaceAllString(strings.ReplaceAll(strings.Join(thread(card, h.backroom), "\n"), "\u200b", ""), "$1")
	for _, line := range []string{
		"Bob changed the title: Round half up", "Bob requested a review from Carol.", ":x: unit failed.",
		"Carol commented on `round.go:12`: Why not half even?", ":warning: Carol requested changes.", "Bob pushed new commits, up to ",
		":white_check_mark: unit passed: fixed after 1 failure.", "Carol withdrew the review.", ":white_check_mark: Carol approved.",
		":white_check_mark: Alice approved.", ":white_check_mark: Alice merged it into `main`.",
	} {
		require.Equal(t, 1, strings.Count(told, line), "%q in\n%s", line, told)
	}
}

func TestADraftCannotBeMergedAndADeclinedPullRequestHasNoActions(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.pushes("feature/rounding", "Round half up")
	pull, err := h.repo.OpenPullRequest(code.PullRequest{By: "bob", Title: "Round half up", Source: "feature/rounding", Draft: true})
	h.happens(err)
	card := h.cardOf("#1", h.backroom)
	require.Equal(t, "🚧 Draft · #1 Round half up", heading(card))
	require.Equal(t, []string{"Approve", "Request changes", "Decline", "Comment", "Start Zoom meeting"}, card.Buttons())
	h.happens(pull.Decline("alice"))
	card = h.cardOf("#1", h.backroom)
	require.Equal(t, "🚫 Declined · #1 Round half up", heading(card))
	requireTells(t, card.Text(), "Declined by Alice.")
	require.Equal(t, []string{"Start Zoom meeting"}, card.Buttons())
	require.Equal(t, []string{":no_entry_sign: Alice declined it."}, thread(card, h.backroom))
}

func TestTheStatusOfAMergedCommitIsOnTheCardsOfBoth(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	h.reports(h.repo.Head("feature/rounding"), "unit", code.Failed, "feature/rounding")
	requireTells(t, h.cardOf("#1 Round half up", h.backroom).Text(), "unit failed")
	require.Equal(t, "❌ Failed · Round half up", heading(h.cardOf("Failed · Round half up", h.backroom)), "and on the commit's own")
}

func TestCommentsGetRepliesFromTheThread(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	h.happens(pull.Approve("alice"))
	_, err := pull.Comment(code.Comment{By: "carol", Text: "Why?"})
	h.happens(err)
	h.alice.Clicks("Reply")
	require.Equal(t, "Reply to comment", h.alice.Dialog().Title)
	h.alice.Submits(map[string]any{"text": " \n"})
	require.Contains(t, h.alice.Dialog().Errors["text"], "Enter some text")
	h.alice.Submits(map[string]any{"text": "Because @here **matters**"})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Equal(t, []string{"Why?", "Because @here **matters**"}, pull.Comments())
	said := thread(h.cardOf("#1", h.backroom), h.backroom)
	require.Len(t, said, 3, "a reply from here is posted once, not again by its delivery")
	require.NotContains(t, said[2], "@here", "text from outside mentions no one")
	requireTells(t, said[2], "Alice commented: Because @here")

	h.bob.Clicks("Comment") // on the card, before signing in: the form waits for that
	require.Nil(t, h.bob.Dialog())
	requireTells(t, lastNote(h.bob), "To do this as yourself, sign in to Bitbucket")
	h.signsIn(h.bob)
	requireTells(t, lastNote(h.bob), "One more step")
	h.bob.Clicks("Add comment")
	h.bob.Submits(map[string]any{"text": "Done."})
	h.passes()
	require.Equal(t, "Done.", pull.Comments()[2])
	require.Len(t, thread(h.cardOf("#1", h.backroom), h.backroom), 4)
}

func TestUsersActAsThemselves(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")

	h.alice.Clicks("Approve") // who signed in when she connected
	h.passes()
	requireTells(t, h.cardOf("#1", h.backroom).Text(), "👍 Approved", ":white_check_mark: Alice approved")
	h.carol.Clicks("Request changes")
	page := h.signsIn(h.carol)
	require.Contains(t, page.Body, "Done.")
	h.passes()
	requireTells(t, h.cardOf("#1", h.backroom).Text(), "⚠️ Changes requested", ":warning: Carol requested changes, :white_check_mark: Alice approved")
	require.Equal(t, []string{":white_check_mark: Alice approved.", ":warning: Carol requested changes."}, thread(h.cardOf("#1", h.backroom), h.backroom))

	h.carol.Clicks("Merge") // signed in now, but she may only read
	h.carol.Submits(nil)
	requireTells(t, h.carol.Dialog().Error, "Bitbucket doesn't allow this for the account that was used")
	h.carol.Cancels()
	h.carol.Clicks("Decline")
	h.carol.Submits(nil)
	requireTells(t, h.carol.Dialog().Error, "Bitbucket doesn't allow this for the account that was used")
	require.Equal(t, "OPEN", pull.State())

	h.carol.Chooses("More…", "Withdraw my request for changes")
	h.passes()
	require.Equal(t, "👍 Approved · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
	h.carol.Chooses("More…", "Withdraw my approval")
	requireTells(t, lastNote(h.carol), "You have no review to withdraw")
	for _, entry := range h.bitbucket.Journal(kit.Filter{Method: "POST", Path: "/2.0/repositories/acme/web/pullrequests"}) {
		require.NotEmpty(t, entry.Authorized)
	}
}

func TestMergingAsksForTheStrategy(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	h.bob.Clicks("Merge")
	requireTells(t, lastNote(h.bob), "To do this as yourself, sign in to Bitbucket")
	h.signsIn(h.bob)
	requireTells(t, lastNote(h.bob), "One more step")
	h.bob.Clicks("Merge pull request")
	require.Equal(t, "Merge pull request", h.bob.Dialog().Title)
	requireTells(t, h.bob.Dialog().IntroductionText, "Merge #1 Round half up from feature/rounding into main")
	var strategies []string
	for _, o := range h.bob.Field("strategy").Options {
		strategies = append(strategies, o.Text)
	}
	require.Subset(t, strategies, []string{"Merge commit", "Squash", "Fast-forward"})
	h.bob.Submits(map[string]any{"strategy": "squash", "message": "Rounded", "close_source": true})
	require.Nil(t, h.bob.Dialog())
	h.passes()
	require.Equal(t, "MERGED", pull.State())
	require.Empty(t, h.repo.Head("feature/rounding"), "the branch is deleted")
	card := h.cardOf("#1", h.backroom)
	require.Equal(t, "✅ Merged · #1 Round half up", heading(card))
	require.Equal(t, []string{":white_check_mark: Bob merged it into `main`."}, thread(card, h.backroom))
}

func TestDecliningAsksForConfirmation(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	h.alice.Clicks("Decline")
	requireTells(t, h.alice.Dialog().IntroductionText, "Decline #1 Round half up?", "can't be undone")
	h.alice.Cancels()
	require.Equal(t, "OPEN", pull.State())
	h.zoom.Advance(time.Minute)
	h.alice.Clicks("Decline")
	h.alice.Submits(nil)
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Equal(t, "DECLINED", pull.State())
	require.Equal(t, "🚫 Declined · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
}

func TestAPullRequestThatChangedIsShownInsteadOfMerged(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	require.NoError(t, h.bitbucket.AddFault(kit.Fault{Match: kit.Match{Event: "pullrequest:updated"}, Action: kit.Action{Drop: true}}))
	h.alice.Clicks("Merge")
	h.pushes("feature/rounding", "Sneak in") // about which no delivery is sent
	h.alice.Submits(nil)
	requireTells(t, lastNote(h.alice), "The pull request has new commits. Review them first")
	require.Equal(t, "OPEN", pull.State())
	h.passes()
	requireTells(t, strings.Join(thread(h.cardOf("#1", h.backroom), h.backroom), "\n"), "new commits")

	h.happens(pull.SetConflicted(true))
	h.alice.Clicks("Merge")
	h.alice.Submits(nil)
	require.NotEmpty(t, h.alice.Dialog().Error)
	require.NotContains(t, h.alice.Dialog().Error, "went wrong")
	h.alice.Cancels()
	require.NoError(t, h.bitbucket.AddFault(kit.Fault{Match: kit.Match{Event: "pullrequest:rejected"}, Action: kit.Action{Drop: true}}))
	h.happens(pull.Decline("bob"))
	h.alice.Clicks("Approve")
	requireTells(t, lastNote(h.alice), "The pull request is already closed: Declined. The card is up to date now")
	h.passes()
	require.Equal(t, "🚫 Declined · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
}

func TestAnExpiredSignInIsRequestedAgainAndTheClickContinues(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	h.happens(h.bitbucket.ExpireTokens(h.client.ClientID))
	h.alice.Clicks("Approve")
	h.passes()
	require.Equal(t, "👍 Approved · #1 Round half up", heading(h.cardOf("#1", h.backroom)), "a token that ran out is renewed unseen")

	h.happens(h.bitbucket.RevokeGrant("alice", h.client.ClientID))
	h.alice.Chooses("More…", "Withdraw my approval")
	requireTells(t, lastNote(h.alice), "Bitbucket no longer accepts your sign-in. Sign in again; it's done right after that")
	h.signsIn(h.alice)
	h.passes()
	require.Equal(t, "🔀 Open · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
}
