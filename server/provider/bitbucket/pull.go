package bitbucket

import (
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The states of a pull request.
const (
	pullOpen       = "open"
	pullMerged     = "merged"
	pullDeclined   = "declined"
	pullSuperseded = "superseded"
	pullDeleted    = "deleted"
)

// The verdicts of a reviewer; "" for none yet.
const (
	verdictApproved = "approved"
	verdictChanges  = "changes"
)

// maxReviewers limits the remembered reviewers.
const maxReviewers = 25

// pull is a pull request in a delivery or response.
type pull struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
	State string `json:"state,omitempty"`
	// Draft is nil if it isn't known.
	Draft  *bool  `json:"draft,omitempty"`
	Author person `json:"author,omitzero"`
	// From begins with the repository and a colon for a fork.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Head is the last commit; Cloud abbreviates it to 12 characters.
	Head string `json:"head,omitempty"`
	// Version counts changes in Data Center. A request to change the pull request must contain it.
	Version   int64      `json:"version,omitempty"`
	Reviewers []reviewer `json:"reviewers,omitempty"`
	// ListsReviewers is set if the delivery lists the requested reviewers, ListsVerdicts if it lists verdicts.
	ListsReviewers bool   `json:"lists_reviewers,omitempty"`
	ListsVerdicts  bool   `json:"lists_verdicts,omitempty"`
	Merge          string `json:"merge,omitempty"`
	// CloseSource is set if the branch is to be deleted with the merge.
	CloseSource bool      `json:"close_source,omitempty"`
	Updated     time.Time `json:"updated,omitzero"`
}

func (p pull) draft() bool { return p.Draft != nil && *p.Draft }

// reviewer is a user who was asked for a review or gave one.
type reviewer struct {
	person
	Verdict string `json:"verdict,omitempty"`
}

// cloudPull is a pull request in a delivery or response of Cloud.
type cloudPull struct {
	ID           int64              `json:"id"`
	Title        string             `json:"title"`
	State        string             `json:"state"`
	Draft        *bool              `json:"draft"`
	Author       cloudUser          `json:"author"`
	Source       cloudEnd           `json:"source"`
	Destination  cloudEnd           `json:"destination"`
	Reviewers    []cloudUser        `json:"reviewers"`
	Participants []cloudParticipant `json:"participants"`
	MergeCommit  cloudCommit        `json:"merge_commit"`
	ClosedBy     cloudUser          `json:"closed_by"`
	CloseSource  bool               `json:"close_source_branch"`
	Created      timestamp          `json:"created_on"`
	Updated      timestamp          `json:"updated_on"`
	Links        cloudLinks         `json:"links"`
}

// cloudEnd is the source or target branch of a pull request.
type cloudEnd struct {
	Branch struct {
		Name            string   `json:"name"`
		Strategies      []string `json:"merge_strategies"`
		DefaultStrategy string   `json:"default_merge_strategy"`
	} `json:"branch"`
	Commit cloudCommit `json:"commit"`
	// Repository is null if a fork is gone.
	Repository cloudRepo `json:"repository"`
}

// sourceBranch returns the source branch, with its repository for a fork.
func sourceBranch(branch, source, destination string) string {
	if branch == "" || source == "" || destination == "" || strings.EqualFold(source, destination) {
		return branch
	}
	return source + ":" + branch
}

type cloudParticipant struct {
	User     cloudUser `json:"user"`
	Approved bool      `json:"approved"`
	State    string    `json:"state"`
}

func (p cloudParticipant) verdict() string {
	switch {
	case p.State == "changes_requested":
		return verdictChanges
	case p.Approved, p.State == "approved":
		return verdictApproved
	}
	return ""
}

// cloudVerdict is the approval or request for changes in an event.
type cloudVerdict struct {
	Date timestamp `json:"date"`
	User cloudUser `json:"user"`
}

