package bitbucket

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// cloud calls Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/.
type cloud struct{ provider.Session }

// base returns the address of the repository.
func (cloud) base(path string) string {
	owner, slug := escapePath(path)
	return "/2.0/repositories/" + owner + "/" + slug
}

func (c cloud) account(ctx context.Context) (provider.Account, error) {
	var u cloudUser
	if err := c.Call(ctx, http.MethodGet, "/2.0/user", nil, &u); err != nil {
		return provider.Account{}, err
	}
	who := u.person()
	return provider.Account{ID: who.ID, Name: who.Name, URL: untrusted.URL(u.Links.HTML.Href)}, nil
}

func (c cloud) repository(ctx context.Context, path string) (provider.Resource, error) {
	var r cloudRepo
	if err := c.Call(ctx, http.MethodGet, c.base(path), nil, &r); err != nil {
		return provider.Resource{}, err
	}
	page := r.repo(c.Site.URL).URL
	return provider.Resource{
		ID: r.UUID, Name: r.FullName, URL: page, SettingsURL: page + "/admin/webhooks", Private: r.Private, Path: r.FullName,
	}, nil
}

// administers searches the repositories that the user administers by name, because the endpoint for a single repository was removed. A
// token of a repository or workspace has no user, so its permission is tried out.
func (c cloud) administers(ctx context.Context, r provider.Resource) (bool, error) {
	if c.Account.ID == "" {
		err := c.Call(ctx, http.MethodGet, c.base(r.Path)+"/hooks?pagelen=1", nil, nil)
		if fault.Is(err, fault.ProviderForbidden) {
			return false, nil
		}
		return err == nil, err
	}
	owner, slug, _ := strings.Cut(r.Path, "/")
	query := url.Values{"role": {"admin"}, "pagelen": {"100"}, "q": {`slug="` + strings.ReplaceAll(slug, `"`, "") + `"`}}
	found := false
	err := c.pages(ctx, "/2.0/repositories/"+url.PathEscape(owner)+"?"+query.Encode(), func(values json.RawMessage) error {
		var page []cloudRepo
		if err := json.Unmarshal(values, &page); err != nil {
			return errors.Wrap(err, "read a list of repositories")
		}
		for _, one := range page {
			found = found || one.UUID == r.ID
		}
		return nil
	})
	return found, err
}

