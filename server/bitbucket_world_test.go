package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// codeHost is a Bitbucket beside the world, with the private repository acme/web in it: alice is its admin, bob can write and carol can
// read. Everyone has the same name there as in Mattermost.
type codeHost struct {
	*bridgeWorld
	bitbucket *code.Sandbox
	kind      code.Kind
	owner     string
	// site is its address, client what the plugin is registered as.
	site   string
	client code.App
	repo   *code.Repository
	carol  *mmtest.User
	// forged counts the deliveries that no Bitbucket sent.
	forged int
	// lost is how many answers to deliveries are still to be lost in transit.
	lost atomic.Int32
	// hookSecret is what deliveries were to be signed with last.
	hookSecret atomic.Value
}

// newCloud returns a Cloud that an admin has added.
func newCloud(t *testing.T) *codeHost {
	t.Helper()
	h := newCodeHost(t, code.Options{Kind: code.Cloud}, "acme")
	h.register()
	return h
}

// newDataCenter returns a Data Center of this version, likewise. The repository is the project's, or a person's with "~" in front.
func newDataCenter(t *testing.T, version, project string) *codeHost {
	t.Helper()
	h := newCodeHost(t, code.Options{Kind: code.DataCenter, Version: version}, project)
	h.register()
	return h
}

// newCodeHost returns a Bitbucket that the plugin does not know yet.
func newCodeHost(t *testing.T, o code.Options, owner string) *codeHost {
	t.Helper()
	w := newBridgeWorld(t)
	carol := w.mm.AddUser("carol")
	w.town.Join(carol)
	w.backroom.Join(carol)
	return newCodeHostIn(w, carol, o, owner)
}

// newDataCenterBeside returns a Data Center in the same world, which an admin has added, too.
func newDataCenterBeside(h *codeHost, project string) *codeHost {
	h.t.Helper()
	other := newCodeHostIn(h.bridgeWorld, h.carol, code.Options{Kind: code.DataCenter}, project)
	other.register()
	return other
}

func newCodeHostIn(w *bridgeWorld, carol *mmtest.User, o code.Options, owner string) *codeHost {
	w.t.Helper()
	h := &codeHost{bridgeWorld: w, kind: o.Kind, owner: owner, carol: carol}
	o.Now, o.RandomSeed, o.Minted = h.mm.Now, 7, h.minted
	o.HTTPClient = &http.Client{Transport: receipts{h}}
	for _, u := range []*mmtest.User{h.alice, h.bob, h.carol} {
		o.Seed.Users = append(o.Seed.Users, code.User{Nickname: u.Username, Token: h.secret("token-of-" + u.Username)})
	}
	o.Seed.Repos = []code.Repo{{
		Workspace: owner, Slug: "web", Private: true,
		Rights: map[string]string{"alice": code.RightAdmin, "bob": code.RightWrite, "carol": code.RightRead},
	}}
	h.bitbucket = code.New(o)
	server := httptest.NewServer(http.HandlerFunc(h.serve))
	w.t.Cleanup(server.Close)
	w.t.Cleanup(h.bitbucket.Close)
	w.t.Cleanup(h.bitbucket.Settle)
	h.site = server.URL
	h.bitbucket.SetBaseURL(h.site)
	h.repo = h.repository(owner, "web")
	return h
}

// serve is a request to Bitbucket. It records the secrets of webhooks, which the plugin generates.
func (h *codeHost) serve(rw http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "hooks") && r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var hook struct {
			Secret        string `json:"secret"`
			Configuration struct {
				Secret string `json:"secret"`
			} `json:"configuration"`
		}
		if json.Unmarshal(body, &hook) == nil {
			h.hookSecret.Store(hook.Secret + hook.Configuration.Secret)
			h.minted(h.signedWith())
		}
	}
	h.bitbucket.ServeHTTP(rw, r)
}

// signedWith is the secret that the plugin gave to the newest webhook.
func (h *codeHost) signedWith() string {
	secret, _ := h.hookSecret.Load().(string)
	return secret
}

