package bitbucket

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// duplicateWindow is how close together two deliveries about one push are if two webhooks report it.
const duplicateWindow = time.Minute

// foldPush applies a push of a branch to the commit, usually with new commits. Known commits are posted, too: a deployment branch moves
// to commits that other branches had before.
func (f *fold) foldPush() bool {
	fresh := pushRecord{push: *f.data.Push, ID: f.id, By: f.data.By, At: f.data.At}
	for _, known := range f.Pushes {
		if known.ID == fresh.ID || known.Branch == fresh.Branch && known.From == fresh.From && known.At.Sub(fresh.At).Abs() < duplicateWindow {
			return false
		}
	}
	if fresh.Created {
		if f.commitIsOlder(fresh.At) {
			return false // the branch is new, but its commits aren't
		}
		f.trimKnown(&fresh)
	}
	showsOther := f.showsSomethingElse(fresh.Branch)
	f.fillCommit()
	f.change.Kind = kindPush
	f.Pushes = append(slices.Clone(f.Pushes), fresh)
	slices.SortFunc(f.Pushes, func(a, b pushRecord) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(a.Branch+a.ID, b.Branch+b.ID)
	})
	if len(f.Pushes) > maxPushes {
		f.Pushes = f.Pushes[len(f.Pushes)-maxPushes:]
	}
	if showsOther {
		f.change.Resurface = fresh.At.Sub(f.At) > visibleFor
		f.replyWithActor(chat.Say("bitbucket.reply.branch_moved").WithText("Branch", chat.Code(chat.Truncate(fresh.Branch, maxName))), fresh.By)
	}
	f.requestBuilds(f.data.Commit.Hash, fresh.Branch)
	if f.Commit.Title == "" || len(fresh.Commits) == 0 && fresh.From != "" {
		f.requestDetails(fresh.From)
	}
	return true
}

// showsSomethingElse reports whether the commit's card was about something other than this push: another branch, an earlier push, or a
// comment. Builds may come before the push that they belong to.
func (s state) showsSomethingElse(branch string) bool {
	elsewhere := func(b build) bool { return b.Branch != "" && b.Branch != branch }
	return len(s.Pushes) > 0 || len(s.Comments) > 0 || slices.ContainsFunc(s.Builds, elsewhere)
}

// commitIsOlder reports whether the commit existed before a branch was created at it.
func (s state) commitIsOlder(at time.Time) bool {
	longAgo := func(b build) bool { return at.Sub(b.At) > visibleFor }
	return len(s.Pushes) > 0 || slices.ContainsFunc(s.Builds, longAgo)
}

// trimKnown removes the commits that were pushed before from a new branch.
func (f *fold) trimKnown(fresh *pushRecord) {
	at := slices.IndexFunc(fresh.Commits, func(c commit) bool {
		raw, known := f.related[commitSubject(c.Hash)]
		if !known || sameCommit(c.Hash, f.data.Commit.Hash) {
			return false
		}
		other, err := readState(raw)
		return err == nil && len(other.Pushes) > 0
	})
	if at >= 0 {
		fresh.Commits, fresh.More = fresh.Commits[:at], false
	}
}

// foldDetails fills in what was looked up about a commit and its push. Nobody did anything, so it has no kind: it updates cards and
// creates none.
func (f *fold) foldDetails() bool {
	f.fillCommit()
	for i, known := range f.Pushes {
		if known.Branch == f.data.Push.Branch && len(known.Commits) == 0 && len(f.data.Push.Commits) > 0 {
			f.Pushes = slices.Clone(f.Pushes)
			f.Pushes[i].Commits, f.Pushes[i].More = f.data.Push.Commits, f.data.Push.More
		}
	}
	return true
}
