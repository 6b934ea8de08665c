package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	bugs "mattermost-plugin-zoom/sandbox/sentry"
)

// missed has an error happen in a project whose only delivery gets lost.
func (h *bugHost) missed(project *bugs.ProjectHandle, e bugs.Error) *bugs.Issue {
	h.t.Helper()
	require.NoError(h.t, h.sentry.AddFault(kit.Fault{Match: kit.Match{Event: "issue.created"}, Action: kit.Action{Drop: true}}))
	issue, err := project.Error(e)
	h.happens(err)
	h.sentry.ClearFaults()
	return issue
}

func TestSeersPullRequestReachesTheProjectsChannel(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	require.NoError(t, h.sentry.Select("chat", "seer", "preprod_artifact"))
	issue := h.missed(h.web, bugs.Error{Type: "KeyError", Value: "basket", Culprit: "shop.cart in total"})
	pulls := map[string]any{"pull_requests": []any{map[string]any{
		"pull_request": map[string]any{"pr_number": 12, "pr_url": "https://github.com/acme/web/pull/12", "pr_id": 1}, "repo_name": "acme/web", "provider": "github",
	}}}
	h.happens(issue.Seer("pr_created", pulls))
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.card(h.town).Text(), "KeyError: basket", "Seer opened a pull request: acme/web#12")
	require.Contains(t, h.said(), "https://github.com/acme/web/pull/12")
	h.happens(issue.Activity("Watch Seer", "seer_pr_created", map[string]any{"pull_requests": []any{map[string]any{
		"repo_name": "acme/web", "url": "https://github.com/acme/web/pull/12",
	}}}))
	require.Len(t, cards(h.town), 1)
	require.Equal(t, 1, strings.Count(h.said(), "pull/12"), "an alert repeats it: %s", h.said())

	ops, err := h.sentry.Project("acme", "ops")
	require.NoError(t, err)
	other, err := ops.Error(bugs.Error{Type: "KeyError", Value: "in another project"})
	h.happens(err)
	h.happens(other.Seer("pr_created", pulls))
	require.Len(t, cards(h.town), 1, "another project's issue isn't for this channel")
}

func TestAMobileBuildReachesTheProjectsChannel(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	require.NoError(t, h.sentry.Select("chat", "preprod_artifact"))
	h.happens(h.web.Build("size_analysis_completed", map[string]any{"installSize": 30806016, "appInfo": map[string]any{"name": "Shop", "version": "1.4"}}))
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.card(h.town).Text(), "Size analyzed", "Shop 1.4", "30.8 MB")
}

func TestFeedbackShowsWhatTheUserWrote(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	_, err := h.web.Error(bugs.Error{
		Message: "User Feedback: Bug report", Value: "The checkout button\ndoesn't work", Category: "feedback", Level: "info", User: "carol@customer.example",
	})
	h.happens(err)
	requireTells(t, h.card(h.town).Text(), "The checkout button", "doesn't work")
	require.NotContains(t, h.card(h.town).Text(), "carol@")
}

func TestADeletedCommentPostsNothingWhereTheIssueHasNoCard(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	issue, err := h.web.Error(bugs.Error{Message: "before anybody followed it"})
	require.NoError(t, err)
	id, err := issue.Comment("bob", "never mind")
	require.NoError(t, err)
	h.sentry.Advance(time.Hour)
	h.connects(h.alice, "acme web", h.town)
	h.happens(issue.DeleteComment(id))
	require.Empty(t, cards(h.town))
	id, err = issue.Comment("bob", "or do")
	h.happens(err)
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.card(h.town).Text(), "before anybody followed it")
	h.happens(issue.DeleteComment(id))
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.said(), "Bob deleted a comment")
}

func TestTheMinimumLevelAppliesToCommentsAndSeer(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	require.NoError(t, h.sentry.Select("chat", "seer"))
	h.alice.Types("/sentry configure", h.town)
	h.alice.Submits(map[string]any{"filter_level": "fatal"})
	require.Nil(t, h.alice.Dialog())
	for _, known := range []bool{true, false} {
		e := bugs.Error{Message: "slow", Level: "warning"}
		if !known {
			e.Message = "slower"
		}
		issue := h.missed(h.web, e)
		if known {
			h.happens(issue.Resolve("bob", ""))
		}
		_, err := issue.Comment("bob", "who cares")
		h.happens(err)
		h.happens(issue.Seer("root_cause_started", nil))
		require.Empty(t, cards(h.town), "a warning isn't fatal, known: %v", known)
	}
	fatal := h.missed(h.web, bugs.Error{Message: "down", Level: "fatal"})
	h.happens(fatal.Seer("root_cause_started", nil))
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.card(h.town).Text(), "down", "Fatal")
}
