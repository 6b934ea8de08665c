package jenkins_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/jenkins"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// testEnv is a Jenkins whose deliveries are folded as they arrive, and a session for it.
type testEnv struct {
	t       *testing.T
	jenkins *sandbox.Jenkins
	address string
	hook    string

	mu     sync.Mutex
	states map[string]json.RawMessage
	series map[string]json.RawMessage
	kinds  []string
}

func newTestEnv(t *testing.T) *testEnv {
	t.Helper()
	d := &testEnv{t: t, jenkins: sandbox.New(sandbox.Options{}), states: map[string]json.RawMessage{}, series: map[string]json.RawMessage{}}
	tool := httptest.NewServer(http.StripPrefix("/ci", d.jenkins))
	t.Cleanup(tool.Close)
	d.address = tool.URL + "/ci"
	d.jenkins.SetBaseURL(d.address)
	d.jenkins.AddUser(sandbox.User{Name: "bot", Token: "api-token", Build: true, Cancel: true})
	hook := httptest.NewServer(http.HandlerFunc(d.receive))
	t.Cleanup(hook.Close)
	d.hook = hook.URL
	return d
}

// receive handles a delivery as the bridge does.
func (d *testEnv) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	delivery := provider.Delivery{Header: map[string]string{}, Body: body, PathSecret: strings.Trim(r.URL.Path, "/"), ReceivedAt: d.jenkins.Now()}
	for _, name := range jenkins.New().Describe().Headers {
		if value := r.Header.Get(name); value != "" {
			delivery.Header[name] = value
		}
	}
	if _, forged := jenkins.New().Verify(delivery, []string{"hook-token"}); err != nil || forged != nil {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	events, err := jenkins.New().Parse(delivery)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, e := range events {
		d.apply(e)
	}
}

func (d *testEnv) apply(e provider.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	series, err := jenkins.New().FoldSeries(d.series[e.Series], e)
	if err != nil {
		d.t.Error(err)
	}
	d.series[e.Series] = series
	if e.Subject, err = jenkins.New().ResolveSubject(series, e); err != nil {
		d.t.Error(err)
	}
	change, err := jenkins.New().Fold(d.states[e.Subject], series, e)
	if err != nil {
		d.t.Error(err)
	}
	if !change.Stale {
		d.states[e.Subject] = change.State
		d.kinds = append(d.kinds, change.Kind)
	}
}

// state returns the state of the build at the address.
func (d *testEnv) state(b *sandbox.Build) json.RawMessage {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.states[strings.TrimSuffix(b.URL(), "/")]
}

func (d *testEnv) login() provider.Session {
	return session(d.address, "bot", "api-token")
}

