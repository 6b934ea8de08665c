package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

// dataCenters are versions whose deliveries write dates in both forms, with repositories of projects and of a person's own.
func dataCenters() map[string][2]string {
	return map[string][2]string{
		"7.21, dates as numbers": {"7.21.0", "ACME"}, "9.4, dates as numbers": {"9.4.0", "ACME"}, "10, dates as text": {"10.0.1", "ACME"},
		"9.4, a person's own": {"9.4.0", "~alice"}, "10, a person's own": {"10.0.1", "~alice"},
	}
}

func TestPullRequestsOfAnyDataCenterVersionAreShown(t *testing.T) {
	t.Parallel()
	for name, of := range dataCenters() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, of[0], of[1])
			h.follows(h.backroom)
			pull := h.proposes("Round half up")
			card := h.cardOf("#1", h.backroom)
			require.Equal(t, "🔀 Open · #1 Round half up", heading(card))
			requireTells(t, card.Text(), "Bob\n", "feature/rounding → main", "Alice (pending)", "/web · "+h.mm.Now().UTC().Format("2006-01-02"))
			dates := regexp.MustCompile(`"(?:created|updated)Date":(.)`).FindStringSubmatch(h.lastBody("pr:opened"))
			require.NotNil(t, dates)
			require.Equal(t, strings.HasPrefix(of[0], "10."), dates[1] == `"`, "the story is about dates, too")

			h.happens(pull.RequestChanges("alice"))
			require.Equal(t, "⚠️ Changes requested · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
			h.happens(pull.Edit("bob", "Round half even", ""))
			_, err := pull.Comment(code.Comment{By: "carol", Text: "Nice", Path: "round.go", Line: 12})
			h.happens(err)
			h.happens(pull.Withdraw("alice"))
			h.happens(pull.Approve("alice"))
			require.Equal(t, "👍 Approved · #1 Round half even", heading(h.cardOf("#1", h.backroom)))
			h.happens(pull.Merge("alice", ""))
			card = h.cardOf("#1", h.backroom)
			require.Equal(t, "✅ Merged · #1 Round half even", heading(card))
			requireTells(t, card.Text(), "Merged by Alice.")
			require.Equal(t, []string{
				":warning: Alice requested changes.", "Bob changed the title: Round half even", "Carol commented on `round.go:12`: Nice",
				"Alice withdrew the review.", ":white_check_mark: Alice approved.", ":white_check_mark: Alice merged it into `main`.",
			}, thread(card, h.backroom))
		})
	}
}

// lastBody returns the body of the event's newest delivery.
func (h *codeHost) lastBody(event string) string {
	body := ""
	for _, d := range h.bitbucket.Deliveries() {
		if d.Event == event {
			body = string(d.Body)
		}
	}
	return body
}

func TestADataCenterIsConnectedByAnyFormOfURL(t *testing.T) {
	t.Parallel()
	for owner, addresses := range map[string][]string{
		"ACME":   {"/projects/ACME/repos/web/browse", "/projects/acme/repos/web/pull-requests/1/overview", "/scm/acme/web.git", "/rest/api/1.0/projects/ACME/repos/web"},
		"~alice": {"/users/alice/repos/web/browse", "/scm/~alice/web.git", "/projects/~alice/repos/web"},
	} {
		t.Run(owner, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, "9.4.0", owner)
			h.follows(h.backroom)
			for _, below := range addresses {
				h.alice.Types("/bitbucket connect "+h.site+below, h.backroom)
				requireTells(t, lastNote(h.alice), "is already connected to", "/web")
			}
			git, _, _ := strings.Cut(strings.TrimPrefix(h.site, "http://"), ":")
			h.alice.Types("/bitbucket connect ssh://git@"+git+":7999/"+strings.ToLower(owner)+"/web.git", h.backroom)
			requireTells(t, lastNote(h.alice), "is already connected to", "/web")
			hooks := h.repo.Hooks()
			require.Len(t, hooks, 1)
			require.True(t, hooks[0].SecretSet)
			require.Contains(t, hooks[0].Events, "pr:reviewer:needs_work")
			h.happens(h.repo.Ping())
			h.alice.Types("/bitbucket status", h.backroom)
			requireTells(t, lastNote(h.alice), "Connection test", "The webhook in Bitbucket is OK")
			h.alice.Types("/bitbucket disconnect", h.backroom)
			h.alice.Clicks("Disconnect")
			require.Empty(t, h.repo.Hooks())
		})
	}
}

func TestADataCentersBuildsAreFetchedAfterPushes(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"9.4.0", "10.0.1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, version, "ACME")
			h.follows(h.backroom)
			h.proposes("Round half up")
			hash := h.repo.Head("feature/rounding")
			sent := len(h.bitbucket.Deliveries())
			h.reports(hash, "unit", code.InProgress, "feature/rounding")
			h.reports(hash, "lint", code.InProgress, "feature/rounding")
			require.Len(t, h.bitbucket.Deliveries(), sent, "it sends none by itself")
			h.later(time.Minute)
			requireTells(t, h.cardOf("#1", h.backroom).Text(), "Builds: 0 of 2 passed, 2 running")
			h.reports(hash, "unit", code.Failed, "feature/rounding")
			h.reports(hash, "lint", code.Successful, "feature/rounding")
			h.later(time.Minute)
			card := h.cardOf("#1", h.backroom)
			requireTells(t, card.Text(), "Builds: 1 of 2 passed, unit failed")
			requireTells(t, strings.Join(thread(card, h.backroom), "\n"), ":x: unit failed")

			for range 4 {
				h.later(10 * time.Minute)
			}
			before := h.lookups()
			h.later(10 * time.Minute)
			require.Equal(t, before, h.lookups(), "what is finished is looked up no more")
			h.happens(h.repo.Pull(1).Approve("alice"))
			h.later(10 * time.Minute)
			require.Equal(t, before, h.lookups(), "nor after events without commits")

			hash = h.pushes("feature/rounding", "Mend")
			h.reports(hash, "unit", code.Successful, "feature/rounding")
			h.later(time.Minute)
			requireTells(t, h.cardOf("#1", h.backroom).Text(), "Builds: The build passed\nFixed after 1 failure")
			require.Equal(t, "✅ Passed · Mend", heading(h.cardOf("Mend", h.backroom)))
		})
	}
}