// pull returns the pull request of the repository.
func (p cloudPull) pull(of repo) *pull {
	branch := sourceBranch(untrusted.Line(p.Source.Branch.Name, maxBranch), untrusted.Line(p.Source.Repository.FullName, maxTitle),
		firstNonBlank(untrusted.Line(p.Destination.Repository.FullName, maxTitle), of.Name))
	neutral := &pull{
		ID: p.ID, Title: untrusted.Line(p.Title, maxTitle), URL: firstNonBlank(untrusted.URL(p.Links.HTML.Href), of.pullURL(p.ID)), State: parsePullState(p.State),
		Draft: p.Draft, Author: p.Author.person(), ListsReviewers: p.Reviewers != nil, ListsVerdicts: p.Participants != nil, From: branch, To: untrusted.Line(p.Destination.Branch.Name, maxBranch),
		Head: validHash(p.Source.Commit.Hash), Merge: validHash(p.MergeCommit.Hash), CloseSource: p.CloseSource,
		Updated: untrusted.Latest(p.Created.Time, p.Updated.Time),
	}
	for _, u := range p.Reviewers {
		neutral.addReviewer(u.person(), "")
	}
	for _, participant := range p.Participants {
		if verdict := participant.verdict(); verdict != "" {
			neutral.addReviewer(participant.User.person(), verdict)
		}
	}
	return neutral
}

// addReviewer adds a reviewer, or updates the verdict.
func (p *pull) addReviewer(who person, verdict string) {
	for i := range p.Reviewers {
		if p.Reviewers[i].ID == who.ID {
			p.Reviewers[i].Verdict = firstNonBlank(verdict, p.Reviewers[i].Verdict)
			return
		}
	}
	if len(p.Reviewers) < maxReviewers && who.ID != "" {
		p.Reviewers = append(p.Reviewers, reviewer{person: who, Verdict: verdict})
	}
}

// parsePullState returns the state in either product, "" if there was none. Unknown states are open.
func parsePullState(word string) string {
	switch strings.ToUpper(word) {
	case "":
		return ""
	case "MERGED":
		return pullMerged
	case "DECLINED":
		return pullDeclined
	case "SUPERSEDED":
		return pullSuperseded
	}
	return pullOpen
}

// cloudEventType returns the type of a Cloud event, or "". Edited, deleted and resolved comments are ignored.
func cloudEventType(key string) eventType {
	switch strings.TrimPrefix(key, "pullrequest:") {
	case "created":
		return typeOpened
	case "updated":
		return typeUpdated
	case "approved":
		return typeApproved
	case "unapproved", "changes_request_removed":
		return typeReviewWithdrawn
	case "changes_request_created":
		return typeChangesRequested
	case "fulfilled":
		return typeMerged
	case "rejected":
		return typeDeclined
	case "comment_created":
		return typeCommented
	}
	return ""
}

// pull returns an event about a pull request of Cloud.
func (b cloudBody) pull(key string, n eventData) ([]provider.Event, error) {
	n.Type = cloudEventType(key)
	if n.Type == "" {
		return nil, nil
	}
	if b.Pull.ID <= 0 || b.Pull.Title == "" {
		return nil, errors.New("a delivery of no pull request")
	}
	n.Pull = b.Pull.pull(n.Repo)
	n.At = firstTime(untrusted.Latest(n.Pull.Updated, b.Approval.Date.Time, b.Changes.Date.Time), n.At)
	switch n.Type {
	case typeApproved, typeReviewWithdrawn, typeChangesRequested:
		who := firstNonBlank(b.Approval.User.person().ID, b.Changes.User.person().ID)
		if who != "" {
			n.By = person{ID: who, Name: firstNonBlank(b.Approval.User.person().Name, b.Changes.User.person().Name)}
		}
	case typeCommented:
		n.Comment = b.Comment.comment(b.people())
		n.At = untrusted.Latest(n.At, b.Comment.Created.Time, b.Comment.Updated.Time)
	}
	return []provider.Event{pullEvent(n)}, nil
}

// pullEvent returns the event about a pull request.
func pullEvent(n eventData) provider.Event {
	if n.Pull.Updated.IsZero() {
		n.Pull.Updated = n.At
	}
	about, beside := "", []string(nil)
	if n.Pull.Head != "" {
		beside = []string{commitSubject(n.Pull.Head)}
	}
	if n.Comment != nil {
		about = strconv.FormatInt(n.Comment.ID, 10)
	}
	return event(n, provider.Event{
		ID:              untrusted.HashID("pull", strconv.FormatInt(n.Pull.ID, 10), string(n.Type), n.By.ID, about, timeKey(n.At), strconv.FormatInt(n.Pull.Version, 10)),
		Subject:         "pull/" + strconv.FormatInt(n.Pull.ID, 10),
		ContextSubjects: beside,
		Labels:          labels(n.Pull.To, ""),
		At:              n.At,
	})
}
