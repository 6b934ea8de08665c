package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	bugs "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/provider"
)

// secretsMade is a proxy for a PagerDuty that records the webhooks' secrets, which it reveals once.
type secretsMade struct {
	next http.Handler

	mu    sync.Mutex
	hooks []hook
}

// ServeHTTP implements http.Handler.
func (m *secretsMade) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/webhook_subscriptions" {
		m.next.ServeHTTP(rw, r)
		return
	}
	recorded := httptest.NewRecorder()
	m.next.ServeHTTP(recorded, r)
	var made struct {
		Subscription struct {
			Method struct {
				URL    string `json:"url"`
				Secret string `json:"secret"`
			} `json:"delivery_method"`
		} `json:"webhook_subscription"`
	}
	if json.Unmarshal(recorded.Body.Bytes(), &made) == nil && made.Subscription.Method.Secret != "" {
		m.mu.Lock()
		m.hooks = append(m.hooks, hook{address: made.Subscription.Method.URL, token: made.Subscription.Method.Secret})
		m.mu.Unlock()
	}
	rw.WriteHeader(recorded.Code)
	_, _ = io.Copy(rw, bytes.NewReader(recorded.Body.Bytes()))
}

func (m *secretsMade) last() hook {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hooks[len(m.hooks)-1]
}

// incidentBody is a delivery of PagerDuty's about an incident on the database.
func incidentBody(event string, data map[string]any) string {
	whole := map[string]any{
		"id": "Q0HONEST000001", "type": "incident", "number": 7, "status": "triggered", "title": "Disk full", "urgency": "high",
		"html_url": "https://acme.pagerduty.example/incidents/Q0HONEST000001", "created_at": "2026-08-03T12:00:00Z",
		"service": map[string]any{"id": "PDBSERV", "summary": "Database"},
	}
	maps.Copy(whole, data)
	encoded, err := json.Marshal(map[string]any{"event": map[string]any{
		"id": "01HONEST" + event, "event_type": event, "resource_type": "incident", "occurred_at": "2026-08-03T12:00:00.000Z", "data": whole,
	}})
	if err != nil {
		return ""
	}
	return string(encoded)
}

// pagerVictim has alice follow the account in the town and bob a service in the backroom, each by a webhook of its own.
func pagerVictim(t *testing.T) (*pagerHost, victim) {
	t.Helper()
	made := &secretsMade{}
	h := newPagerBehind(t, func(next http.Handler) http.Handler {
		made.next = next
		return made
	})
	v := victim{
		provider: "pagerduty", word: "pduty", enable: "EnablePagerduty", signature: "X-Pagerduty-Signature", scheme: "v1=", several: true,
		honest: incidentBody("incident.triggered", nil), wrongTypes: `{"event":["incident.triggered"]}`,
		titleOfCard: "Disk full", unprovedSays: "The signature or token was missing",
	}
	h.follows(h.alice, "", h.town)
	v.hook = made.last()
	h.follows(h.bob, "Database", h.backroom)
	v.other = made.last()
	require.NotEqual(t, v.hook.address, v.other.address)
	return h, v
}

func TestHostileDeliveriesToPagerDutyDoNothing(t *testing.T) {
	t.Parallel()
	h, v := pagerVictim(t)
	h.withstands(v)
	both := "v1=" + provider.Sign([]byte(v.honest+" "), "guessed") + ",v2=ff, v1=" + provider.Sign([]byte(v.honest+" "), v.hook.token)
	require.Equal(t, http.StatusOK, h.arrives(v.hook.address, v.honest+" ", v.shows(both)).Status, "while PagerDuty changes the secret there are two")
	require.Equal(t, http.StatusUnauthorized, h.arrives(v.hook.withToken(), v.honest, nil).Status, "the secret in the address proves nothing")
	require.Equal(t, http.StatusBadRequest, h.arrives(v.hook.address, "", v.signs("", v.hook.token)).Status)
	h.passes()
	h.card(h.town)
}

