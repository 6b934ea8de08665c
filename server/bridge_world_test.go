package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// bridgeWorld is a world whose providers are turned on, with a Jenkins whose deliveries reach the plugin as from outside.
type bridgeWorld struct {
	*world
	jenkins *ci.Jenkins
	// strips has the server keep the Authorization header from the plugin, as some versions of Mattermost do.
	strips atomic.Bool
}

// hook is the URL and token that a user got by direct message.
type hook struct {
	address, token string
	post           *mmtest.Post
}

// withToken is the URL for senders that can't send the token elsewhere.
func (h hook) withToken() string { return h.address + "/" + h.token }

// siteURL is the server's own address.
const siteURL = "https://chat.example.com"

// newBridgeWorld returns a world in which everyone can start meetings, too, without signing in.
func newBridgeWorld(t *testing.T) *bridgeWorld {
	t.Helper()
	w := &bridgeWorld{world: newWorld(t, "s2s")}
	// The stand-ins listen on loopback, which a plugin must not call by default.
	w.mm.Configure(func(c *model.Config) { *c.ServiceSettings.AllowedUntrustedInternalConnections = "127.0.0.1" })
	w.switches(map[string]any{"EnableJenkins": true, "EnableBitbucket": true}, "jenkins", "bitbucket")
	w.jenkins = w.newJenkins()
	return w
}

// switches changes settings, and waits until the server has these commands.
func (w *bridgeWorld) switches(settings map[string]any, commands ...string) {
	w.t.Helper()
	w.mm.Set(settings)
	require.Eventually(w.t, func() bool {
		for _, word := range commands {
			if w.mm.Command(word) == nil {
				return false
			}
		}
		return true
	}, patience, tick, "the commands do not follow the settings")
}

// newJenkins returns one more Jenkins; all share the world's clock.
func (w *bridgeWorld) newJenkins() *ci.Jenkins {
	w.t.Helper()
	j := ci.New(ci.Options{Options: kit.Options{Now: w.mm.Now, HTTPClient: &http.Client{Transport: w}}})
	server := httptest.NewServer(j)
	w.t.Cleanup(server.Close)
	w.t.Cleanup(j.Settle)
	j.SetBaseURL(server.URL)
	return j
}

// RoundTrip brings a delivery to the server whose address it has, as someone who is not signed in.
func (w *bridgeWorld) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.strips.Load() {
		r.Header.Del("Authorization")
	}
	arrived := r.Clone(r.Context())
	answer := w.mm.Request(arrived, nil)
	return &http.Response{StatusCode: answer.Status, Header: answer.Header, Body: io.NopCloser(strings.NewReader(answer.Body)), Request: r}, nil
}

// arrives has a delivery arrive at the URL as instructions show it.
func (w *bridgeWorld) arrives(address, body string, headers map[string]string) *mmtest.Response {
	w.t.Helper()
	below, ok := strings.CutPrefix(address, siteURL)
	require.True(w.t, ok, "%s is none of this server's", address)
	return w.mm.Webhook(below, body, headers)
}

// The two parts of a hand-over, each in a block of its own.
var (
	addressBlock = regexp.MustCompile("\\*\\*Webhook URL\\*\\*\n```\n(https://chat\\.example\\.com/plugins/zoom/hooks/[^`\n]+)\n```")
	tokenBlock   = regexp.MustCompile("\\*\\*Token\\*\\*\n```\n([^`\n]+)\n```")
)

// handedTo returns what the user's newest direct message hands over. From then on no one else may see it; the connection's own
// record has the end of the address is how a delivery finds it.
func (w *bridgeWorld) handedTo(u *mmtest.User) hook {
	w.t.Helper()
	for _, post := range slices.Backward(u.DirectMessages(w.botID())) {
		address, token := addressBlock.FindStringSubmatch(post.Message), tokenBlock.FindStringSubmatch(post.Message)
		if address == nil || token == nil {
			continue
		}
		id, key, _ := strings.Cut(path.Base(address[1]), ".")
		w.mu.Lock()
		defer w.mu.Unlock()
		w.handed[token[1]] = []string{"post " + post.Id + ":"}
		w.handed[key] = append(w.handed[key], "post "+post.Id+":", "connection "+id+":")
		return hook{address: address[1], token: token[1], post: post}
	}
	require.FailNow(w.t, "nothing was handed over", "to %s", u.Username)
	return hook{}
}

