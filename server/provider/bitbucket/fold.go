package bitbucket

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// maxComments is how many comments are remembered by their numbers, so that none is told twice.
const maxComments = 200

// state is what is known of a subject. Which of the parts are there depends on what it is; builds of a commit may come before the
// pull request that they belong to as well.
type state struct {
	Repo repo      `json:"repo"`
	At   time.Time `json:"at,omitzero"`

	Commit *commit  `json:"commit,omitempty"`
	Pushes []pushed `json:"pushes,omitempty"`
	Builds []build  `json:"builds,omitempty"`

	Ref  *refState  `json:"ref,omitempty"`
	Refs *refsState `json:"refs,omitempty"`

	Pull *pulled `json:"pull,omitempty"`

	Comments []int64 `json:"comments,omitempty"`
	// Remark is the comment that a commit's card began with; it quotes the first words.
	Remark *remark `json:"remark,omitempty"`
}

// remark is a comment with who made it.
type remark struct {
	comment
	By person `json:"by,omitzero"`
}

// fold is one event on its way into a state.
type fold struct {
	state
	// id is the event's, fresh says that nothing was known of the subject, known is what is known of those that the event depends on.
	id     string
	fresh  bool
	known  map[string]json.RawMessage
	n      news
	streak streak
	change provider.Change
}

// Fold applies the event to its subject. Everything in a state is either a set or has the time of its latest change, so that the
// order in which events come does not matter.
func (*Bitbucket) Fold(raw, series json.RawMessage, e provider.Event) (provider.Change, error) {
	f := fold{id: identity(e.ID)[:16], fresh: len(raw) == 0, known: e.ContextStates}
	if err := json.Unmarshal(e.Data, &f.n); err != nil {
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
	older, newer := f.Repo, f.n.Repo // it may have been renamed
	if f.n.At.Before(f.At) {
		older, newer = newer, older
	}
	f.Repo = repo{Name: first(newer.Name, older.Name), URL: first(newer.URL, older.URL)}
	f.At = latest(f.At, f.n.At)
	if f.change.State, err = json.Marshal(f.state); err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	if len(raw) > 0 && bytes.Equal(before, f.change.State) {
		return provider.Change{Stale: true}, nil
	}
	return f.change, nil
}

// apply folds the part that the event is about and reports whether that may have changed something.
func (f *fold) apply() bool {
	switch {
	case f.n.Pull != nil:
		return f.pull()
	case f.n.Status != nil && f.n.Commit != nil:
		return f.status()
	case f.n.Push != nil && f.n.Commit != nil && f.n.Did == didRefresh:
		return f.describe()
	case f.n.Push != nil && f.n.Commit != nil:
		return f.push()
	case f.n.Refs != nil:
		return f.refs()
	case f.n.Ref != nil:
		return f.ref()
	case f.n.Comment != nil && f.n.Commit != nil:
		f.about()
		f.change.Kind = kindComment
		return f.commitComment()
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

// about fills what is known of the commit.
func (f *fold) about() {
	if f.Commit == nil {
		f.Commit = &commit{Hash: f.n.Commit.Hash}
	}
	if sameCommit(f.Commit.Hash, f.n.Commit.Hash) {
		f.Commit.Title, f.Commit.Author = first(f.Commit.Title, f.n.Commit.Title), first(f.Commit.Author, f.n.Commit.Author)
	}
}

// comment tells of a comment, once.
func (f *fold) comment() bool {
	id := f.n.Comment.ID
	at, known := slices.BinarySearch(f.Comments, id)
	if known {
		return false
	}
	f.Comments = slices.Insert(slices.Clone(f.Comments), at, id)
	if len(f.Comments) > maxComments {
		f.Comments = f.Comments[1:]
	}
	f.reply(f.commentReply())
	return true
}

// commitComment tells of a comment on a commit: on the card if that begins with it, else in the thread.
func (f *fold) commitComment() bool {
	if f.Commit.Title == "" {
		f.ask("")
	}
	if !f.fresh {
		return f.comment()
	}
	f.Comments = []int64{f.n.Comment.ID}
	f.Remark = &remark{comment: *f.n.Comment, By: f.n.By}
	return true
}

// ask has the commit looked up, and those since the other one, where deliveries do not tell of them.
func (f *fold) ask(since string) {
	if !f.n.Silent || f.n.Commit == nil {
		return
	}
	l := lookup{Repo: f.n.Repo, Commit: commit{Hash: f.n.Commit.Hash}, Since: since, Describe: true}
	if f.n.Push != nil {
		l.Branch = f.n.Push.Branch
	}
	f.change.Tasks = append(f.change.Tasks, l.task(0))
}

// reply adds a line to the thread.
func (f *fold) reply(r chat.Reply) { f.change.Replies = append(f.change.Replies, r) }

// say adds a line about what the person did.
func (f *fold) say(id string, who person, pairs ...string) {
	f.reply(chat.Reply{Text: chat.Say(id, pairs...).WithMessage("Who", called(who))})
}

// look has the builds of the commit looked up, where no deliveries tell of them.
func (f *fold) look(hash, branch string) {
	if !f.n.Silent || hash == "" {
		return
	}
	f.change.Tasks = append(f.change.Tasks, lookup{
		Repo: f.n.Repo, Commit: commit{Hash: hash, Title: f.title(hash)}, Branch: branch,
	}.task(0))
}

// title returns the first line of the commit, if this is the one that is known.
func (f *fold) title(hash string) string {
	if f.n.Commit != nil && sameCommit(f.n.Commit.Hash, hash) {
		return f.n.Commit.Title
	}
	return ""
}