// sentryVictim has alice follow a project of each of two organizations, with an integration of its own.
func sentryVictim(t *testing.T) (*bugHost, victim) {
	t.Helper()
	h := newSentry(t)
	rival := bugs.Integration{Slug: "rivals", Name: "Rivals", Token: h.secret("sentry-integration-token-2"), ClientSecret: h.secret("sentry-integration-secret-2")}
	require.NoError(t, h.sentry.AddOrganization(bugs.Organization{
		Slug: "rival", Name: "Rival Inc", Members: map[string]string{"alice": bugs.RoleOwner}, Projects: []bugs.Project{{Slug: "web", Name: "Web"}},
		Integrations: []bugs.Integration{rival},
	}))
	hookOf := func(slug, secret string) hook {
		made, err := h.sentry.IntegrationState(slug)
		require.NoError(t, err)
		return hook{address: made.WebhookURL, token: secret}
	}
	v := victim{
		provider: "sentry", word: "sentry", enable: "EnableSentry", signature: "Sentry-Hook-Signature",
		headers: map[string]string{"Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": "1785758400"},
		honest:  issueBody(nil), wrongTypes: `{"action":[],"installation":"x","data":"issue","actor":7}`,
		titleOfCard: "ValueError", unprovedSays: "The signature or token was missing",
	}
	h.connects(h.alice, "acme web", h.town)
	v.hook = hookOf("chat", h.integration.ClientSecret)
	acme := h.integration
	h.integration = rival
	h.connects(h.alice, "rival web", h.backroom)
	v.other = hookOf("rivals", rival.ClientSecret)
	h.integration = acme
	require.NotEqual(t, v.hook.address, v.other.address)
	return h, v
}

// issueBody is a delivery of Sentry's about a new issue of the project "web".
func issueBody(issue map[string]any) string {
	whole := map[string]any{
		"id": "4211", "shortId": "WEB-1A", "title": "ValueError: discount twice", "culprit": "shop.cart in total", "level": "error",
		"status": "unresolved", "substatus": "new", "project": map[string]any{"id": "1", "slug": "web", "name": "Web Shop"}, "count": "1",
		"userCount": 1, "firstSeen": "2026-08-03T11:59:58.120000Z", "lastSeen": "2026-08-03T11:59:58.120000Z", "issueCategory": "error",
		"web_url": "https://sentry.example/organizations/acme/issues/4211/",
	}
	maps.Copy(whole, issue)
	encoded, err := json.Marshal(map[string]any{
		"action": "created", "installation": map[string]any{"uuid": "11111111-2222-3333-4444-555555555555"},
		"data": map[string]any{"issue": whole}, "actor": map[string]any{"type": "application", "id": "sentry", "name": "Sentry"},
	})
	if err != nil {
		return ""
	}
	return string(encoded)
}

func TestHostileDeliveriesToSentryDoNothing(t *testing.T) {
	t.Parallel()
	h, v := sentryVictim(t)
	h.withstands(v)
	require.Equal(t, http.StatusUnauthorized, h.arrives(v.hook.withToken(), v.honest, v.headers).Status, "what Sentry signs must be signed")
	require.Equal(t, http.StatusBadRequest, h.arrives(v.hook.address, "", v.signs("", v.hook.token)).Status)
	app := map[string]string{"Sentry-App-Signature": provider.Sign([]byte(v.honest), v.hook.token), "Sentry-Hook-Resource": "issue"}
	require.Equal(t, http.StatusUnauthorized, h.arrives(v.hook.address, v.honest, app).Status, "a form's signature is for forms")
	h.passes()
	h.card(h.town)
}

