package bitbucket

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// push pushes one commit and returns its hash.
func (w *testEnv) push(branch, message string) string {
	w.t.Helper()
	w.sbx.Advance(time.Minute)
	hash, err := w.repo.Push(sandbox.Push{By: "ada", Branch: branch, From: "main", Commits: []string{message}})
	require.NoError(w.t, err)
	return hash
}

func (w *testEnv) build(hash, key, state, ref string) {
	w.t.Helper()
	w.sbx.Advance(time.Minute)
	require.NoError(w.t, w.repo.Status(sandbox.Status{
		Hash: hash, Key: key, Name: key, State: state, URL: "https://ci.example.com/" + key + "/" + hash, Ref: ref,
	}))
}

func TestABuildIsFixedAfterThreeFailures(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.Cloud, "acme")
	w.install()
	for range 3 {
		w.build(w.push("main", "Try"), "unit", "FAILED", "main")
	}
	hash := w.push("main", "Mend")
	w.build(hash, "unit", "INPROGRESS", "main")
	w.build(hash, "unit", "SUCCESSFUL", "main")
	card := w.card(commitSubject(hash))
	require.Equal(t, "Passed", w.text(card.State))
	require.Contains(t, w.text(card.Text), "Fixed after 3 failures.")
	require.Equal(t, kindFixed, w.kinds[len(w.kinds)-1])
	require.Zero(t, w.refused, "every delivery was signed with our secret")
}

func TestAllBuildsOfACommitAreOneCard(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.Cloud, "acme")
	w.install()
	hash := w.push("main", "Six builds")
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		w.build(hash, key, "SUCCESSFUL", "main")
	}
	w.build(hash, "lint", "FAILED", "main")
	require.Contains(t, w.text(w.card(commitSubject(hash)).Text), "5 of 6 passed, lint failed")
}

func TestARerunReplacesTheFailedPipeline(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.Cloud, "acme")
	w.install()
	hash := w.push("main", "Flaky")
	run, err := w.repo.RunPipeline("main", "ada")
	require.NoError(t, err)
	w.sbx.Advance(time.Minute)
	require.NoError(t, run.Finish("FAILED"))
	w.sbx.Advance(time.Minute)
	card := w.card(commitSubject(hash))
	require.Equal(t, "Failed", w.text(card.State))
	require.Equal(t, actionRerun, card.Actions[0].ID)

	response, err := w.click("bob", commitSubject(hash), actionRerun, nil, false)
	require.NoError(t, err)
	require.Contains(t, w.text(response.Reply.Text), "Bob reran Pipeline for main.")
	require.Equal(t, "Running", w.text(w.card(commitSubject(hash)).State))
	w.sbx.Advance(time.Minute)
	require.NoError(t, w.repo.FinishPipeline(0, "SUCCESSFUL"))
	require.Contains(t, w.text(w.card(commitSubject(hash)).Text), "Fixed after 1 failure.")
	_, err = w.click("bob", commitSubject(hash), actionRerun, nil, false)
	require.Equal(t, fault.TooLate, fault.CodeOf(err))
}

// openPull opens a pull request with a failed build.
func (w *testEnv) openPull() *sandbox.Pull {
	w.t.Helper()
	hash := w.push("feature/x", "Round")
	p, err := w.repo.OpenPullRequest(sandbox.PullRequest{By: "ada", Title: "Round it", Source: "feature/x", Reviewers: []string{"bob"}})
	require.NoError(w.t, err)
	if w.site.Kind == kindCloud {
		w.build(hash, "unit", "FAILED", "feature/x")
	}
	return p
}

func TestAPullRequestFromOpenToMergedIsOneCardInBothProducts(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		w := newTestEnv(t, kind, "acme")
		w.install()
		p := w.openPull()
		if kind == sandbox.Cloud {
			require.Contains(t, w.field(w.card("pull/1"), "Builds"), "unit failed", "its card shows the builds of its last commit")
		}
		w.sbx.Advance(time.Minute)
		response, err := w.click("bob", "pull/1", actionReject, nil, false)
		require.NoError(t, err)
		require.Len(t, response.Events, 1)
		require.Equal(t, "Changes requested", w.text(w.card("pull/1").State))
		w.push("feature/x", "Round up")
		require.Empty(t, w.field(w.card("pull/1"), "Builds"), "those of the commit before are no more of interest")
		response, err = w.click("bob", "pull/1", actionComment, map[string]string{fieldText: "Better"}, true)
		require.NoError(t, err)
		require.Len(t, response.Events, 1)
		require.Equal(t, []string{"Better"}, p.Comments())
		_, err = w.click("bob", "pull/1", actionApprove, nil, false)
		require.NoError(t, err)
		require.Equal(t, "Approved", w.text(w.card("pull/1").State))

		response, err = w.click("ada", "pull/1", actionMerge, nil, false)
		require.NoError(t, err)
		require.NotNil(t, response.Form, "it asks how")
		strategy := response.Form.Fields[0].Default
		_, err = w.click("ada", "pull/1", actionMerge, map[string]string{fieldStrategy: strategy, fieldMessage: "Done"}, true)
		require.NoError(t, err)
		require.Equal(t, "MERGED", p.State())
		card := w.card("pull/1")
		require.Equal(t, "Merged", w.text(card.State))
		require.Empty(t, card.Actions)
		var told []string
		for _, line := range w.thread("pull/1") {
			require.NotContains(t, told, line, "what is done by a button and then delivered is told once")
			told = append(told, line)
		}
		require.Contains(t, told, ":white_check_mark: Ada merged it into `main`.")
		require.Contains(t, told, "Bob commented: Better")
		_, err = w.click("ada", "pull/1", actionApprove, nil, false)
		require.Equal(t, fault.TooLate, fault.CodeOf(err))
	}
}

