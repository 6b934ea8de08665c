package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
)

// replacesPublic starts the plugin in the place of the public one, which left what is in the table by now.
func (w *world) replacesPublic() {
	w.t.Helper()
	require.NoError(w.t, w.plugin.OnDeactivate())
	w.plugin = w.newServer()
	w.mm.Attach(w.plugin)
}

// replacesPublicSlowly is replacesPublic while another server is taking over so much that it hasn't come to anyone here yet.
func (w *world) replacesPublicSlowly() {
	w.t.Helper()
	held, err := w.memory.Predecessor.Claim(w.t.Context(), "another server", 24*time.Hour)
	require.NoError(w.t, err)
	require.True(w.t, held)
	w.replacesPublic()
}

// An admin replaces the public plugin by this one: people stay connected, and the tokens in plain text are gone.
func TestGrantsOfThePublicPluginAreMigrated(t *testing.T) {
	t.Parallel()
	for mode, leave := range map[string]func(w *world, refresh string) string{
		"user": func(w *world, refresh string) string {
			key := "zoomtoken_" + w.alice.ID
			record := `{"ZoomEmail":"alice@example.com","OAuthToken":{"access_token":"xx","token_type":"bearer","refresh_token":"` + refresh + `"},"ZoomID":"zid"}`
			require.NoError(w.t, w.mm.KV.Set(key, []byte(record), 0))
			require.NoError(w.t, w.mm.KV.Set("zoomtokenbyzoomid_zid", []byte(record), 0))
			return key
		},
		"account": func(w *world, refresh string) string {
			require.NoError(w.t, w.mm.KV.Set("zoomSuperUserToken_", []byte(`{"access_token":"xx","refresh_token":"`+refresh+`"}`), 0))
			return "zoomSuperUserToken_"
		},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			key := leave(w, w.refreshToken(map[string]*mmtest.User{"user": w.alice, "account": w.admin}[mode]))
			w.replacesPublicSlowly()
			w.alice.Types("/zoom start", w.town)
			require.Len(t, meetings(w.town), 1)
			for left := range w.mm.KV.Dump() {
				require.NotEqual(t, key, left)
				require.False(t, strings.HasPrefix(left, "zoomtoken"), left)
			}
			w.alice.Types("/zoom start", w.backroom)
			require.Len(t, meetings(w.backroom), 1)
		})
	}
}

func TestABrokenGrantOfThePublicPluginAsksToConnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	require.NoError(t, w.mm.KV.Set("zoomtoken_"+w.alice.ID, []byte(`{"OAuthToken":`), 0))
	w.replacesPublicSlowly()
	w.alice.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town))
	w.authorizes(w.alice)
	require.Len(t, meetings(w.town), 1)
}

// refreshToken has the user authorize the way the public plugin asks for it, and returns the refresh token it would store.
func (w *world) refreshToken(u *mmtest.User) string {
	w.t.Helper()
	redirect := "https://chat.example.com/plugins/zoom/oauth2/complete"
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	consent, err := browser.PostForm(w.zoomAt+"/oauth/authorize", url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {redirect}, "user": {address(u)}, "decision": {"allow"},
	})
	require.NoError(w.t, err)
	defer consent.Body.Close()
	back, err := url.Parse(consent.Header.Get("Location"))
	require.NoError(w.t, err)

	form := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirect}}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.zoomAt+"/oauth/token", strings.NewReader(form.Encode()))
	require.NoError(w.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(clientID, clientSecret)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	var token struct {
		Refresh string `json:"refresh_token"`
	}
	require.NoError(w.t, json.NewDecoder(answer.Body).Decode(&token))
	require.NotEmpty(w.t, token.Refresh)
	return token.Refresh
}

// leavesToken leaves the grant of a user as the public plugin did.
func (w *world) leavesToken(u *mmtest.User, refresh string) {
	w.t.Helper()
	record := `{"UserID":"` + u.ID + `","ZoomEmail":"` + address(u) + `","OAuthToken":{"refresh_token":"` + refresh + `"},"ZoomID":"zid` + u.Username + `"}`
	require.NoError(w.t, w.mm.KV.Set("zoomtoken_"+u.ID, []byte(record), 0))
	require.NoError(w.t, w.mm.KV.Set("zoomtokenbyzoomid_zid"+u.Username, []byte(record), 0))
}

func TestDisconnectingAlsoDropsTheGrantThatThePublicPluginLeft(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(w *world){
		"before the first start": func(*world) {},
		"after a start":          func(w *world) { w.alice.Types("/zoom start", w.backroom) },
		"after connecting again": func(w *world) {
			w.connect(w.alice)
			w.leavesToken(w.alice, "left again by a server that still ran the public plugin")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.leavesToken(w.alice, w.refreshToken(w.alice))
			w.replacesPublicSlowly()
			before(w)
			w.alice.Types("/zoom disconnect", w.town)
			w.alice.Clicks("Disconnect")
			requireSays(t, w.alice.LastNote().Text(), "Disconnected from Zoom")
			w.alice.Types("/zoom start", w.town)
			require.Empty(t, meetings(w.town))
			requireSays(t, w.alice.LastNote().Text(), "connect your Zoom account")
		})
	}
}

