package bitbucket

import (
	"mattermost-plugin-zoom/server/provider"
)

// cloudChange is what a push did to one branch or tag; old is missing for a new one, new for a deleted one.
type cloudChange struct {
	Old       *cloudRef     `json:"old"`
	New       *cloudRef     `json:"new"`
	Forced    bool          `json:"forced"`
	Truncated bool          `json:"truncated"`
	Commits   []cloudCommit `json:"commits"`
}

type cloudRef struct {
	Type   string      `json:"type"`
	Name   string      `json:"name"`
	Target cloudCommit `json:"target"`
}

// moved is what both products say of a branch or tag that moved.
type moved struct {
	tag      bool
	name     string
	from, to commit
	commits  []commit
	more     bool
	forced   bool
}

// pushes returns one event for each change of the push; there may be none.
func (b cloudBody) pushes(n news, d provider.Delivery) []provider.Event {
	var events []provider.Event
	for _, change := range b.Push.Changes {
		m := moved{forced: change.Forced, more: change.Truncated}
		ref := change.New
		if ref != nil {
			m.to = ref.Target.commit()
		}
		if change.Old != nil {
			m.from = change.Old.Target.commit()
			if ref == nil {
				ref = change.Old
			}
		}
		if ref == nil || ref.Name == "" || m.from.Hash == "" && m.to.Hash == "" {
			continue
		}
		m.name, m.tag = cleaned(ref.Name, maxBranch), ref.Type == "tag" || ref.Type == "annotated_tag"
		for _, c := range change.Commits {
			m.commits = append(m.commits, c.commit())
		}
		// Cloud does not say when: a commit's date may be from long before.
		n.At = d.ReceivedAt
		events = append(events, m.event(n, d.Header[headerCloudRequest]))
	}
	return events
}

// event returns the change as an event: new commits on a branch are news of the commit that it ends with, all else of the branch or
// tag. The request tells a repetition from a branch that went there and back.
func (m moved) event(n news, request string) provider.Event {
	if len(m.commits) > maxListed {
		m.commits, m.more = m.commits[:maxListed], true
	}
	id := identity("push", m.name, m.from.Hash, m.to.Hash, first(request, clock(n.At)))
	if !m.tag && m.from.Hash != "" && m.to.Hash != "" {
		about := m.to
		n.Commit, n.Push = &about, &push{Branch: m.name, Commits: m.commits, More: m.more, Forced: m.forced}
		return event(n, provider.Event{ID: id, Subject: "commit/" + m.to.Hash, Labels: labels(m.name, "")})
	}
	kind := kindBranch
	if m.tag {
		kind = kindTag
	}
	n.Ref = &refNews{
		Tag: m.tag, Name: m.name, Hash: first(m.to.Hash, m.from.Hash), Deleted: m.to.Hash == "", Moved: m.from.Hash != "" && m.to.Hash != "",
	}
	all := labels(m.name, "")
	if m.tag {
		all = nil
	}
	return event(n, provider.Event{ID: id, Subject: named(kind, m.name), Labels: all})
}