// Sentry asks while alert rules are created; a request from elsewhere, or about another's channels, learns nothing.
func TestHostileQueriesAboutSentryLearnNothing(t *testing.T) {
	t.Parallel()
	h, v := sentryVictim(t)
	below := strings.TrimPrefix(v.hook.address, siteURL)
	signed := func(body, secret string) map[string]string {
		return map[string]string{"Sentry-App-Signature": provider.Sign([]byte(body), secret)}
	}
	asks := func(method, address, body string, headers map[string]string) *mmtest.Response {
		r := httptest.NewRequest(method, address, strings.NewReader(body))
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		return h.mm.Request(r, nil)
	}
	require.Equal(t, http.StatusOK, asks(http.MethodGet, below+"/channels", "", signed("", v.hook.token)).Status)
	town := `{"fields":[{"name":"channel","value":"mattermost.` + h.town.ID + `"}]}`
	backroom := `{"fields":[{"name":"channel","value":"mattermost.` + h.backroom.ID + `"}]}`
	require.Equal(t, http.StatusOK, asks(http.MethodPost, below+"/check", town, signed(town, v.hook.token)).Status)
	wrongKey := path.Dir(below) + "/" + strings.Split(path.Base(below), ".")[0] + "." + strings.Repeat("A", 43)
	for name, asked := range map[string]struct {
		method, address, body string
		headers               map[string]string
		status                int
	}{
		"unsigned":                  {http.MethodGet, below + "/channels", "", nil, http.StatusUnauthorized},
		"with another's secret":     {http.MethodGet, below + "/channels", "", signed("", v.other.token), http.StatusUnauthorized},
		"with no secret":            {http.MethodGet, below + "/channels", "", signed("", ""), http.StatusUnauthorized},
		"over another body":         {http.MethodPost, below + "/check", town, signed("{}", v.hook.token), http.StatusUnauthorized},
		"a check, unsigned":         {http.MethodPost, below + "/check", town, nil, http.StatusUnauthorized},
		"another's channel":         {http.MethodPost, below + "/check", backroom, signed(backroom, v.hook.token), http.StatusBadRequest},
		"no channel":                {http.MethodPost, below + "/check", "{}", signed("{}", v.hook.token), http.StatusBadRequest},
		"not JSON":                  {http.MethodPost, below + "/check", "x", signed("x", v.hook.token), http.StatusBadRequest},
		"a channel of another type": {http.MethodPost, below + "/check", `{"fields":7}`, signed(`{"fields":7}`, v.hook.token), http.StatusBadRequest},
		"an unknown question":       {http.MethodGet, below + "/secrets", "", signed("", v.hook.token), http.StatusNotFound},
		"a wrong key":               {http.MethodGet, wrongKey + "/channels", "", signed("", v.hook.token), http.StatusNotFound},
		"2 MiB":                     {http.MethodPost, below + "/check", strings.Repeat(" ", 2<<20), nil, http.StatusRequestEntityTooLarge},
	} {
		answer := asks(asked.method, asked.address, asked.body, asked.headers)
		require.Equal(t, asked.status, answer.Status, "%s: %s", name, answer.Body)
		require.NotContains(t, answer.Body, h.town.ID, name)
		require.NotContains(t, answer.Body, h.backroom.ID, name)
		require.NotContains(t, answer.Body, "town", name)
	}
}

// hostileTexts are texts that have an effect if they are not shown literally.
func hostileTexts() map[string]string {
	return map[string]string{
		"a call to all":     "@all @here @channel @alice down",
		"a link":            "down [click me](https://evil.example) <https://evil.example>",
		"a script":          "down [x](javascript:alert(1)) javascript:alert(1)",
		"a picture":         "down ![x](https://evil.example/pixel.png)",
		"another direction": "down \u202egnp.exe\u202c \u2066x\u2069",
		"controls":          "down\x00\x07\x1b[31m\r\n# heading\n```\ncode",
		"a channel":         "down ~town-square #tag :skull:",
		"a table":           "down | a | b |\n|---|---|\n| c | d |",
		"much":              "down " + strings.Repeat("long ", 40_000),
		"broken UTF-8":      "down \xff\xfe",
	}
}

// Where Markdown counts, code is shown letter by letter, and a link has an unescaped bracket.
var (
	codeSpan = regexp.MustCompile("`[^`\\n]*`")
	rawLink  = regexp.MustCompile(`(^|[^\\])\]\((https://evil|javascript)`)
)

