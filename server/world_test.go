package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/queue"
)

// world is the plugin between a Mattermost in memory and a simulated Zoom, with some people in it.
type world struct {
	t      *testing.T
	mm     *mmtest.Mattermost
	memory *memory.Memory
	zoom   *sandbox.Sandbox
	zoomAt string
	hook   string
	plugin *Plugin
	// lost is how many answers to Zoom are still to be lost in transit.
	lost atomic.Int32

	zoomUsers []sandbox.User

	mu      sync.Mutex
	servers []*Plugin
	// hinted has events of one server reach the others. Everything has to work without them, only later.
	hinted  bool
	secrets []string
	// handed are secrets that a user got once, with the places where they can be: the message, and maybe a record.
	handed map[string][]string

	alice, bob, admin *mmtest.User
	town, backroom    *mmtest.Channel
}

// Credentials of the Zoom app in the stories; none of them may ever be seen in a post, a log line or a record.
const (
	clientID      = "story-client"
	clientSecret  = "story-client-secret"
	webhookSecret = "story-webhook-secret"
	encryptionKey = "0123456789abcdef0123456789abcdef"
	zoomAccount   = sandbox.DefaultAccountID
)

// How long things that happen in the background are waited for, and how often they are looked at.
const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

var scopes = map[string][]string{
	"user":    {"meeting:read:meeting", "meeting:write:meeting", "user:read:user"},
	"account": {"meeting:read:meeting:admin", "meeting:write:meeting:admin", "user:read:user:admin"},
	"s2s":     {"meeting:read:meeting:admin", "meeting:write:meeting:admin", "user:read:user:admin"},
}

// newWorld returns a world in which users authorize in this mode: "user", "account" or "s2s".
func newWorld(t *testing.T, mode string) *world {
	t.Helper()
	return newWorldBehind(t, mode, func(zoom http.Handler) http.Handler { return zoom })
}

// newWorldBehind returns one in which all requests to Zoom pass the gate.
func newWorldBehind(t *testing.T, mode string, gate func(http.Handler) http.Handler) *world {
	t.Helper()
	mm := mmtest.New(t)
	w := &world{t: t, mm: mm, memory: memory.New(mm.Now), handed: map[string][]string{}}
	// Cleanups run backwards: this one looks at what is left when all others have run.
	t.Cleanup(func() { w.keepsSecrets() })
	w.secrets = []string{clientSecret, webhookSecret, encryptionKey}
	w.zoom = sandbox.New(sandbox.Options{Options: kit.Options{Now: time.Now, RandomSeed: 7, Minted: w.minted}})
	t.Cleanup(w.zoom.Close)
	mm.UseClock(w.zoom.Now)
	zoomServer := httptest.NewServer(gate(w.zoom))
	t.Cleanup(zoomServer.Close)
	w.zoomAt = zoomServer.URL
	w.zoom.SetBaseURL(w.zoomAt)
	hookServer := httptest.NewServer(http.HandlerFunc(w.fromOutside))
	t.Cleanup(hookServer.Close)
	w.hook = hookServer.URL + "/plugins/zoom/webhook"

	w.alice, w.bob = mm.AddUser("alice"), mm.AddUser("bob")
	w.admin = mm.AddUser("root", mmtest.Admin)
	w.alice.Connection, w.bob.Connection, w.admin.Connection = "alice-window-1", "bob-window-1", "root-window-1"
	w.town = mm.AddChannel("town-square", mmtest.Public, w.alice, w.bob, w.admin)
	w.backroom = mm.AddChannel("backroom", mmtest.Private, w.alice, w.bob, w.admin)
	for _, u := range []*mmtest.User{w.alice, w.bob, w.admin} {
		user, err := w.zoom.AddUser(sandbox.User{Email: address(u), FirstName: u.Username, LastName: "Zoomer"})
		require.NoError(t, err)
		w.zoomUsers = append(w.zoomUsers, user)
	}
	mm.Set(map[string]any{
		"ZoomURL": w.zoomAt, "ZoomAPIURL": w.zoomAt + "/v2", "AuthorizationMode": mode, "AccountID": zoomAccount,
		"OAuthClientID": clientID, "OAuthClientSecret": clientSecret, "EncryptionKey": encryptionKey,
		"ZoomWebhookSecret": webhookSecret,
	})
	w.plugin = w.newServer()
	mm.Attach(w.plugin)
	w.registerApp(mode)
	return w
}

// minted records a secret that Zoom generated: a code, a token, the key in a start link.
func (w *world) minted(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = append(w.secrets, secret)
}

