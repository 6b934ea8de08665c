package bitbucket

import (
	"slices"
	"strings"
)

// fillFrom returns the pull request with missing parts from the known one: missing isn't null.
func (p pull) fillFrom(known pull) pull {
	p.URL, p.State = firstNonBlank(p.URL, known.URL), firstNonBlank(p.State, known.State)
	p.To, p.Head, p.Merge = firstNonBlank(p.To, known.To), firstNonBlank(p.Head, known.Head), firstNonBlank(p.Merge, known.Merge)
	if p.From == "" || strings.HasSuffix(known.From, ":"+p.From) {
		p.From = known.From // an earlier delivery had the fork
	}
	if p.Author == (person{}) {
		p.Author = known.Author
	}
	if p.Draft == nil {
		p.Draft = known.Draft
	}
	return p
}

// mergeReviewers returns the reviewers after a delivery that lists them.
func mergeReviewers(known []reviewer, shown pull) []reviewer {
	switch {
	case !shown.ListsReviewers && !shown.ListsVerdicts:
		return known
	case shown.ListsReviewers && shown.ListsVerdicts:
		return shown.Reviewers
	case shown.ListsReviewers: // requested reviewers without their verdicts
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
	all := slices.Clone(known) // verdicts without the requested reviewers
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

// adoptBuilds adds builds of the last commit that came before the pull request or the push.
func (f *fold) adoptBuilds() {
	for _, raw := range f.related {
		other, err := readState(raw)
		if err != nil {
			continue // not the fault of this event
		}
		for _, b := range other.Builds {
			if sameCommit(b.Hash, f.Pull.Head) {
				f.keepBuild(b)
			}
		}
	}
}
