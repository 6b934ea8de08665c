package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	bb "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/provider"
)

// victim is a connection that an attacker sends to.
type victim struct {
	provider     string
	word, enable string // its command, and the setting that switches it on
	hook, other  hook
	signature    string // the header
	scheme       string // the prefix of a signature
	several      bool   // one signature of several is enough
	headers      map[string]string
	honest       string // a body as the provider sends it
	wrongTypes   string
	titleOfCard  string
	unprovedSays string
}

// shows returns the victim's headers with this text as the proof.
func (v victim) shows(proof string) map[string]string {
	headers := map[string]string{v.signature: proof}
	maps.Copy(headers, v.headers)
	return headers
}

// signs returns them with the signature of the body.
func (v victim) signs(body, secret string) map[string]string {
	return v.shows(v.scheme + provider.Sign([]byte(body), secret))
}

// tooMuch is more than any provider sends, in bytes.
const tooMuch = 5 << 20

// attempted is one delivery that must do nothing.
type attempted struct {
	address, body string
	headers       map[string]string
	status        int
	says          string // in the status of the connection; "" for nothing new
}

// hostiles are the attacker's deliveries to the victim, by kind.
func (v victim) hostiles() map[string]attempted {
	at, right := v.hook.address, provider.Sign([]byte(v.honest), v.hook.token)
	refused := func(proof string) attempted {
		return attempted{at, v.honest, v.shows(proof), http.StatusUnauthorized, "token or signature was wrong"}
	}
	signed := func(body string, status int, says string) attempted {
		return attempted{at, body, v.signs(body, v.hook.token), status, says}
	}
	tampered := refused(v.scheme + right)
	tampered.body += " "
	base, end := path.Split(at)
	id, key, _ := strings.Cut(end, ".")
	nowhere := func(address string) attempted {
		return attempted{address, v.honest, v.signs(v.honest, v.hook.token), http.StatusNotFound, ""}
	}
	all := map[string]attempted{
		"unsigned":                  {at, v.honest, v.headers, http.StatusUnauthorized, v.unprovedSays},
		"blank signature":           {at, v.honest, v.shows(" "), http.StatusUnauthorized, "Refused"},
		"wrong secret":              refused(v.scheme + provider.Sign([]byte(v.honest), "guessed")),
		"empty secret":              refused(v.scheme + provider.Sign([]byte(v.honest), "")),
		"another body's signature":  refused(v.scheme + provider.Sign([]byte("{}"), v.hook.token)),
		"tampered":                  tampered,
		"a signature of one letter": refused("a"),
		"a prefix and one letter":   refused(v.scheme + "a"),
		"the prefix alone":          refused(v.scheme + "="),
		"another algorithm":         refused("sha1=" + right),
		"half a signature":          refused(v.scheme + right[:32]),
		"the signature twice":       refused(v.scheme + right + v.scheme + right),
		"another's secret":          refused(v.scheme + provider.Sign([]byte(v.honest), v.other.token)),
		"a flood of signatures":     refused(strings.Repeat(v.scheme+provider.Sign([]byte(v.honest), "guessed")+",", 100) + v.scheme + right),
		"another's address":         {v.other.address, v.honest, v.signs(v.honest, v.hook.token), http.StatusUnauthorized, ""},
		"too much":                  signed(v.honest+strings.Repeat(" ", tooMuch), http.StatusRequestEntityTooLarge, ""),
		"broken JSON":               signed(v.honest[:len(v.honest)/2], http.StatusBadRequest, "Not readable"),
		"no JSON":                   signed("payload=%7B%7D", http.StatusBadRequest, "Not readable"),
		"wrong types":               signed(v.wrongTypes, http.StatusBadRequest, "Not readable"),
		"deep nesting":              signed(strings.Repeat("[", 100_000), http.StatusBadRequest, "Not readable"),
		"deep objects":              signed(strings.Repeat(`{"a":`, 100_000), http.StatusBadRequest, "Not readable"),
		"invalid UTF-8":             signed("\xff\xfe{}", http.StatusBadRequest, "Not readable"),
		"a zero byte":               signed("\x00", http.StatusBadRequest, "Not readable"),
		"unknown hook":              nowhere(base + strings.Repeat("A", len(id)) + "." + key),
		"the wrong key":             nowhere(base + id + "." + strings.Repeat("A", len(key))),
		"another's key":             nowhere(base + id + "." + strings.SplitN(path.Base(v.other.address), ".", 2)[1]),
		"half a key":                nowhere(base + id + "." + key[:len(key)/2]),
		"no key":                    nowhere(base + id + "."),
		"no dot":                    nowhere(base + id),
		"odd letters":               nowhere(base + "con%2E" + id + "." + key),
		"a very long one":           nowhere(base + strings.Repeat("A", 5000) + "." + key),
	}
	if v.scheme != "" {
		all["no algorithm"] = refused(right)
	}
	if !v.several {
		all["two signatures"] = refused(v.scheme + provider.Sign([]byte(v.honest), "guessed") + "," + v.scheme + right)
	}
	return all
}