// pages reads a list page by page, up to maxPages.
func (c cloud) pages(ctx context.Context, address string, take func(values json.RawMessage) error) error {
	for range maxPages {
		var page struct {
			Values json.RawMessage `json:"values"`
			Next   string          `json:"next"`
		}
		if err := c.Call(ctx, http.MethodGet, address, nil, &page); err != nil {
			return err
		}
		if len(page.Values) > 0 {
			if err := take(page.Values); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		address = page.Next
	}
	return nil
}

// cloudHook is a webhook in Cloud's form.
type cloudHook struct {
	UUID        string   `json:"uuid,omitempty"`
	Description string   `json:"description"`
	URL         string   `json:"url"`
	Active      bool     `json:"active"`
	Secret      string   `json:"secret,omitempty"`
	Events      []string `json:"events"`
}

func (c cloud) hooks(ctx context.Context, path string) ([]hook, error) {
	var all []hook
	err := c.pages(ctx, c.base(path)+"/hooks?pagelen=100", func(values json.RawMessage) error {
		var page []cloudHook
		if err := json.Unmarshal(values, &page); err != nil {
			return errors.Wrap(err, "read a list of webhooks")
		}
		for _, h := range page {
			all = append(all, hook{ID: h.UUID, URL: h.URL, Active: h.Active, Events: h.Events})
		}
		return nil
	})
	return all, err
}

func (c cloud) putHook(ctx context.Context, path string, h hook) (string, error) {
	method, address := http.MethodPost, c.base(path)+"/hooks"
	if h.ID != "" {
		method, address = http.MethodPut, address+"/"+url.PathEscape(h.ID)
	}
	var made cloudHook
	err := c.Call(ctx, method, address, cloudHook{Description: hookName, URL: h.URL, Active: true, Secret: h.Secret, Events: h.Events}, &made)
	return firstNonBlank(made.UUID, h.ID), err
}

func (c cloud) deleteHook(ctx context.Context, path, id string) error {
	return c.Call(ctx, http.MethodDelete, c.base(path)+"/hooks/"+url.PathEscape(id), nil, nil)
}

func (c cloud) pullAddress(path string, id int64) string {
	return c.base(path) + "/pullrequests/" + itoa(id)
}

func (c cloud) pull(ctx context.Context, path string, id int64) (pullDetails, error) {
	var p cloudPull
	if err := c.Call(ctx, http.MethodGet, c.pullAddress(path, id), nil, &p); err != nil {
		return pullDetails{}, err
	}
	shown := pullDetails{pull: *p.pull(repo{Name: path, URL: c.Site.URL + "/" + path}), Strategies: p.Destination.Branch.Strategies, DefaultStrategy: p.Destination.Branch.DefaultStrategy}
	if len(shown.Strategies) == 0 {
		shown.Strategies = []string{"merge_commit", "squash", "fast_forward"}
	}
	shown.DefaultStrategy = firstNonBlank(shown.DefaultStrategy, shown.Strategies[0])
	return shown, nil
}

func (c cloud) review(ctx context.Context, path string, id int64, d eventType, taken string) error {
	method, what := http.MethodPost, "/approve"
	if d == typeReviewWithdrawn {
		method = http.MethodDelete
	}
	if d == typeChangesRequested || taken == verdictChanges {
		what = "/request-changes"
	}
	return c.Call(ctx, method, c.pullAddress(path, id)+what, nil, nil)
}

func (c cloud) merge(ctx context.Context, path string, p pullDetails, m mergeOptions) error {
	in := map[string]any{"type": "pullrequest", "close_source_branch": m.CloseSource}
	if m.Strategy != "" {
		in["merge_strategy"] = m.Strategy
	}
	if m.Message != "" {
		in["message"] = m.Message
	}
	return c.Call(ctx, http.MethodPost, c.pullAddress(path, p.ID)+"/merge", in, nil)
}

func (c cloud) decline(ctx context.Context, path string, p pullDetails) error {
	return c.Call(ctx, http.MethodPost, c.pullAddress(path, p.ID)+"/decline", nil, nil)
}

func (c cloud) comment(ctx context.Context, path string, id, parent int64, text string) (comment, error) {
	in := map[string]any{"content": map[string]string{"raw": text}}
	if parent > 0 {
		in["parent"] = map[string]int64{"id": parent}
	}
	var made cloudComment
	if err := c.Call(ctx, http.MethodPost, c.pullAddress(path, id)+"/comments", in, &made); err != nil {
		return comment{}, err
	}
	return *made.comment(people{}), nil
}

// rerun reruns a pipeline for the same commit with the same target. If the run isn't found, the target is the branch.
func (c cloud) rerun(ctx context.Context, path string, b build) error {
	target, err := c.target(ctx, path, b)
	if err != nil {
		return err
	}
	if len(target) == 0 {
		made, err := json.Marshal(map[string]any{
			"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": b.Branch,
			"commit": map[string]string{"type": "commit", "hash": b.Hash},
		})
		if err != nil {
			return errors.Wrap(err, "make a pipeline's target")
		}
		target = made
	}
	return c.Call(ctx, http.MethodPost, c.base(path)+"/pipelines/", map[string]json.RawMessage{"target": target}, nil)
}

// target returns the target of the build's run, nil if it isn't found. Runs are identified by UUIDs, which a build doesn't contain, so
// this searches the runs of the commit.
func (c cloud) target(ctx context.Context, path string, b build) (json.RawMessage, error) {
	if b.Run == 0 {
		return nil, nil
	}
	var found json.RawMessage
	query := url.Values{"target.commit.hash": {b.Hash}, "pagelen": {"100"}}
	err := c.pages(ctx, c.base(path)+"/pipelines?"+query.Encode(), func(values json.RawMessage) error {
		var page []struct {
			Number int64           `json:"build_number"`
			Target json.RawMessage `json:"target"`
		}
		if err := json.Unmarshal(values, &page); err != nil {
			return errors.Wrap(err, "read a list of pipelines")
		}
		for _, run := range page {
			if run.Number == b.Run {
				found = run.Target
			}
		}
		return nil
	})
	if fault.Is(err, fault.ResourceUnknown, fault.ProviderRefused) {
		return nil, nil
	}
	return found, err
}
