package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	bugs "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// failing has the town follow the web shop, in which an error happens.
func failing(t *testing.T) (h *bugHost, issue *bugs.Issue) {
	t.Helper()
	h = newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	return h, h.fails(h.web, "ValueError", "discount twice")
}

// clickPause is more than the time within which a second click is taken for a slip.
const clickPause = 5 * time.Second

// at returns how the issue is at Sentry.
func (h *bugHost) at(issue *bugs.Issue) bugs.IssueState {
	h.t.Helper()
	state, err := issue.State()
	require.NoError(h.t, err)
	return state
}

// option returns the value of a choice in the user's open form.
func option(u *mmtest.User, field, label string) string {
	for _, o := range u.Field(field).Options {
		if o.Text == label {
			return o.Value
		}
	}
	return "no choice " + label
}

// said is the thread of the town's newest card.
func (h *bugHost) said() string {
	h.t.Helper()
	all := cards(h.town)
	return strings.Join(thread(all[len(all)-1], h.town), "\n")
}

func TestS12AnIssueIsAssignedToAPersonATeamOrNoOne(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	h.alice.Clicks("Assign")
	h.alice.Submits(map[string]any{"assignee": option(h.alice, "assignee", "Bob")})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Equal(t, "bob", h.at(issue).Assignee)
	requireSays(t, h.said(), "Alice assigned this issue to Bob")
	requireSays(t, h.card(h.town).Text(), "Bob")

	h.later(clickPause)
	h.alice.Clicks("Assign")
	h.alice.Submits(map[string]any{"assignee": option(h.alice, "assignee", "#shop")})
	h.passes()
	require.Equal(t, "#shop", h.at(issue).Assignee)
	requireSays(t, h.said(), "Alice assigned this issue to team shop")

	h.later(clickPause)
	h.alice.Clicks("Assign")
	h.alice.Submits(map[string]any{"other": "nobody with this name"})
	require.NotEmpty(t, h.alice.Dialog().Errors["other"])
	h.alice.Submits(map[string]any{"other": "", "assignee": "nobody"})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Empty(t, h.at(issue).Assignee)
	require.Len(t, cards(h.town), 1)
}

func TestS12AnIssueIsArchivedForTheSelectedTime(t *testing.T) {
	t.Parallel()
	for label, wanted := range map[string]struct {
		substatus, detail string
	}{
		"Until it escalates":              {"archived_until_escalating", ""},
		"Forever":                         {"archived_forever", ""},
		"For an hour":                     {"archived_until_condition_met", "ignoreDuration"},
		"Until it happens 100 more times": {"archived_until_condition_met", "ignoreCount"},
		"Until it affects 10 more users":  {"archived_until_condition_met", "ignoreUserCount"},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			h, issue := failing(t)
			h.alice.Chooses("Archive…", label)
			h.passes()
			state := h.at(issue)
			require.Equal(t, bugs.StatusIgnored, state.Status)
			require.Equal(t, wanted.substatus, state.Substatus)
			if wanted.detail != "" {
				require.Contains(t, state.Details, wanted.detail)
			}
			require.Contains(t, heading(h.card(h.town)), "Archived")
			requireSays(t, h.said(), "Alice archived this issue")
			h.alice.Clicks("Unresolve")
			h.passes()
			require.Equal(t, "unresolved", h.at(issue).Status)
		})
	}
}

func TestS12ACommentIsInSentryAndInTheThreadOnce(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	h.alice.Clicks("Comment")
	h.alice.Submits(map[string]any{"text": "  "})
	require.NotEmpty(t, h.alice.Dialog().Errors["text"])
	h.alice.Submits(map[string]any{"text": "Fixed by the *next* deploy"})
	require.Nil(t, h.alice.Dialog())
	h.passes()
	require.Equal(t, []string{"Fixed by the *next* deploy"}, h.at(issue).Comments)
	require.Equal(t, []string{"alice"}, h.at(issue).Authors)
	require.Equal(t, 1, strings.Count(h.said(), "deploy"), "Sentry's own event adds nothing: %s", h.said())

	id, err := issue.Comment("bob", "It is <!channel> @all")
	h.happens(err)
	requireTells(t, h.said(), "Bob", "It is")
	h.happens(issue.EditComment(id, "It was the cache"))
	requireTells(t, h.said(), "It was the cache")
	h.happens(issue.DeleteComment(id))
	require.Len(t, cards(h.town), 1)
}

func TestS12ResolvingNamesTheRelease(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	h.alice.Clicks("Resolve in next release")
	h.passes()
	require.Equal(t, bugs.StatusResolved, h.at(issue).Status)
	require.Contains(t, heading(h.card(h.town)), "Resolved")
	requireTells(t, h.card(h.town).Text()+h.said(), "next release")

	other := h.fails(h.web, "KeyError", "basket")
	h.happens(other.Resolve("bob", "shop@1.3"))
	requireTells(t, cards(h.town)[1].Text()+h.said(), "Bob", "shop@1.3")
}

