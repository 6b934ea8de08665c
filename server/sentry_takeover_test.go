package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	bugs "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/provider"
)

// A Sentry organization is shared by all channels that follow one of its projects. In these stories alice, its owner, connected a private
// channel; someone without any right at the organization then tries to have deliveries believed that are signed with another secret.

const madeUp = "a-client-secret-that-mallory-made-up"

// privateSentry is one whose only channel is private, and mallory's channel, which alice is not in.
type privateSentry struct {
	*bugHost
	mallory *mmtest.User
	den     *mmtest.Channel
	hook    string
}

func newPrivateSentry(t *testing.T) *privateSentry {
	t.Helper()
	h := newSentry(t)
	for _, u := range []*mmtest.User{h.bob, h.carol} {
		h.backroom.Leave(u)
	}
	h.connects(h.alice, "acme web", h.backroom)
	made, err := h.sentry.IntegrationState("chat")
	require.NoError(t, err)
	p := &privateSentry{bugHost: h, mallory: h.bob, hook: strings.TrimPrefix(made.WebhookURL, siteURL)}
	p.den = h.mm.AddChannel("den", mmtest.Private, h.bob, h.carol)
	return p
}

// connectionRecord returns the record of the organization's connection.
func (p *privateSentry) connectionRecord() bridge.Connection {
	p.t.Helper()
	var found bridge.Connection
	for _, raw := range p.memory.Connections.Dump() {
		var c bridge.Connection
		if json.Unmarshal([]byte(raw), &c) == nil && strings.HasSuffix(p.hook, c.Hook()) {
			found = c
		}
	}
	require.NotEmpty(p.t, found.ID)
	return found
}

// elsewhere returns the token of an integration of another organization, which mallory owns.
func (p *privateSentry) elsewhere() string {
	p.t.Helper()
	require.NoError(p.t, p.sentry.AddOrganization(bugs.Organization{
		Slug: "mallory", Name: "Mallory Ltd", Members: map[string]string{"bob": bugs.RoleOwner}, Projects: []bugs.Project{{Slug: "web", Name: "Web"}},
	}))
	made, err := p.sentry.AddIntegration("mallory", bugs.Integration{Slug: "mine", Name: "Mine", Token: p.secret("sentry-integration-token-2"), ClientSecret: madeUp})
	require.NoError(p.t, err)
	return made.Token
}

// signed sends something to the hook, signed with the secret.
func (p *privateSentry) signed(method, below, header, secret, body string) *mmtest.Response {
	r := httptest.NewRequest(method, p.hook+below, strings.NewReader(body))
	r.Header.Set(header, provider.Sign([]byte(body), secret))
	if header == "Sentry-Hook-Signature" {
		r.Header.Set("Sentry-Hook-Resource", "issue")
	}
	return p.mm.Request(r, nil)
}

// forges checks that deliveries signed with the secret are refused.
func (p *privateSentry) forges(secret string) {
	p.t.Helper()
	shown := len(cards(p.backroom))
	body := `{"action":"created","data":{"issue":{"id":"66","title":"Forged","shortId":"WEB-66","project":{"id":"1","slug":"web","name":"web"},"status":"unresolved","level":"error","web_url":"` + p.site + `/organizations/acme/issues/66/"}}}`
	delivered := p.signed(http.MethodPost, "", "Sentry-Hook-Signature", secret, body)
	require.Equal(p.t, http.StatusUnauthorized, delivered.Status, delivered.Body)
	listed := p.signed(http.MethodGet, "/channels", "Sentry-App-Signature", secret, "")
	require.Equal(p.t, http.StatusUnauthorized, listed.Status, listed.Body)
	require.NotContains(p.t, listed.Body, p.backroom.ID)
	p.passes()
	require.Len(p.t, cards(p.backroom), shown)
}

// stillReceives checks that the real Sentry is accepted, today and when a secret that was replaced no longer counts.
func (p *privateSentry) stillReceives() {
	p.t.Helper()
	p.fails(p.web, "ValueError", "heard today")
	require.Len(p.t, cards(p.backroom), 1)
	p.later(25 * time.Hour)
	p.fails(p.web, "TypeError", "heard tomorrow")
	require.Len(p.t, cards(p.backroom), 2)
}

// submits has mallory connect the den to the organization with this token and a secret of his own making.
func (p *privateSentry) submits(token string) {
	p.t.Helper()
	p.mallory.Types("/sentry connect", p.den)
	if p.mallory.Dialog() == nil {
		require.Contains(p.t, strings.Join(p.mallory.LastNote().Buttons(), " "), "Use an access token", lastNote(p.mallory))
		p.mallory.Clicks("Use an access token")
	}
	require.NotNil(p.t, p.mallory.Dialog(), lastNote(p.mallory))
	p.mallory.Submits(map[string]any{"address": p.site + "/organizations/acme/projects/ops/", "token": token, "secret": madeUp})
	if p.mallory.Dialog() != nil {
		p.mallory.Cancels()
	}
	p.passes()
}

