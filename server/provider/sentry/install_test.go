package sentry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// pathTo returns the path for what a user typed.
func pathTo(t *testing.T, typed string) string {
	t.Helper()
	at, err := New(Options{}).Locate(typed, []provider.Site{cloudSite()})
	require.NoError(t, err)
	return at.Path
}

func TestOrganizationAndProjectAreFoundByNameOrSlug(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	require.NoError(t, o.sbx.AddOrganization(sandbox.Organization{Slug: "acme-labs", Name: "Acme", Members: map[string]string{"ada": sandbox.RoleOwner}}))
	for typed, want := range map[string]string{
		`acme web`: "web", `"Acme Inc" "Web Shop"`: "web", `“acme inc” “WEB SHOP”`: "web", `Acme Inc Web Shop`: "web",
		`acme/web-api`: "web-api", `acme Web API`: "web-api", `acme operat`: "ops", o.site.URL + "/organizations/acme/projects/web/": "web",
	} {
		f, err := o.p.Find(t.Context(), o.sessionOf("ada"), pathTo(t, typed))
		require.NoError(t, err, typed)
		require.Equal(t, "Acme Inc", f.Organization.Name, typed)
		require.Equal(t, want, f.Project.ID, typed)
	}
	f, err := o.p.Find(t.Context(), o.sessionOf("bob"), pathTo(t, `Web Shop`))
	require.NoError(t, err, "who has one organization may leave it out")
	require.Equal(t, "web", f.Project.ID)
	_, err = o.p.Find(t.Context(), o.sessionOf("ada"), pathTo(t, `nothing here`))
	require.True(t, fault.Is(err, fault.ResourceUnknown))
	_, err = o.p.Find(t.Context(), o.sessionOf("eve"), pathTo(t, `acme web`))
	require.True(t, fault.Is(err, fault.ResourceUnknown))
}

func TestAmbiguousNamesLeadToChoices(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	f, err := o.p.Find(t.Context(), o.sessionOf("bob"), "")
	require.NoError(t, err)
	require.Equal(t, "Acme Inc", f.Organization.Name, "there is only one")
	require.Empty(t, f.Project.ID)
	require.Len(t, f.Projects, 3)
	f, err = o.p.Find(t.Context(), o.sessionOf("bob"), pathTo(t, `acme "web "`))
	require.NoError(t, err)
	require.Equal(t, "web", f.Project.ID, "a slug counts more than the beginning of a name")
	f, err = o.p.Find(t.Context(), o.sessionOf("bob"), pathTo(t, `acme "Web S"`))
	require.NoError(t, err)
	require.Equal(t, "web", f.Project.ID)
	require.NoError(t, o.sbx.AddOrganization(sandbox.Organization{
		Slug: "acme-two", Name: "Acme Two", Members: map[string]string{"bob": sandbox.RoleMember},
		Projects: []sandbox.Project{{Slug: "a", Name: "Shop old"}, {Slug: "b", Name: "Shop new"}},
	}))
	f, err = o.p.Find(t.Context(), o.sessionOf("bob"), "")
	require.NoError(t, err)
	require.Empty(t, f.Organization.ID)
	require.Len(t, f.Organizations, 2)
	f, err = o.p.Find(t.Context(), o.sessionOf("bob"), pathTo(t, `"acm" shop`))
	require.NoError(t, err)
	require.Len(t, f.Organizations, 2, "both begin so")
	f, err = o.p.Find(t.Context(), o.sessionOf("bob"), pathTo(t, `acme-two shop`))
	require.NoError(t, err)
	require.Empty(t, f.Project.ID)
	require.Len(t, f.Projects, 2)
	f, err = o.p.Find(t.Context(), o.sessionOf("chat"), pathTo(t, `acme web`))
	require.NoError(t, err, "a token that can list no organizations")
	require.Equal(t, "web", f.Project.ID)
	_, err = o.p.Find(t.Context(), o.sessionOf("chat"), "")
	require.True(t, fault.Is(err, fault.ResourceUnknown))
}

func TestProjectsAreListedForAPicker(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	all, err := o.p.Projects(t.Context(), o.sessionOf("bob"), o.org, "web")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "Web Shop", all[0].Name)
	require.Equal(t, o.site.URL+"/organizations/acme/projects/web/", all[0].URL)
}

