package bitbucket

import (
	"maps"
	"slices"
)

// occasion is something that happens to a pull request.
type occasion int

// The occasions.
const (
	occasionOpened occasion = iota
	occasionEdited
	occasionPushed
	occasionReviewers
	occasionApproved
	occasionUnapproved
	occasionChangesRequested
	occasionChangesWithdrawn
	occasionMerged
	occasionDeclined
	occasionDeleted
	occasionCommented
	occasionCommentEdited
	occasionCommentDeleted
	occasionCommentResolved
	occasionCommentReopened
)

// keys are those under which the products send it, "" for none.
func (o occasion) keys() (cloud, dataCenter string) {
	keys := [...][2]string{
		occasionOpened:           {"pullrequest:created", "pr:opened"},
		occasionEdited:           {"pullrequest:updated", "pr:modified"},
		occasionPushed:           {"pullrequest:updated", "pr:from_ref_updated"},
		occasionReviewers:        {"pullrequest:updated", "pr:reviewer:updated"},
		occasionApproved:         {"pullrequest:approved", "pr:reviewer:approved"},
		occasionUnapproved:       {"pullrequest:unapproved", "pr:reviewer:unapproved"},
		occasionChangesRequested: {"pullrequest:changes_request_created", eventNeedsWork},
		occasionChangesWithdrawn: {"pullrequest:changes_request_removed", "pr:reviewer:unapproved"},
		occasionMerged:           {"pullrequest:fulfilled", "pr:merged"},
		occasionDeclined:         {"pullrequest:rejected", "pr:declined"},
		occasionDeleted:          {"", "pr:deleted"},
		occasionCommented:        {"pullrequest:comment_created", "pr:comment:added"},
		occasionCommentEdited:    {"pullrequest:comment_updated", "pr:comment:edited"},
		occasionCommentDeleted:   {"pullrequest:comment_deleted", "pr:comment:deleted"},
		occasionCommentResolved:  {"pullrequest:comment_resolved", ""},
		occasionCommentReopened:  {"pullrequest:comment_reopened", ""},
	}
	return keys[o][0], keys[o][1]
}

// The two keys of one event: a webhook gets the one it asked for.
const (
	eventNeedsWork        = "pr:reviewer:needs_work"
	eventChangesRequested = "pr:reviewer:changes_requested"
)

// notifyPull sends the event of an occasion; cloud and dataCenter are what the products
// add to the pull request.
func (w *world) notifyPull(p *pull, o occasion, by *User, cloud, dataCenter object) {
	cloudKey, event := o.keys()
	body := object{}
	if w.kind == Cloud {
		event = cloudKey
		shown := w.cloudPull(p)
		shown["description"] = p.description // which no answer has
		body["pullrequest"] = shown
		maps.Copy(body, cloud)
	} else {
		body["pullRequest"] = w.dcPull(p)
		maps.Copy(body, dataCenter)
	}
	if event == "" {
		return
	}
	w.notify(p.repo, event, by, body)
	if event == eventNeedsWork {
		w.notifyOtherKey(p.repo, by, body)
	}
}

// notifyOtherKey notifies webhooks that know a request for changes by its other key
// only.
func (w *world) notifyOtherKey(r *repo, by *User, body object) {
	all := r.hooks
	r.hooks = slices.DeleteFunc(slices.Clone(all), func(h *hook) bool { return slices.Contains(h.events, eventNeedsWork) })
	w.notify(r, eventChangesRequested, by, body)
	r.hooks = all
}
