package bitbucket

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

func TestTheWebhookIsCreatedUpdatedAndDeleted(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		w, b := newTestEnv(t, kind, "acme"), New()
		s := w.session("ada")
		r, err := b.Resource(t.Context(), s, w.path())
		require.NoError(t, err)
		require.True(t, r.Private)
		require.NotEmpty(t, r.ID)
		require.NotEmpty(t, r.SettingsURL)

		made, err := b.Install(t.Context(), s, r, w.hook)
		require.NoError(t, err)
		hooks := w.repo.Hooks()
		require.Len(t, hooks, 1)
		require.True(t, hooks[0].SecretSet, "it is signed")
		require.Equal(t, w.hook.URL, hooks[0].URL, "and the secret is not in its address")
		fine, err := b.Installed(t.Context(), s, r, w.hook, made.Ref)
		require.NoError(t, err)
		require.True(t, fine)

		again, err := b.Install(t.Context(), s, r, w.hook)
		require.NoError(t, err)
		require.JSONEq(t, string(made.Ref), string(again.Ref), "our own, found by its address, is taken over")
		require.Len(t, w.repo.Hooks(), 1)
		fine, err = b.Installed(t.Context(), s, r, provider.Hook{URL: w.hook.URL + "x"}, made.Ref)
		require.NoError(t, err)
		require.False(t, fine, "it sends elsewhere")

		require.NoError(t, w.repo.LoseHooks())
		fine, err = b.Installed(t.Context(), s, r, w.hook, made.Ref)
		require.NoError(t, err)
		require.False(t, fine)
		require.NoError(t, b.Uninstall(t.Context(), s, r, made.Ref), "one that is gone is no error")
		made, err = b.Install(t.Context(), s, r, w.hook)
		require.NoError(t, err)
		require.NoError(t, b.Uninstall(t.Context(), s, r, made.Ref))
		require.Empty(t, w.repo.Hooks())
		require.NoError(t, b.Uninstall(t.Context(), s, r, nil))
		_, err = b.Installed(t.Context(), s, r, w.hook, json.RawMessage(`x`))
		require.Error(t, err)
	}
}

func TestOnlyRepositoryAdminsConnectARepository(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		w, b := newTestEnv(t, kind, "acme"), New()
		for name, want := range map[string]fault.Code{"ada": "", "bob": fault.NotResourceAdmin, "cyd": fault.NotResourceAdmin} {
			r, err := b.Resource(t.Context(), w.session(name), w.path())
			require.Equal(t, want, fault.CodeOf(err), "%s: %s", kind, name)
			if name == "cyd" {
				_, err = b.Install(t.Context(), w.session(name), provider.Resource{Path: w.path(), Name: "acme/web"}, w.hook)
				require.Equal(t, fault.NotResourceAdmin, fault.CodeOf(err))
				require.Empty(t, r.ID)
			}
		}
		_, err := b.Resource(t.Context(), w.session("ada"), "acme/none")
		require.Equal(t, fault.ResourceUnknown, fault.CodeOf(err))
		require.NoError(t, w.repo.SetRight("cyd", ""))
		_, err = b.Resource(t.Context(), w.session("cyd"), w.path())
		require.Contains(t, []fault.Code{fault.ResourceUnknown, fault.ProviderForbidden}, fault.CodeOf(err), "who may not see it learns nothing")
	}
}

func TestARepositoryTokenConnectsWithoutAUser(t *testing.T) {
	t.Parallel()
	for right, want := range map[string]fault.Code{sandbox.RightAdmin: "", sandbox.RightRead: fault.NotResourceAdmin} {
		w, b := newTestEnv(t, sandbox.Cloud, "acme"), New()
		token, err := w.repo.AccessToken(right)
		require.NoError(t, err)
		credential, err := b.ParseCredential(map[string]string{"token": " " + token + "\n"})
		require.NoError(t, err)
		require.Equal(t, provider.Credential{Scheme: provider.BearerToken, Secret: token}, credential)
		s := provider.Session{Provider: "Bitbucket", Site: w.site, HTTP: &http.Client{Transport: providertest.Authorization("Bearer " + token)}}
		require.NoError(t, b.CheckCredential(t.Context(), s))
		_, err = b.Resource(t.Context(), s, w.path())
		require.Equal(t, want, fault.CodeOf(err), right)
	}
}

func TestAnInvalidTokenIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		w := newTestEnv(t, kind, "acme")
		s := provider.Session{Provider: "Bitbucket", Site: w.site, HTTP: &http.Client{Transport: providertest.Authorization("Bearer wrong")}}
		require.Equal(t, fault.AccountRejected, fault.CodeOf(New().CheckCredential(t.Context(), s)), kind)
	}
	for field, values := range map[string]map[string]string{
		"token": {"user": "ada"}, "user": {"user": "a:b", "token": "x"},
	} {
		_, err := New().ParseCredential(values)
		var slip *provider.FieldError
		require.ErrorAs(t, err, &slip)
		require.Equal(t, field, slip.Field)
	}
	_, err := New().ParseCredential(map[string]string{"token": "two words"})
	require.Error(t, err)
	basic, err := New().ParseCredential(map[string]string{"user": "ada@example.com", "token": "x"})
	require.NoError(t, err)
	require.Equal(t, provider.Basic, basic.Scheme)
}

func TestWhoAmIReturnsTheUsersAccount(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.Kind{sandbox.Cloud, sandbox.DataCenter} {
		who := newTestEnv(t, kind, "acme").session("bob").Account
		require.Equal(t, "Bob", who.Name)
		require.NotEmpty(t, who.ID)
	}
	b := New()
	require.Equal(t, "https://bitbucket.org/site/oauth2/authorize", b.Endpoints(b.Sites()[0]).AuthURL)
	hosted := b.Endpoints(provider.Site{Kind: kindDataCenter, URL: "https://git.example.com"})
	require.Equal(t, "https://git.example.com/rest/oauth2/latest/token", hosted.TokenURL)
	require.Equal(t, []string{"REPO_ADMIN"}, hosted.Scopes)
}

// Data Center sends no deliveries about builds, so they are looked up after a push.
func TestDataCenterBuildsAreFetchedAfterPushes(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.DataCenter, "acme")
	r := w.install()
	hash := w.push("main", "Build me")
	require.Len(t, w.tasks, 1)
	task := w.tasks[0]
	require.Equal(t, "builds/"+hash, task.Key)
	look := func() []provider.Task {
		t.Helper()
		events, next, err := New().RunTask(t.Context(), w.session("ada"), r, task)
		require.NoError(t, err)
		w.apply(events...)
		if len(next) > 0 {
			task = next[0]
		}
		return next
	}
	require.Len(t, look(), 1, "a build may begin later")
	w.build(hash, "ci", "INPROGRESS", "refs/heads/main")
	look()
	require.Equal(t, "Running", w.text(w.card(commitSubject(hash)).State))
	w.build(hash, "ci", "FAILED", "refs/heads/main")
	require.Len(t, look(), 1, "once more, for builds that follow")
	require.Equal(t, settleDelay, task.After)
	require.Equal(t, "Failed", w.text(w.card(commitSubject(hash)).State))
	require.Empty(t, look())
}

func TestBuildLookupsAreLimited(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t, sandbox.DataCenter, "acme")
	r := w.install()
	hash := w.push("main", "No builds here")
	rounds := func() int {
		task, n := w.tasks[0], 0
		for {
			n++
			_, next, err := New().RunTask(t.Context(), w.session("ada"), r, task)
			require.NoError(t, err)
			if len(next) == 0 {
				return n
			}
			require.Greater(t, next[0].Round, task.Round)
			task = next[0]
		}
	}
	require.Equal(t, maxEmptyRounds, rounds())
	w.build(hash, "ci", "INPROGRESS", "")
	require.Equal(t, maxRounds, rounds())

	cloudy := newTestEnv(t, sandbox.Cloud, "acme")
	cloudy.install()
	cloudy.push("main", "Cloud tells by itself")
	require.Empty(t, cloudy.tasks, "Cloud is never polled")
	events, next, err := New().RunTask(t.Context(), cloudy.session("ada"), r, w.tasks[0])
	require.NoError(t, err)
	require.Empty(t, slices.Concat(next))
	require.Empty(t, events)
}
