package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// An admin replaces the public plugin by this one: people stay connected, and the tokens that lay in the clear are gone.
func TestGrantsOfThePublicPluginAreTakenOver(t *testing.T) {
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
