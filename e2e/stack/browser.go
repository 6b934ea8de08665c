package stack

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"golang.org/x/net/html"
)

// markdownLink finds the address of a Markdown link.
var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// ConnectLink returns the link in a post that leads to the plugin's connect page.
func ConnectLink(post *model.Post) (string, error) {
	for _, match := range markdownLink.FindAllStringSubmatch(Text(post), -1) {
		if strings.Contains(match[1], "/oauth2/connect") {
			return match[1], nil
		}
	}
	return "", errors.Errorf("no connect link in %q", Text(post))
}

// Page is the last page that the browser shows.
type Page struct {
	// Status is the HTTP status.
	Status int
	// URL is where the redirects led.
	URL *url.URL
	// Body is the page's source.
	Body string
}

// Browser returns an HTTP client with the person's session, as a browser has it
// after the login: cookies, no header.
func (p *Person) Browser() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, errors.Wrap(err, "make a cookie jar")
	}
	for _, address := range []string{p.Server.URL, p.stack.SiteURL} {
		site, err := url.Parse(address)
		if err != nil {
			return nil, errors.Wrap(err, "parse the server's address")
		}
		jar.SetCookies(site, []*http.Cookie{
			{Name: model.SessionCookieToken, Value: p.API.AuthToken, Path: "/"},
			{Name: model.SessionCookieUser, Value: p.User.Id, Path: "/"},
		})
	}
	return &http.Client{Jar: jar}, nil
}

// Authorize opens a connect link, is led to Zoom, allows the app there as the
// Zoom user with this email address, and is led back to the plugin. It returns
// the last page.
func (p *Person) Authorize(ctx context.Context, link, email string) (*Page, error) {
	browser, err := p.Browser()
	if err != nil {
		return nil, err
	}
	return p.authorize(ctx, browser, link, email)
}

// AuthorizeOnPhone is Authorize in a browser without a session in
// Mattermost.
func (p *Person) AuthorizeOnPhone(ctx context.Context, link, email string) (*Page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, errors.Wrap(err, "make a cookie jar")
	}
	return p.authorize(ctx, &http.Client{Jar: jar}, link, email)
}

func (p *Person) authorize(ctx context.Context, browser *http.Client, link, email string) (*Page, error) {
	consent, err := fetch(ctx, browser, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	if consent.Status != http.StatusOK || !strings.HasPrefix(consent.URL.String(), p.stack.Sandbox.URL) {
		return consent, nil // the plugin or Zoom refused; the page says why
	}
	action, fields, err := parseForm(consent.Body, email)
	if err != nil {
		return nil, err
	}
	target, err := consent.URL.Parse(action)
	if err != nil {
		return nil, errors.Wrap(err, "parse the form's address")
	}
	return fetch(ctx, browser, http.MethodPost, target.String(), fields)
}

// Leaves follows a link to an authorization as far as the provider's URL, without
// asking it for anything, and returns the state that came along.
func (p *Person) Leaves(ctx context.Context, link string) (state string, err error) {
	browser, err := p.Browser()
	if err != nil {
		return "", err
	}
	stays := *browser
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return "", errors.Wrap(err, "make a request")
	}
	response, err := stays.Do(request)
	if err != nil {
		return "", errors.Wrap(err, "follow the link")
	}
	defer response.Body.Close()
	target, err := response.Location()
	if err != nil {
		return "", errors.Wrap(err, "read where the link leads")
	}
	return url.QueryEscape(target.Query().Get("state")), nil
}

// Opens opens a page in this person's browser.
func (p *Person) Opens(ctx context.Context, address string) (*Page, error) {
	browser, err := p.Browser()
	if err != nil {
		return nil, err
	}
	return fetch(ctx, browser, http.MethodGet, address, nil)
}

// fetch asks for a page and follows where it leads.
func fetch(ctx context.Context, browser *http.Client, method, address string, form url.Values) (*Page, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, errors.Wrap(err, "make a request")
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := browser.Do(request)
	if err != nil {
		return nil, errors.Wrapf(err, "%s %s", method, address)
	}
	defer response.Body.Close()
	source, err := io.ReadAll(response.Body)
	return &Page{Status: response.StatusCode, URL: response.Request.URL, Body: string(source)}, errors.Wrap(err, "read the page")
}

// parseForm reads a page's first form as filled in by a person with this
// email address who agrees: hidden fields as they are, the address wherever a
// person is asked for, and the first button.
func parseForm(source, email string) (action string, fields url.Values, err error) {
	document, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return "", nil, errors.Wrap(err, "parse the page")
	}
	form := firstElement(document, "form")
	if form == nil {
		return "", nil, errors.Errorf("no form on the page: %.300s", source)
	}
	fields = url.Values{}
	pressed := false
	for node := range form.Descendants() {
		name := attribute(node, "name")
		if node.Type != html.ElementNode || name == "" && node.Data != "option" {
			continue
		}
		switch kind := attribute(node, "type"); {
		case node.Data == "select":
			fields.Set(name, chosenOption(node, email))
		case node.Data == "button" || kind == "submit":
			if !pressed {
				pressed = true
				fields.Set(name, attribute(node, "value"))
			}
		case node.Data == "input" && kind == "radio":
			if strings.Contains(attribute(node, "value")+text(node.Parent), email) || !fields.Has(name) && hasAttribute(node, "checked") {
				fields.Set(name, attribute(node, "value"))
			}
		case node.Data == "input" && (kind == "email" || kind == "text" || kind == ""):
			fields.Set(name, email)
		case node.Data == "input" && kind != "checkbox":
			fields.Set(name, attribute(node, "value"))
		}
	}
	return attribute(form, "action"), fields, nil
}

// chosenOption is the option that names the address, else the first one.
func chosenOption(list *html.Node, email string) string {
	first, seen := "", false
	for node := range list.Descendants() {
		if node.Type != html.ElementNode || node.Data != "option" {
			continue
		}
		value := attribute(node, "value")
		if !hasAttribute(node, "value") {
			value = text(node)
		}
		if strings.Contains(value+" "+text(node), email) {
			return value
		}
		if !seen {
			first, seen = value, true
		}
	}
	return first
}

func firstElement(root *html.Node, tag string) *html.Node {
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && node.Data == tag {
			return node
		}
	}
	return nil
}

func attribute(node *html.Node, key string) string {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(node *html.Node, key string) bool {
	for _, a := range node.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func text(node *html.Node) string {
	var out strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			out.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(out.String())
}
