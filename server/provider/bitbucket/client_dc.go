package bitbucket

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// dataCenter calls a Bitbucket Data Center: https://developer.atlassian.com/server/bitbucket/rest/.
type dataCenter struct{ provider.Session }

// base returns the address of the repository. A personal repository is in a project whose key is "~" and its owner.
func (dataCenter) base(path string) string {
	owner, slug := escapePath(path)
	return "/rest/api/latest/projects/" + owner + "/repos/" + slug
}

// Call is Session.Call, except that a Data Center also responds with 401 to known users without permission. That is ProviderForbidden, so
// that their account stays connected.
func (d dataCenter) Call(ctx context.Context, method, address string, in, out any) error {
	err := d.Session.Call(ctx, method, address, in, out)
	var refusal *provider.StatusError
	if fault.Is(err, fault.AccountRejected) && errors.As(err, &refusal) && bytes.Contains(refusal.Body, []byte("AuthorisationException")) {
		return d.Fault(err, fault.ProviderForbidden)
	}
	return err
}

// account returns the account. There is no endpoint for it, but every response has a header with the user name.
func (d dataCenter) account(ctx context.Context) (provider.Account, error) {
	name, err := d.username(ctx)
	if err != nil {
		return provider.Account{}, err
	}
	if name == "" {
		return provider.Account{}, fault.New(fault.AccountRejected).With("Provider", d.Provider)
	}
	var u dcUser
	if err := d.Call(ctx, http.MethodGet, "/rest/api/latest/users/"+url.PathEscape(strings.ToLower(name)), nil, &u); err != nil && !fault.Is(err, fault.ResourceUnknown) {
		return provider.Account{}, err
	}
	if u.Name == "" {
		u.Name = name
	}
	who := u.person()
	return provider.Account{ID: who.ID, Name: who.Name, URL: u.Links.self()}, nil
}

// username returns the user name, or "" for an anonymous session.
func (d dataCenter) username(ctx context.Context) (string, error) {
	const maxUsername = 256
	var answer provider.RawResponse
	if err := d.Call(ctx, http.MethodGet, "/plugins/servlet/applinks/whoami", nil, &answer); err != nil {
		return "", err
	}
	name := firstNonBlank(answer.Header.Get("X-AUSERNAME"), strings.TrimSpace(string(answer.Body)))
	if name == "anonymous" || len(name) > maxUsername || strings.ContainsAny(name, "<>\n") {
		return "", nil
	}
	if decoded, err := url.QueryUnescape(name); err == nil {
		name = decoded
	}
	return name, nil
}

func (d dataCenter) repository(ctx context.Context, path string) (provider.Resource, error) {
	var r dcRepo
	err := d.Call(ctx, http.MethodGet, d.base(path), nil, &r)
	if fault.Is(err, fault.ProviderForbidden) {
		err = d.Fault(err, fault.ResourceUnknown)
	}
	if err != nil {
		return provider.Resource{}, err
	}
	if r.Slug == "" || r.Project.Key == "" {
		return provider.Resource{}, d.Fault(errors.New("an answer without a repository"), fault.ProviderUnavailable)
	}
	page := r.repo(d.Site.URL).URL
	return provider.Resource{
		ID: itoa(r.ID), Name: r.path(), URL: page + "/browse", SettingsURL: d.settings(r),
		Private: !r.Public && !r.Project.Public, Path: r.path(),
	}, nil
}

func (d dataCenter) settings(r dcRepo) string {
	return d.Site.URL + "/plugins/servlet/webhooks/projects/" + url.PathEscape(r.Project.Key) + "/repos/" + url.PathEscape(r.Slug)
}

// administers tries a call that only admins of the repository may make.
func (d dataCenter) administers(ctx context.Context, r provider.Resource) (bool, error) {
	err := d.Call(ctx, http.MethodGet, d.base(r.Path)+"/webhooks?limit=1", nil, nil)
	if fault.Is(err, fault.ProviderForbidden) {
		return false, nil
	}
	return err == nil, err
}

// dcHook is a webhook in Data Center's form.
type dcHook struct {
	ID            int64             `json:"id,omitempty"`
	Name          string            `json:"name"`
	URL           string            `json:"url"`
	Active        bool              `json:"active"`
	VerifyTLS     bool              `json:"sslVerificationRequired"`
	Events        []string          `json:"events"`
	Configuration map[string]string `json:"configuration"`
}

// readPages reads a list page by page, up to maxPages. The address has no query.
func readPages[T any](ctx context.Context, d dataCenter, address string) ([]T, error) {
	var all []T
	start := int64(0)
	for range maxPages {
		var page struct {
			Values []T   `json:"values"`
			IsLast bool  `json:"isLastPage"`
			Next   int64 `json:"nextPageStart"`
		}
		if err := d.Call(ctx, http.MethodGet, address+"?limit=100&start="+itoa(start), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Values...)
		if page.IsLast || page.Next <= start {
			break
		}
		start = page.Next
	}
	return all, nil
}