func TestTheHookIsInstalled(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	installed := o.install()
	fine := func() bool {
		t.Helper()
		ok, err := o.p.Installed(t.Context(), o.sessionOf("ada"), o.org, o.hook, installed)
		require.NoError(t, err)
		return ok
	}
	require.True(t, fine())
	i, err := o.sbx.IntegrationState("chat")
	require.NoError(t, err)
	require.Equal(t, []string{"issue", "comment"}, i.Events)
	require.True(t, i.Alertable)
	require.Contains(t, i.Scopes, "event:write", "what it may do stays")
	issue := o.reportError()
	require.Contains(t, o.cardText(issue), "ZeroDivisionError")

	require.NoError(t, o.p.Uninstall(t.Context(), o.sessionOf("ada"), o.org, installed))
	require.False(t, fine())
	require.NoError(t, o.p.Uninstall(t.Context(), o.sessionOf("ada"), o.org, installed), "once more does no harm")
	o.install()
	require.True(t, fine())
	require.NoError(t, o.sbx.RemoveIntegration("chat"))
	require.False(t, fine())
	require.NoError(t, o.p.Uninstall(t.Context(), o.sessionOf("ada"), o.org, installed))
}

func TestASlowIntegrationLosesItsEvents(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	require.NoError(t, o.sbx.SetPolicy(sandbox.Policy{DisableAfter: 1}))
	installed := o.install()
	require.NoError(t, o.sbx.AddFault(kit.Fault{Match: kit.Match{Event: "issue.created"}, Action: kit.Action{Drop: true}}))
	issue := o.reportError()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	one := o.hook
	one.URL = slow.URL
	_, err := o.p.Install(t.Context(), o.sessionOf("ada"), o.org, one)
	require.NoError(t, err)
	require.NoError(t, issue.Resolve("ada", ""))
	i, err := o.sbx.IntegrationState("chat")
	require.NoError(t, err)
	require.Empty(t, i.Events)
	ok, err := o.p.Installed(t.Context(), o.sessionOf("ada"), o.org, o.hook, installed)
	require.NoError(t, err)
	require.False(t, ok, "it has to be noticed")
	installed = o.install()
	ok, err = o.p.Installed(t.Context(), o.sessionOf("ada"), o.org, o.hook, installed)
	require.NoError(t, err)
	require.True(t, ok)
}

func TestTheRightIntegrationIsTaken(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t, func(org *sandbox.Organization) {
		org.Integrations = append([]sandbox.Integration{{
			Slug: "other", WebhookURL: "https://other.example.com/", Events: []string{"issue"},
		}, {Slug: "public", Published: true}}, org.Integrations...)
	})
	o.install()
	i, err := o.sbx.IntegrationState("chat")
	require.NoError(t, err)
	require.Equal(t, o.hook.URL, i.WebhookURL, "the one with our secret")
	other, err := o.sbx.IntegrationState("other")
	require.NoError(t, err)
	require.Equal(t, "https://other.example.com/", other.WebhookURL)
	all, err := o.p.Integrations(t.Context(), o.sessionOf("ada"), o.org)
	require.NoError(t, err)
	require.Len(t, all, 2)
	strange := provider.Hook{URL: "https://chat.example.com/hook", Secret: "another-secret-of-nobody"}
	_, err = o.p.Install(t.Context(), o.sessionOf("ada"), o.org, strange)
	require.True(t, fault.Is(err, fault.ResourceUnknown))
	_, err = o.p.Install(t.Context(), o.sessionOf("bob"), o.org, o.hook)
	require.True(t, fault.Is(err, fault.NotResourceAdmin))
}

func TestOrganizationsAreCalledInTheirRegion(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t, func(org *sandbox.Organization) { org.Region = "https://de.sentry.io" })
	o.site.Hosts = []string{"https://de.sentry.io"}
	f, err := o.p.Organizations(t.Context(), o.sessionOf("ada"))
	require.NoError(t, err)
	require.Equal(t, "https://de.sentry.io/acme", f[0].Path)
	require.Equal(t, "https://de.sentry.io/api/0/organizations/acme/issues/4211/", newClient(o.sessionOf("ada"), f[0].Path).endpoint("issues", "4211"))
}

