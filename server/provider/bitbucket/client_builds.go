package bitbucket

import (
	"context"
	"net/http"
	"net/url"

	"mattermost-plugin-zoom/server/fault"
)

// dcBuild is a build in an answer of Data Center; the older of its two APIs dates it by when it was added.
type dcBuild struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	State   string `json:"state"`
	URL     string `json:"url"`
	Ref     string `json:"ref"`
	Created stamp  `json:"createdDate"`
	Updated stamp  `json:"updatedDate"`
	Added   stamp  `json:"dateAdded"`
}

// builds returns how the builds of the commit stand. Versions that have no list of them below the repository, or want the key of
// one, have it in the older API.
func (d dataCenter) builds(ctx context.Context, path, hash string) ([]status, error) {
	all, err := d.buildsAt(ctx, d.base(path)+"/commits/"+url.PathEscape(hash)+"/builds")
	if fault.Is(err, fault.ProviderRefused, fault.ResourceUnknown) {
		return d.buildsAt(ctx, "/rest/build-status/latest/commits/"+url.PathEscape(hash))
	}
	return all, err
}

func (d dataCenter) buildsAt(ctx context.Context, address string) ([]status, error) {
	var all []status
	start := int64(0)
	for range maxPages {
		var page struct {
			dcPage
			Values []dcBuild `json:"values"`
		}
		if err := d.Call(ctx, http.MethodGet, address+"?limit=100&start="+itoa(start), nil, &page); err != nil {
			return nil, err
		}
		for _, b := range page.Values {
			s := newStatus(status{
				Key: b.Key, Name: b.Name, State: buildStates(b.State), Branch: b.Ref, URL: b.URL,
				At: latest(b.Created.Time, b.Updated.Time, b.Added.Time),
			})
			if s.State != "" && s.Name != "" {
				all = append(all, s)
			}
		}
		if page.Last || page.Next <= start {
			break
		}
		start = page.Next
	}
	return all, nil
}
