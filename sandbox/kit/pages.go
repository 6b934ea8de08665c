package kit

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

// pageFiles are the pages that every sandbox has. They use no script.
//
//go:embed pages/*.html
var pageFiles embed.FS

// Theme is how a product's pages look.
type Theme struct {
	// Product is the vendor's name for it, and Note what the banner says after it.
	Product, Note string
	// Accent is the color of buttons.
	Accent template.CSS
	// Allow and Decline are the buttons of the consent page.
	Allow, Decline string
}

// Pages are the pages of a product: consent, places, and those of its own.
type Pages struct{ parsed *template.Template }

// NewPages parses the pages of a product; own may be nil. A page of its own begins
// with {{template "head" .}} and may define "style".
func NewPages(theme Theme, own fs.FS) *Pages {
	if theme.Allow == "" {
		theme.Allow, theme.Decline = "Allow", "Decline"
	}
	t := template.New("").Funcs(template.FuncMap{"theme": func() Theme { return theme }})
	t = template.Must(t.ParseFS(pageFiles, "pages/*.html"))
	if own != nil {
		t = template.Must(t.ParseFS(own, "pages/*.html"))
	}
	return &Pages{t}
}

// Write answers with a page.
func (p *Pages) Write(rw http.ResponseWriter, status int, name string, data any) {
	h := rw.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = p.parsed.ExecuteTemplate(rw, name, data) // the client may be gone
}

// Place is a page of the product that links lead to: the state of something, or that
// nothing is there.
type Place struct {
	// Title is that of the window; the product when empty.
	Title string
	// Path is that of the page.
	Path string
	// Problem is why there is no such page, "" when there is.
	Problem string
	// Heading, Text and Items are the content; when all are empty, the page says that
	// one of the product's would be here.
	Heading, Text string
	Items         []Item
}

// Item is one line of a list.
type Item struct{ Code, Text, Note string }

// Places serves the pages of the product that links lead to. find fills in what the
// page shows, called with the sandbox locked.
func Places[W Embedder](s *Sandbox[W], pages *Pages, find func(W, *Place)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(rw, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		page := Place{Path: r.URL.Path}
		s.Locked(func(w W) { find(w, &page) })
		pages.WritePlace(rw, page)
	}
}

// WritePlace answers with a place, with 404 when it has a problem.
func (p *Pages) WritePlace(rw http.ResponseWriter, page Place) {
	status := http.StatusOK
	if page.Problem != "" {
		status = http.StatusNotFound
	}
	p.Write(rw, status, "place.html", page)
}
