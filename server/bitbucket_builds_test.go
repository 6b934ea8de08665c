package main

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
)

func TestAllStatusesOfACommitAreOnOneCard(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	hash := h.pushes("main", "Round half up")
	builds := []string{"lint", "unit", "e2e", "docs", "image", "scan"}
	for _, build := range builds {
		h.reports(hash, build, code.InProgress, "main")
	}
	card := h.card(h.backroom)
	require.Equal(t, "⏳ Running · Round half up", title(card))
	requireTells(t, card.Text(), "0 of 6 passed, 6 running")
	for _, build := range builds[1:] {
		h.reports(hash, build, code.Successful, "main")
	}
	h.reports(hash, "lint", code.Failed, "main")
	card = h.card(h.backroom)
	require.Equal(t, "❌ Failed · Round half up", title(card))
	requireTells(t, card.Text(), "5 of 6 passed, lint failed", "Branch: main", ":x: lint failed\n:white_check_mark: docs passed")
	require.Equal(t, []string{":x: [lint](https://ci.example.com/web/lint) failed."}, thread(card, h.backroom))

	h.reports(hash, "lint", code.InProgress, "main") // again, under the same key
	requireTells(t, h.card(h.backroom).Text(), "5 of 6 passed, 1 running")
	h.reports(hash, "lint", code.Successful, "main")
	card = h.card(h.backroom)
	require.Equal(t, "✅ Passed · Round half up", title(card))
	requireTells(t, card.Text(), "All 6 builds passed", "Fixed after 1 failure")
	require.Len(t, h.backroom.Posts(), 1+1+2, "what alice did, the card, and two lines in its thread")
}

func TestAFixedBuildSaysAfterHowManyFailures(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.reports(h.pushes("main", "Fine"), "unit", code.Successful, "main")
	for _, commit := range []string{"Break", "Try", "Try again"} {
		h.reports(h.pushes("main", commit), "unit", code.Failed, "main")
		h.reports(h.pushes("other", "Elsewhere: "+commit), "unit", code.Successful, "other") // which fixes nothing here
	}
	requireTells(t, h.cardOf("Failed · Try again", h.backroom).Text(), "0 of 1 passed, unit failed", "Failed 3 times in a row")
	h.reports(h.pushes("main", "Mend"), "unit", code.Successful, "main")
	card := h.cardOf("Mend", h.backroom)
	require.Equal(t, "✅ Passed · Mend", title(card))
	requireTells(t, card.Text(), "The build passed", "Fixed after 3 failures")
	requireTells(t, strings.Join(thread(card, h.backroom), "\n"), "unit passed: fixed after 3 failures")
	h.reports(h.pushes("main", "More"), "unit", code.Successful, "main")
	require.NotContains(t, h.cardOf("Passed · More", h.backroom).Text(), "Fixed")
}

func TestResultChangesAndMentionsOfBitbucketBuilds(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.alice.Types("/bitbucket configure", h.backroom)
	h.alice.Submits(map[string]any{"only_turns": true, "events": h.alice.Without("events", "push"), "mention": "here"})
	for _, state := range []string{code.Successful, code.Failed, code.Failed, code.Successful, code.Successful} {
		h.reports(h.pushes("main", "Build "+state), "unit", state, "main")
	}
	require.Equal(t, []string{"❌ Failed · Build FAILED", "✅ Passed · Build SUCCESSFUL"}, titles(h.backroom))
	calls := 0
	for _, p := range h.backroom.Posts() {
		if strings.HasPrefix(p.Message, "@here") {
			calls++
		}
	}
	require.Equal(t, 1, calls)
}

func TestAPipelineIsOneLineOfItsCommitWhicheverRunItIs(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.pushes("main", "Round half up")
	first, err := h.repo.RunPipeline("main", "bob")
	h.happens(err)
	requireTells(t, h.card(h.backroom).Text(), "Running · Round half up", "Pipeline #1 for main is running")
	h.happens(first.Finish(code.Stopped))
	require.Equal(t, "⏹️ Stopped · Round half up", title(h.card(h.backroom)))
	second, err := h.repo.RunPipeline("main", "bob")
	h.happens(err)
	h.happens(second.Finish(code.Failed))
	requireTells(t, h.card(h.backroom).Text(), "Failed · Round half up", "0 of 1 passed", "Pipeline #2 for main failed")
	require.NotContains(t, h.card(h.backroom).Text(), "Pipeline #1", "the newer run takes its place")
}