func TestAGrantOfThePublicPluginSurvivesAnOutageDuringMigration(t *testing.T) {
	t.Parallel()
	for _, o := range append(outages("zoomtoken", "zoomtokenby"), recordOutages("Grants.Grant", "Grants.AddGrant", "Grants.LeaseGrant")...) {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			w.leavesToken(w.alice, w.refreshToken(w.alice))
			w.replacesPublicSlowly()
			w.strikes(o)
			w.alice.Types("/zoom start", w.town)
			if o.call == "Grants.LeaseGrant" && o.after {
				w.zoom.Advance(time.Minute) // the lease runs out that seemed not to be given
			}
			w.alice.Types("/zoom start", w.backroom)
			require.Len(t, meetings(w.backroom), 1, "no one has to connect again")
			w.alice.Types("/zoom disconnect", w.town)
			w.alice.Clicks("Disconnect")
			require.Empty(t, w.mm.KV.Keys("zoomtoken"), "what could not be removed then goes now")
		})
	}
}

func TestSimultaneousStartsShareOneMigratedGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "account")
	require.NoError(t, w.mm.KV.Set("zoomSuperUserToken_", []byte(`{"refresh_token":"`+w.refreshToken(w.admin)+`"}`), 0))
	w.replacesPublicSlowly()
	w.mm.KV.OnAnswer(func(kvtable.Op, string) error { time.Sleep(time.Millisecond); return nil })
	rooms := make([]*mmtest.Channel, 20)
	var all sync.WaitGroup
	for i := range rooms {
		rooms[i] = w.mm.AddChannel("room"+string(rune('a'+i)), mmtest.Private, w.alice)
		all.Go(func() { w.alice.Types("/zoom start", rooms[i]) })
	}
	all.Wait()
	for _, room := range rooms {
		require.Len(t, meetings(room), 1)
	}
}

func TestAUserOfThePublicPluginWhoRemovedTheAppIsNotified(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.leavesToken(w.alice, w.refreshToken(w.alice))
	w.replacesPublicSlowly()
	require.NoError(t, w.zoom.Notify(clientID, "app_deauthorized", map[string]any{
		"account_id": zoomAccount, "user_id": "zidalice", "client_id": clientID, "deauthorization_time": w.zoom.Now().UTC().Format(time.RFC3339),
	}))
	w.settle()
	require.Len(t, w.alice.DirectMessages(w.botID()), 1)
	w.alice.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town))
}

func TestWhatThePublicPluginLeftIsTakenOverAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.leavesToken(w.alice, w.refreshToken(w.alice))
	w.leavesToken(w.bob, w.refreshToken(w.bob))
	require.NoError(t, w.mm.KV.Set("zoomUserPreference_"+w.alice.ID, []byte(`"true"`), 0))
	require.NoError(t, w.mm.KV.Set("zoomChannelSettings", []byte(`{"c1":{"Preference":"disable"}}`), 0))
	require.NoError(t, w.mm.KV.Set("meeting_channel_111222333", []byte(`{"channel_id":"c1","is_subscription":true}`), 0))
	open, over := w.leavesPost("444555666", "STARTED"), w.leavesPost("777888999", "ENDED")
	w.replacesPublic()
	require.Eventually(t, func() bool { return len(w.mm.KV.Keys("zoomtoken"))+len(w.mm.KV.Keys("post_meeting_")) == 0 }, patience, tick)
	require.Len(t, w.memory.Grants.Keys(), 2)
	require.Len(t, w.mm.KV.Keys("zoomChannelSettings"), 1, "nothing here reads it yet")
	require.Len(t, w.mm.KV.Keys("meeting_channel_"), 1, "a subscription")

	w.alice.Types("/zoom start", w.backroom)
	require.Equal(t, true, meetings(w.backroom)[0].Prop("meeting_personal"))
	w.deliver(w.plugin, w.event("meeting.ended", open, "x==", w.zoom.Now().Add(-time.Minute), w.zoom.Now()))
	w.settle()
	require.Equal(t, "ENDED", open.Refreshed().Prop("meeting_status"))
	require.Equal(t, "ENDED", over.Refreshed().Prop("meeting_status"))
}

// leavesPost leaves a post of alice's in town as the public plugin did, and returns it.
func (w *world) leavesPost(number, status string) *mmtest.Post {
	w.t.Helper()
	created, appErr := w.mm.API().CreatePost(&model.Post{
		UserId: w.alice.ID, ChannelId: w.town.ID, Type: "custom_zoom", Message: "I have started a meeting",
		Props: model.StringInterface{
			"meeting_id": number, "meeting_uuid": "uuid" + number, "meeting_link": "https://zoom.us/j/" + number, "meeting_status": status,
			"meeting_personal": false, "meeting_topic": "Weekly", "meeting_creator_username": "alice", "meeting_provider": "Zoom",
		},
	})
	require.Nil(w.t, appErr)
	require.NoError(w.t, w.mm.KV.Set("post_meeting_uuid"+number, []byte(created.Id), 24*time.Hour))
	require.NoError(w.t, w.mm.KV.Set("meeting_channel_"+number, []byte(`{"channel_id":"`+w.town.ID+`","is_subscription":false}`), 24*time.Hour))
	all := meetings(w.town)
	return all[len(all)-1]
}