// requireHarmless checks that a post shows the words as they are. Clients show a title that is a link, and what stands at the bottom, without
// Markdown.
func requireHarmless(t *testing.T, what string, p *mmtest.Post) {
	t.Helper()
	for _, bad := range []string{"\u202e", "\u2066", "\x00", "\x07", "\x1b", "\xff"} {
		require.NotContains(t, p.Text(), bad, what)
	}
	require.Less(t, len(p.Text()), 20_000, what)
	marked := []string{p.Message}
	for _, a := range p.Attachments() {
		require.False(t, strings.HasPrefix(a.TitleLink, "javascript:"), what)
		marked = append(marked, a.Text, a.Pretext)
		if a.TitleLink == "" {
			marked = append(marked, a.Title)
		}
		for _, f := range a.Fields {
			value, ok := f.Value.(string)
			require.True(t, ok, what)
			marked = append(marked, f.Title, value)
		}
	}
	text := codeSpan.ReplaceAllString(strings.Join(marked, "\n"), "")
	for _, bad := range []string{"@all", "@here", "@channel", "@alice", "<https://evil", "\n# heading", "\n```", "\n|---"} {
		require.NotContains(t, text, bad, what)
	}
	require.False(t, rawLink.MatchString(text), "%s: %s", what, text)
}

func TestHostileTextFromPagerDutyIsOnlyText(t *testing.T) {
	t.Parallel()
	h, v := pagerVictim(t)
	for name, text := range hostileTexts() {
		posts := len(h.town.Posts())
		id := strings.ToUpper("Q0" + strings.ReplaceAll(name, " ", "0"))
		id = strings.ReplaceAll(id, "-", "0")
		body := incidentBody("incident.triggered", map[string]any{
			"id": id, "title": text, "html_url": "javascript:alert(1)", "service": map[string]any{"id": "PDBSERV", "summary": text, "html_url": "javascript:x"},
			"assignees": []any{map[string]any{"id": "PX", "summary": text, "html_url": "javascript:x"}}, "priority": map[string]any{"summary": text},
			"conference_bridge": map[string]any{"conference_number": text, "conference_url": "javascript:alert(1)"},
		})
		body = strings.Replace(body, "01HONEST", "01"+id, 1)
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, body, v.signs(body, v.hook.token)).Status, name)
		note := strings.Replace(incidentBody("incident.annotated", map[string]any{
			"incident": map[string]any{"id": id}, "id": "PN" + id, "content": text, "type": "incident_note",
		}), "01HONEST", "02"+id, 1)
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, note, v.signs(note, v.hook.token)).Status, name)
		h.passes()
		all := h.town.Posts()
		require.Greater(t, len(all), posts, name)
		for _, p := range all[posts:] {
			requireHarmless(t, name, p)
		}
	}
}

func TestHostileTextFromSentryIsOnlyText(t *testing.T) {
	t.Parallel()
	h, v := sentryVictim(t)
	number := 5000
	for name, text := range hostileTexts() {
		posts := len(h.town.Posts())
		number++
		id := json.Number(strconv.Itoa(number))
		body := issueBody(map[string]any{
			"id": id.String(), "shortId": text, "title": text, "culprit": text, "web_url": "javascript:alert(1)", "permalink": "javascript:alert(1)",
			"level": text, "assignedTo": map[string]any{"type": "user", "id": "1", "name": text},
		})
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, body, v.signs(body, v.hook.token)).Status, name)
		said, err := json.Marshal(map[string]any{"action": "created", "actor": map[string]any{"type": "user", "id": 1, "name": text}, "data": map[string]any{
			"comment": text, "comment_id": number, "issue_id": id, "project_slug": "web", "timestamp": "2026-08-03T12:00:00Z",
		}})
		require.NoError(t, err)
		headers := v.signs(string(said), v.hook.token)
		headers["Sentry-Hook-Resource"] = "comment"
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, string(said), headers).Status, name)
		h.passes()
		all := h.town.Posts()
		require.Greater(t, len(all), posts, name)
		for _, p := range all[posts:] {
			requireHarmless(t, name, p)
		}
	}
}

