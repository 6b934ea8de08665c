package bitbucket

import (
	"slices"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// cloudChange is what a push did to a branch or tag; Old is nil for a new one, New for a deleted one.
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

// refChange is a change of a branch or tag in either product.
type refChange struct {
	tag      bool
	name     string
	from, to commit
	// commits are the pushed commits, newest first. For a new branch, they are its latest ones, even if other branches have them.
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
	// Cloud sends no time of the push: a commit may be much older.
	n.At = d.ReceivedAt
	return refEvents(n, trimShared(all), d.Header[headerCloudRequest])
}

// trimShared trims the commits of new branches at those of other changes of the same push.
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

// events returns the change as events: commits on a branch are an event of the last commit, everything else is one of the branch or tag.
// A new branch with commits is both.
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

// push returns the event about the commits. For a new branch, the context subjects tell which commits are new.
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
