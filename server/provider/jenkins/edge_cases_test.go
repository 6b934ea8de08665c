package jenkins_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/jenkins"
)

func TestABuildFromStartToFixedIsOneCardEach(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for _, name := range []string{"zoom_start_41", "zoom_failure_41", "zoom_start_42", "zoom_failure_42", "zoom_start_43", "zoom_success_43"} {
		c.deliver(recorded(t, name))
	}
	require.Len(t, c.states, 3, "start and end of a build are one card")
	require.Contains(t, c.cardText(), "Back to normal\nfolder » web #43\nAfter 2 failures, 4 min\n")
}

func TestTheEmptyBodyOfTestConnectionHasNoEvents(t *testing.T) {
	t.Parallel()
	d := provider.Delivery{Header: map[string]string{"Authorization": "tok"}}
	proof, err := jenkins.New().Verify(d, []string{"tok"})
	require.NoError(t, err)
	require.Equal(t, provider.ByHeader, proof.By)
	events, err := jenkins.New().Parse(d)
	require.NoError(t, err)
	require.Empty(t, events)
}

func TestAValidAddressDoesNotReplaceAWrongHeader(t *testing.T) {
	t.Parallel()
	body := []byte("{}")
	for _, header := range []map[string]string{
		{"Authorization": "wrong"},
		{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("tok:wrong"))},
		{"Authorization": "Basic tok"},
		{"X-Mattermost-Jenkins-Signature": "sha256=00"},
		{"X-Mattermost-Jenkins-Signature": provider.Sign(body, "tok")},
		{"Authorization": "tok", "X-Mattermost-Jenkins-Signature": "sha256=" + provider.Sign(body, "wrong")},
	} {
		_, err := jenkins.New().Verify(provider.Delivery{Header: header, PathSecret: "tok", Body: body}, []string{"tok"})
		require.ErrorIs(t, err, provider.ErrForged, "%v", header)
	}
	proof, err := jenkins.New().Verify(provider.Delivery{PathSecret: "tok", Body: body}, []string{"tok"})
	require.NoError(t, err, "where Mattermost takes the header off, the address proves")
	require.Equal(t, provider.ByPath, proof.By)
}

func TestTheActualResultIsRecovered(t *testing.T) {
	t.Parallel()
	for summary, kind := range map[string]string{
		"aborted": "aborted", "not built": "not_built", "unstable": "unstable", "3 tests started to fail": "unstable",
		"1 test started to fail": "unstable", "2 tests are still failing": "unstable", "4 more tests are failing (total 6)": "unstable",
		"1 test failure": "unstable", "broken since this build": "failure", "broken since build #40": "repeated_failure",
		"broken for a long time": "repeated_failure", "abgebrochen": "failure", "": "failure", "?": "failure",
	} {
		c := newTestChannel(t)
		change := c.deliver(report(t, map[string]any{"status": "Failure", "summary": summary}))
		require.Equal(t, kind, change.Kind, summary)
	}
	c := newTestChannel(t)
	change := c.deliver(report(t, map[string]any{"status": "Success", "summary": "back to normal"}))
	require.Equal(t, "back_to_normal", change.Kind, "of builds before the connection only Jenkins knows")
	require.True(t, change.ResultChanged)
}

func TestAPipelinesMessageNamesTheResultOrNone(t *testing.T) {
	t.Parallel()
	for message, kind := range map[string]string{
		"SUCCESS: web #1": "success", "FAILURE after 3 s": "failure", "⚠️ *UNSTABLE*": "unstable", "ABORTED": "aborted",
		"NOT_BUILT": "not_built", "a success, of sorts": "message", "UNSUCCESSFUL": "message", "": "message",
		"Tests: 0 FAILURE, 12 SUCCESS": "message", "it is UNSTABLE": "message", "FAILURES: 0": "message", "0 FAILURE": "message",
	} {
		c := newTestChannel(t)
		require.Equal(t, kind, c.deliver(report(t, map[string]any{"status": "Workflow", "summary": message})).Kind, message)
	}
}