func TestHostileDeliveriesToJenkinsDoNothing(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	v := victim{
		provider: "jenkins", word: "jenkins", enable: "EnableJenkins", scheme: "sha256=", signature: "X-Mattermost-Jenkins-Signature", titleOfCard: "❌ Failed · web #7",
		hook: w.connects(w.alice, "/jenkins connect one", w.town), other: w.connects(w.bob, "/jenkins connect two", w.backroom),
		honest: `{"name":"web","url":"job/web/","build":{"full_url":"https://ci.acme.test/job/web/7/","number":7,` +
			`"phase":"FINALIZED","status":"FAILURE","url":"job/web/7/"}}`,
		wrongTypes:   `{"name":7,"url":[],"build":"yes","full_url":{},"status":[1]}`,
		unprovedSays: "The token was missing",
	}
	w.withstands(v)
	for name, shown := range map[string]map[string]string{
		"a wrong token": {"Authorization": "guessed"}, "another's": {"Authorization": v.other.token}, "a part": {"Authorization": v.hook.token[:5]},
		"a wrong password": {"Authorization": "Basic amVua2luczp4"}, "broken Basic": {"Authorization": "Basic %%%"}, "Bearer": {"Authorization": "Bearer "},
	} {
		require.Equal(t, http.StatusUnauthorized, w.arrives(v.hook.address, v.honest+" ", shown).Status, name)
		require.Equal(t, http.StatusUnauthorized, w.arrives(v.hook.withToken(), v.honest+" ", shown).Status, "%s beside an address that is right", name)
	}
	require.Equal(t, http.StatusUnauthorized, w.arrives(v.hook.address+"/"+v.other.token, v.honest+" ", nil).Status)
	w.settle()
	w.card(w.town)
}

func TestHostileDeliveriesToBitbucketDoNothing(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	connect := w.newBitbucket()
	v := victim{
		provider: "bitbucket", word: "bitbucket", enable: "EnableBitbucket", scheme: "sha256=", signature: "X-Hub-Signature", headers: map[string]string{"X-Event-Key": "repo:refs_changed"},
		hook: connect(w.alice, "web", w.town), other: connect(w.bob, "api", w.backroom), titleOfCard: "178864a",
		honest: `{"eventKey":"repo:refs_changed","date":"2026-03-02T12:00:00+0000","actor":{"name":"ada","displayName":"Ada"},` +
			`"repository":{"slug":"web","id":7,"name":"web","project":{"key":"ACME"}},"changes":[{"ref":{"id":"refs/heads/main","displayId":"main",` +
			`"type":"BRANCH"},"refId":"refs/heads/main","fromHash":"ecddabb624f6f5ba43816f5926e580a5f680a932",` +
			`"toHash":"178864a7d521b6f5e720b386b2c2b0ef8563e0dc","type":"UPDATE"}]}`,
		wrongTypes:   `{"eventKey":[],"date":{},"actor":"ada","repository":[],"changes":"all"}`,
		unprovedSays: "The signature or token was missing",
	}
	w.withstands(v)
	ping := map[string]string{"X-Event-Key": "diagnostics:ping"}
	require.Equal(t, http.StatusOK, w.arrives(v.hook.address, `{"test":true}`, ping).Status, "an unsigned ping may be answered")
	require.Equal(t, http.StatusOK, w.arrives(v.hook.address, v.honest+" ", ping).Status, "and does nothing")
	require.Equal(t, http.StatusUnauthorized, w.arrives(v.hook.withToken(), v.honest, v.headers).Status, "the secret in the address proves nothing")
	w.settle()
	w.card(w.town)
}

