package sentry

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// pageFiles are the pages that people see. They use no script.
//
//go:embed pages/*.html
var pageFiles embed.FS

// pages are the parsed pageFiles.
var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// writePage answers with a page.
func writePage(rw http.ResponseWriter, status int, name string, data any) {
	h := rw.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = pages.ExecuteTemplate(rw, name, data) // a client that went away is not our trouble
}

// placePage is what a page of the site shows.
type placePage struct {
	Title, Path, Problem, Issue, Status string
	Organizations                       []Organization
}

// servePage stands for the pages that links of cards lead to. That of an issue
// shows how it is.
func (s *Sandbox) servePage(rw http.ResponseWriter, r *http.Request) {
	page := placePage{Title: "Sentry", Path: r.URL.Path}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(rw, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	status := http.StatusOK
	s.locked(func(w *world) {
		parts := strings.Split(strings.Trim(page.Path, "/"), "/")
		if page.Path == "/" {
			for _, o := range w.orgs {
				page.Organizations = append(page.Organizations, o.Organization)
			}
			return
		}
		if len(parts) < 2 || parts[0] != "organizations" || w.org(parts[1]) == nil {
			page.Problem, status = "Page not found", http.StatusNotFound
			return
		}
		if len(parts) >= 4 && parts[2] == "issues" {
			i := w.org(parts[1]).issue(parts[3])
			if i == nil {
				page.Problem, status = "Issue not found", http.StatusNotFound
				return
			}
			page.Issue, page.Status = i.short+" "+i.title, i.status
		}
	})
	writePage(rw, status, "place.html", page)
}

// serveInstall is where a published integration is installed. It goes back to the
// integration with a code.
func (s *Sandbox) serveInstall(rw http.ResponseWriter, r *http.Request) {
	to := ""
	s.locked(func(w *world) {
		i := w.integration(r.PathValue("slug"))
		back, err := url.Parse(r.URL.Query().Get("redirect"))
		if i == nil || !i.Published || err != nil || back.Host == "" {
			return
		}
		back.RawQuery = url.Values{"code": {w.installCode(i)}, "installationId": {i.uuid}, "orgSlug": {i.org.Slug}}.Encode()
		to = back.String()
	})
	if to == "" {
		writePage(rw, http.StatusNotFound, "place.html", placePage{Title: "Sentry", Path: r.URL.Path, Problem: "Page not found"})
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}

// installCode returns the code with which an integration gets a token.
func (w *world) installCode(i *integration) string {
	code := w.ids.Secret("code")
	w.codes[code] = &authCode{grant: grant{clientID: i.Slug, app: i, scopes: i.Scopes}, expires: w.now().Add(codeLifetime)}
	return code
}

// serveAuthorization gives a published integration a token for its installation.
func (s *Sandbox) serveAuthorization(rw http.ResponseWriter, r *http.Request) {
	var in struct {
		Grant   string `json:"grant_type"`
		Code    string `json:"code"`
		Refresh string `json:"refresh_token"`
		Secret  string `json:"client_secret"`
	}
	status, answer := http.StatusForbidden, any(object{"detail": "Invalid grant"})
	if decodeLoose(r, &in) == nil {
		s.locked(func(w *world) {
			if g := w.installGrant(r.PathValue("uuid"), in.Grant, in.Code, in.Refresh, in.Secret); g != nil {
				status, answer = http.StatusCreated, object{
					"token": w.issueToken(g, installLifetime), "refreshToken": g.refresh, "expiresAt": stamp(w.now().Add(installLifetime)),
				}
			}
		})
	}
	kit.WriteJSON(rw, status, answer)
}

// installGrant finds what a code or a refresh token stands for.
func (w *world) installGrant(uuid, kind, code, refresh, secret string) *grant {
	var g *grant
	switch c := w.codes[code]; {
	case kind == "authorization_code" && c != nil && c.grant.app != nil && !w.now().After(c.expires):
		delete(w.codes, code)
		g = &c.grant
	case kind == "refresh_token" && w.refresh[refresh] != nil:
		g = w.refresh[refresh]
	}
	if g == nil || g.app == nil || g.app.uuid != uuid || g.app.ClientSecret != secret {
		return nil
	}
	w.rotate(g)
	return g
}
