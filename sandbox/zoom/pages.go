package zoom

import (
	"embed"
	"html/template"
	"net/http"
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
