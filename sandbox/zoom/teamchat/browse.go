package teamchat

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// webviewDomain is below which each webview has a host of its own: browsers resolve it to
// this machine, and an app's page has an origin of its own as it does in the client.
const webviewDomain = ".webview.localhost"

// needed are the headers without which the client shows no page.
// https://developers.zoom.us/docs/zoom-apps/security/owasp/
var needed = [...]string{"Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy"}

// WebviewOf returns the ID of the webview that a host is for.
func WebviewOf(host string) (id string, ok bool) {
	name, _, _ := strings.Cut(host, ":")
	return strings.CutSuffix(name, webviewDomain)
}

// webviewOrigin is the origin of a webview, on the sandbox's own port.
func (c *Chat) webviewOrigin(id string) string {
	base, err := url.Parse(c.Base)
	if err != nil || base.Port() == "" {
		return "http://" + id + webviewDomain
	}
	return base.Scheme + "://" + id + webviewDomain + ":" + base.Port()
}

// Browser fetches the pages of one webview. It is used without the sandbox's lock.
type Browser struct {
	page    *url.URL
	context string
	report  func(problem string)
}

// Browser returns a webview's browser, nil for one that is not open. report is called
// with what is wrong with a page.
func (c *Chat) Browser(id string, report func(clientID, problem string)) *Browser {
	v := c.webviews[id]
	if v == nil {
		return nil
	}
	return &Browser{v.page, seal(c.IDs, v.bot.Secret, v.context), func(problem string) { report(v.bot.ClientID, problem) }}
}

// ReportPage reports what is wrong with a page of an app.
func (c *Chat) ReportPage(clientID, problem string) {
	c.report(Bot{ClientID: clientID}, "webview", problem)
}

// ServeHTTP passes a request on to the app, as the client's browser would send it.
func (b *Browser) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	document := r.URL.Path == b.page.Path && r.Method == http.MethodGet
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = b.page.Scheme, b.page.Host, b.page.Host
			if p.Out.Header.Get("Origin") != "" {
				p.Out.Header.Set("Origin", b.page.Scheme+"://"+b.page.Host)
			}
			p.Out.Header.Del(ContextHeader)
			if document {
				p.Out.Header.Set(ContextHeader, b.context)
			}
		},
		ModifyResponse: func(resp *http.Response) error {
			if document {
				b.inspect(resp)
			}
			unframe(resp.Header)
			b.stay(resp.Header)
			return nil
		},
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, err error) {
			http.Error(rw, "The app's page did not answer: "+err.Error(), http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(rw, r)
}

// inspect replaces a page that the client would not show.
func (b *Browser) inspect(resp *http.Response) {
	for _, name := range needed {
		if resp.Header.Get(name) != "" {
			continue
		}
		problem := fmt.Sprintf("%s has no header %s", b.page.Path, name)
		b.report(problem)
		_ = resp.Body.Close()
		text := "<!doctype html><title>Not shown</title><p role=alert>Zoom doesn’t show this page: " + html.EscapeString(problem) + ".</p>"
		resp.StatusCode, resp.ContentLength, resp.Body = http.StatusOK, int64(len(text)), io.NopCloser(strings.NewReader(text))
		resp.Header = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		return
	}
}

// unframe lets the client's page embed a page: in Zoom it is not inside of another one.
func unframe(h http.Header) {
	h.Del("X-Frame-Options")
	var kept []string
	for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		if d := strings.TrimSpace(directive); d != "" && !strings.HasPrefix(d, "frame-ancestors") {
			kept = append(kept, d)
		}
	}
	if len(kept) > 0 {
		h.Set("Content-Security-Policy", strings.Join(kept, "; "))
	}
}

// stay keeps redirects to the app inside of the webview.
func (b *Browser) stay(h http.Header) {
	if to, inside := strings.CutPrefix(h.Get("Location"), b.page.Scheme+"://"+b.page.Host); inside {
		h.Set("Location", "/"+strings.TrimPrefix(to, "/"))
	}
}
