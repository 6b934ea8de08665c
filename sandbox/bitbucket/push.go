package bitbucket

import (
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// maxPushCommits is how many commits Cloud lists for each change, and a Data Center
// of each push.
const maxPushCommits = 5

// noHash is the name that a Data Center gives to what is not there.
var noHash = strings.Repeat("0", 40)

// Push is a push of commits, a tag or a deletion.
type Push struct {
	// By is a nickname; an admin of the repository when empty.
	By string `json:"by"`
	// Branch or Tag is what moves. A new branch starts at From, or at the main
	// branch.
	Branch string `json:"branch"`
	Tag    string `json:"tag"`
	From   string `json:"from"`
	// Commits are the messages of new commits, oldest first.
	Commits []string `json:"commits"`
	// Force replaces what was on the branch, Delete removes it or the tag.
	Force  bool `json:"force"`
	Delete bool `json:"delete"`
	// Also are more changes of the same push.
	Also []Push `json:"also,omitempty"`
}

// refChange is what a push does to a branch or a tag; a hash is "" for what is not
// there.
type refChange struct {
	tag      bool
	name     string
	from, to string
	forced   bool
	commits  []*commit // newest first
}

// push carries out a push and sends the event.
func (w *world) push(r *repo, p Push) ([]refChange, error) {
	by, err := w.actor(r, p.By)
	if err != nil {
		return nil, err
	}
	var changes []refChange
	for _, part := range append([]Push{p}, p.Also...) {
		change, err := w.move(r, by, part)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	r.updated = w.Now()
	w.notifyPush(r, by, changes)
	for _, change := range changes {
		w.moveHeads(r, by, change)
	}
	return changes, nil
}

// move changes one branch or tag.
func (w *world) move(r *repo, by *User, p Push) (refChange, error) {
	refs, change := r.branches, refChange{name: p.Branch, forced: p.Force}
	if p.Tag != "" {
		refs, change = r.tags, refChange{name: p.Tag, tag: true, forced: p.Force}
	}
	if change.name == "" {
		return change, errors.Wrap(kit.ErrInvalid, "a push needs a branch or a tag")
	}
	change.from = refs[change.name]
	if p.Delete {
		if change.from == "" {
			return change, errors.Wrapf(kit.ErrNotFound, "%q", change.name)
		}
		delete(refs, change.name)
		return change, nil
	}
	base := change.from
	if base == "" {
		base = r.branches[p.From]
	}
	if base == "" {
		base = r.branches[r.MainBranch]
	}
	start := base
	if p.Force && r.commits[base] != nil {
		start = r.commits[base].parent
	}
	change.to = start
	for _, message := range p.Commits {
		change.to = w.newCommit(r, by, message, change.to).hash
	}
	if change.to == change.from {
		return change, errors.Wrap(kit.ErrInvalid, "a push needs commits")
	}
	refs[change.name] = change.to
	change.commits = r.history(change.to, change.from)
	if change.forced {
		change.commits = r.history(change.to, start)
	}
	return change, nil
}

// moveHeads brings the pull requests of a branch that moved up to date.
func (w *world) moveHeads(r *repo, by *User, change refChange) {
	for _, p := range r.pulls {
		if change.tag || change.to == "" || p.state != pullOpen || p.source != change.name {
			continue
		}
		previous := p.head
		p.head = change.to
		p.touch(w)
		w.notifyPull(p, occasionPushed, by, nil, object{"previousFromHash": previous})
	}
}

// notifyPush sends an event about changes of branches and tags.
func (w *world) notifyPush(r *repo, by *User, changes []refChange) {
	var list []object
	if w.kind == Cloud {
		for _, change := range changes {
			list = append(list, w.cloudChange(r, change))
		}
		w.notify(r, "repo:push", by, object{"push": object{"changes": list}})
		return
	}
	body, commits := object{}, []object{}
	for _, change := range changes {
		list = append(list, dcChange(change))
		for _, c := range change.commits {
			commits = append(commits, w.dcCommit(c))
		}
		if c := r.commits[change.to]; c != nil && w.major() >= 8 {
			body["toCommit"] = w.dcCommit(c)
		}
	}
	body["changes"] = list
	if w.major() >= 8 {
		body["commits"] = commits[:min(len(commits), maxPushCommits)]
	}
	w.notify(r, "repo:refs_changed", by, body)
}

// cloudChange is one change of a push as Cloud tells it.
func (w *world) cloudChange(r *repo, change refChange) object {
	commits := []object{}
	for _, c := range change.commits[:min(len(change.commits), maxPushCommits)] {
		commits = append(commits, w.cloudCommit(r, c))
	}
	html := w.page(r)
	links := object{"commits": link(w.api(r) + "/commits?include=" + change.to), "html": link(html + "/branch/" + change.name)}
	if change.from != "" && change.to != "" {
		links["html"] = link(html + "/branches/compare/" + change.to + ".." + change.from)
		links["diff"] = link(w.api(r) + "/diff/" + change.to + ".." + change.from)
	}
	o := object{
		"old": w.cloudRef(r, change, change.from), "new": w.cloudRef(r, change, change.to),
		"created": change.from == "", "closed": change.to == "", "forced": change.forced, "truncated": false,
	}
	if change.to != "" {
		o["links"] = links
	}
	if change.to != "" && !change.tag { // a tag brings no commits
		o["commits"], o["truncated"] = commits, len(change.commits) > maxPushCommits
	}
	return o
}

// cloudRef is a branch or a tag at one commit, nil where it is not there.
func (w *world) cloudRef(r *repo, change refChange, hash string) any {
	if hash == "" {
		return nil
	}
	kind, folder, page := "branch", "branches", "branch"
	if change.tag {
		kind, folder, page = "tag", "tags", "commits/tag"
	}
	return object{
		"type": kind, "name": change.name, "target": w.cloudCommit(r, r.commits[hash]),
		"links": object{
			"self": link(w.api(r) + "/refs/" + folder + "/" + change.name), "html": link(w.page(r) + "/" + page + "/" + change.name),
			"commits": link(w.api(r) + "/commits/" + change.name),
		},
	}
}

// dcChange is one change of a push as a Data Center tells it.
func dcChange(change refChange) object {
	kind, id := "BRANCH", "refs/heads/"+change.name
	if change.tag {
		kind, id = "TAG", "refs/tags/"+change.name
	}
	what, from, to := "UPDATE", change.from, change.to
	switch {
	case from == "":
		what, from = "ADD", noHash
	case to == "":
		what, to = "DELETE", noHash
	}
	return object{
		"ref":   object{"id": id, "displayId": change.name, "type": kind},
		"refId": id, "fromHash": from, "toHash": to, "type": what,
	}
}