// keepsSecrets fails the test when a secret can be read in a post, a note, the log, an answer or the plugin's table; one that was
// handed over can be where it was, and nowhere else.
func (w *world) keepsSecrets() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, secret := range w.secrets {
		w.mm.RequireSecret(secret)
		for _, place := range w.reveals(secret) {
			w.t.Errorf("a secret can be read in %s", place)
		}
	}
	for secret, allowed := range w.handed {
		for _, place := range append(w.mm.Reveals(secret), w.reveals(secret)...) {
			if !slices.ContainsFunc(allowed, func(where string) bool { return strings.HasPrefix(place, where) }) {
				w.t.Errorf("a secret that was handed over once can be read in %s", place)
			}
		}
	}
}

// reveals returns the records in which the secret can be read.
func (w *world) reveals(secret string) []string {
	var where []string
	for what, text := range w.memory.Dump() {
		if strings.Contains(text, secret) {
			where = append(where, what+": "+text)
		}
	}
	return where
}

// newServer starts the plugin, as each server of a cluster does.
func (w *world) newServer() *Plugin {
	w.t.Helper()
	return w.starts(&Plugin{})
}

// hints delivers an event of one server to the others, if events reach them in this story.
func (w *world) hints(from *Plugin, event model.PluginClusterEvent) {
	w.mu.Lock()
	others := slices.DeleteFunc(slices.Clone(w.servers), func(p *Plugin) bool { return p == from || !w.hinted })
	w.mu.Unlock()
	for _, other := range others {
		other.OnPluginClusterEvent(&plugin.Context{}, event)
	}
}

// starts starts a plugin that has something of its own, such as other providers.
func (w *world) starts(p *Plugin) *Plugin {
	w.t.Helper()
	p.now, p.exit, p.open = w.mm.Now, func(int) { w.t.Error("the plugin ended its process") }, inMemory(w.memory)
	if p.background == nil {
		p.background = func(f func()) { f() }
	}
	p.SetAPI(&meddler{API: w.mm.API(), publish: func(event model.PluginClusterEvent) { w.hints(p, event) }})
	w.mu.Lock()
	w.servers = append(w.servers, p)
	w.mu.Unlock()
	require.NoError(w.t, p.OnActivate())
	w.t.Cleanup(func() { _ = p.OnDeactivate() })
	return p
}

func (w *world) registerApp(mode string) {
	w.t.Helper()
	w.registerAppWith(mode, scopes[mode])
}

func (w *world) registerAppWith(mode string, scopes []string) {
	w.t.Helper()
	_, err := w.zoom.SetApp(sandbox.App{
		Name: "Mattermost", Kind: sandbox.Kind(mode), ClientID: clientID, ClientSecret: clientSecret, AccountID: zoomAccount,
		RedirectURIs: []string{"https://chat.example.com/plugins/zoom/oauth2/complete"}, Scopes: scopes,
		DeauthorizationURL: strings.TrimSuffix(w.hook, "/webhook") + "/deauthorization",
		WebhookSecret:      webhookSecret, WebhookURL: w.hook, Validate: true,
	})
	require.NoError(w.t, err)
}

// fromOutside is a request of Zoom that reaches the server: no one is signed in.
func (w *world) fromOutside(rw http.ResponseWriter, r *http.Request) {
	answer := w.mm.Request(r, nil)
	if w.lost.Add(-1) >= 0 {
		answer.Status = http.StatusBadGateway
	}
	rw.WriteHeader(answer.Status)
	_, _ = rw.Write([]byte(answer.Body))
}

var links = regexp.MustCompile(`https://chat\.example\.com(/plugins/zoom/oauth2/connect\?t=[^)\s]+)`)

// connectLink returns the path of the link in the user's newest note.
func (w *world) connectLink(u *mmtest.User) string {
	w.t.Helper()
	found := links.FindStringSubmatch(u.LastNote().Text())
	require.NotEmpty(w.t, found, "%s was shown no link: %s", u.Username, u.LastNote().Text())
	return found[1]
}

// authorizes follows the link of the user's newest note through Zoom's pages, and returns the page at the end.
func (w *world) authorizes(u *mmtest.User) *mmtest.Response {
	w.t.Helper()
	return u.Get(w.allows(u, w.connectLink(u)))
}

// allows has the user allow the app in Zoom and returns where Zoom sends the browser back to.
func (w *world) allows(u *mmtest.User, link string) string {
	w.t.Helper()
	return w.answersAtZoom(u, u, link, "allow")
}