func (d dataCenter) hooks(ctx context.Context, path string) ([]hook, error) {
	found, err := readPages[dcHook](ctx, d, d.base(path)+"/webhooks")
	if err != nil {
		return nil, err
	}
	var all []hook
	for _, h := range found {
		all = append(all, hook{ID: itoa(h.ID), URL: h.URL, Active: h.Active, Events: h.Events})
	}
	return all, nil
}

func (d dataCenter) putHook(ctx context.Context, path string, h hook) (string, error) {
	method, address := http.MethodPost, d.base(path)+"/webhooks"
	if h.ID != "" {
		method, address = http.MethodPut, address+"/"+url.PathEscape(h.ID)
	}
	in := dcHook{
		Name: hookName, URL: h.URL, Active: true, VerifyTLS: true, Events: h.Events,
		Configuration: map[string]string{"secret": h.Secret},
	}
	var made struct {
		ID int64 `json:"id"`
	}
	err := d.Call(ctx, method, address, in, &made)
	if made.ID != 0 {
		return itoa(made.ID), err
	}
	return h.ID, err
}

func (d dataCenter) deleteHook(ctx context.Context, path, id string) error {
	return d.Call(ctx, http.MethodDelete, d.base(path)+"/webhooks/"+url.PathEscape(id), nil, nil)
}

func (d dataCenter) pullAddress(path string, id int64) string {
	return d.base(path) + "/pull-requests/" + itoa(id)
}

func (d dataCenter) pull(ctx context.Context, path string, id int64) (pullDetails, error) {
	var p dcPull
	if err := d.Call(ctx, http.MethodGet, d.pullAddress(path, id), nil, &p); err != nil {
		return pullDetails{}, err
	}
	return pullDetails{pull: *p.pull(d.Site.URL)}, nil
}

// strategies adds the merge strategies that the repository allows. If they can't be read, its default is used.
func (d dataCenter) strategies(ctx context.Context, path string, p *pullDetails) {
	var settings struct {
		Merge struct {
			Default struct {
				ID string `json:"id"`
			} `json:"defaultStrategy"`
			Strategies []struct {
				ID      string `json:"id"`
				Enabled bool   `json:"enabled"`
			} `json:"strategies"`
		} `json:"mergeConfig"`
	}
	if d.Call(ctx, http.MethodGet, d.base(path)+"/settings/pull-requests", nil, &settings) != nil {
		return
	}
	for _, one := range settings.Merge.Strategies {
		if one.Enabled && one.ID != "" {
			p.Strategies = append(p.Strategies, one.ID)
		}
	}
	if p.DefaultStrategy = settings.Merge.Default.ID; !slices.Contains(p.Strategies, p.DefaultStrategy) {
		p.DefaultStrategy = ""
	}
}

func (d dataCenter) review(ctx context.Context, path string, id int64, what eventType, _ string) error {
	switch what {
	case typeApproved:
		return d.Call(ctx, http.MethodPost, d.pullAddress(path, id)+"/approve", nil, nil)
	case typeReviewWithdrawn:
		return d.Call(ctx, http.MethodDelete, d.pullAddress(path, id)+"/approve", nil, nil)
	}
	who := d.Account
	if who.ID == "" {
		var err error
		if who, err = d.account(ctx); err != nil {
			return err
		}
	}
	in := map[string]any{"user": map[string]string{"name": who.ID}, "approved": false, "status": "NEEDS_WORK"}
	return d.Call(ctx, http.MethodPut, d.pullAddress(path, id)+"/participants/"+url.PathEscape(who.ID), in, nil)
}

func (d dataCenter) merge(ctx context.Context, path string, p pullDetails, m mergeOptions) error {
	in := map[string]any{"autoSubject": true}
	if m.Strategy != "" {
		in["strategyId"] = m.Strategy
	}
	if m.Message != "" {
		in["message"] = m.Message
	}
	return d.Call(ctx, http.MethodPost, d.pullAddress(path, p.ID)+"/merge?version="+itoa(p.Version), in, nil)
}

func (d dataCenter) decline(ctx context.Context, path string, p pullDetails) error {
	return d.Call(ctx, http.MethodPost, d.pullAddress(path, p.ID)+"/decline?version="+itoa(p.Version), map[string]any{}, nil)
}

func (d dataCenter) comment(ctx context.Context, path string, id, parent int64, text string) (comment, error) {
	in := map[string]any{"text": text}
	if parent > 0 {
		in["parent"] = map[string]int64{"id": parent}
	}
	var made dcComment
	if err := d.Call(ctx, http.MethodPost, d.pullAddress(path, id)+"/comments", in, &made); err != nil {
		return comment{}, err
	}
	return *made.comment(parent, people{}), nil
}
