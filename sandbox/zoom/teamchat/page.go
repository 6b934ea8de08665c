package teamchat

import (
	"embed"
	"io/fs"
	"net/http"
)

// clientFiles are the client as a web page: HTML, styles and scripts as they are.
//
//go:embed page
var clientFiles embed.FS

// ClientPage serves the client below /chat/.
func ClientPage() http.Handler {
	files, err := fs.Sub(clientFiles, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	serve := http.StripPrefix("/chat/", http.FileServerFS(files))
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src http: https: data:; "+
			"media-src http: https:; frame-src http: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		serve.ServeHTTP(rw, r)
	})
}