// connects has the user type the command line, such as "/jenkins connect", and returns what it hands over.
func (w *bridgeWorld) connects(u *mmtest.User, line string, at *mmtest.Channel) hook {
	w.t.Helper()
	before := len(u.DirectMessages(w.botID()))
	u.Types(line, at)
	require.Greater(w.t, len(u.DirectMessages(w.botID())), before, "%q: %s", line, lastNote(u))
	return w.handedTo(u)
}

// configures has the user change how the channel's one subscription is shown.
func (w *bridgeWorld) configures(u *mmtest.User, at *mmtest.Channel, values map[string]any) {
	w.t.Helper()
	u.Types("/jenkins configure", at)
	u.Submits(values)
	require.Nil(w.t, u.Dialog(), "the form stays open: %+v", u.Dialog())
}

// secret returns the text, which may then be seen nowhere.
func (w *bridgeWorld) secret(text string) string {
	w.minted(text)
	return text
}

// entersAccess has the user enter API access to the Jenkins for the connection that they have just made.
func (w *bridgeWorld) entersAccess(u *mmtest.User, name, token string) {
	w.t.Helper()
	w.jenkins.AddUser(ci.User{Name: name, Token: token, Build: true, Cancel: true})
	u.Clicks("Enter API access")
	u.Submits(map[string]any{"url": w.jenkins.BaseURL(), "user": name, "token": token, "jobs": "web, folder/**, classified/**"})
	require.Nil(w.t, u.Dialog(), "the form stays open: %+v", u.Dialog())
}

// zoomPlugin is the Jenkins plugin "Zoom" as its fields are filled in with what was handed over, all boxes checked.
func zoomPlugin(h hook) ci.ZoomPlugin {
	return ci.ZoomPlugin{URL: h.address, Token: h.token, Events: ci.AllEvents()}
}

// notificationPlugin is the Jenkins plugin "Notification", likewise.
func notificationPlugin(h hook) ci.NotificationPlugin {
	return ci.NotificationPlugin{URL: h.withToken()}
}

// clicksCard sends a click on an action of the card, as a custom client can, whether the card has it or not.
func (w *bridgeWorld) clicksCard(u *mmtest.User, card *mmtest.Post, action string) *mmtest.Response {
	w.t.Helper()
	return u.Post("/action", model.PostActionIntegrationRequest{
		ChannelId: card.ChannelId, PostId: card.Id, Context: map[string]any{"card": true, "action": action, "values": map[string]any{}},
	})
}

// builds has a build of the job start and end after the time.
func (w *bridgeWorld) builds(job *ci.Job, r ci.Result, took time.Duration) *ci.Build {
	w.t.Helper()
	b := job.Start(ci.Cause{Text: "Started by user Ada"})
	w.settle()
	w.zoom.Advance(took)
	b.Finish(r, ci.Outcome{})
	w.settle()
	w.zoom.Advance(time.Minute)
	return b
}

// cards returns the cards in the channel, oldest first, those in threads included.
func cards(c *mmtest.Channel) []*mmtest.Post {
	var found []*mmtest.Post
	for _, p := range c.Posts() {
		if mark, ok := p.Prop("bridge").(map[string]any); ok && mark["subject"] != "" && len(p.Attachments()) > 0 && p.Attachments()[0].Title != "" {
			found = append(found, p)
		}
	}
	return found
}

// card returns the one card in the channel.
func (w *bridgeWorld) card(c *mmtest.Channel) *mmtest.Post {
	w.t.Helper()
	found := cards(c)
	require.Len(w.t, found, 1)
	return found[0]
}

// titles returns the headings of the cards in the channel.
func titles(c *mmtest.Channel) []string {
	var found []string
	for _, p := range cards(c) {
		found = append(found, title(p))
	}
	return found
}

// thread returns the replies below the post.
func thread(root *mmtest.Post, c *mmtest.Channel) []string {
	var said []string
	for _, p := range c.Posts() {
		if p.RootId == root.Id {
			said = append(said, p.Text())
		}
	}
	return said
}

// title returns the heading of a card, with its state.
func title(p *mmtest.Post) string { return p.Attachments()[0].Title }

// lastNote returns the user's newest note, for failure messages.
func lastNote(u *mmtest.User) string {
	if notes := u.Notes(); len(notes) > 0 {
		return notes[len(notes)-1].Text()
	}
	return ""
}

// status returns the user's answer of the status command.
func status(u *mmtest.User, at *mmtest.Channel) string {
	u.Types("/jenkins status", at)
	return u.LastNote().Text()
}