// What a provider sends that this plugin does not know, or with fields of other types, does no harm: it is ignored or shown without them.
func TestUnexpectedDeliveriesDoNoHarm(t *testing.T) {
	t.Parallel()
	h, v := pagerVictim(t)
	posts := len(h.town.Posts())
	for _, event := range []string{"incident.teleported", "service.updated", "pagey.ping", "", "incident.", "incident.triggered.twice"} {
		body := incidentBody(event, nil)
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, body, v.signs(body, v.hook.token)).Status, event)
	}
	h.passes()
	require.Len(t, h.town.Posts(), posts, "unknown events post nothing")
	for _, odd := range []any{nil, 7, true, "x", []any{}, map[string]any{"x": 1}} {
		for _, field := range []string{"id", "title", "status", "number", "service", "assignees", "teams", "priority", "urgency", "html_url", "created_at", "conference_bridge"} {
			body := incidentBody("incident.triggered", map[string]any{field: odd})
			answer := h.arrives(v.hook.address, body, v.signs(body, v.hook.token))
			require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, answer.Status, "%s = %v", field, odd)
		}
	}
	h.passes()
	for _, line := range h.mm.Logs() {
		require.NotContains(t, line, "panic")
	}
}

func TestUnexpectedDeliveriesFromSentryDoNoHarm(t *testing.T) {
	t.Parallel()
	h, v := sentryVictim(t)
	for _, odd := range []any{nil, 7, true, "x", []any{}, map[string]any{"x": 1}} {
		for _, field := range []string{"id", "title", "status", "substatus", "culprit", "level", "count", "userCount", "project", "assignedTo", "firstSeen", "web_url", "metadata", "statusDetails"} {
			body := issueBody(map[string]any{field: odd})
			answer := h.arrives(v.hook.address, body, v.signs(body, v.hook.token))
			require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, answer.Status, "%s = %v", field, odd)
		}
		for _, resource := range []string{"event_alert", "error", "metric_alert", "comment", "installation", "seer", "x\x01y", strings.Repeat("a", 5000)} {
			body, err := json.Marshal(map[string]any{"action": odd, "actor": odd, "data": odd})
			require.NoError(t, err)
			headers := v.signs(string(body), v.hook.token)
			headers["Sentry-Hook-Resource"] = resource
			require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, h.arrives(v.hook.address, string(body), headers).Status, "%s: %v", resource, odd)
		}
	}
	h.passes()
	for _, line := range h.mm.Logs() {
		require.NotContains(t, line, "panic")
	}
}

// A recorded delivery that is sent again, soon or much later, changes nothing.
func TestAReplayedDeliveryChangesNothing(t *testing.T) {
	t.Parallel()
	h, v := pagerVictim(t)
	require.Equal(t, http.StatusOK, h.arrives(v.hook.address, v.honest, v.signs(v.honest, v.hook.token)).Status)
	h.passes()
	resolved := strings.Replace(incidentBody("incident.resolved", map[string]any{"status": "resolved"}), "T12:00:00.000Z", "T12:05:00.000Z", 1)
	require.Equal(t, http.StatusOK, h.arrives(v.hook.address, resolved, v.signs(resolved, v.hook.token)).Status)
	h.passes()
	before := h.card(h.town).Text()
	said := len(h.town.Posts())
	for _, wait := range []time.Duration{time.Second, time.Hour, 24 * time.Hour} {
		h.zoom.Advance(wait)
		require.Equal(t, http.StatusOK, h.arrives(v.hook.address, v.honest, v.signs(v.honest, v.hook.token)).Status)
		h.passes()
	}
	require.Equal(t, before, h.card(h.town).Text())
	require.Len(t, h.town.Posts(), said)
}
