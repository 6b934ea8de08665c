package bitbucket

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// twice is how close together two deliveries of one push are, where two webhooks tell of it.
const twice = time.Minute

// push folds a branch that came to the commit, mostly with new commits. What is known already is told again: a branch that is deployed
// from moves to commits that others had before.
func (f *fold) push() bool {
	fresh := pushed{push: *f.n.Push, ID: f.id, By: f.n.By, At: f.n.At}
	for _, known := range f.Pushes {
		if known.ID == fresh.ID || known.Branch == fresh.Branch && known.From == fresh.From && known.At.Sub(fresh.At).Abs() < twice {
			return false
		}
	}
	if fresh.Created {
		if f.pushedBefore(fresh.At) {
			return false // the branch is new, its commits are not
		}
		f.cutKnown(&fresh)
	}
	told := f.toldOfAnother(fresh.Branch)
	f.about()
	f.change.Kind = kindPush
	f.Pushes = append(slices.Clone(f.Pushes), fresh)
	slices.SortFunc(f.Pushes, func(a, b pushed) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(a.Branch+a.ID, b.Branch+b.ID)
	})
	if len(f.Pushes) > maxPushes {
		f.Pushes = f.Pushes[len(f.Pushes)-maxPushes:]
	}
	if told {
		f.change.Resurface = fresh.At.Sub(f.At) > seen
		f.say("bitbucket.reply.branch_moved", fresh.By, "Branch", chat.Code(chat.Truncate(fresh.Branch, maxName)))
	}
	f.look(f.n.Commit.Hash, fresh.Branch)
	if f.Commit.Title == "" || len(fresh.Commits) == 0 && fresh.From != "" {
		f.ask(fresh.From)
	}
	return true
}

// toldOfAnother reports whether the commit's card was about something else than the branch's coming to it: another branch, an earlier
// time, or a comment. Builds may be told before the push that they belong to.
func (f *fold) toldOfAnother(branch string) bool {
	elsewhere := func(b build) bool { return b.Branch != "" && b.Branch != branch }
	return len(f.Pushes) > 0 || len(f.Comments) > 0 || slices.ContainsFunc(f.Builds, elsewhere)
}

// pushedBefore reports whether the commit was there before a branch was made of it.
func (f *fold) pushedBefore(at time.Time) bool {
	longAgo := func(b build) bool { return at.Sub(b.At) > seen }
	return len(f.Pushes) > 0 || slices.ContainsFunc(f.Builds, longAgo)
}

// cutKnown leaves out of a new branch's commits those that were pushed before.
func (f *fold) cutKnown(fresh *pushed) {
	at := slices.IndexFunc(fresh.Commits, func(c commit) bool {
		raw, known := f.known[commitSubject(c.Hash)]
		if !known || sameCommit(c.Hash, f.n.Commit.Hash) {
			return false
		}
		other, err := readState(raw)
		return err == nil && len(other.Pushes) > 0
	})
	if at >= 0 {
		fresh.Commits, fresh.More = fresh.Commits[:at], false
	}
}

// describe fills in what was looked up of a commit, and of the push that brought it. It is nothing that anybody did, so it is of no kind:
// it changes cards and makes none.
func (f *fold) describe() bool {
	f.about()
	for i, known := range f.Pushes {
		if known.Branch == f.n.Push.Branch && len(known.Commits) == 0 && len(f.n.Push.Commits) > 0 {
			f.Pushes = slices.Clone(f.Pushes)
			f.Pushes[i].Commits, f.Pushes[i].More = f.n.Push.Commits, f.n.Push.More
		}
	}
	return true
}
