package mmtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Headers with which the server tells a plugin who sent a request. They are stripped from outside requests.
const (
	headerUserID   = "Mattermost-User-Id"
	headerPluginID = "Mattermost-Plugin-Id"
)

// routable is what a button's ID has to match for the server to find it.
var routable = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// Response is the plugin's response to a request.
type Response struct {
	Status int
	Header http.Header
	Body   string
	// Told is the text of the notes that the requester saw meanwhile, and no one else.
	Told string
}

// JSON reads the body into a value. If it isn't JSON, the test fails.
func (r *Response) JSON(into any) error { return json.Unmarshal([]byte(r.Body), into) }

// Get requests an address such as "/api/v1/config" from the plugin, signed in as the user.
func (u *User) Get(path string) *Response {
	u.mm.t.Helper()
	return u.mm.serve(httptest.NewRequest(http.MethodGet, pluginPath(path), nil), u.ID)
}

// Post sends the body as JSON to an address of the plugin, signed in as the user.
func (u *User) Post(path string, body any) *Response {
	u.mm.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		u.mm.t.Fatalf("mmtest: encode the body: %v", err)
	}
	r := httptest.NewRequest(http.MethodPost, pluginPath(path), bytes.NewReader(encoded))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Requested-With", "XMLHttpRequest")
	return u.mm.serve(r, u.ID)
}

// Webhook sends a request from outside, without a user.
func (mm *Mattermost) Webhook(path, body string, headers map[string]string) *Response {
	mm.t.Helper()
	r := httptest.NewRequest(http.MethodPost, pluginPath(path), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return mm.serve(r, "")
}

// Request sends any request; a nil user means that no one is signed in.
func (mm *Mattermost) Request(r *http.Request, as *User) *Response {
	mm.t.Helper()
	r.URL.Path = pluginPath(r.URL.Path)
	if as == nil {
		return mm.serve(r, "")
	}
	return mm.serve(r, as.ID)
}

// serve passes the request to the plugin as the server does.
func (mm *Mattermost) serve(r *http.Request, userID string) *Response {
	mm.t.Helper()
	hooks := mm.attached()
	if hooks == nil {
		mm.t.Fatal("mmtest: no plugin is attached")
	}
	r.Header.Del(headerUserID)
	r.Header.Del(headerPluginID)
	if userID != "" {
		r.Header.Set(headerUserID, userID)
	}
	asker := &User{ID: userID, mm: mm}
	before := len(asker.Notes())
	recorder := httptest.NewRecorder()
	hooks.ServeHTTP(&plugin.Context{}, recorder, r)
	response := &Response{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String()}
	for _, note := range asker.Notes()[before:] {
		response.Told += note.Text()
	}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.answers = append(mm.answers, response.Body)
	return response
}

// pluginPath returns the path that the plugin sees, without the prefix of its address.
func pluginPath(path string) string { return strings.TrimPrefix(path, "/plugins/"+PluginID) }

// Clicks clicks the button with this label on the newest note or post that has one.
func (u *User) Clicks(label string) *Response {
	u.mm.t.Helper()
	post, action := u.button(label)
	if action == nil {
		u.mm.t.Fatalf("mmtest: %s sees no button %q", u.Username, label)
	}
	return u.acts(post, action, "")
}

// Chooses selects an option of the menu with this label on the newest note or post that has one.
func (u *User) Chooses(label, option string) *Response {
	u.mm.t.Helper()
	post, menu := u.button(label)
	if menu == nil {
		u.mm.t.Fatalf("mmtest: %s sees no menu %q", u.Username, label)
	}
	for _, o := range menu.Options {
		if o.Text == option {
			return u.acts(post, menu, o.Value)
		}
	}
	u.mm.t.Fatalf("mmtest: the menu %q has no line %q", label, option)
	return nil
}

// acts sends what the server sends for a click.
func (u *User) acts(post *Post, action *model.PostAction, chosen string) *Response {
	u.mm.t.Helper()
	context := maps.Clone(action.Integration.Context)
	if action.Type == model.PostActionTypeSelect && chosen != "" {
		if context == nil {
			context = map[string]any{}
		}
		context["selected_option"] = chosen
	}
	body, err := json.Marshal(model.PostActionIntegrationRequest{
		UserId: u.ID, UserName: u.Username, ChannelId: post.ChannelId, TeamId: teamID, PostId: post.Id,
		TriggerId: u.trigger(post.ChannelId), Type: action.Type, Context: context,
	})
	if err != nil {
		u.mm.t.Fatalf("mmtest: encode the click: %v", err)
	}
	if !strings.HasPrefix(action.Integration.URL, "/plugins/"+PluginID+"/") {
		u.mm.t.Fatalf("mmtest: a click on %q would leave the server for %s", action.Name, action.Integration.URL)
	}
	if !routable.MatchString(action.Id) {
		u.mm.t.Fatalf("mmtest: the server answers 404 to clicks on %q, for its id is %q", action.Name, action.Id)
	}
	r := httptest.NewRequest(http.MethodPost, pluginPath(action.Integration.URL), bytes.NewReader(body))
	response := u.mm.serve(r, u.ID)
	u.heed(response, post)
	return response
}

// heed does what the server does with the response to a click.
func (u *User) heed(response *Response, clicked *Post) {
	u.mm.t.Helper()
	var answer model.PostActionIntegrationResponse
	if response.Status != http.StatusOK || response.Body == "" {
		return
	}
	if err := response.JSON(&answer); err != nil {
		u.mm.t.Errorf("mmtest: the server cannot read the answer to a click: %v: %s", err, response.Body)
	}
	if answer.EphemeralText == "" {
		return
	}
	u.mm.t.Errorf("mmtest: %q would be said by System, and with collapsed threads in the thread alone", answer.EphemeralText)
}

// button finds the newest button with the label among the user's notes, then among all posts.
func (u *User) button(label string) (*Post, *model.PostAction) {
	seen := u.mm.allPosts()
	seen = append(seen, u.Notes()...)
	for _, post := range slices.Backward(seen) {
		for _, a := range post.Attachments() {
			for _, action := range a.Actions {
				if action.Name == label && action.Integration != nil {
					return post, action
				}
			}
		}
	}
	return nil, nil
}

func (mm *Mattermost) allPosts() []*Post {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	var posts []*Post
	for _, id := range mm.order {
		if p := mm.posts[id]; p.DeleteAt == 0 {
			posts = append(posts, &Post{Post: p.Clone(), mm: mm})
		}
	}
	return posts
}
