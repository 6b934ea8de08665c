package pagerduty

import (
	"embed"
	"html/template"
	"net/http"
	"strings"
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
	Title, Path, Problem string
	Incident             *Incident
}

// servePage stands for the pages that links of cards lead to. They show where
// one would be, and how an incident stands.
func (s *Sandbox) servePage(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(rw, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	page, status := placePage{Title: "PagerDuty", Path: r.URL.Path}, http.StatusOK
	if id, about := strings.CutPrefix(page.Path, "/web/incidents/"); about {
		s.locked(func(w *world) {
			if i := w.incident(id); i != nil {
				shown := w.shown(i)
				page.Incident = &shown
				return
			}
			page.Problem, status = "Incident not found", http.StatusNotFound
		})
	}
	writePage(rw, status, "place.html", page)
}