// withstands sends all hostile deliveries to the victim, then a genuine one, which must be accepted.
func (w *bridgeWorld) withstands(v victim) {
	w.t.Helper()
	told := func() string {
		w.alice.Types("/"+v.word+" status", w.town)
		return lastNote(w.alice)
	}
	posts := len(w.town.Posts())
	for name, h := range v.hostiles() {
		before := told()
		answer := w.arrives(h.address, h.body, h.headers)
		require.Equal(w.t, h.status, answer.Status, "%s: %s", name, answer.Body)
		require.Less(w.t, len(answer.Body), 400, name)
		w.settle()
		after := told()
		if h.says != "" {
			newest, _, _ := strings.Cut(strings.Split(after, "\n* ")[1], "\n")
			requireSays(w.t, newest, h.says)
		} else if h.status == http.StatusNotFound {
			require.Equal(w.t, before, after, "%s: what was sent nowhere notifies no one", name)
		}
		w.zoom.Advance(time.Second)
	}
	require.Len(w.t, w.town.Posts(), posts, "nothing was posted")
	require.Empty(w.t, cards(w.backroom))
	get := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(v.hook.address, siteURL), nil)
	require.Equal(w.t, http.StatusMethodNotAllowed, w.mm.Request(get, nil).Status)

	w.mm.Set(map[string]any{v.enable: false})
	require.Equal(w.t, http.StatusNotFound, w.arrives(v.hook.address, v.honest, v.signs(v.honest, v.hook.token)).Status, "a provider that is off")
	w.switches(map[string]any{v.enable: true}, v.word)
	require.Equal(w.t, http.StatusOK, w.arrives(v.hook.address, v.honest, v.signs(v.honest, v.hook.token)).Status)
	w.settle()
	require.Contains(w.t, title(w.card(w.town)), v.titleOfCard, "the honest one is shown")
}

// newBitbucket opens a Data Center of Bitbucket with the repositories ACME/web and ACME/api, and has an admin name it. What it returns
// connects a channel to one of them and tells what the webhook that was made there has.
func (w *bridgeWorld) newBitbucket() func(u *mmtest.User, slug string, at *mmtest.Channel) hook {
	w.t.Helper()
	rights := map[string]string{"alice": "admin", "bob": "admin"}
	seed := bb.Seed{
		Users: []bb.User{{Nickname: "alice", Token: w.secret("token-of-alice")}, {Nickname: "bob", Token: w.secret("token-of-bob")}},
		Repos: []bb.Repo{{Workspace: "ACME", Slug: "web", Rights: rights}, {Workspace: "ACME", Slug: "api", Rights: rights}},
	}
	tool := bb.New(bb.Options{Options: kit.Options{Now: w.mm.Now, RandomSeed: 7, HTTPClient: &http.Client{Transport: w}, Minted: w.minted}, Kind: bb.DataCenter, Seed: seed})
	w.t.Cleanup(tool.Close)
	made := &webhooksMade{next: tool}
	server := httptest.NewServer(made)
	w.t.Cleanup(server.Close)
	tool.SetBaseURL(server.URL)
	w.admin.Types("/bitbucket setup", w.backroom)
	w.admin.Submits(map[string]any{"kind": "datacenter", "url": server.URL})
	require.Nil(w.t, w.admin.Dialog(), "the form stays open: %+v", w.admin.Dialog())
	return func(u *mmtest.User, slug string, at *mmtest.Channel) hook {
		w.t.Helper()
		u.Types("/bitbucket connect "+server.URL+"/projects/ACME/repos/"+slug, at)
		u.Submits(map[string]any{"token": "token-of-" + u.Username})
		require.Nil(w.t, u.Dialog(), "the form stays open: %+v", u.Dialog())
		requireSays(w.t, at.LastPost().Message, "connected this channel to Bitbucket")
		w.settle()
		h := made.last()
		w.minted(h.token)
		return h
	}
}

// webhooksMade is a proxy for a Bitbucket that records the URLs and secrets of the webhooks created there.
type webhooksMade struct {
	next http.Handler

	mu    sync.Mutex
	hooks []hook
}

// ServeHTTP implements http.Handler.
func (m *webhooksMade) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var asked struct {
		URL           string `json:"url"`
		Configuration struct {
			Secret string `json:"secret"`
		} `json:"configuration"`
	}
	if err == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/webhooks") && json.Unmarshal(body, &asked) == nil {
		m.mu.Lock()
		m.hooks = append(m.hooks, hook{address: asked.URL, token: asked.Configuration.Secret})
		m.mu.Unlock()
	}
	m.next.ServeHTTP(rw, r)
}

func (m *webhooksMade) last() hook {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hooks[len(m.hooks)-1]
}
