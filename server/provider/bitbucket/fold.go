package bitbucket

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxComments limits the remembered comments, so that none is posted twice.
const maxComments = 200

// state is the state of a subject. Which parts are set depends on the kind of subject. A pull request also has the builds of its commits,
// which may come before it.
type state struct {
	Repo repo      `json:"repo"`
	At   time.Time `json:"at,omitzero"`

	Commit *commit      `json:"commit,omitempty"`
	Pushes []pushRecord `json:"pushes,omitempty"`
	Builds []build      `json:"builds,omitempty"`

	Ref  *refState  `json:"ref,omitempty"`
	Refs *refsState `json:"refs,omitempty"`

	Pull *pullState `json:"pull,omitempty"`

	Comments []int64 `json:"comments,omitempty"`
	// CardComment is the comment that a commit's card began with. It has only an excerpt.
	CardComment *cardComment `json:"card_comment,omitempty"`
}

// cardComment is a comment with its author.
type cardComment struct {
	comment
	By person `json:"by,omitzero"`
}

// fold applies one event to a state.
type fold struct {
	state
	// id is the event's. isNew is set if nothing was known of the subject. related has the states of the event's ContextSubjects.
	id      string
	isNew   bool
	related map[string]json.RawMessage
	data    eventData
	streak  streak
	change  provider.Change
}

// Fold applies the event to its subject. Everything in a state is a set or has the time of its latest change, so the order of events
// doesn't matter.
func (*Bitbucket) Fold(raw, series json.RawMessage, e provider.Event) (provider.Change, error) {
	f := fold{id: untrusted.HashID(e.ID)[:16], isNew: len(raw) == 0, related: e.ContextStates}
	if err := json.Unmarshal(e.Data, &f.data); err != nil {
		return provider.Change{}, errors.Wrap(err, "read an event")
	}
	var err error
	if f.streak, err = readStreak(series); err != nil {
		return provider.Change{}, err
	}
	if f.state, err = readState(raw); err != nil {
		return provider.Change{}, err
	}
	before, err := json.Marshal(f.state)
	if err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	if !f.apply() {
		return provider.Change{Stale: true}, nil
	}
	older, newer := f.Repo, f.data.Repo // the repository may have been renamed
	if f.data.At.Before(f.At) {
		older, newer = newer, older
	}
	f.Repo = repo{Name: firstNonBlank(newer.Name, older.Name), URL: firstNonBlank(newer.URL, older.URL)}
	f.At = untrusted.Latest(f.At, f.data.At)
	if f.change.State, err = json.Marshal(f.state); err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	if len(raw) > 0 && bytes.Equal(before, f.change.State) {
		return provider.Change{Stale: true}, nil
	}
	return f.change, nil
}

// apply applies the part that the event is about and reports whether it may have changed something.
func (f *fold) apply() bool {
	switch {
	case f.data.Pull != nil:
		return f.foldPull()
	case f.data.Status != nil && f.data.Commit != nil:
		return f.foldStatus()
	case f.data.Push != nil && f.data.Commit != nil && f.data.Type == typeLookedUp:
		return f.foldDetails()
	case f.data.Push != nil && f.data.Commit != nil:
		return f.foldPush()
	case f.data.Refs != nil:
		return f.foldRefs()
	case f.data.Ref != nil:
		return f.foldRef()
	case f.data.Comment != nil && f.data.Commit != nil:
		f.fillCommit()
		f.change.Kind = kindComment
		return f.addCommitComment()
	}
	return false
}

func readState(raw json.RawMessage) (state, error) {
	var s state
	if len(raw) == 0 {
		return s, nil
	}
	return s, errors.Wrap(json.Unmarshal(raw, &s), "read a state")
}

// fillCommit fills in what is known about the commit.
func (f *fold) fillCommit() {
	if f.Commit == nil {
		f.Commit = &commit{Hash: f.data.Commit.Hash}
	}
	if sameCommit(f.Commit.Hash, f.data.Commit.Hash) {
		f.Commit.Title, f.Commit.Author = firstNonBlank(f.Commit.Title, f.data.Commit.Title), firstNonBlank(f.Commit.Author, f.data.Commit.Author)
	}
}

// addComment posts a comment once.
func (f *fold) addComment() bool {
	id := f.data.Comment.ID
	at, known := slices.BinarySearch(f.Comments, id)
	if known {
		return false
	}
	f.Comments = slices.Insert(slices.Clone(f.Comments), at, id)
	if len(f.Comments) > maxComments {
		f.Comments = f.Comments[1:]
	}
	f.addReply(f.commentReply())
	return true
}

// addCommitComment adds a comment on a commit: to the card if it is the first event, otherwise to the thread.
func (f *fold) addCommitComment() bool {
	if f.Commit.Title == "" {
		f.requestDetails("")
	}
	if !f.isNew {
		return f.addComment()
	}
	f.Comments = []int64{f.data.Comment.ID}
	f.CardComment = &cardComment{comment: *f.data.Comment, By: f.data.By}
	return true
}

// requestDetails adds a task that looks up the commit, and those since the given one, if deliveries don't contain them.
func (f *fold) requestDetails(since string) {
	if !f.data.NoBuildEvents || f.data.Commit == nil {
		return
	}
	l := lookup{Repo: f.data.Repo, Commit: commit{Hash: f.data.Commit.Hash}, Since: since, Details: true}
	if f.data.Push != nil {
		l.Branch = f.data.Push.Branch
	}
	f.change.Tasks = append(f.change.Tasks, l.task(0))
}

// addReply adds a thread reply.
func (f *fold) addReply(r chat.Reply) { f.change.Replies = append(f.change.Replies, r) }

// replyWithActor adds a reply about what a user did.
func (f *fold) replyWithActor(m chat.Message, who person) {
	f.addReply(chat.Reply{Text: m.WithMessage("Who", actorName(who))})
}

// requestBuilds adds a task that looks up the commit's builds, if no deliveries report them.
func (f *fold) requestBuilds(hash, branch string) {
	if !f.data.NoBuildEvents || hash == "" {
		return
	}
	f.change.Tasks = append(f.change.Tasks, lookup{
		Repo: f.data.Repo, Commit: commit{Hash: hash, Title: f.commitTitle(hash)}, Branch: branch,
	}.task(0))
}

// commitTitle returns the title of the commit if the event has it.
func (f *fold) commitTitle(hash string) string {
	if f.data.Commit != nil && sameCommit(f.data.Commit.Hash, hash) {
		return f.data.Commit.Title
	}
	return ""
}
