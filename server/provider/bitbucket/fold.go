package bitbucket

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
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

	Ref *refState `json:"ref,omitempty"`

	Pull *pulled `json:"pull,omitempty"`

	Comments []int64 `json:"comments,omitempty"`
}

// fold is one event on its way into a state.
type fold struct {
	state
	n      news
	streak streak
	change provider.Change
}

// Fold applies the event to its subject. Everything in a state is either a set or has the time of its latest change, so that the
// order in which events come does not matter.
func (*Bitbucket) Fold(raw, series json.RawMessage, e provider.Event) (provider.Change, error) {
	f := fold{}
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
	f.At = latest(f.At, f.n.At)
	f.Repo = repo{Name: first(f.Repo.Name, f.n.Repo.Name), URL: first(f.Repo.URL, f.n.Repo.URL)}
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
	case f.n.Push != nil && f.n.Commit != nil:
		return f.push()
	case f.n.Ref != nil:
		return f.ref()
	case f.n.Comment != nil && f.n.Commit != nil:
		f.about()
		f.change.Kind = kindComment
		return f.comment()
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

// reply adds a line to the thread.
func (f *fold) reply(r chat.Reply) { f.change.Replies = append(f.change.Replies, r) }

// say adds a line about what the person did.
func (f *fold) say(id string, who person, pairs ...string) {
	f.reply(chat.Reply{Text: i18n.M(id, pairs...).WithMessage("Who", called(who))})
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
