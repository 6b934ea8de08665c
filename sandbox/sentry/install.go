package sentry

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// installLifetime is how long a token of an installation lives.
const installLifetime = 8 * time.Hour

// serveInstall is where a published integration is installed. It goes back to the
// integration with a code.
func (s *Sandbox) serveInstall(rw http.ResponseWriter, r *http.Request) {
	to := ""
	s.Locked(func(w *world) {
		i := w.integration(r.PathValue("slug"))
		back, err := url.Parse(r.URL.Query().Get("redirect"))
		if i == nil || !i.Published || err != nil || back.Host == "" {
			return
		}
		code := w.grants.Allow(kit.Consent{ClientID: i.Slug, Scopes: i.Scopes}, doer{app: i})
		back.RawQuery = url.Values{"code": {code}, "installationId": {i.uuid}, "orgSlug": {i.org.Slug}}.Encode()
		to = back.String()
	})
	if to == "" {
		pages.WritePlace(rw, kit.Place{Path: r.URL.Path, Problem: "Page not found"})
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}

// authorization is a request for a token of an installation.
type authorization struct {
	Grant   string `json:"grant_type"`
	Code    string `json:"code"`
	Refresh string `json:"refresh_token"`
	Secret  string `json:"client_secret"`
}

// serveAuthorization gives a published integration a token for its installation.
// Fields that it doesn't know are of no interest to Sentry.
func (s *Sandbox) serveAuthorization(rw http.ResponseWriter, r *http.Request) {
	var in authorization
	status, answer := http.StatusForbidden, any(object{"detail": "Invalid grant"})
	if json.NewDecoder(r.Body).Decode(&in) == nil {
		s.Locked(func(w *world) {
			if g := w.installGrant(r.PathValue("uuid"), in); g != nil {
				status, answer = http.StatusCreated, object{
					"token": w.grants.Issue(g, installLifetime), "refreshToken": g.Refresh, "expiresAt": stamp(w.Now().Add(installLifetime)),
				}
			}
		})
	}
	kit.WriteJSON(rw, status, answer)
}

// installGrant finds what a code or a refresh token stands for, nil for nothing.
func (w *world) installGrant(uuid string, in authorization) *kit.Grant[doer] {
	var app *integration
	for _, o := range w.orgs {
		for _, i := range o.apps {
			if i.uuid == uuid {
				app = i
			}
		}
	}
	if app == nil || app.ClientSecret != in.Secret {
		return nil
	}
	var g *kit.Grant[doer]
	var err error
	switch in.Grant {
	case "authorization_code":
		g, err = w.grants.Redeem(app.Slug, in.Code)
	case "refresh_token":
		g, err = w.grants.Renew(app.Slug, in.Refresh)
	}
	if err != nil || g == nil || g.User.app != app {
		return nil
	}
	return g
}
