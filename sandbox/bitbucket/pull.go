package bitbucket

import (
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The states of a pull request.
const (
	pullOpen     = "OPEN"
	pullMerged   = "MERGED"
	pullDeclined = "DECLINED"
)

// The opinions of a reviewer.
const (
	opinionNone     = ""
	opinionApproved = "approved"
	opinionChanges  = "changes_requested"
)

// PullRequest is a new pull request.
type PullRequest struct {
	// By is a nickname; an admin of the repository when empty.
	By          string `json:"by"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Source      string `json:"source"`
	// Destination is the main branch when empty.
	Destination string   `json:"destination"`
	Reviewers   []string `json:"reviewers"`
	Draft       bool     `json:"draft"`
	CloseSource bool     `json:"close_source_branch"`
}

// pull is a pull request of a repository.
type pull struct {
	repo         *repo
	id           int
	globalID     int
	version      int // counts changes, for a Data Center
	title        string
	description  string
	state        string
	draft        bool
	author       *User
	source       string
	destination  string
	head         string // the hash of the source
	closeSource  bool
	conflicted   bool
	participants []*participant
	comments     []*comment
	merge        string // the hash of the merge commit
	closedBy     *User
	created      time.Time
	updated      time.Time
	closed       time.Time
}

// participant is a user who takes part in a pull request.
type participant struct {
	user     *User
	reviewer bool
	opinion  string
	at       time.Time
}

// refusal is an error that says why something can't be done.
type refusal struct {
	kind error
	// what is the name of the failure in a Data Center.
	what    string
	message string
}

// Error implements error.
func (r *refusal) Error() string { return r.message }

// Unwrap returns kit.ErrInvalid or kit.ErrConflict.
func (r *refusal) Unwrap() error { return r.kind }

// conflict is a refusal because of the current state.
func conflict(what, message string) error { return &refusal{kit.ErrConflict, what, message} }

// openPull opens a pull request and sends the event.
func (w *world) openPull(r *repo, given PullRequest) (*pull, error) {
	by, err := w.actor(r, given.By)
	if err != nil {
		return nil, err
	}
	if given.Destination == "" {
		given.Destination = r.MainBranch
	}
	if r.branches[given.Source] == "" || r.branches[given.Destination] == "" {
		return nil, errors.Wrapf(kit.ErrNotFound, "branch %q or %q", given.Source, given.Destination)
	}
	if given.Title == "" || given.Source == given.Destination {
		return nil, errors.Wrap(kit.ErrInvalid, "a pull request needs a title and two branches")
	}
	for _, other := range r.pulls {
		if other.state == pullOpen && other.source == given.Source && other.destination == given.Destination {
			return nil, conflict("pull.DuplicatePullRequestException", "There is already an open pull request for these branches.")
		}
	}
	p := &pull{
		repo: r, id: len(r.pulls) + 1, globalID: w.number(), title: given.Title, description: given.Description, state: pullOpen,
		draft: given.Draft, author: by, source: given.Source, destination: given.Destination, head: r.branches[given.Source],
		closeSource: given.CloseSource, created: w.Now(), updated: w.Now(),
	}
	for _, nickname := range given.Reviewers {
		u := w.user(nickname)
		if u == nil {
			return nil, errors.Wrapf(kit.ErrNotFound, "user %q", nickname)
		}
		if u != by {
			p.participants = append(p.participants, &participant{user: u, reviewer: true})
		}
	}
	r.pulls = append(r.pulls, p)
	w.notifyPull(p, occasionOpened, by, nil, nil)
	return p, nil
}

// pull finds a pull request.
func (r *repo) pull(id int) *pull {
	for _, p := range r.pulls {
		if p.id == id {
			return p
		}
	}
	return nil
}

// touch marks a change.
func (p *pull) touch(w *world) {
	p.version++
	p.updated = w.Now()
}

// mustBeOpen refuses what can only be done to an open pull request.
func (p *pull) mustBeOpen() error {
	switch p.state {
	case pullMerged:
		return conflict("pull.IllegalPullRequestStateException", "This pull request has already been merged.")
	case pullDeclined:
		return conflict("pull.IllegalPullRequestStateException", "This pull request has already been declined.")
	}
	return nil
}

// participant returns a user's part, and creates it if there is none.
func (p *pull) participant(u *User) *participant {
	for _, part := range p.participants {
		if part.user == u {
			return part
		}
	}
	part := &participant{user: u}
	p.participants = append(p.participants, part)
	return part
}

// review changes a reviewer's opinion of a pull request and sends the event.
func (w *world) review(p *pull, by *User, opinion string) (*participant, error) {
	if err := p.mustBeOpen(); err != nil {
		return nil, err
	}
	if by == p.author && w.kind == DataCenter {
		return nil, conflict("pull.IllegalPullRequestParticipantRoleException", "Authors may not update their status.")
	}
	part := p.participant(by)
	previous := part.opinion
	if previous == opinion {
		return part, nil
	}
	part.opinion, part.at = opinion, w.Now()
	part.reviewer = part.reviewer || w.kind == DataCenter // in a Data Center, an opinion makes a user a reviewer
	p.updated = w.Now()
	occasion := occasionApproved
	switch {
	case opinion == opinionChanges:
		occasion = occasionChangesRequested
	case opinion == opinionNone && previous == opinionApproved:
		occasion = occasionUnapproved
	case opinion == opinionNone:
		occasion = occasionChangesWithdrawn
	}
	key := "approval"
	if occasion == occasionChangesRequested || occasion == occasionChangesWithdrawn {
		key = "changes_request"
	}
	w.notifyPull(p, occasion, by, object{key: object{"date": stamp(part.at), "user": w.cloudUser(by)}},
		object{"participant": w.dcParticipant(p, part), "previousStatus": dcOpinion(previous)})
	return part, nil
}

// mergeStrategies are those that can be asked for.
func (w *world) mergeStrategies() []string {
	if w.kind == Cloud {
		return []string{"merge_commit", "squash", "fast_forward", "squash_fast_forward", "rebase_fast_forward", "rebase_merge"}
	}
	return []string{"no-ff", "ff", "ff-only", "rebase-no-ff", "rebase-ff-only", "squash", "squash-ff-only"}
}

// mergePull merges a pull request and sends its event and that of the push.
func (w *world) mergePull(p *pull, by *User, strategy, message string, closeSource bool) error {
	if err := p.mustBeOpen(); err != nil {
		return err
	}
	if strategy == "" {
		strategy = w.mergeStrategies()[0]
	}
	if !slices.Contains(w.mergeStrategies(), strategy) {
		return &refusal{kit.ErrInvalid, "validation.ArgumentValidationException", "merge_strategy: " + strategy + " is not a valid choice"}
	}
	if p.conflicted {
		return conflict("pull.PullRequestMergeVetoedException", "You can't merge until you resolve all merge conflicts.")
	}
	if message == "" {
		message = "Merged in " + p.source + "\n\n" + p.title
	}
	r := p.repo
	from := r.branches[p.destination]
	to := p.head
	if !strings.HasSuffix(strategy, "fast_forward") && strategy != "ff" && strategy != "ff-only" {
		to = w.newCommit(r, by, message, p.head).hash
	}
	r.branches[p.destination] = to
	p.state, p.merge, p.closedBy, p.closed = pullMerged, to, by, w.Now()
	p.touch(w)
	changes := []refChange{{name: p.destination, from: from, to: to, commits: r.history(to, from)}}
	if head := r.branches[p.source]; head != "" && (closeSource || p.closeSource) {
		delete(r.branches, p.source)
		changes = append(changes, refChange{name: p.source, from: head})
	}
	w.notifyPush(r, by, changes)
	w.notifyPull(p, occasionMerged, by, nil, nil)
	for _, change := range changes {
		w.moveHeads(r, by, change)
	}
	return nil
}

// declinePull declines a pull request and sends the event.
func (w *world) declinePull(p *pull, by *User) error {
	if err := p.mustBeOpen(); err != nil {
		return err
	}
	p.state, p.closedBy, p.closed = pullDeclined, by, w.Now()
	p.touch(w)
	w.notifyPull(p, occasionDeclined, by, nil, nil)
	return nil
}

// editPull changes what a pull request says, and sends the event. What is "" or nil
// stays.
func (w *world) editPull(p *pull, by *User, title, description string, reviewers []string) error {
	if err := p.mustBeOpen(); err != nil {
		return err
	}
	previous := object{"previousTitle": p.title, "previousDescription": p.description, "previousTarget": w.dcRef(p.repo, p.destination, p.target())}
	if title != "" {
		p.title = title
	}
	if description != "" {
		p.description = description
	}
	added, removed, err := w.setReviewers(p, reviewers)
	if err != nil {
		return err
	}
	p.touch(w)
	if len(added)+len(removed) > 0 {
		w.notifyPull(p, occasionReviewers, by, nil, object{
			"addedReviewers": w.dcUsers(added, p.repo), "removedReviewers": w.dcUsers(removed, p.repo),
		})
	}
	if title != "" || description != "" {
		w.notifyPull(p, occasionEdited, by, nil, previous)
	}
	return nil
}

// setReviewers replaces the reviewers.
func (w *world) setReviewers(p *pull, nicknames []string) (added, removed []*User, err error) {
	if nicknames == nil {
		return nil, nil, nil
	}
	var wanted []*User
	for _, nickname := range nicknames {
		u := w.user(nickname)
		if u == nil {
			return nil, nil, errors.Wrapf(kit.ErrNotFound, "user %q", nickname)
		}
		wanted = append(wanted, u)
	}
	for _, u := range wanted {
		if part := p.participant(u); !part.reviewer {
			part.reviewer = true
			added = append(added, u)
		}
	}
	for _, part := range p.participants {
		if part.reviewer && !slices.Contains(wanted, part.user) {
			part.reviewer = false
			removed = append(removed, part.user)
		}
	}
	return added, removed, nil
}

// target is the hash that the pull request would be merged into.
func (p *pull) target() string { return p.repo.branches[p.destination] }
