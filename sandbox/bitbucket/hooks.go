package bitbucket

import (
	"net/url"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// eventPing is what "Test connection" of a Data Center sends.
const eventPing = "diagnostics:ping"

// hook is a webhook of a repository.
type hook struct {
	uuid    string
	id      int
	name    string // the description in Cloud
	url     string
	secret  string
	active  bool
	events  []string
	skipTLS bool
	created time.Time

	failures   int           // in a row
	rest       time.Duration // how long the circuit breaker left it alone last
	restsUntil time.Time
}

// hookEvents are the keys that a webhook can ask for.
func (w *world) hookEvents() []string {
	if w.kind == Cloud {
		return []string{
			"repo:push", "repo:fork", "repo:updated", "repo:transfer", "repo:commit_comment_created",
			"repo:commit_status_created", "repo:commit_status_updated",
			"issue:created", "issue:updated", "issue:comment_created",
			"pullrequest:created", "pullrequest:updated", "pullrequest:approved", "pullrequest:unapproved",
			"pullrequest:changes_request_created", "pullrequest:changes_request_removed", "pullrequest:fulfilled",
			"pullrequest:rejected", "pullrequest:comment_created", "pullrequest:comment_updated",
			"pullrequest:comment_deleted", "pullrequest:comment_resolved", "pullrequest:comment_reopened",
		}
	}
	return []string{
		"repo:refs_changed", "repo:modified", "repo:forked", "repo:comment:added", "repo:comment:edited", "repo:comment:deleted",
		"repo:secret_detected", "mirror:repo_synchronized",
		"pr:opened", "pr:from_ref_updated", "pr:to_ref_updated", "pr:modified", "pr:reviewer:updated", "pr:reviewer:approved",
		"pr:reviewer:unapproved", "pr:reviewer:needs_work", "pr:reviewer:changes_requested", "pr:merged", "pr:declined",
		"pr:deleted", "pr:comment:added", "pr:comment:edited", "pr:comment:deleted",
	}
}

// checkHook reports what is wrong with a webhook.
func (w *world) checkHook(h *hook) error {
	u, err := url.Parse(h.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.Wrap(kit.ErrInvalid, "url: enter a valid URL")
	}
	if len(h.events) == 0 {
		return errors.Wrap(kit.ErrInvalid, "events: at least one is needed")
	}
	for _, event := range h.events {
		if !slices.Contains(w.hookEvents(), event) {
			return errors.Wrapf(kit.ErrInvalid, "events: %q is not a valid event", event)
		}
	}
	return nil
}

// addHook creates a webhook.
func (w *world) addHook(r *repo, h hook) (*hook, error) {
	if err := w.checkHook(&h); err != nil {
		return nil, err
	}
	h.uuid, h.id, h.created = w.ids.braced(), w.number(), w.Now()
	made := &h
	r.hooks = append(r.hooks, made)
	return made, nil
}

// removeHook deletes a webhook.
func (r *repo) removeHook(h *hook) {
	r.hooks = slices.DeleteFunc(r.hooks, func(other *hook) bool { return other == h })
}

// notify sends an event to each webhook that asked for it.
func (w *world) notify(r *repo, event string, by *User, body object) {
	if w.kind == Cloud {
		about := w.cloudRepo(r, false)
		about["workspace"] = w.cloudWorkspace(r.Workspace) // which no answer has
		body["repository"], body["actor"] = about, w.cloudUser(by)
	} else {
		body["eventKey"], body["date"], body["actor"] = event, w.Now().Format("2006-01-02T15:04:05-0700"), w.dcUser(by, r)
		if _, about := body["pullRequest"]; !about {
			body["repository"] = w.dcRepo(r)
		}
		if w.major() >= 10 {
			textDates(body)
		}
	}
	for _, h := range r.hooks {
		if h.active && slices.Contains(h.events, event) {
			w.post(h, event, kit.Compact(body))
		}
	}
}

// Hook is a webhook as it is shown, which is without its secret.
type Hook struct {
	UUID      string   `json:"uuid"`
	ID        int      `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	Active    bool     `json:"active"`
	Events    []string `json:"events"`
	SecretSet bool     `json:"secret_set"`
}

// shown is the webhook as users see it.
func (h *hook) shown() Hook {
	return Hook{h.uuid, h.id, h.name, h.url, h.active, slices.Clone(h.events), h.secret != ""}
}
