package sentry

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

func TestFeedbackAndMeasurementsSayWhatHappened(t *testing.T) {
	t.Parallel()
	private, open := New(Options{}), New(Options{PersonalData: func() bool { return true }})
	state, _ := told(t, private, nil, fixture(t, "feedback"))
	text := strings.ReplaceAll(shown(t, cardOf(t, private, state)), "\u200b", "")
	require.Contains(t, text, "“I cannot pay: the button\ndoes nothing on my phone.”")
	require.NotContains(t, string(state), "carol@", "who wrote it is personal data")
	require.NotContains(t, string(state), "Carol")
	state, _ = told(t, open, nil, fixture(t, "feedback"))
	require.Contains(t, strings.ReplaceAll(shown(t, cardOf(t, open, state)), "\u200b", ""), "From: Carol (carol@customer.example)")
	for name, want := range map[string]string{
		"regression": "“Increased from 909.51ms to 1711.02ms (P95)”", "outage": "“Your monitored domain is down”",
	} {
		state, _ = told(t, private, nil, fixture(t, name))
		require.Contains(t, strings.ReplaceAll(shown(t, cardOf(t, private, state)), "\u200b", ""), want)
	}
	state, _ = told(t, private, nil, fixture(t, "issue-created"))
	require.NotContains(t, shown(t, cardOf(t, private, state)), "“", "the title has an error's own words")
	for metadata, want := range map[string]string{
		`{"value":"The button is broken","title":"User Feedback"}`: "“The button is broken”", `{"message":"It's slow"}`: "“It's slow”", `{}`: "", `null`: "", `"x"`: "",
		`{"message":"Both","value":"Bo"}`: "“Both”", `{"message":" \n\n one\r\n\r\n\r\ntwo "}`: "“one\n\ntwo”",
	} {
		d := fixture(t, "issue-created")
		d.Body = []byte(replaceObject(string(d.Body), `"metadata": `, metadata))
		state, _ = told(t, private, nil, d)
		text = shown(t, cardOf(t, private, state))
		require.Contains(t, text, want, metadata)
		require.Equal(t, want != "", strings.Contains(text, "“"), metadata)
	}
}

// replaceObject replaces the object that follows the text.
func replaceObject(body, after, value string) string {
	begin := strings.Index(body, after) + len(after)
	return body[:begin] + value + body[begin+strings.Index(body[begin:], "}")+1:]
}

func TestADeletedCommentCreatesNoCard(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	require.True(t, parseOne(t, p, fixture(t, "comment-deleted")).UpdateOnly)
	for _, name := range []string{"comment", "comment-updated"} {
		require.False(t, parseOne(t, p, fixture(t, name)).UpdateOnly, name)
	}
}

func TestACommentKeepsItsLineBreaks(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	_, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "comment"))
	require.Equal(t, ":speech_balloon: Bob Kahn commented: \nI have a look, @ada. It is \\*empty carts\\* again:\nsee https://wiki.example.com/carts", replyTexts(t, change))
	_, change = told(t, p, nil, fixture(t, "issue-created"), fixture(t, "comment-updated"))
	require.NotContains(t, replyTexts(t, change), "\n", "one line stays on the line")
}

func TestMissingPartsStayAsTheyWere(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, _ := told(t, p, nil, fixture(t, "assigned"))
	before := shown(t, cardOf(t, p, state))
	require.Contains(t, before, "Assigned to: Bob Kahn")
	state, change := told(t, p, state, sparse(t, time.Minute))
	require.Equal(t, kindResolved, change.Kind)
	require.NotContains(t, replyTexts(t, change), "assign", "nobody took the issue from anybody")
	text := shown(t, cardOf(t, p, state))
	require.Contains(t, text, "Assigned to: Bob Kahn\nPriority: High")
	// A late delivery fills in what the newer one left out.
	state, _ = told(t, p, nil, sparse(t, time.Hour))
	state, change = told(t, p, state, fixture(t, "assigned"))
	require.NotContains(t, replyTexts(t, change), "assigned")
	require.Contains(t, shown(t, cardOf(t, p, state)), "Assigned to: Bob Kahn\nPriority: High")
	require.Equal(t, "white_check_mark", cardOf(t, p, state).Emoji)
	// Null is different: the issue is unassigned.
	none := fixture(t, "resolved")
	none.Body = []byte(replaceObject(string(none.Body), `"assignedTo": `, "null"))
	state, change = told(t, p, nil, fixture(t, "assigned"), none)
	require.Contains(t, replyTexts(t, change), "unassigned this issue")
	require.NotContains(t, shown(t, cardOf(t, p, state)), "Assigned to")
}

// sparse returns the delivery of an older Sentry, received that much later.
func sparse(t *testing.T, later time.Duration) provider.Delivery {
	t.Helper()
	d := fixture(t, "resolved-sparse")
	d.ReceivedAt = d.ReceivedAt.Add(later)
	return d
}

func TestATeamIsShownAsATeam(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	state, change := told(t, p, nil, fixture(t, "issue-created"), fixture(t, "assigned-team"))
	require.Contains(t, replyTexts(t, change), "assigned this issue to team shop.")
	require.Contains(t, shown(t, cardOf(t, p, state)), "Assigned to: team shop")
	require.Equal(t, "shop", parseOne(t, p, fixture(t, "assigned-team")).Labels[labelAssignee])
}

func TestAMetricAlertHasItsEnvironment(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	e := parseOne(t, p, fixture(t, "metric-critical"))
	require.Equal(t, map[string]string{labelLevel: "", labelRule: "Too many errors", labelEnvironment: "production"}, e.Labels)
	state, _ := told(t, p, nil, fixture(t, "metric-critical"))
	require.Contains(t, shown(t, cardOf(t, p, state)), "Environment: `production`")
	require.Contains(t, strings.ReplaceAll(shown(t, cardOf(t, p, state)), "\u200b", ""), "10 minutes\nFilter: level:error", "the line break is one")
	bare := fixture(t, "metric-resolved")
	begin := strings.Index(string(bare.Body), `"alert_rule": `)
	bare.Body = []byte(string(bare.Body[:begin]) + `"alert_rule": null},` + string(bare.Body[begin+strings.Index(string(bare.Body[begin:]), `"description_text"`):]))
	state, change := told(t, p, state, bare)
	require.Contains(t, replyTexts(t, change), "Resolved")
	require.Contains(t, shown(t, cardOf(t, p, state)), "Environment: `production`\nQuery: `level:error`", "what is left out stays")
	require.Equal(t, "Too many errors", parseOne(t, p, bare).Labels[labelRule], "its title, where the rule's name is missing")
	everywhere := fixture(t, "metric-open")
	events, err := p.Parse(everywhere)
	require.NoError(t, err)
	require.NotContains(t, events[0].Labels, labelEnvironment, "null is all environments")
}
