package jenkins_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

// ear hears what is sent.
type ear = kittest.Ear[heard]

type heard struct {
	header http.Header
	body   string
}

func listen(t *testing.T) *ear {
	t.Helper()
	return kittest.Listen(t, func(h http.Header, body []byte) heard { return heard{h, string(body)} })
}

// phases returns the phases of what the plugin "Notification" sent.
func phases(t *testing.T, all []heard) []string {
	t.Helper()
	var phases []string
	for _, h := range all {
		var s struct {
			Build struct {
				Phase string `json:"phase"`
			} `json:"build"`
		}
		require.NoError(t, json.Unmarshal([]byte(h.body), &s))
		phases = append(phases, s.Build.Phase)
	}
	return phases
}

func noon() time.Time { return time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC) }

func newJenkins() *jenkins.Jenkins {
	return jenkins.New(jenkins.Options{Options: kit.Options{Now: noon, BaseURL: "https://ci.acme.test"}})
}

func TestThePluginZoomSendsNullsAndBlursTheResult(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Job("folder/web").Sends(jenkins.ZoomPlugin{URL: e.URL, Token: "tok", Events: jenkins.Events{Start: true, Aborted: true}})
	b := job.Start(jenkins.Cause{Text: `Started by O'Brien & <a href="https://x.test/">x</a>`})
	j.Advance(83211 * time.Millisecond)
	b.Finish(jenkins.Aborted, jenkins.Outcome{})
	all := e.All()
	require.Len(t, all, 2)
	require.Equal(t, "tok", all[0].header.Get("Authorization"), "raw, without a scheme")
	require.Equal(t, "application/json", all[0].header.Get("Content-Type"))
	require.Equal(t, `{"name":"folder » web #1","number":"#1","full_url":"https://ci.acme.test/job/folder/job/web/1/display/redirect",`+
		`"duration":0,"status":"Start","summary":null,"cause":"Started by OBrien \u0026amp; \u003chttps://x.test/|x\u003e","changes":null,`+
		`"test_summary":{"total":null,"fail":null,"skip":null,"failedResults":null}}`, strings.ReplaceAll(all[0].body, `"https://x.test/"`, "https://x.test/"))
	require.Contains(t, all[1].body, `"duration":83211,"status":"Failure","summary":"aborted"`)
}

func TestThePluginZoomSendsOnlyWhatIsChecked(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Job("web").Sends(jenkins.ZoomPlugin{URL: e.URL, Events: jenkins.Events{Failure: true, BackToNormal: true}})
	for _, result := range []jenkins.Result{jenkins.Success, jenkins.Failure, jenkins.Failure, jenkins.Aborted, jenkins.Success} {
		job.Start(jenkins.Cause{}).Finish(result, jenkins.Outcome{})
	}
	all := e.All()
	require.Len(t, all, 2)
	require.Contains(t, all[0].body, "broken since this build")
	require.Contains(t, all[1].body, "back to normal")
	require.Empty(t, all[0].header.Get("Authorization"), "no token, no header")

	j.Job("braces").Sends(jenkins.ZoomPlugin{URL: e.URL, Events: jenkins.AllEvents()}).Start(jenkins.Cause{Text: "{0}"})
	require.Empty(t, e.All(), "the plugin fails at a brace")
}

func TestPipelinesAreToldOfByTheirStepsOnly(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Branch("folder/api", "feature/login")
	job.Sends(jenkins.ZoomPlugin{URL: e.URL, BlueOcean: true, Events: jenkins.AllEvents()})
	b := job.Start(jenkins.Cause{Text: "Started by an SCM change"})
	b.ZoomSend("it's <b>on</b>")
	b.Finish(jenkins.Failure, jenkins.Outcome{})
	all := e.All()
	require.Len(t, all, 1)
	require.Contains(t, all[0].body, `"full_url":"https://ci.acme.test/blue/organizations/jenkins/folder%2Fapi/detail/feature%2Flogin/1/"`)
	require.Contains(t, all[0].body, `"status":"Workflow","summary":"it's \u003cb\u003eon\u003c/b\u003e","cause":null`)

	job.Sends(jenkins.NotificationPlugin{URL: e.URL})
	b = job.Start(jenkins.Cause{})
	require.NoError(t, b.NotifyEndpoints(jenkins.None, "on its way"))
	require.ErrorContains(t, b.NotifyEndpoints("DEPLOY", "on its way"), "no enum constant", "the pipeline fails")
	b.Finish(jenkins.Success, jenkins.Outcome{})
	all = e.All()
	require.Equal(t, []string{"QUEUED", "STARTED", "NONE", "COMPLETED", "FINALIZED"}, phases(t, all))
	require.Contains(t, all[0].body, `{"name":"feature%2Flogin","display_name":"feature/login","url":"job/folder/job/api/job/feature%252Flogin/"`)
}

func TestTheConnectionTestWantsExactly200(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Job("web").Sends(jenkins.ZoomPlugin{URL: e.URL, Token: "tok"})
	require.Equal(t, "Connect ok", job.TestConnection())
	all := e.All()
	require.Len(t, all, 1)
	require.Empty(t, all[0].body)
	e.Answers(0, http.StatusAccepted)
	require.Equal(t, "Connect failed", job.TestConnection())
	require.Equal(t, kit.DeliveryFailed, j.Deliveries()[1].State)
}

func TestOneFailedAttemptOfThePluginNotificationIsFollowedByDuplicates(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "STARTED", Recipient: "notification"}, Action: kit.Action{Reset: true}}))
	e.Answers(0, http.StatusInternalServerError)
	j.Job("web").Sends(jenkins.NotificationPlugin{URL: e.URL, Retries: 3}).Start(jenkins.Cause{})
	require.Equal(t, []string{"QUEUED", "STARTED", "STARTED", "STARTED"}, phases(t, e.All()), "the status does not matter")
	require.Len(t, j.Journal(kit.Filter{}), 5)
}

func TestFaultsLoseDoubleAndReorder(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Job("web").Sends(jenkins.NotificationPlugin{URL: e.URL})
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "QUEUED"}, Action: kit.Action{Drop: true}}))
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "STARTED"}, Action: kit.Action{Hold: true}}))
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "COMPLETED"}, Action: kit.Action{Duplicate: 1}}))
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "FINALIZED"}, Action: kit.Action{Hold: true}}))
	job.Start(jenkins.Cause{}).Finish(jenkins.Success, jenkins.Outcome{})
	require.Equal(t, []string{"COMPLETED", "COMPLETED"}, phases(t, e.All()))
	j.Release()
	require.Equal(t, []string{"FINALIZED", "STARTED"}, phases(t, e.All()))
}

func TestALoginInTheAddressBecomesAHeader(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	j.Job("web").Sends(jenkins.NotificationPlugin{URL: strings.Replace(e.URL, "http://", "http://jenkins:tok@", 1)}).Start(jenkins.Cause{})
	require.Equal(t, "Basic amVua2luczp0b2s=", e.All()[0].header.Get("Authorization"))
}

func TestAScriptSigns(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	j.Job("web").Sends(jenkins.Signed{URL: e.URL, Secret: "s"}).Start(jenkins.Cause{}).Finish(jenkins.Failure, jenkins.Outcome{})
	all := e.All()
	require.Len(t, all, 1)
	require.Regexp(t, "^sha256=[0-9a-f]{64}$", all[0].header.Get("X-Mattermost-Jenkins-Signature"))
}
