package zoom_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

// FuzzToken feeds the token endpoint: it answers every form with JSON and never
// gives a token for what it did not hand out.
func FuzzToken(f *testing.F) {
	f.Add("grant_type=authorization_code&code=x", "Basic Y2hhdDpzZWNyZXQ=")
	f.Add("grant_type=refresh_token&refresh_token=", "Basic Y2hhdDpzZWNyZXQ=")
	f.Add("grant_type=%zz", "Basic !")
	f.Add("client_id=chat&client_secret=wrong", "")
	f.Fuzz(func(t *testing.T, form, authorization string) {
		sbx := zoom.New(zoom.Options{
			Options: kit.Options{RandomSeed: 1},
			Seed: zoom.Seed{
				Apps: []zoom.App{{Kind: zoom.KindUser, ClientID: "chat", ClientSecret: "a long secret that is not guessed"}},
			},
		})
		r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", authorization)
		rw := httptest.NewRecorder()
		sbx.ServeHTTP(rw, r)
		if rw.Code != http.StatusBadRequest && rw.Code != http.StatusUnauthorized || !json.Valid(rw.Body.Bytes()) {
			t.Fatalf("%d %s", rw.Code, rw.Body)
		}
	})
}

// FuzzControl feeds the control API, which strangers do not reach but typing
// errors do.
func FuzzControl(f *testing.F) {
	f.Add("apps", `{"kind":"user","redirect_uris":["http://x"]}`)
	f.Add("users", `{"email":"a@b","pmi":-1}`)
	f.Add("faults", `{"match":{"path":"/"},"times":-1,"action":{"duplicate":1}}`)
	f.Add("policy", `{"plan":"free"}`)
	f.Add("meetings/2/join", `{"name":""}`)
	f.Add("reset", ``)
	f.Fuzz(func(t *testing.T, path, body string) {
		if strings.Contains(path, "clock") || strings.Contains(body, "webhook_url") {
			t.Skip("takes time or reaches out")
		}
		sbx := zoom.New(zoom.Options{Options: kit.Options{RandomSeed: 1}})
		r := httptest.NewRequest(http.MethodPost, "/_sandbox/x", strings.NewReader(body))
		r.URL.Path = "/_sandbox/" + path
		rw := httptest.NewRecorder()
		sbx.ServeHTTP(rw, r)
		if rw.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s", rw.Code, rw.Body)
		}
	})
}

// FuzzMeetingRequest feeds the body of a create request: it is created or
// refused in Zoom's form.
func FuzzMeetingRequest(f *testing.F) {
	f.Add(`{"type":8,"recurrence":{"type":1},"settings":{"use_pmi":true}}`)
	f.Add(`{"start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin"}`)
	f.Add(`{"timezone":"../../etc/passwd"}`)
	f.Add(`{"settings":{"use_pmi":null}}`)
	f.Fuzz(func(t *testing.T, body string) {
		sbx := zoom.New(zoom.Options{
			Options: kit.Options{RandomSeed: 1},
			Seed: zoom.Seed{
				Users: []zoom.User{{Email: "priya@example.com"}},
				Apps:  []zoom.App{{Kind: zoom.KindS2S, ClientID: "c", ClientSecret: "s", Scopes: admin(scopes)}},
			},
		})
		token := httptest.NewRequest(http.MethodPost, "/oauth/token?grant_type=account_credentials&account_id="+zoom.DefaultAccountID, nil)
		token.SetBasicAuth("c", "s")
		rw := httptest.NewRecorder()
		sbx.ServeHTTP(rw, token)
		var tokens struct {
			AccessToken string `json:"access_token"`
		}
		_ = json.Unmarshal(rw.Body.Bytes(), &tokens)

		r := httptest.NewRequest(http.MethodPost, "/v2/users/priya@example.com/meetings", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
		rw = httptest.NewRecorder()
		sbx.ServeHTTP(rw, r)
		if rw.Code != http.StatusCreated && rw.Code != http.StatusBadRequest || !json.Valid(rw.Body.Bytes()) {
			t.Fatalf("%d %s", rw.Code, rw.Body)
		}
	})
}