func TestConnectingWithATokenOfAMemberReplacesNothing(t *testing.T) {
	t.Parallel()
	for whose, token := range map[string]func(p *privateSentry) string{
		"a member's":              func(*privateSentry) string { return "sentry-token-of-bob" },
		"a stranger's":            func(*privateSentry) string { return "sentry-token-of-carol" },
		"nobody's":                func(*privateSentry) string { return "sentry-token-that-is-none" },
		"that of the integration": func(p *privateSentry) string { return p.integration.Token },
	} {
		t.Run(whose, func(t *testing.T) {
			t.Parallel()
			p := newPrivateSentry(t)
			before := p.connectionRecord()
			p.submits(token(p))
			require.Equal(t, before.Sealed, p.connectionRecord().Sealed, "the keys stay")
			require.Equal(t, before.HasCredential, p.connectionRecord().HasCredential)
			p.forges(madeUp)
			p.stillReceives()
		})
	}
}

func TestChangingTheAPIAccessNeedsTheRightToAdministerTheIntegration(t *testing.T) {
	t.Parallel()
	for whose, token := range map[string]string{
		"a member's": "sentry-token-of-bob", "a stranger's": "sentry-token-of-carol", "that of another organization": "",
	} {
		t.Run(whose, func(t *testing.T) {
			t.Parallel()
			p := newPrivateSentry(t)
			p.backroom.Join(p.mallory)
			if token == "" {
				token = p.elsewhere()
			}
			before := p.connectionRecord()
			p.mallory.Types("/sentry rotate", p.backroom)
			p.mallory.Clicks("Change API access")
			p.mallory.Submits(map[string]any{"token": token, "secret": madeUp})
			if p.mallory.Dialog() != nil {
				require.NotEmpty(t, p.mallory.Dialog().Errors)
				p.mallory.Cancels()
			}
			require.Equal(t, before, p.connectionRecord(), "nothing changes after a refusal")
			p.forges(madeUp)
			p.stillReceives()
		})
	}
}

func TestASecretThatDiffersFromSentrysIsRefused(t *testing.T) {
	t.Parallel()
	p := newPrivateSentry(t)
	before := p.connectionRecord()
	p.alice.Types("/sentry rotate", p.backroom)
	p.alice.Clicks("Change API access")
	p.alice.Submits(map[string]any{"token": p.integration.Token, "secret": madeUp})
	require.NotNil(t, p.alice.Dialog(), "the form was taken")
	require.NotEmpty(t, p.alice.Dialog().Errors["secret"], "Sentry shows an integration's secret for a day")
	p.alice.Cancels()
	require.Equal(t, before, p.connectionRecord())
	p.forges(madeUp)
}

// Sentry shows the secret of an integration for a day only. After that, what an admin enters proves itself by what is signed with it.
func TestAnUnreadableSecretCountsOnceSentrySignsWithIt(t *testing.T) {
	t.Parallel()
	p := newPrivateSentry(t)
	p.later(25 * time.Hour)
	const next = "a-client-secret-that-sentry-regenerated"
	p.secret(next)
	p.alice.Types("/sentry rotate", p.backroom)
	p.alice.Clicks("Change API access")
	p.alice.Submits(map[string]any{"token": p.integration.Token, "secret": next})
	require.Nil(t, p.alice.Dialog(), "the form stays open: %+v", p.alice.Dialog())
	listed := p.signed(http.MethodGet, "/channels", "Sentry-App-Signature", next, "")
	require.Equal(t, http.StatusUnauthorized, listed.Status, "no channel is listed before that")
	p.later(48 * time.Hour)
	p.fails(p.web, "ValueError", "signed with the old one")
	require.Len(t, cards(p.backroom), 1, "the secret in force stays in force however long that takes")

	require.NoError(t, p.sentry.ChangeSecret("chat", next))
	p.fails(p.web, "TypeError", "signed with the new one")
	require.Len(t, cards(p.backroom), 2)
	listed = p.signed(http.MethodGet, "/channels", "Sentry-App-Signature", next, "")
	require.Equal(t, http.StatusOK, listed.Status, listed.Body)
	p.later(25 * time.Hour)
	p.forges(p.integration.ClientSecret)
}

// An organization has other integrations, too, most of them without an address: its secret identifies the right one.
func TestTheSecretIdentifiesTheIntegration(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	own, err := h.sentry.AddIntegration("acme", bugs.Integration{Slug: "bot", Name: "Bot", Token: h.secret("sentry-integration-token-3"), ClientSecret: h.secret("sentry-integration-secret-3")})
	require.NoError(t, err)
	h.integration = own
	h.connects(h.alice, "acme web", h.backroom)
	made, err := h.sentry.IntegrationState("bot")
	require.NoError(t, err)
	require.NotEmpty(t, made.WebhookURL)
	h.fails(h.web, "ValueError", "told by the bot")
	require.Len(t, cards(h.backroom), 1)
}

// Once Sentry shows no secret any more, it is the only one that sends nowhere yet.
func TestAnOldIntegrationIsIdentifiedByItsMissingURL(t *testing.T) {
	t.Parallel()
	h := newSentry(t)
	_, err := h.sentry.AddIntegration("acme", bugs.Integration{Slug: "bot", Name: "Bot", WebhookURL: "https://bot.example/hook"})
	require.NoError(t, err)
	h.later(25 * time.Hour)
	h.connects(h.alice, "acme web", h.backroom)
	h.fails(h.web, "ValueError", "told by the other one")
	require.Len(t, cards(h.backroom), 1)
}