func TestAFailedPipelineIsRunAgainAsTheUserWhoClicks(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.pushes("main", "Round half up")
	run, err := h.repo.RunPipeline("main", "alice")
	h.happens(err)
	require.NotContains(t, h.card(h.backroom).Buttons(), "Rerun failed pipelines")
	h.happens(run.Finish(code.Failed))

	h.bob.Clicks("Rerun failed pipelines")
	requireTells(t, lastNote(h.bob), "To do this as yourself, sign in to Bitbucket. It's done right after that")
	page := h.signsIn(h.bob)
	require.Equal(t, http.StatusOK, page.Status)
	h.passes()
	card := h.card(h.backroom)
	require.Equal(t, "⏳ Running · Round half up", title(card))
	requireTells(t, card.Text(), "Pipeline #2 for main is running")
	require.Contains(t, thread(card, h.backroom), "Bob reran Pipeline for main.")
	h.happens(h.repo.FinishPipeline(0, code.Successful))
	requireTells(t, h.card(h.backroom).Text(), "Passed · Round half up", "Fixed after 1 failure")
	require.NotContains(t, h.card(h.backroom).Buttons(), "Rerun failed pipelines")

	h.happens(h.failsAgain())
	h.carol.Clicks("Rerun failed pipelines")
	require.Contains(t, html.UnescapeString(h.signsIn(h.carol).Body), "Bitbucket doesn't allow this for the account that was used.")
	h.passes()
	require.Equal(t, "❌ Failed · Round half up", title(h.card(h.backroom)), "carol may only read")
}

// failsAgain makes one more run of the pipeline fail.
func (h *codeHost) failsAgain() error {
	run, err := h.repo.RunPipeline("main", "alice")
	if err != nil {
		return err
	}
	return run.Finish(code.Failed)
}

func TestPushesNameTheirAuthorAndCommits(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.pushes("main", "One", "Two", "Three")
	card := h.card(h.backroom)
	require.Equal(t, "⬆️ Pushed · Three", title(card))
	requireTells(t, card.Text(), "Bob\n", "One – Bob", "Two – Bob", "Three – Bob", "Branch: main", "acme/web")
	h.pushes("main", "1", "2", "3", "4", "5", "6", "7")
	requireTells(t, h.cardOf("Pushed · 7", h.backroom).Text(), "… and more")
	_, err := h.repo.Push(code.Push{By: "bob", Branch: "main", Commits: []string{"Rewritten"}, Force: true})
	h.happens(err)
	require.Equal(t, "⚠️ Force-pushed · Rewritten", title(h.cardOf("Rewritten", h.backroom)))
}

func TestBranchesAndTagsAreCardsOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	tag := func(p code.Push) {
		p.By = "bob"
		_, err := h.repo.Push(p)
		h.happens(err)
	}
	tag(code.Push{Tag: "v1.0", Commits: []string{"Release"}})
	require.Equal(t, "🏷️ Created · v1.0", title(h.cardOf("v1.0", h.backroom)))
	_, err := h.repo.Push(code.Push{By: "bob", Branch: "feature/x"})
	h.happens(err)
	require.NotContains(t, strings.Join(titles(h.backroom), "\n"), "feature/x", "branches are created and deleted often: posted only if selected")

	h.alice.Types("/bitbucket configure", h.backroom)
	h.alice.Submits(map[string]any{"events": h.alice.With("events", "branch")})
	h.pushes("feature/y", "Begin")
	require.Equal(t, "🌱 Created · feature/y", title(h.cardOf("feature/y", h.backroom)))
	tag(code.Push{Branch: "feature/y", Delete: true})
	tag(code.Push{Tag: "v1.0", Delete: true})
	require.Equal(t, "🗑️ Deleted · feature/y", title(h.cardOf("feature/y", h.backroom)))
	card := h.cardOf("v1.0", h.backroom)
	require.Equal(t, "🗑️ Deleted · v1.0", heading(card))
	require.Equal(t, []string{"Bob deleted it."}, thread(card, h.backroom))

	// Several at once, as with git push --all.
	tag(code.Push{Branch: "main", Commits: []string{"Last"}, Also: []code.Push{{Tag: "v1.1", Commits: []string{"Release"}}, {Branch: "feature/z", Commits: []string{"New"}}}})
	require.Equal(t, "⬆️ Pushed · Last", title(h.cardOf("Last", h.backroom)))
	require.Equal(t, "🏷️ Created · v1.1", title(h.cardOf("v1.1", h.backroom)))
	require.Equal(t, "🌱 Created · feature/z", title(h.cardOf("feature/z", h.backroom)))
}

func TestTestPostsASampleAndStatusSaysWhatArrived(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.alice.Types("/bitbucket test", h.backroom)
	requireTells(t, lastNote(h.alice), "A sample card is posted in this channel")
	require.Contains(t, title(h.card(h.backroom)), "Say hello")
	h.alice.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.alice), "The webhook in Bitbucket is OK")
	h.pushes("feature/x", "Begin")
	_, err := h.repo.Push(code.Push{By: "bob", Branch: "feature/x", Delete: true})
	h.happens(err)
	h.zoom.Advance(5 * time.Minute)
	h.alice.Types("/bitbucket status", h.backroom)
	requireTells(t, lastNote(h.alice), "5 min ago: Filtered out – feature/x (Branch added or deleted, signed)", "run /bitbucket configure")
	h.alice.Types("/bitbucket list", h.backroom)
	requireTells(t, lastNote(h.alice), "acme/web", "Connected by @alice", "Webhooks in Bitbucket")
}