func TestAChangedPullRequestIsShownInsteadOfMerged(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		w := newTestEnv(t, kind, "acme")
		w.install()
		p := w.openPull()
		require.NoError(t, w.repo.LoseHooks(), "no delivery tells of it")
		w.push("feature/x", "Sneak in")
		response, err := w.click("bob", "pull/1", actionMerge, map[string]string{fieldStrategy: defaultStrategy}, true)
		require.NoError(t, err)
		require.Contains(t, w.text(response.Note), "new commits")
		require.Equal(t, "OPEN", p.State())
		require.NoError(t, p.Decline("ada"))
		for _, action := range []string{actionApprove, actionMerge} {
			state := w.subjects["pull/1"]
			response, err = w.click("bob", "pull/1", action, nil, false)
			require.NoError(t, err, action)
			require.Contains(t, w.text(response.Note), "already closed: Declined")
			require.Equal(t, "Declined", w.text(w.card("pull/1").State))
			w.subjects["pull/1"] = state
		}
	}
}

func TestDecliningAsksForConfirmation(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.DataCenter, "acme")
	w.install()
	p := w.openPull()
	response, err := w.click("ada", "pull/1", actionDecline, nil, false)
	require.NoError(t, err)
	require.NotNil(t, response.Form)
	require.Equal(t, "OPEN", p.State())
	_, err = w.click("ada", "pull/1", actionDecline, nil, true)
	require.NoError(t, err)
	require.Equal(t, "DECLINED", p.State())
	require.Equal(t, "Declined", w.text(w.card("pull/1").State))
}

func TestACommentIsRepliedToFromTheThread(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.Cloud, "acme")
	w.install()
	p := w.openPull()
	_, err := p.Comment(sandbox.Comment{By: "cyd", Text: "Why?", Path: "a.go", Line: 3})
	require.NoError(t, err)
	replies := w.replies["pull/1"]
	button := replies[len(replies)-1].Actions[0]
	require.Equal(t, actionReply, button.ID)
	response, err := w.click("bob", "pull/1", button.ID, button.Values, false)
	require.NoError(t, err)
	require.Equal(t, "Reply to comment", w.text(response.Form.Title))
	answer := map[string]string{valueComment: button.Values[valueComment], fieldText: "Because."}
	_, err = w.click("bob", "pull/1", button.ID, answer, true)
	require.NoError(t, err)
	require.Equal(t, []string{"Why?", "Because."}, p.Comments())
	answer[fieldText] = " "
	_, err = w.click("bob", "pull/1", button.ID, answer, true)
	var slip *provider.FieldError
	require.ErrorAs(t, err, &slip)
	require.Equal(t, fieldText, slip.Field)
}

func TestAReviewIsWithdrawnByItsAuthor(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.Cloud, "acme")
	w.install()
	w.openPull()
	_, err := w.click("bob", "pull/1", actionApprove, nil, false)
	require.NoError(t, err)
	more := map[string]string{valueSelected: choiceRetract}
	response, err := w.click("cyd", "pull/1", actionMore, more, false)
	require.NoError(t, err)
	require.Contains(t, w.text(response.Note), "no review to withdraw")
	_, err = w.click("bob", "pull/1", actionMore, more, false)
	require.NoError(t, err)
	require.Equal(t, "Open", w.text(w.card("pull/1").State))
	_, err = w.click("bob", "pull/1", "fly", nil, false)
	require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	_, err = w.click("cyd", "pull/1", actionDecline, nil, true)
	require.Equal(t, fault.ProviderForbidden, fault.CodeOf(err), "Cyd may only read")
}
