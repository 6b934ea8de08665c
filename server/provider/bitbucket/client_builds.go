package bitbucket

import (
	"context"
	"net/http"
	"net/url"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// dcBuild is a build in a Data Center's response. The older of its two APIs has the date when it was added.
type dcBuild struct {
	Key     string    `json:"key"`
	Name    string    `json:"name"`
	State   string    `json:"state"`
	URL     string    `json:"url"`
	Ref     string    `json:"ref"`
	Created timestamp `json:"createdDate"`
	Updated timestamp `json:"updatedDate"`
	Added   timestamp `json:"dateAdded"`
}

// builds returns the builds of the commit. The newer API only returns a build by its key, so this uses the older one, which lists them.
func (d dataCenter) builds(ctx context.Context, hash string) ([]status, error) {
	found, err := readPages[dcBuild](ctx, d, "/rest/build-status/latest/commits/"+url.PathEscape(hash))
	if err != nil {
		return nil, err
	}
	var all []status
	for _, b := range found {
		s := cleanStatus(status{
			Key: b.Key, Name: b.Name, State: parseBuildState(b.State), Branch: b.Ref, URL: b.URL,
			At: untrusted.Latest(b.Created.Time, b.Updated.Time, b.Added.Time),
		})
		if s.State != "" && s.Name != "" {
			all = append(all, s)
		}
	}
	return all, nil
}

// commitDetails returns the commit's title, and the commits that were pushed with it.
func (d dataCenter) commitDetails(ctx context.Context, path string, l lookup) ([]provider.Event, error) {
	found, err := d.commits(ctx, path, l)
	if fault.Is(err, fault.ResourceUnknown) || err == nil && len(found) == 0 {
		return nil, nil // the commit is gone
	}
	if err != nil {
		return nil, err
	}
	n := eventData{Repo: l.Repo, Commit: &found[0], Push: &push{Branch: l.Branch}, Type: typeLookedUp}
	if l.Since != "" {
		n.Push.Commits, n.Push.More = found[:min(len(found), maxListed)], len(found) > maxListed
	}
	return []provider.Event{event(n, provider.Event{
		ID: untrusted.HashID("describe", l.Commit.Hash, l.Branch), Subject: commitSubject(l.Commit.Hash), UpdateOnly: true,
	})}, nil
}

// commits returns the commit and those after Since, if it is known; the newest first.
func (d dataCenter) commits(ctx context.Context, path string, l lookup) ([]commit, error) {
	if l.Since == "" {
		var one dcCommit
		if err := d.Call(ctx, http.MethodGet, d.base(path)+"/commits/"+url.PathEscape(l.Commit.Hash), nil, &one); err != nil {
			return nil, err
		}
		return validCommits([]dcCommit{one}), nil
	}
	var page struct {
		Values []dcCommit `json:"values"`
	}
	query := url.Values{"until": {l.Commit.Hash}, "since": {l.Since}, "limit": {itoa(maxListed + 1)}}
	if err := d.Call(ctx, http.MethodGet, d.base(path)+"/commits?"+query.Encode(), nil, &page); err != nil {
		return nil, err
	}
	if len(page.Values) == 0 { // the branch went back to an earlier commit
		l.Since = ""
		return d.commits(ctx, path, l)
	}
	return validCommits(page.Values), nil
}

// validCommits returns the commits that have a hash.
func validCommits(all []dcCommit) []commit {
	var found []commit
	for _, c := range all {
		if one := c.commit(); one.Hash != "" {
			found = append(found, one)
		}
	}
	return found
}