func TestTheMostTrustedResultWins(t *testing.T) {
	t.Parallel()
	blurred := report(t, map[string]any{"status": "Failure", "summary": "abgebrochen"})
	said := report(t, map[string]any{"status": "Workflow", "summary": "SUCCESS"})
	started := report(t, nil)
	truth := phase(t, 1, "FINALIZED", "ABORTED")
	for _, order := range [][]string{{started, blurred, said, truth}, {truth, said, blurred, started}, {said, truth, started, blurred}} {
		c := newTestChannel(t)
		for _, body := range order {
			c.deliver(body)
		}
		require.Len(t, c.states, 1, "both plugins tell of one build")
		require.True(t, strings.HasPrefix(c.cardText(), "Aborted\n"), c.cardText())
	}
}

func TestAnEndedBuildNeverRunsAgain(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(phase(t, 1, "FINALIZED", "SUCCESS"))
	require.True(t, c.deliver(phase(t, 1, "STARTED", "")).Stale)
	c.deliver(report(t, map[string]any{"cause": "Started by user Ada"}))
	require.True(t, strings.HasPrefix(c.cardText(), "Succeeded\n"), c.cardText())
	require.Equal(t, "Ada", c.card().Author, "what is new is taken in all the same")
}

func TestAllAddressesOfABuildAreOneSubject(t *testing.T) {
	t.Parallel()
	subject := func(address string) (string, map[string]string) {
		events, err := jenkins.New().Parse(provider.Delivery{Body: []byte(report(t, map[string]any{"full_url": address}))})
		require.NoError(t, err)
		return events[0].Subject, events[0].Labels
	}
	for want, same := range map[string][]string{
		"https://ci.acme.test/job/folder/job/web/42": {
			"https://ci.acme.test/job/folder/job/web/42/display/redirect", "https://CI.acme.test/job/folder/job/web/42/",
			"https://ci.acme.test/blue/organizations/jenkins/folder%2Fweb/detail/web/42/",
			"https://ci.acme.test/job/folder/job/web/42/display/redirect?page=tests", "https://ci.acme.test/job/folder/job/web/42/console#end",
			"https://ci.acme.test/blue/organizations/jenkins/folder%2Fweb/detail/web/42/pipeline",
		},
		"https://ci.acme.test/jenkins/job/api/job/feature%252Flogin/7": {
			"https://ci.acme.test/jenkins/job/api/job/feature%252Flogin/7/",
			"https://ci.acme.test/jenkins/blue/organizations/jenkins/api/detail/feature%2Flogin/7/",
		},
		"https://ci.acme.test/job/matrix/3": {"https://ci.acme.test/job/matrix/AXIS=a/3/", "https://ci.acme.test/job/matrix/AXIS%3Da/3/display/redirect"},
	} {
		for _, address := range same {
			got, _ := subject(address)
			require.Equal(t, want, got, address)
		}
	}
	_, labels := subject("https://ci.acme.test/job/api/job/feature%252Flogin/7/")
	require.Equal(t, map[string]string{"job": "api/feature/login", "branch": "feature/login"}, labels)
	_, labels = subject("https://ci.acme.test/job/folder/job/web/42/")
	require.Equal(t, map[string]string{"job": "folder/web"}, labels, "a job is no branch")
	odd, _ := subject("https://ci.acme.test/build?id=" + strings.Repeat("9", 5000))
	require.NotEmpty(t, odd, "an address of another form names a build, too")
}

func TestEscapedTextIsUnescaped(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(report(t, map[string]any{
		"name": "OBrien tools #1", "full_url": "https://ci.acme.test/job/O'Brien%20tools/1/display/redirect",
		"cause": "Started by <https://ci.acme.test/job/up/|up &amp; &lt;over&gt;>",
		"changes": []map[string]any{
			{"author": "Zoë", "message": "Ada&#039;s &quot;fix&quot; &amp; more\nwith details", "commitId": "3c5a0d1e9b7f4c2a8d6e5f4a3b2c1d0e9f8a7b6c"},
		},
	}))
	require.Equal(t, "O'Brien tools #1", c.card().Title, "the address has the apostrophe that the plugin lost")
	require.Contains(t, strings.ReplaceAll(c.cardText(), "\u200b", ""), `Started by up & <over\>`)
	reply := strings.ReplaceAll(english(t, c.changes[0].Replies[0].Text), "\u200b", "")
	require.Equal(t, "**1 new commit**\n* `3c5a0d1e` Ada's \"fix\" & more – Zoë", reply, "first line, author and short id, nothing else")
}