func TestATokenIsCheckedWithItsScopes(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t, func(org *sandbox.Organization) {
		org.Integrations = append(org.Integrations, sandbox.Integration{Slug: "weak", Token: "token-of-weak", Scopes: []string{"org:read"}})
	})
	require.NoError(t, o.p.CheckCredential(t.Context(), o.sessionOf("chat")))
	weak := o.sessionOf("chat")
	weak.HTTP.Transport = providertest.Authorization("Bearer token-of-weak")
	var slip *provider.FieldError
	require.ErrorAs(t, o.p.CheckCredential(t.Context(), weak), &slip)
	weak.HTTP.Transport = providertest.Authorization("Bearer wrong")
	require.True(t, fault.Is(o.p.CheckCredential(t.Context(), weak), fault.AccountRejected))
	_, err := o.p.WhoAmI(t.Context(), weak)
	require.True(t, fault.Is(err, fault.AccountRejected))
	ada := o.sessionOf("ada")
	require.Equal(t, "Ada", ada.Account.Name)
	ends := o.p.Endpoints(o.site)
	require.Equal(t, o.site.URL+"/oauth/authorize/", ends.AuthURL)
	require.True(t, ends.CredentialsInBody)
}

func TestACredentialIsATokenAndASecret(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	c, err := p.ParseCredential(map[string]string{"token": " abc ", "secret": hookSecret})
	require.NoError(t, err)
	require.Equal(t, provider.Credential{Scheme: provider.BearerToken, Secret: "abc"}, c)
	secret, err := p.SigningSecret(map[string]string{"token": "abc", "secret": " " + hookSecret + "\n"})
	require.NoError(t, err)
	require.Equal(t, hookSecret, secret)
	var slip *provider.FieldError
	for field, values := range map[string][]map[string]string{
		"token":  {{}, {"token": "a b"}},
		"secret": {{"token": "a", "secret": ""}, {"token": "a", "secret": "short"}, {"token": hookSecret, "secret": hookSecret}},
	} {
		for _, v := range values {
			_, err := p.ParseCredential(v)
			require.ErrorAs(t, err, &slip)
			require.Equal(t, field, slip.Field)
		}
	}
	for _, f := range p.CredentialForm() {
		require.Equal(t, chat.SecretField, f.Kind)
	}
}

func TestAnAlertRuleChoosesAChannel(t *testing.T) {
	t.Parallel()
	o := newTestEnv(t)
	o.install()
	require.NoError(t, o.project.SetRules(sandbox.AlertRule{Name: "Page", Settings: map[string]string{"channel": "ch4nn3l"}}))
	d := provider.Delivery{Header: map[string]string{headerResource: "event_alert"}}
	o.reportError()
	for _, one := range o.sbx.Deliveries() {
		if one.Event == "event_alert.triggered" {
			d.Body = one.Body
		}
	}
	require.Equal(t, "ch4nn3l", parseOne(t, o.p, d).Channel)
	town := []provider.QueryOption{{Value: "ch4nn3l", Label: "~town"}}
	answer, err := o.p.HandleQuery("channels", provider.Delivery{}, town)
	require.NoError(t, err)
	require.JSONEq(t, `[{"value":"ch4nn3l","label":"~town"}]`, string(answer))
	answer, err = o.p.HandleQuery("channels", provider.Delivery{}, nil)
	require.NoError(t, err)
	require.JSONEq(t, `[]`, string(answer))
	checked := provider.Delivery{Body: []byte(`{"fields":[{"name":"channel","value":"ch4nn3l"}]}`)}
	_, err = o.p.HandleQuery("check", checked, town)
	require.NoError(t, err)
	_, err = o.p.HandleQuery("check", checked, nil)
	require.True(t, fault.Is(err, fault.InvalidInput), "it follows nothing of ours any more")
	_, err = o.p.HandleQuery("else", checked, town)
	require.True(t, fault.Is(err, fault.HookUnknown))
	chosen, err := ChosenChannel([]byte(`{"fields":[{"name":"channel","value":"ch4nn3l"}],"installationId":"x"}`))
	require.NoError(t, err)
	require.Equal(t, "ch4nn3l", chosen)
	for _, body := range []string{"", "[]", `{"fields":[{"name":"channel","value":"../x"}]}`, `{"fields":[{"name":"other","value":"a"}]}`} {
		_, err = ChosenChannel([]byte(body))
		require.True(t, fault.Is(err, fault.InvalidInput), body)
	}
}
