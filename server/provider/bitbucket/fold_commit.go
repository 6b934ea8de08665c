package bitbucket

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

const (
	// maxBuilds limits the remembered builds of a commit, maxPushes its branches.
	maxBuilds = 40
	maxPushes = 6
	// visibleFor is how long a card is probably still in sight.
	visibleFor = time.Hour
)

// build is the state of a build of a commit.
type build struct {
	status
	Hash string `json:"hash"`
	// Streak is the number of failures in a row with this one, or how many were fixed.
	Streak int `json:"streak,omitempty"`
}

// pushRecord is a branch that was pushed to the commit.
type pushRecord struct {
	push
	// ID is the event's.
	ID string    `json:"id,omitempty"`
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// refState is the state of a branch or tag.
type refState struct {
	refData
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// shown returns the builds that the card shows: for a pull request, those of its last commit.
func (s state) shown() []build {
	if s.Pull == nil {
		return s.Builds
	}
	var ofHead []build
	for _, b := range s.Builds {
		if sameCommit(b.Hash, s.Pull.Head) {
			ofHead = append(ofHead, b)
		}
	}
	return ofHead
}

// foldStatus applies the state of a build. A newer run of the same build replaces an older one.
func (f *fold) foldStatus() bool {
	f.fillCommit()
	wasFailed, wasPassed := countBuilds(f.shown()).failed > 0, countBuilds(f.shown()).allPassed()
	fresh := build{status: *f.data.Status, Hash: f.data.Commit.Hash}
	f.change.Kind = f.classify(&fresh)
	at := slices.IndexFunc(f.Builds, func(b build) bool { return b.buildKey() == fresh.buildKey() && sameCommit(b.Hash, fresh.Hash) })
	if at >= 0 {
		if !newer(fresh, f.Builds[at]) {
			return false
		}
	}
	f.keepBuild(fresh)
	if f.Pull != nil && !sameCommit(fresh.Hash, f.Pull.Head) {
		f.change.ResultChanged, f.change.Escalated = false, false
		return true // not the last commit of the pull request, or not yet
	}
	f.change.Escalated = f.change.Escalated && !wasFailed
	f.change.Resurface = wasPassed && fresh.State == buildFailed && f.Pull == nil && fresh.At.Sub(f.At) > visibleFor
	f.replyBuild(fresh)
	return true
}

// keepBuild replaces an older run with the build.
func (f *fold) keepBuild(fresh build) {
	at := slices.IndexFunc(f.Builds, func(b build) bool { return b.buildKey() == fresh.buildKey() && sameCommit(b.Hash, fresh.Hash) })
	if at >= 0 {
		known := f.Builds[at]
		if !newer(fresh, known) {
			return
		}
		fresh.Branch, fresh.URL = firstNonBlank(fresh.Branch, known.Branch), firstNonBlank(fresh.URL, known.URL)
		f.Builds = slices.Delete(slices.Clone(f.Builds), at, at+1)
	}
	f.Builds = append(slices.Clone(f.Builds), fresh)
	slices.SortFunc(f.Builds, func(a, b build) int {
		return strings.Compare(a.Hash+"\x00"+a.label()+"\x00"+a.Key, b.Hash+"\x00"+b.label()+"\x00"+b.Key)
	})
	f.dropBuilds()
}

// classify compares the result with previous ones and returns the kind of notification.
func (f *fold) classify(b *build) string {
	if b.State == buildRunning {
		return kindRunning
	}
	r, decided := runOf(f.data)
	failures, known := f.streak.before(r.ID)
	switch {
	case !decided:
		return kindFailed
	case r.Failed:
		b.Streak = failures + 1
		f.change.ResultChanged, f.change.Escalated = failures == 0, failures == 0
		return kindFailed
	case known && failures > 0:
		b.Streak, f.change.ResultChanged = failures, true
		return kindFixed
	}
	return kindPassed
}

// newer reports whether the first run replaces the second run of the same build.
func newer(a, b build) bool {
	if a.Run != b.Run && a.Run > 0 && b.Run > 0 {
		return a.Run > b.Run
	}
	if order := a.At.Compare(b.At); order != 0 {
		return order > 0
	}
	if a.finished() != b.finished() {
		return a.finished()
	}
	return strings.Compare(a.State+a.Key+a.URL+a.Name, b.State+b.Key+b.URL+b.Name) > 0
}

// dropBuilds drops the oldest builds if there are too many.
func (s *state) dropBuilds() {
	for len(s.Builds) > maxBuilds {
		oldest := 0
		for i, b := range s.Builds {
			if b.At.Before(s.Builds[oldest].At) {
				oldest = i
			}
		}
		s.Builds = slices.Delete(s.Builds, oldest, oldest+1)
	}
}

// replyBuild posts a result. A passed build among others is posted only if it was the last one.
func (f *fold) replyBuild(b build) {
	text := chat.Message{}.WithText("Build", chat.Link(chat.Truncate(b.label(), maxName), b.URL))
	switch {
	case b.State == buildRunning:
		return
	case b.State == buildStopped:
		text.ID = "bitbucket.reply.stopped"
	case b.State == buildFailed && b.Streak > 1:
		text.ID, text.Count = "bitbucket.reply.failed_again", &b.Streak
	case b.State == buildFailed:
		text.ID = "bitbucket.reply.failed"
	case b.Streak > 0:
		text.ID, text.Count = "bitbucket.reply.fixed", &b.Streak
	default:
		all := countBuilds(f.shown())
		if !all.allPassed() {
			return
		}
		text.ID, text.Count = "bitbucket.reply.passed", &all.all
	}
	f.addReply(chat.Reply{Text: text})
}

// foldRef applies the creation, move or deletion of a branch or tag.
func (f *fold) foldRef() bool {
	f.change.Kind = kindBranch
	if f.data.Ref.Tag {
		f.change.Kind = kindTag
	}
	fresh := &refState{refData: *f.data.Ref, By: f.data.By, At: f.data.At}
	before := f.Ref
	if before != nil && (fresh.At.Before(before.At) || fresh.At.Equal(before.At) && before.Deleted || fresh.refData == before.refData) {
		return false
	}
	f.Ref, f.change.ResultChanged = fresh, true
	if !fresh.Deleted && !fresh.Tag {
		f.requestBuilds(fresh.Hash, fresh.Name)
	}
	if before == nil {
		return true
	}
	switch {
	case fresh.Deleted:
		f.replyWithActor(chat.Say("bitbucket.reply.ref_deleted"), fresh.By)
	case before.Deleted:
		f.change.Resurface = fresh.At.Sub(before.At) > visibleFor
		f.replyWithActor(chat.Say("bitbucket.reply.ref_created"), fresh.By)
	default:
		f.replyWithActor(chat.Say("bitbucket.reply.ref_moved").WithText("Commit", chat.Link(abbreviate(fresh.Hash), f.Repo.commitURL(fresh.Hash))), fresh.By)
	}
	return true
}

// buildCounts counts builds by state.
type buildCounts struct{ all, passed, failed, running, stopped int }

func (t buildCounts) allPassed() bool { return t.all > 0 && t.passed == t.all }

func countBuilds(builds []build) buildCounts {
	t := buildCounts{all: len(builds)}
	for _, b := range builds {
		switch b.State {
		case buildPassed:
			t.passed++
		case buildFailed:
			t.failed++
		case buildRunning:
			t.running++
		default:
			t.stopped++
		}
	}
	return t
}
