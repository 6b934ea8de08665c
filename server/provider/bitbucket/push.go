package bitbucket

import (
	"slices"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
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

// refChange is what both products say of a branch or tag that moved.
type refChange struct {
	tag      bool
	name     string
	from, to commit
	// commits are those that it brought, the newest first; of a new branch they are its latest, whether or not others have them too.
	commits []commit
	more    bool
	forced  bool
}

// pushes returns the events of the push; there may be none.
func (b cloudBody) pushes(n eventData, d provider.Delivery) []provider.Event {
	var all []refChange
	for _, change := range b.Push.Changes {
		m := refChange{forced: change.Forced, more: change.Truncated}
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
		m.name, m.tag = untrusted.Line(ref.Name, maxBranch), ref.Type == "tag"
		for _, c := range change.Commits {
			m.commits = append(m.commits, c.commit())
		}
		all = append(all, m)
	}
	// Cloud does not say when: a commit's date may be from long before.
	n.At = d.ReceivedAt
	return refEvents(n, trimShared(all), d.Header[headerCloudRequest])
}

// trimShared cuts the commits of new branches where they reach what another change of the same push is about.
func trimShared(all []refChange) []refChange {
	for i, m := range all {
		if m.tag || m.operation() != opCreated {
			continue
		}
		for j, other := range all {
			if j == i || other.tag || other.name == m.name {
				continue
			}
			ends := func(c commit) bool {
				return c.Hash != m.to.Hash && (c.Hash == other.from.Hash || c.Hash == other.to.Hash && other.operation() == opPushed)
			}
			if at := slices.IndexFunc(all[i].commits, ends); at >= 0 {
				all[i].commits, all[i].more = all[i].commits[:at], false
			}
		}
	}
	return all
}

// events returns the change as events: commits on a branch are an event of the commit that it ends with, all else of the branch or tag. A
// new branch with commits is both.
func (m refChange) events(n eventData, request string) []provider.Event {
	if len(m.commits) > maxListed {
		m.commits, m.more = m.commits[:maxListed], true
	}
	if !m.tag && m.operation() == opPushed {
		return []provider.Event{m.push(n, request)}
	}
	kind := kindBranch
	all := labels(m.name, "")
	if m.tag {
		kind, all = kindTag, tagLabels()
	}
	ref := n
	ref.Ref = &refData{Tag: m.tag, Name: m.name, Hash: firstNonBlank(m.to.Hash, m.from.Hash), Deleted: m.to.Hash == "", Moved: m.operation() == opMoved}
	var events []provider.Event
	if !m.tag && m.operation() == opCreated && len(m.commits) > 0 {
		events = append(events, m.push(n, request))
	}
	return append(events, event(ref, provider.Event{ID: m.id(n, "ref", request), Subject: boundName(kind, m.name), Labels: all}))
}

// push returns the event of the commits. What else is known of those that came with a new branch tells where the new ones end.
func (m refChange) push(n eventData, request string) provider.Event {
	about := m.to
	n.Commit = &about
	n.Push = &push{Branch: m.name, From: m.from.Hash, Commits: m.commits, More: m.more, Forced: m.forced, Created: m.operation() == opCreated}
	e := provider.Event{ID: m.id(n, "push", request), Subject: commitSubject(m.to.Hash), Labels: labels(m.name, "")}
	if n.Push.Created {
		for _, c := range m.commits {
			if subject := commitSubject(c.Hash); c.Hash != "" && subject != e.Subject {
				e.ContextSubjects = append(e.ContextSubjects, subject)
			}
		}
	}
	return event(n, e)
}

func (m refChange) id(n eventData, what, request string) string {
	return untrusted.HashID(what, m.name, m.from.Hash, m.to.Hash, firstNonBlank(request, timeKey(n.At)))
}