// lookups counts how often Bitbucket was asked for builds.
func (h *codeHost) lookups() int {
	n := 0
	for _, entry := range h.bitbucket.Journal(kit.Filter{Kind: kit.EntryRequest, Method: http.MethodGet}) {
		if strings.Contains(entry.Path, "/builds") || strings.Contains(entry.Path, "build-status") {
			n++
		}
	}
	return n
}

func TestCloudIsNeverAskedForBuilds(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.bitbucket.ClearJournal()
	h.reports(h.pushes("main", "Round half up"), "unit", code.Successful, "main")
	for range 3 {
		h.later(time.Hour)
	}
	require.Empty(t, h.bitbucket.Journal(kit.Filter{Kind: kit.EntryRequest}), "a thousand requests an hour are all that people have")
}

func TestInADataCenterUsersActAsThemselves(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"9.4.0", "10.0.1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			h := newDataCenter(t, version, "ACME")
			h.follows(h.backroom)
			pull := h.proposes("Round half up")
			h.alice.Clicks("Request changes")
			h.passes()
			require.Equal(t, "⚠️ Changes requested · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
			h.alice.Clicks("Approve")
			h.passes()
			require.Equal(t, "👍 Approved · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
			h.carol.Clicks("Comment")
			h.signsIn(h.carol)
			h.carol.Clicks("Add comment")
			h.carol.Submits(map[string]any{"text": "Well done"})
			h.passes()
			require.Equal(t, []string{"Well done"}, pull.Comments())
			h.carol.Clicks("Merge")
			h.carol.Submits(nil)
			require.NotEmpty(t, h.carol.Dialog().Error)
			require.NotContains(t, h.carol.Dialog().Error, "went wrong")
			h.carol.Cancels()
			require.Equal(t, "OPEN", pull.State())

			h.bob.Clicks("Merge")
			h.signsIn(h.bob)
			h.bob.Clicks("Merge pull request")
			var strategies []string
			for _, o := range h.bob.Field("strategy").Options {
				strategies = append(strategies, o.Value)
			}
			require.Contains(t, strategies, "squash")
			h.bob.Submits(map[string]any{"strategy": "squash"})
			require.Nil(t, h.bob.Dialog())
			h.passes()
			require.Equal(t, "MERGED", pull.State())
			card := h.cardOf("#1", h.backroom)
			require.Equal(t, "✅ Merged · #1 Round half up", heading(card))
			said := thread(card, h.backroom)
			require.Equal(t, ":white_check_mark: Bob merged it into `main`.", said[len(said)-1])
			require.Len(t, said, 4, "each once: %q", said)
		})
	}
}

func TestADataCenterWithoutAnOAuthClientIsUsedWithTokens(t *testing.T) {
	t.Parallel()
	h := newCodeHost(t, code.Options{Kind: code.DataCenter, Version: "10.0.1"}, "ACME")
	h.admin.Types("/bitbucket setup", h.town)
	h.admin.Submits(map[string]any{"kind": "datacenter", "url": h.site})
	require.Nil(t, h.admin.Dialog())
	token, err := h.repo.AccessToken(code.RightAdmin)
	require.NoError(t, err)
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	require.NotNil(t, h.alice.Dialog(), lastNote(h.alice))
	require.Equal(t, h.url(""), h.alice.Field("address").Default)
	h.alice.Submits(map[string]any{"token": token})
	require.Nil(t, h.alice.Dialog(), "%+v", h.alice.Dialog())
	requireTells(t, lastNote(h.alice), "This channel now follows")
	h.passes()
	pull := h.proposes("Round half up")
	h.reports(h.repo.Head("feature/rounding"), "unit", code.Failed, "feature/rounding")
	h.later(time.Minute)
	requireTells(t, h.cardOf("#1", h.backroom).Text(), "unit failed")

	h.bob.Clicks("Approve") // with a token of his own
	requireTells(t, lastNote(h.bob), "enter an access token of your Bitbucket account")
	h.bob.Clicks("Enter access token")
	h.bob.Submits(map[string]any{"token": "token-of-bob-mistyped"})
	require.Contains(t, h.bob.Dialog().Errors["token"], "no longer accepts")
	h.bob.Submits(map[string]any{"token": "token-of-alice"}) // bob can't approve his own pull request there
	require.Nil(t, h.bob.Dialog())
	h.passes()
	require.Equal(t, "👍 Approved · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
	require.Equal(t, "OPEN", pull.State())
}

func TestAnUpgradedDataCenterKeepsWorking(t *testing.T) {
	t.Parallel()
	h := newDataCenter(t, "9.4.0", "ACME")
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	h.bitbucket.SetVersion("10.0.1")
	h.happens(pull.Approve("alice"))
	h.happens(pull.Merge("alice", ""))
	require.Equal(t, "✅ Merged · #1 Round half up", heading(h.cardOf("#1", h.backroom)))
}