func TestTheNumberOfABuildMayBeAnyText(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(report(t, map[string]any{"name": "folder » web v1.2 (hot fix)", "number": "v1.2 (hot fix)"}))
	require.Equal(t, "folder » web v1.2 (hot fix)", c.card().Title)
	require.Equal(t, "https://ci.acme.test/job/web/1", c.last)
}

func TestTheFirstTenFailedTestsAreNamed(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	var failed []map[string]any
	for i := range 25 {
		failed = append(failed, map[string]any{"name": fmt.Sprintf("CartTest.t%d", i), "duration": "0.012"})
	}
	change := c.deliver(report(t, map[string]any{"status": "Failure", "test_summary": map[string]any{"total": nil, "failedResults": failed}}))
	text := english(t, change.Replies[0].Text)
	require.Contains(t, text, "CartTest.t9`\n* and 15 more")
	require.NotContains(t, text, "CartTest.t10")
}

func TestTheFourPhasesAreTwoChanges(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	for _, body := range []string{
		phase(t, 1, "QUEUED", ""), phase(t, 1, "STARTED", ""), phase(t, 1, "STARTED", ""), phase(t, 1, "COMPLETED", "FAILURE"),
		phase(t, 1, "FINALIZED", "FAILURE"), phase(t, 1, "FINALIZED", "FAILURE"),
	} {
		c.deliver(body)
	}
	require.Len(t, c.changes, 2, "repetitions of the retry bug change nothing either")
	require.Equal(t, "started", c.changes[0].Kind)
	require.Equal(t, "failure", c.changes[1].Kind)
}

func TestAMultibranchJobIsNamedByItsAddress(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(recorded(t, "notification_started"))
	require.Equal(t, "folder » api » feature/login #7", c.card().Title, "the plugin's name is that of the branch alone")
}

func TestAJenkinsWithoutAnAddressIsRead(t *testing.T) {
	t.Parallel()
	c := newTestChannel(t)
	c.deliver(`{"name":"web","url":"job/web/","build":{"number":3,"url":"job/web/3/","phase":"FINALIZED","status":"NOT_BUILT"}}`)
	require.Equal(t, "/job/web/3", c.last)
	require.Empty(t, c.card().Actions, "there is nowhere to act")
	require.Empty(t, c.card().URL)
}

func TestUnknownBodiesAreErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"no JSON", "[]", `{}`, `{"status":"Queued","full_url":"https://ci.acme.test/job/web/1/"}`, `{"status":"Start"}`,
		`{"build":{"number":1}}`, `{"build":{"phase":"STARTED"}}`, `{"status":"Start","number":42,"full_url":"https://ci.acme.test/job/web/1/"}`,
	} {
		_, err := jenkins.New().Parse(provider.Delivery{Body: []byte(body)})
		require.Error(t, err, body)
	}
}

func TestTheInstructionsContainEverythingToCopy(t *testing.T) {
	t.Parallel()
	text := english(t, jenkins.New().Instructions(provider.Hook{URL: "https://chat.acme.test/hooks/c.k", Secret: "TOKEN"}))
	for _, part := range []string{
		"**Webhook URL**\n```\nhttps://chat.acme.test/hooks/c.k\n```", "**Token**\n```\nTOKEN\n```", "Zoom Build Notifier", "Test Connection",
		"post {\n  always {", "zoomSend webhookUrl: 'https://chat.acme.test/hooks/c.k'", "```\nhttps://chat.acme.test/hooks/c.k/TOKEN\n```",
		"curl -sS -H 'Authorization: TOKEN'", "X-Mattermost-Jenkins-Signature: sha256=$signature", "doesn't verify this server's certificate",
	} {
		require.Contains(t, text, part)
	}
}