// receipts brings Bitbucket's deliveries to the server, and loses the requested number of answers.
type receipts struct{ *codeHost }

func (a receipts) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := a.bridgeWorld.RoundTrip(r)
	if err == nil && a.lost.Add(-1) >= 0 {
		answer.StatusCode = http.StatusBadGateway
	}
	return answer, err
}

func (h *codeHost) repository(owner, slug string) *code.Repository {
	h.t.Helper()
	repo, err := h.bitbucket.Repository(owner, slug)
	require.NoError(h.t, err)
	return repo
}

// addRepo adds another repository, with the same rights.
func (h *codeHost) addRepo(owner, slug string, private bool) *code.Repository {
	h.t.Helper()
	repo, err := h.bitbucket.AddRepo(code.Repo{
		Workspace: owner, Slug: slug, Private: private,
		Rights: map[string]string{"alice": code.RightAdmin, "bob": code.RightWrite, "carol": code.RightRead},
	})
	require.NoError(h.t, err)
	return repo
}

// callback is the URL that the form tells an admin to register.
var callback = regexp.MustCompile(`https://chat\.example\.com/plugins/zoom/oauth2/bitbucket/complete`)

// register has the admin add the server with "/bitbucket setup", after registering the plugin in Bitbucket as the form says.
func (h *codeHost) register() {
	h.t.Helper()
	h.admin.Types("/bitbucket setup", h.town)
	dialog := h.admin.Dialog()
	require.NotNil(h.t, dialog, lastNote(h.admin))
	redirect := callback.FindString(strings.ReplaceAll(dialog.IntroductionText, "\u200b", ""))
	require.NotEmpty(h.t, redirect, dialog.IntroductionText)
	var err error
	h.client, err = h.bitbucket.SetApp(code.App{Name: "Mattermost", RedirectURI: redirect})
	require.NoError(h.t, err)
	h.minted(h.client.ClientSecret)
	h.admin.Submits(map[string]any{
		"kind": string(h.kind), "url": h.site, "client_id": h.client.ClientID, "client_secret": h.client.ClientSecret,
	})
	require.Nil(h.t, h.admin.Dialog(), "the form stays open: %+v", h.admin.Dialog())
	requireTells(h.t, lastNote(h.admin), "is saved")
}

// url is the address of a page of the repository.
func (h *codeHost) url(below string) string {
	switch person, personal := strings.CutPrefix(h.owner, "~"); {
	case h.kind == code.Cloud:
		return h.site + "/" + h.owner + "/web" + below
	case personal:
		return h.site + "/users/" + person + "/repos/web" + below
	}
	return h.site + "/projects/" + h.owner + "/repos/web" + below
}

var signInLink = regexp.MustCompile(`https://chat\.example\.com(/plugins/zoom/oauth2/bitbucket/connect\?[^)\s]+)`)

// offered returns the link with which the user's newest note offers to sign in, "" for none.
func offered(u *mmtest.User) string {
	notes := u.Notes()
	if len(notes) == 0 {
		return ""
	}
	found := signInLink.FindStringSubmatch(notes[len(notes)-1].Text())
	if found == nil {
		return ""
	}
	return found[1]
}

// signsIn follows the link of the user's newest note through Bitbucket's pages and returns the page at the end.
func (h *codeHost) signsIn(u *mmtest.User) *mmtest.Response {
	h.t.Helper()
	return h.signsInAs(u, u.Username, "allow")
}

// signsInAs has the user decide in Bitbucket as the user with this name there.
func (h *codeHost) signsInAs(u *mmtest.User, nickname, decision string) *mmtest.Response {
	h.t.Helper()
	link := offered(u)
	require.NotEmpty(h.t, link, "%s was offered no sign-in: %s", u.Username, lastNote(u))
	begun := u.Get(link)
	require.Equal(h.t, http.StatusFound, begun.Status, begun.Body)
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(h.t, err)
	require.True(h.t, strings.HasPrefix(consent.String(), h.site+"/"), consent)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(consent.String())
	require.NoError(h.t, err)
	shown, err := io.ReadAll(page.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, page.Body.Close())
	require.Equal(h.t, http.StatusOK, page.StatusCode, string(shown))
	form := consent.Query()
	form.Set("user", nickname)
	form.Set("decision", decision)
	answer, err := client.PostForm(consent.Scheme+"://"+consent.Host+consent.Path, form)
	require.NoError(h.t, err)
	require.NoError(h.t, answer.Body.Close())
	require.Equal(h.t, http.StatusFound, answer.StatusCode)
	return u.Get(strings.TrimPrefix(answer.Header.Get("Location"), siteURL))
}