// allowsAs is allows by someone who is signed in to Zoom as another.
func (w *world) allowsAs(u, atZoom *mmtest.User, link string) string {
	w.t.Helper()
	return w.answersAtZoom(u, atZoom, link, "allow")
}

// decides has the user answer the app's request in Zoom with "allow" or "decline".
func (w *world) decides(u *mmtest.User, link, decision string) string {
	w.t.Helper()
	return w.answersAtZoom(u, u, link, decision)
}

func (w *world) answersAtZoom(u, atZoom *mmtest.User, link, decision string) string {
	w.t.Helper()
	begun := u.Get(link)
	require.Equal(w.t, http.StatusFound, begun.Status, begun.Body)
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(w.t, err)
	form := consent.Query()
	form.Set("user", address(atZoom))
	form.Set("decision", decision)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(w.zoomAt+"/oauth/authorize", form)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	require.Equal(w.t, http.StatusFound, answer.StatusCode)
	return strings.TrimPrefix(answer.Header.Get("Location"), "https://chat.example.com")
}

// connect has the user connect with Zoom.
func (w *world) connect(u *mmtest.User) {
	w.t.Helper()
	w.connectAs(u, u)
}

// connectAs has the user connect while signed in to Zoom as another.
func (w *world) connectAs(u, atZoom *mmtest.User) {
	w.t.Helper()
	u.Types("/zoom connect", w.town)
	page := u.Get(w.allowsAs(u, atZoom, w.connectLink(u)))
	require.Equal(w.t, http.StatusOK, page.Status, page.Body)
}

// meetingID returns the ID of the meeting that the post is about.
func (w *world) meetingID(p *mmtest.Post) int64 {
	w.t.Helper()
	id, err := strconv.ParseInt(p.Prop("meeting_id").(string), 10, 64)
	require.NoError(w.t, err)
	return id
}

// begins and ends have Zoom start and end the meeting of the post; both wait until the plugin has handled it.
func (w *world) begins(p *mmtest.Post) {
	w.t.Helper()
	require.NoError(w.t, w.zoom.StartMeeting(w.meetingID(p)))
	w.settle()
}

func (w *world) ends(p *mmtest.Post) {
	w.t.Helper()
	require.NoError(w.t, w.zoom.EndMeeting(w.meetingID(p)))
	w.settle()
}

// settle waits until Zoom has sent everything, and the plugin has handled it. What is scheduled for later
// may stay.
func (w *world) settle() {
	w.t.Helper()
	w.zoom.Settle()
	w.workedOff()
}

// passes lets time pass, and has the plugin run what is due by then.
func (w *world) passes(d time.Duration) {
	w.t.Helper()
	w.zoom.Advance(d)
	w.settle()
	require.NoError(w.t, w.plugin.app.Load().meetings.RunDue(w.t.Context()))
	w.looks()
}

// looks has the plugin look for what is due by now, and waits until that is handled.
func (w *world) looks() {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		w.plugin.app.Load().queue.Wake() // the clock may have gone ahead of its timers
		return len(w.due()) == 0
	}, patience, tick, "the queue is not worked off")
}

// workedOff waits until the queue holds nothing but what was put there for a later time (a retry was not).
func (w *world) workedOff() {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return len(w.due()) == 0 }, patience, tick, "the queue is not worked off")
}

// due returns the jobs that aren't finished, without those that were put into the queue for a time that has not come.
func (w *world) due() []queue.Job {
	return slices.DeleteFunc(w.memory.Jobs.Unfinished(), func(j queue.Job) bool { return j.NotBefore.After(w.mm.Now()) })
}

// meetings returns the posts that are about meetings.
func meetings(c *mmtest.Channel) []*mmtest.Post {
	var found []*mmtest.Post
	for _, p := range c.Posts() {
		if p.Type == "custom_zoom" {
			found = append(found, p)
		}
	}
	return found
}

// calls returns how many requests Zoom's API got, tokens not counted.
func (w *world) calls() int {
	n := 0
	for operation, count := range w.zoom.Counts() {
		if strings.Contains(operation, " /v2/") {
			n += count
		}
	}
	return n
}

// failsOnce makes Zoom answer the next such request with this.
func (w *world) failsOnce(method, path string, status int, body string) {
	w.t.Helper()
	require.NoError(w.t, w.zoom.AddFault(kit.Fault{
		Match:  kit.Match{Method: method, Path: path},
		Action: kit.Action{Status: status, Body: []byte(body)},
	}))
}

// address is the email address that mmtest gives its users; in Zoom they have the same.
func address(u *mmtest.User) string { return u.Username + "@example.com" }
