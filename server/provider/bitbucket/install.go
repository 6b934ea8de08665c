package bitbucket

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// hookName is the name of our webhooks in the settings of repositories.
const hookName = "Mattermost (Zoom plugin)"

// installation identifies our webhook.
type installation struct {
	ID string `json:"id"`
}

// hookEvents returns the events that our webhooks subscribe to: all that Parse understands.
func hookEvents(kind string) []string {
	if kind == kindDataCenter {
		return []string{
			dcRefsChanged, dcCommitComment, "pr:opened", "pr:from_ref_updated", "pr:modified", "pr:reviewer:updated",
			"pr:reviewer:approved", "pr:reviewer:unapproved", "pr:reviewer:needs_work", "pr:merged", "pr:declined", "pr:deleted",
			"pr:comment:added",
		}
	}
	return []string{
		cloudPush, "repo:commit_status_created", "repo:commit_status_updated", "repo:commit_comment_created",
		"pullrequest:created", "pullrequest:updated", "pullrequest:approved", "pullrequest:unapproved",
		"pullrequest:changes_request_created", "pullrequest:changes_request_removed", "pullrequest:fulfilled",
		"pullrequest:rejected", "pullrequest:comment_created",
	}
}

// Resource returns the repository if the session may administer it.
func (*Bitbucket) Resource(ctx context.Context, s provider.Session, path string) (provider.Resource, error) {
	side := newClient(s)
	r, err := side.repository(ctx, path)
	if err != nil {
		return provider.Resource{}, err
	}
	if r.ID == "" {
		return provider.Resource{}, s.Fault(errors.New("an answer without a repository"), fault.ProviderUnavailable)
	}
	r.Name, r.URL, r.SettingsURL = untrusted.Line(r.Name, maxTitle), untrusted.URL(r.URL), untrusted.URL(r.SettingsURL)
	may, err := side.administers(ctx, r)
	if err != nil {
		return provider.Resource{}, err
	}
	if !may {
		return provider.Resource{}, fault.New(fault.NotResourceAdmin).With("Provider", s.Provider).With("Resource", r.Name)
	}
	return r, nil
}

// Install creates the webhook. An existing one with the same address is ours from an earlier connection: it is updated. Any others are
// deleted, because each would send everything again.
func (*Bitbucket) Install(ctx context.Context, s provider.Session, r provider.Resource, h provider.Hook) (provider.Installation, error) {
	side := newClient(s)
	all, err := side.hooks(ctx, r.Path)
	if err != nil {
		return provider.Installation{}, s.NotAdmin(err, r.Name)
	}
	wanted := hook{URL: h.URL, Secret: h.Secret, Active: true, Events: hookEvents(s.Site.Kind)}
	for _, one := range all {
		switch {
		case one.URL != h.URL:
		case wanted.ID == "":
			wanted.ID = one.ID
		default:
			if err := side.deleteHook(ctx, r.Path, one.ID); err != nil && !fault.Is(err, fault.ResourceUnknown) {
				return provider.Installation{}, err
			}
		}
	}
	id, err := side.putHook(ctx, r.Path, wanted)
	if err != nil {
		return provider.Installation{}, withProviderMessage(s.NotAdmin(err, r.Name))
	}
	encoded, err := json.Marshal(installation{ID: id})
	return provider.Installation{Ref: encoded}, errors.Wrap(err, "encode an installation")
}

// Installed reports whether the webhook exists, is active, and sends all our events to us.
func (*Bitbucket) Installed(ctx context.Context, s provider.Session, r provider.Resource, h provider.Hook, installed json.RawMessage) (bool, error) {
	id, err := installedID(installed)
	if err != nil || id == "" {
		return false, err
	}
	all, err := newClient(s).hooks(ctx, r.Path)
	if err != nil {
		return false, s.NotAdmin(err, r.Name)
	}
	for _, one := range all {
		if one.ID != id {
			continue
		}
		for _, event := range hookEvents(s.Site.Kind) {
			if !slices.Contains(one.Events, event) {
				return false, nil
			}
		}
		return one.Active && one.URL == h.URL, nil
	}
	return false, nil
}

// Uninstall deletes the webhook. It is no error if it or its repository is gone.
func (*Bitbucket) Uninstall(ctx context.Context, s provider.Session, r provider.Resource, installed json.RawMessage) error {
	id, err := installedID(installed)
	if err != nil || id == "" {
		return err
	}
	err = newClient(s).deleteHook(ctx, r.Path, id)
	if fault.Is(err, fault.ResourceUnknown) {
		return nil
	}
	return s.NotAdmin(err, r.Name)
}

func installedID(installed json.RawMessage) (string, error) {
	if len(installed) == 0 {
		return "", nil
	}
	var i installation
	err := json.Unmarshal(installed, &i)
	return i.ID, errors.Wrap(err, "read an installation")
}