// session returns a session that sends the login and follows no redirect.
func session(base, user, token string) provider.Session {
	return provider.Session{
		Provider: "Jenkins", Site: provider.Site{URL: base, API: base}, Scope: []string{"web", "my deploy", "folder/**"},
		HTTP: &http.Client{
			Timeout:       5 * time.Second,
			Transport:     providertest.BasicAuth(user, token),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func english(t *testing.T, m chat.Message) string {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(jenkins.New().Describe().Texts)
	require.NoError(t, err)
	return markdown.Render(catalogue.Text("en", m), markdown.Reader{})
}

func (d *testEnv) click(action string, b *sandbox.Build) (provider.ActionResult, error) {
	response, err := jenkins.New().HandleAction(context.Background(), d.login(), provider.ActionRequest{Action: action, State: d.state(b), By: "ada"})
	d.jenkins.Settle()
	return response, err
}

func TestOnlyARunningBuildIsAborted(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	b := d.jenkins.Branch("folder/api", "feature/login").Sends(sandbox.NotificationPlugin{URL: d.hook + "/hook-token"}).Start(sandbox.Cause{})
	response, err := d.click("abort", b)
	require.NoError(t, err)
	require.Equal(t, "ada is aborting this build.", english(t, response.Reply.Text))
	require.Equal(t, sandbox.Aborted, b.Result())
	require.Equal(t, []string{"started", "aborted"}, d.kinds)
	_, err = d.click("abort", b)
	require.True(t, fault.Is(err, fault.TooLate), "%v", err)
}

func TestABuildIsRebuiltWithItsParameters(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	sender := sandbox.ZoomPlugin{URL: d.hook, Token: "hook-token", Events: sandbox.AllEvents()}
	plain := d.jenkins.Job("web").Sends(sender)
	b := plain.Start(sandbox.Cause{})
	b.Finish(sandbox.Failure, sandbox.Outcome{})
	response, err := d.click("rebuild", b)
	require.NoError(t, err)
	require.Equal(t, "ada started this build again.", english(t, response.Reply.Text))

	b = d.jenkins.Job("my deploy").Takes("ENV").Sends(sender).Start(sandbox.Cause{Parameters: map[string]string{"ENV": "a&b=c"}})
	b.Finish(sandbox.Failure, sandbox.Outcome{})
	response, err = d.click("rebuild", b)
	require.NoError(t, err)
	require.Equal(t, "ada started this build again with the same parameters.", english(t, response.Reply.Text))
	var asked []string
	for _, e := range d.jenkins.Journal(kit.Filter{Kind: kit.EntryRequest, Method: http.MethodPost}) {
		asked = append(asked, strings.TrimSuffix(e.Path+"?"+e.Query, "?"))
	}
	require.Equal(t, []string{"/job/web/build", "/job/my%20deploy/buildWithParameters?ENV=a%26b%3Dc"}, asked)
	require.Equal(t, []string{"started", "failure", "started", "started", "failure", "started"}, d.kinds)
}

func TestTheEndOfTheLogIsPostedInTheThread(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	b := d.jenkins.Job("web").Sends(sandbox.ZoomPlugin{URL: d.hook, Token: "hook-token", Events: sandbox.AllEvents()}).Start(sandbox.Cause{})
	b.Log(strings.Repeat("an early line\n", 20000))
	b.Log("\x1b[31mred\x1b[0m @channel\r\n``` not the end\n")
	response, err := d.click("log", b)
	require.NoError(t, err)
	text := english(t, response.Reply.Text)
	require.True(t, strings.HasPrefix(text, "ada requested the end of the log:\n````\nan early line\n"), text)
	require.True(t, strings.HasSuffix(text, "\nred @channel\n``` not the end\n````"), "in code, where nothing acts")
	require.Equal(t, 52+1, strings.Count(text, "\n")+1, "fifty lines, the fences and the heading")
	for _, e := range d.jenkins.Journal(kit.Filter{}) {
		require.False(t, e.Method == http.MethodGet && strings.HasSuffix(e.Query, "start=0"), "only the end is fetched")
	}
}

func TestABuildOnAnotherJenkinsIsNeverCalled(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	for _, address := range []string{
		"http://169.254.169.254/job/web/1/", d.address + "x/job/web/1/", strings.TrimSuffix(d.address, "/ci") + "/job/web/1/",
		d.address + "/../job/web/1/", d.address + "/job/%2e%2e/job/web/1/", "https" + strings.TrimPrefix(d.address, "http") + "/job/web/1/",
		"http://bot@" + strings.TrimPrefix(d.address, "http://") + "/job/web/1/",
	} {
		body, err := json.Marshal(map[string]any{"name": "web #1", "number": "#1", "full_url": address, "status": "Success"})
		require.NoError(t, err)
		events, err := jenkins.New().Parse(provider.Delivery{Body: body})
		require.NoError(t, err)
		change, err := jenkins.New().Fold(nil, nil, events[0])
		require.NoError(t, err)
		for _, action := range []string{"rebuild", "abort", "log"} {
			response, err := jenkins.New().HandleAction(context.Background(), d.login(), provider.ActionRequest{Action: action, State: change.State, By: "ada"})
			require.NoError(t, err)
			require.Contains(t, english(t, response.Note), "Nothing was sent", address)
		}
	}
	require.Empty(t, d.jenkins.Journal(kit.Filter{}))
}

func TestErrorsOfJenkinsAreReported(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	d.jenkins.AddUser(sandbox.User{Name: "bot", Token: "api-token"})
	b := d.jenkins.Job("web").Sends(sandbox.ZoomPlugin{URL: d.hook, Token: "hook-token", Events: sandbox.AllEvents()}).Start(sandbox.Cause{})
	_, err := d.click("rebuild", b)
	require.True(t, fault.Is(err, fault.ProviderForbidden), "%v", err)
	_, err = d.click("fly", b)
	require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
}

func TestACredentialIsCheckedWhenItIsEntered(t *testing.T) {
	t.Parallel()
	d := newTestEnv(t)
	ctx := context.Background()
	require.NoError(t, jenkins.New().CheckCredential(ctx, d.login()))
	require.True(t, fault.Is(jenkins.New().CheckCredential(ctx, session(d.address, "bot", "wrong")), fault.AccountRejected))
	require.True(t, fault.Is(jenkins.New().CheckCredential(ctx, session(d.hook, "bot", "api-token")), fault.AccountRejected))
	require.True(t, fault.Is(jenkins.New().CheckCredential(ctx, session(d.address+"/nowhere", "bot", "api-token")), fault.ResourceUnknown))

	good := map[string]string{"url": d.address + "/", "user": " bot ", "token": "api-token", "jobs": "web, team/**"}
	credential, err := jenkins.New().ParseCredential(good)
	require.NoError(t, err)
	require.Equal(t, provider.Credential{Scheme: provider.Basic, User: "bot", Secret: "api-token", Scope: []string{"web", "team/**"}}, credential)
	for field, bad := range map[string]string{"url": "ftp://ci.acme.test", "user": " ", "token": "", "jobs": "**"} {
		values := maps.Clone(good)
		values[field] = bad
		_, err := jenkins.New().ParseCredential(values)
		var slip *provider.FieldError
		require.ErrorAs(t, err, &slip)
		require.Equal(t, field, slip.Field)
		require.NotEqual(t, slip.Message.ID, english(t, slip.Message))
	}
}
