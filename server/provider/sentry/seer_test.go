package sentry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// replyTexts returns the replies of a change in English.
func replyTexts(t *testing.T, c provider.Change) string {
	t.Helper()
	var all []string
	for _, r := range c.Replies {
		all = append(all, strings.TrimSpace(shown(t, chat.Card{Text: r.Text})))
	}
	return strings.ReplaceAll(strings.Join(all, "\n"), "\u200b", "")
}

// step returns a delivery of Seer about issue 4211.
func seerDelivery(t *testing.T, action, data string) provider.Delivery {
	t.Helper()
	d := fixture(t, "seer-cause-started")
	d.Body = []byte(`{"action":"` + action + `","actor":{"id":"sentry","name":"Sentry","type":"application"},"data":{"run_id":1,"group_id":4211` +
		data + `},"installation":{"uuid":"a"}}`)
	return d
}

func TestSeerStepsArePostedOnTheirIssue(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	e := parseOne(t, p, fixture(t, "seer-pull"))
	require.Equal(t, "issue/4211", e.Subject)
	require.Empty(t, e.Resource, "the delivery names no project")
	state, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "seer-pull"))
	require.Equal(t, "web", change.Resource, "but what is known of the issue does")
	require.Equal(t, kindSeer, change.Kind)
	require.Contains(t, replyTexts(t, change), "Seer opened a pull request: [acme/shop#123](https://github.com/acme/shop/pull/123)")
	require.Contains(t, shown(t, cardOf(t, p, state)), "https://github.com/acme/shop/pull/123")
}

func TestTheIssueThatSeerNamesIsLookedUp(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, change := told(t, p, nil, fixture(t, "seer-pull"))
	require.Equal(t, kindSeer, change.Kind)
	require.Contains(t, replyTexts(t, change), "https://github.com/acme/shop/pull/123")
	require.Empty(t, change.Resource, "so nobody who follows a project sees it yet")
	require.Equal(t, []provider.Task{lookupTask("4211")}, change.Tasks)
	found, _ := told(t, p, nil, fixture(t, "seer-cause"))
	require.NotContains(t, string(found), "divides", "what Seer found isn't kept")
	looked := eventData{At: noon().Add(time.Hour), Type: typeLookedUp, Issue: &issue{
		ID: "4211", Project: project{Slug: "web"}, Shown: &snapshot{Title: "Boom", Level: "fatal", Status: statusOpen},
	}}
	e := issueEvent(looked)
	require.Equal(t, "fatal", e.Labels[labelLevel], "filters see what the issue is")
	require.Equal(t, "web", e.Resource)
	change, err := p.Fold(state, nil, e)
	require.NoError(t, err)
	require.Equal(t, "web", change.Resource)
	require.Empty(t, change.Tasks)
	card := cardOf(t, p, change.State)
	require.Equal(t, "Boom", card.Title)
	require.Contains(t, shown(t, card), "https://github.com/acme/shop/pull/123")
}

func TestEachSeerStepHasASentence(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for _, name := range stepNames() {
		_, change := told(t, p, nil, fixture(t, "issue-created"), seerDelivery(t, name, ""))
		require.Contains(t, replyTexts(t, change), "Seer", name)
		require.NotContains(t, replyTexts(t, change), "sentry.seer", name)
		_, change = told(t, p, nil, fixture(t, "issue-created"), activityDelivery(t, "seer_"+strings.Replace(name, "iteration", "pr_iteration", 1), `{}`))
		require.Equal(t, kindSeer, change.Kind, name)
		require.NotContains(t, replyTexts(t, change), "Seer: ", "an alert calls it by the same name: %s", name)
	}
	_, change := told(t, p, nil, fixture(t, "issue-created"), seerDelivery(t, "crystal_ball_polished", ""))
	require.Contains(t, replyTexts(t, change), "Seer: crystal ball polished.")
	for body, want := range map[string]string{
		`,"root_cause":{"one_line_description":"a","five_whys":[]}`:                                           "a",
		`,"root_cause":{"description":"b"}`:                                                                   "b",
		`,"solution":{"one_line_summary":"c","steps":[{"title":"d"}]}`:                                        "c\n1) d",
		`,"changes":[{"repo_name":"acme/web","title":"e"}]`:                                                   "acme/web: e",
		`,"code_changes":{"acme/web":[{"path":"f.go","added":2,"removed":1},{"path":"g.go"}]}`:                "acme/web: f.go +2 -1\nacme/web: g.go +0 -0",
		`,"pull_requests":[{"pull_request":{"pr_url":"https://github.com/a/b/pull/9"}}]`:                      "",
		`,"pull_requests":[{"pull_request":{"pr_url":"javascript:alert(1)"}}],"code_changes":[],"changes":{}`: "",
	} {
		d := seerDelivery(t, "solution_completed", body)
		var n eventData
		require.NoError(t, json.Unmarshal(parseOne(t, p, d).Data, &n))
		require.Equal(t, want, n.Seer.Text, body)
	}
}