// follows has alice connect the channel to the repository, signing in if she has to, and wait until that is done.
func (h *codeHost) follows(at *mmtest.Channel) {
	h.t.Helper()
	h.followsAs(h.alice, h.url(""), at)
}

func (h *codeHost) followsAs(u *mmtest.User, address string, at *mmtest.Channel) {
	h.t.Helper()
	u.Types("/bitbucket connect "+address, at)
	if offered(u) != "" {
		page := h.signsIn(u)
		require.Equal(h.t, http.StatusOK, page.Status, page.Body)
	}
	if strings.Contains(lastNote(u), "is private in Bitbucket") {
		u.Clicks("Connect anyway")
	}
	requireTells(h.t, lastNote(u), "This channel now follows")
	h.passes()
}

// settle waits until Bitbucket has sent everything and the plugin has handled what is due.
func (h *codeHost) settle() {
	h.t.Helper()
	h.bitbucket.Settle()
	h.looks()
}

// passes settles, and lets a moment pass: no card changes twice within one. What a click could not show at once is
// shown after it.
func (h *codeHost) passes() {
	h.t.Helper()
	h.settle()
	h.zoom.Advance(2 * time.Second)
	h.settle()
}

// later lets this much time pass, and runs what is due then.
func (h *codeHost) later(d time.Duration) {
	h.t.Helper()
	h.zoom.Advance(d)
	h.bitbucket.Tick()
	h.passes()
}

// happens checks that an action in Bitbucket worked, and settles.
func (h *codeHost) happens(err error) {
	h.t.Helper()
	require.NoError(h.t, err)
	h.passes()
}

// pushes has bob push these commits to the branch, and returns the last one's hash.
func (h *codeHost) pushes(branch string, commits ...string) string {
	h.t.Helper()
	hash, err := h.repo.Push(code.Push{By: "bob", Branch: branch, Commits: commits})
	h.happens(err)
	return hash
}

// reports has a build of the commit report its state.
func (h *codeHost) reports(hash, build, state, branch string) {
	h.t.Helper()
	h.happens(h.repo.Status(code.Status{Hash: hash, Key: build, Name: build, State: state, Ref: branch}))
}

// proposes has bob open a pull request with a commit, for carol to review.
func (h *codeHost) proposes(title string) *code.Pull {
	h.t.Helper()
	h.pushes("feature/rounding", title)
	pull, err := h.repo.OpenPullRequest(code.PullRequest{By: "bob", Title: title, Source: "feature/rounding", Reviewers: []string{"alice"}})
	h.happens(err)
	return pull
}

// cardOf returns the card in the channel whose title contains this; there must be one.
func (h *codeHost) cardOf(name string, c *mmtest.Channel) *mmtest.Post {
	h.t.Helper()
	var found []*mmtest.Post
	for _, p := range cards(c) {
		if strings.Contains(heading(p), name) {
			found = append(found, p)
		}
	}
	require.Len(h.t, found, 1, "%q among %q", name, titles(c))
	return found[0]
}

// heading is the title of a card without the characters that prevent Markdown.
func heading(p *mmtest.Post) string { return strings.ReplaceAll(title(p), "\u200b", "") }

var markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)\s]*\)`)

// requireTells is requireSays for texts with links, of which only the words count.
func requireTells(t *testing.T, text string, words ...string) {
	t.Helper()
	requireSays(t, markdownLink.ReplaceAllString(text, "$1"), words...)
}