// Someone without an account clicks a button; it is carried out after they have signed in, as them.
func TestAUserWithoutAnAccountSignsInAndTheirClickContinues(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	h.bob.Chooses("Archive…", "Forever")
	require.NotEmpty(t, h.asked(h.bob), lastNote(h.bob))
	require.Equal(t, "unresolved", h.at(issue).Status, "nothing happens as another")
	require.Equal(t, http.StatusOK, h.signsIn(h.bob).Status)
	h.passes()
	require.Equal(t, "archived_forever", h.at(issue).Substatus)
	requireSays(t, h.said(), "Bob archived this issue")

	h.carol.Clicks("Unresolve") // who is at Sentry, and not in the organization
	require.NotEmpty(t, h.asked(h.carol), lastNote(h.carol))
	h.signsIn(h.carol)
	h.passes()
	require.Equal(t, bugs.StatusIgnored, h.at(issue).Status)
	require.NotContains(t, h.said(), "Carol")
}

func TestAnEarlierActionInSentryIsCreditedToItsUser(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	h.mm.Set(map[string]any{"EnableSentry": false}) // so that the plugin gets no event
	require.Eventually(t, func() bool { return h.mm.Command("sentry") == nil }, patience, tick)
	h.happens(issue.Resolve("bob", ""))
	h.switches(map[string]any{"EnableSentry": true}, "sentry")
	h.alice.Clicks("Resolve")
	requireTells(t, lastNote(h.alice), "Resolved")
	h.passes()
	require.Contains(t, heading(h.card(h.town)), "Resolved")
	require.NotContains(t, h.said(), "Alice resolved")
}

// The affected user is shown only if an admin enables it.
func TestTheUserOfAnEventIsShownOnlyIfEnabled(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	hit := bugs.Error{
		Type: "ValueError", Value: "discount twice", Level: "error", Culprit: "shop.cart", Release: "shop@1.2", Environment: "production",
		User: "grace@customer.example", IP: "203.0.113.7",
		Frames: []bugs.Frame{{File: "shop/cart.py", Function: "total", Line: 7, Code: "raise ValueError", InApp: true, Vars: map[string]string{"card": "4111-1111"}}},
	}
	personal := []string{"grace@", "customer.example", "203.0.113.7", "4111-1111"}
	everything := func() string {
		all := []string{}
		for _, p := range h.town.Posts() {
			all = append(all, p.Text())
		}
		for key, raw := range h.mm.KV.Dump() {
			if strings.HasPrefix(key, "sbj.") {
				all = append(all, string(raw))
			}
		}
		return strings.Join(all, "\n")
	}
	alert := bugs.AlertRule{Name: "Shop is down", Integration: "chat"}
	require.NoError(t, h.web.SetRules(alert))
	_, err := h.web.Error(hit)
	h.happens(err)
	require.Len(t, cards(h.town), 1)
	for _, word := range personal {
		require.NotContains(t, everything(), word)
	}

	h.mm.Set(map[string]any{"SentryPersonalData": true})
	hit.Type = "KeyError"
	_, err = h.web.Error(hit)
	h.happens(err)
	require.Len(t, cards(h.town), 2)
	require.Contains(t, strings.ReplaceAll(everything(), "\u200b", ""), "grace@")
	require.NotContains(t, everything(), "4111-1111", "what a program held in its variables is never shown")
}

func TestAMetricAlertIsOneCard(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	alert := bugs.MetricAlert{Rule: "Error rate", Projects: []string{"web"}, Text: "12 errors in 5 minutes"}
	var err error
	turns := func(status string) {
		alert.Action = status
		alert.ID, err = h.sentry.Metric("acme", alert)
		h.happens(err)
	}
	turns("warning")
	require.Contains(t, heading(h.card(h.town)), "Warning")
	turns("critical")
	require.Contains(t, heading(h.card(h.town)), "Critical")
	turns("resolved")
	require.Contains(t, heading(h.card(h.town)), "Resolved")
	require.Len(t, cards(h.town), 1)
	requireTells(t, h.said(), "Critical", "Resolved")
	turns("critical")
	require.Len(t, cards(h.town), 2, "what was over and is back surfaces again")
}

func TestRepliesInAnIssuesThreadBecomeComments(t *testing.T) {
	t.Parallel()
	h, issue := failing(t)
	card := h.card(h.town)
	h.alice.Says("Only here", card)
	h.alice.Types("/sentry configure", h.town)
	h.alice.Submits(map[string]any{"notes": true})
	require.Nil(t, h.alice.Dialog())
	h.alice.Says("The cache  is\nstale", card)
	h.passes()
	require.Equal(t, []string{"The cache  is\nstale"}, h.at(issue).Comments)
	require.Equal(t, []string{"alice"}, h.at(issue).Authors)
	require.Equal(t, 1, strings.Count(h.said(), "stale"), h.said())
	h.bob.Says("I clear it", card)
	require.NotEmpty(t, h.asked(h.bob))
	require.Equal(t, http.StatusOK, h.signsIn(h.bob).Status)
	h.later(time.Minute)
	require.Equal(t, []string{"alice", "bob"}, h.at(issue).Authors)
	require.Equal(t, 1, strings.Count(h.said(), "I clear it"), h.said())
}

func TestAFilterDropsOnlyOtherValues(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.town)
	h.alice.Types("/sentry configure", h.town)
	for _, field := range []string{"filter_environment", "filter_release"} {
		require.Contains(t, h.alice.Field(field).HelpText, "are always shown", field)
	}
	h.alice.Submits(map[string]any{"filter_release": "shop@2.*"})
	h.fails(h.web, "ValueError", "the webhook of an issue names no release")
	require.Len(t, cards(h.town), 1)
}
