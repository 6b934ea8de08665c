package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxPages limits how many pages of a list are read; perPage is Sentry's largest page.
const (
	maxPages = 10
	perPage  = "100"
)

// client calls Sentry about one organization.
type client struct {
	provider.Session
	// base is the API address of the organization's region.
	base string
	org  string
}

// newClient returns a client for the organization with this path.
func newClient(s provider.Session, path string) client {
	region, slug := splitPath(path)
	return client{Session: s, base: cmp.Or(region, s.Site.API), org: slug}
}

// splitPath splits a path into the organization's slug and the address of its region. The region is "" if it is the site's API.
func splitPath(path string) (region, slug string) {
	if at := strings.LastIndex(path, "/"); at >= 0 && strings.Contains(path, "://") {
		return path[:at], path[at+1:]
	}
	return "", path
}

// pathOf returns the path of an organization. Only the vendor's regions count, because a self-hosted server may report an address that
// nobody else can reach.
func pathOf(site provider.Site, region, slug string) string {
	region, ok := baseAddress(region)
	if !ok || region == site.API || !slices.Contains(site.Hosts, region) {
		return slug
	}
	return region + "/" + slug
}

// endpoint returns an address below the organization. All addresses end with a slash: without it, Sentry redirects a change and it is
// lost.
func (c client) endpoint(parts ...string) string {
	var address strings.Builder
	address.WriteString(c.base + "/api/0/organizations/" + url.PathEscape(c.org) + "/")
	for _, part := range parts {
		address.WriteString(url.PathEscape(part) + "/")
	}
	return address.String()
}

// issue returns an issue.
func (c client) issue(ctx context.Context, id string) (*issue, location, error) {
	return c.shown(ctx, http.MethodGet, id, nil)
}

// change changes an issue and returns its new state.
func (c client) change(ctx context.Context, id string, what map[string]any) (*issue, location, error) {
	return c.shown(ctx, http.MethodPut, id, what)
}

func (c client) shown(ctx context.Context, method, id string, in any) (*issue, location, error) {
	var sent sentIssue
	var body any
	if method != http.MethodGet {
		body = in
	}
	if err := c.Call(ctx, method, c.endpoint("issues", id), body, &sent); err != nil {
		return nil, location{}, err
	}
	i, at := sent.issue(false)
	if i.ID == "" {
		return nil, location{}, c.Fault(errors.New("an answer without an issue"), fault.ProviderUnavailable)
	}
	return i, at, nil
}

// pages reads a list page by page until each returns false, or most pages are read. It returns the address of the next page, "" at the
// end.
func pages[T any](ctx context.Context, s provider.Session, address string, most int, each func([]T) bool) (string, error) {
	for range most {
		var answer provider.RawResponse
		if err := s.Call(ctx, http.MethodGet, address, nil, &answer); err != nil {
			return "", err
		}
		var page list[T]
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return "", s.Fault(err, fault.ProviderUnavailable)
		}
		more := each(page)
		address = nextPage(answer.Header)
		if !more || address == "" {
			return address, nil
		}
	}
	return address, nil
}

// nextPage returns the address of the next page, "" at the end. There is always a link to a next page; "results" says whether it has
// anything.
func nextPage(h http.Header) string {
	for _, value := range h.Values("Link") {
		for link := range strings.SplitSeq(value, ",") {
			address, params, ok := strings.Cut(strings.TrimSpace(link), ">")
			if ok && strings.Contains(params, `rel="next"`) && strings.Contains(params, `results="true"`) {
				return strings.TrimPrefix(address, "<")
			}
		}
	}
	return ""
}

// withProviderMessage adds to an error of a call what Sentry says about it.
func withProviderMessage(err error) error { return provider.WithMessage(err, errorText) }

// errorText returns Sentry's error message: a detail, or lists by field, sometimes as JSON in a string.
func errorText(body []byte) string {
	var wrapped string
	if json.Unmarshal(body, &wrapped) == nil {
		body = []byte(wrapped)
	}
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	var texts []string
	for _, field := range slices.Sorted(maps.Keys(answer)) {
		var one text
		var many list[text]
		var nested struct {
			Message text `json:"message"`
		}
		raw := answer[field]
		switch {
		case json.Unmarshal(raw, &one) == nil && one != "":
			texts = append(texts, string(one))
		case json.Unmarshal(raw, &many) == nil && len(many) > 0:
			for _, m := range many {
				texts = append(texts, string(m))
			}
		case json.Unmarshal(raw, &nested) == nil:
			texts = append(texts, string(nested.Message))
		}
	}
	return strings.TrimRight(untrusted.Line(strings.Join(texts, " "), maxExcerpt), ".")
}
