package bitbucket

import (
	"slices"
	"strings"
)

// fillFrom returns what the delivery shows, with what was known where it is silent: missing is not null.
func (p pull) fillFrom(known pull) pull {
	p.URL, p.State = firstNonBlank(p.URL, known.URL), firstNonBlank(p.State, known.State)
	p.To, p.Head, p.Merge = firstNonBlank(p.To, known.To), firstNonBlank(p.Head, known.Head), firstNonBlank(p.Merge, known.Merge)
	if p.From == "" || strings.HasSuffix(known.From, ":"+p.From) {
		p.From = known.From // whose fork it is from was said before
	}
	if p.Author == (person{}) {
		p.Author = known.Author
	}
	if p.Draft == nil {
		p.Draft = known.Draft
	}
	return p
}

// mergeReviewers returns the reviewers after a delivery that lists people.
func mergeReviewers(known []reviewer, shown pull) []reviewer {
	switch {
	case !shown.ListsReviewers && !shown.ListsVerdicts:
		return known
	case shown.ListsReviewers && shown.ListsVerdicts:
		return shown.Reviewers
	case shown.ListsReviewers: // who was asked, but not what they said
		all := slices.Clone(shown.Reviewers)
		for _, r := range known {
			at := slices.IndexFunc(all, func(other reviewer) bool { return other.ID == r.ID })
			switch {
			case at >= 0:
				all[at].Verdict = r.Verdict
			case r.Verdict != "":
				all = append(all, r)
			}
		}
		return all
	}
	all := slices.Clone(known) // what people said, but not who was asked
	for i := range all {
		all[i].Verdict = ""
	}
	for _, r := range shown.Reviewers {
		if at := slices.IndexFunc(all, func(other reviewer) bool { return other.ID == r.ID }); at >= 0 {
			all[at] = r
		} else {
			all = append(all, r)
		}
	}
	return all
}

// adoptBuilds adds builds that were told before the pull request, or before it ended with this commit.
func (f *fold) adoptBuilds() {
	for _, raw := range f.related {
		other, err := readState(raw)
		if err != nil {
			continue // which is not this event's fault
		}
		for _, b := range other.Builds {
			if sameCommit(b.Hash, f.Pull.Head) {
				f.keepBuild(b)
			}
		}
	}
}