func TestASeerStepWithoutAnIssueIsAnUnknownDelivery(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	d := fixture(t, "seer-cause-started")
	d.Body = []byte(strings.Replace(string(d.Body), `"group_id": 4211`, `"group_id": null`, 1))
	e := parseOne(t, p, d)
	require.Equal(t, unknownProject, e.Resource)
	require.NotContains(t, e.Subject, "issue/")
}

// activityDelivery returns an alert about an activity of issue 4211.
func activityDelivery(t *testing.T, kind, details string) provider.Delivery {
	t.Helper()
	d := fixture(t, "activity-named")
	d.Body = []byte(strings.NewReplacer("appeared_in_pull_request", kind, `"details": {}`, `"details": `+details).Replace(string(d.Body)))
	return d
}

func TestASeerStepFromAlertAndWebhookIsPostedOnce(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for _, order := range [][]string{{"seer-pull", "activity-pull"}, {"activity-pull", "seer-pull"}, {"seer-cause", "activity-cause"}} {
		state, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, order[0]))
		require.Len(t, change.Replies, 1)
		_, change = told(t, p, state, fixture(t, order[1]))
		require.Empty(t, change.Replies, order)
	}
	state, _ := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "seer-pull"))
	other := fixture(t, "seer-pull")
	other.Body = []byte(strings.NewReplacer("12345", "12346", "123", "124").Replace(string(other.Body)))
	_, change := told(t, p, state, other)
	require.Len(t, change.Replies, 1, "another run has another pull request")
}

func TestAnActivityAlertCreatesTheIssuesCard(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	e := parseOne(t, p, fixture(t, "activity-pull"))
	require.Equal(t, "web", e.Resource)
	require.Equal(t, "Watch Seer", e.Labels[labelRule])
	state, change := told(t, p, nil, fixture(t, "activity-pull"))
	require.Equal(t, kindSeer, change.Kind)
	card := cardOf(t, p, state)
	require.Equal(t, "ZeroDivisionError: division by zero", card.Title)
	require.NotEmpty(t, card.URL)
	require.Contains(t, replyTexts(t, change), "https://github.com/acme/shop/pull/123")
	for kind, want := range map[string]string{
		"status_resolved": kindResolved, "status_resolved_in_release": kindResolved, "status_resolved_by_age": kindResolved,
		"status_resolved_in_commit": kindResolved, "status_ignored": kindArchived, "appeared_in_pull_request": kindAlert, "status_sold": kindAlert,
	} {
		d := activityDelivery(t, kind, `{"user":{"id":8,"name":"","username":"bob"}}`)
		status := map[string]string{kindResolved: statusResolved, kindArchived: statusArchived, kindAlert: statusOpen}[want]
		d.Body = []byte(strings.Replace(string(d.Body), `"status": "unresolved"`, `"status": "`+status+`"`, 1))
		_, change = told(t, p, nil, d)
		require.Equal(t, want, change.Kind, kind)
		state, _ := told(t, p, nil, fixture(t, "issue-created"))
		_, change = told(t, p, state, d)
		require.NotEmpty(t, replyTexts(t, change), kind)
		if want == kindResolved {
			require.Contains(t, replyTexts(t, change), "bob resolved", kind)
		}
	}
}

func TestAnActivityAlertGoesToItsChannel(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	d := fixture(t, "activity-pull")
	d.Body = []byte(strings.Replace(string(d.Body), `"title": "Watch Seer",`, `"title": "Watch Seer", "settings": [{"name":"channel","value":"ch4n"}],`, 1))
	require.Equal(t, "ch4n", parseOne(t, p, d).Channel)
	require.NotEqual(t, parseOne(t, p, d).ID, parseOne(t, p, fixture(t, "activity-pull")).ID)
}

func TestABuildBelongsToItsProjectAndHasLinks(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	measured := fixture(t, "build-size")
	measured.Site, measured.Resource.Path = "https://sentry.io", "acme"
	e := parseOne(t, p, measured)
	require.Equal(t, "web", e.Resource)
	state, change := told(t, p, nil, measured)
	require.Equal(t, kindBuild, change.Kind)
	card := cardOf(t, p, state)
	require.Equal(t, "Shop 1.4 (2)", card.Title)
	require.Equal(t, "https://sentry.io/organizations/acme/preprod/size/72/", card.URL)
	text := shown(t, card)
	require.Contains(t, text, "Install size: 30.8 MB (+12.4)\nDownload size: 28.9 MB (−1.6)")
	require.Contains(t, text, "https://github.com/acme/shop-app/pull/3")
	state, change = told(t, p, state, fixture(t, "build-ready"))
	require.Contains(t, replyTexts(t, change), "Ready to install.")
	text = shown(t, cardOf(t, p, state))
	require.Contains(t, text, "installablepreprodartifact/abc123")
	require.Contains(t, text, "30.8 MB", "what the other delivery doesn't say stays")
	state, change = told(t, p, nil, fixture(t, "build-failed"))
	require.True(t, change.Escalated, "what is completed may have failed")
	require.Contains(t, shown(t, cardOf(t, p, state)), "Size analysis failed\n“no quota”")
	old := fixture(t, "build-size")
	old.Header[headerResource] = "size_analysis"
	require.Equal(t, "build/72", parseOne(t, p, old).Subject, "its name up to 2025")
}
