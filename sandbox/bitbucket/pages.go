package bitbucket

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
	Repos                []Repo
}

// servePage stands for the pages that links of cards lead to. They show where
// one would be, and nothing more.
func (s *Sandbox) servePage(rw http.ResponseWriter, r *http.Request) {
	page := placePage{Title: "Bitbucket", Path: r.URL.Path}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(rw, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	status := http.StatusOK
	s.locked(func(w *world) {
		if page.Path == "/" {
			for _, rp := range w.repos {
				page.Repos = append(page.Repos, rp.Repo)
			}
			return
		}
		if w.repoOfPage(page.Path) == nil {
			page.Problem, status = "Repository not found", http.StatusNotFound
		}
	})
	writePage(rw, status, "place.html", page)
}

// repoOfPage finds the repository that an address of the site is about.
func (w *world) repoOfPage(path string) *repo {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if w.kind == DataCenter && len(parts) >= 4 && parts[2] == "repos" {
		if parts[0] == "users" {
			return w.repo("~"+parts[1], parts[3])
		}
		return w.repo(parts[1], parts[3])
	}
	if w.kind == Cloud && len(parts) >= 2 {
		return w.repo(parts[0], parts[1])
	}
	return nil
}
