package bitbucket

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Data Center's events that aren't about pull requests.
const (
	dcRefsChanged   = "repo:refs_changed"
	dcCommitComment = "repo:comment:added"
)

// dcBody is a delivery of Data Center.
type dcBody struct {
	Date        timestamp     `json:"date"`
	Actor       dcUser        `json:"actor"`
	Repository  dcRepo        `json:"repository"`
	Changes     []dcChange    `json:"changes"`
	Commits     []dcCommit    `json:"commits"`
	ToCommit    dcCommit      `json:"toCommit"`
	Pull        dcPull        `json:"pullRequest"`
	Participant dcParticipant `json:"participant"`
	Comment     dcComment     `json:"comment"`
	ParentID    int64         `json:"commentParentId"`
	// Commit is the hash that a comment is on.
	Commit string `json:"commit"`
}

// dcLinks are the addresses of an object; personal repositories may have none, or an empty list.
type dcLinks struct {
	Self []struct {
		Href string `json:"href"`
	} `json:"self"`
}

func (l dcLinks) self() string {
	for _, link := range l.Self {
		if address := untrusted.URL(link.Href); address != "" {
			return address
		}
	}
	return ""
}

type dcUser struct {
	Name        string  `json:"name"`
	Slug        string  `json:"slug"`
	DisplayName string  `json:"displayName"`
	Links       dcLinks `json:"links"`
}

func (u dcUser) person() person {
	return person{ID: untrusted.Line(firstNonBlank(u.Slug, u.Name), maxName), Name: untrusted.Line(firstNonBlank(u.DisplayName, u.Name, u.Slug), maxName)}
}

type dcRepo struct {
	ID      int64  `json:"id"`
	Slug    string `json:"slug"`
	Name    string `json:"name"`
	Public  bool   `json:"public"`
	Project struct {
		Key    string `json:"key"`
		Public bool   `json:"public"`
	} `json:"project"`
	Links dcLinks `json:"links"`
}

// path returns the repository's path in addresses.
func (r dcRepo) path() string { return r.Project.Key + "/" + r.Slug }

// repo returns the repository at the site.
func (r dcRepo) repo(site string) repo {
	page := strings.TrimSuffix(strings.TrimRight(r.Links.self(), "/"), "/browse")
	return repo{Name: untrusted.Line(r.path(), maxTitle), URL: firstNonBlank(page, r.page(site))}
}

// page returns the address of a repository without a link.
func (r dcRepo) page(site string) string {
	switch owner, personal := strings.CutPrefix(r.Project.Key, "~"); {
	case site == "" || r.Project.Key == "" || r.Slug == "":
		return ""
	case personal:
		return untrusted.URL(site + "/users/" + url.PathEscape(strings.ToLower(owner)) + "/repos/" + url.PathEscape(r.Slug))
	}
	return untrusted.URL(site + "/projects/" + url.PathEscape(r.Project.Key) + "/repos/" + url.PathEscape(r.Slug))
}

type dcCommit struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Author  dcUser `json:"author"`
}

func (c dcCommit) commit() commit {
	return commit{Hash: validHash(c.ID), Title: firstLine(c.Message), Author: c.Author.person().Name}
}

// dcChange is what a push did to a branch or tag; a hash of zeros means none.
type dcChange struct {
	Ref struct {
		ID        string `json:"id"`
		DisplayID string `json:"displayId"`
		Type      string `json:"type"`
	} `json:"ref"`
	From string `json:"fromHash"`
	To   string `json:"toHash"`
}

type dcComment struct {
	ID      int64     `json:"id"`
	Text    string    `json:"text"`
	Author  dcUser    `json:"author"`
	Created timestamp `json:"createdDate"`
	Updated timestamp `json:"updatedDate"`
	Anchor  struct {
		Path string `json:"path"`
		Line int    `json:"line"`
	} `json:"anchor"`
}

func (c dcComment) comment(parent int64, known people) *comment {
	return &comment{
		ID: c.ID, Parent: parent, Excerpt: untrusted.Line(dcText(c.Text, known), maxExcerpt), Path: untrusted.Line(c.Anchor.Path, maxTitle), Line: max(c.Anchor.Line, 0),
	}
}

type dcParticipant struct {
	User     dcUser `json:"user"`
	Approved bool   `json:"approved"`
	Status   string `json:"status"`
}

func (p dcParticipant) verdict() string {
	switch {
	case p.Status == "NEEDS_WORK":
		return verdictChanges
	case p.Approved, p.Status == "APPROVED":
		return verdictApproved
	}
	return ""
}

// dcPull is a pull request in a delivery or response of Data Center.
type dcPull struct {
	ID        int64           `json:"id"`
	Version   int64           `json:"version"`
	Title     string          `json:"title"`
	State     string          `json:"state"`
	Draft     *bool           `json:"draft"`
	Created   timestamp       `json:"createdDate"`
	Updated   timestamp       `json:"updatedDate"`
	From      dcEnd           `json:"fromRef"`
	To        dcEnd           `json:"toRef"`
	Author    dcParticipant   `json:"author"`
	Reviewers []dcParticipant `json:"reviewers"`
	// Participants are users who take part without having been asked.
	Participants []dcParticipant `json:"participants"`
	Properties   struct {
		MergeCommit struct {
			ID string `json:"id"`
		} `json:"mergeCommit"`
	} `json:"properties"`
	Links dcLinks `json:"links"`
}

// dcEnd is the source or target branch of a pull request.
type dcEnd struct {
	ID        string `json:"id"`
	DisplayID string `json:"displayId"`
	Latest    string `json:"latestCommit"`
	Repo      dcRepo `json:"repository"`
}

func (e dcEnd) branch() string {
	return untrusted.Line(firstNonBlank(e.DisplayID, strings.TrimPrefix(e.ID, "refs/heads/")), maxBranch)
}

// pull returns the pull request at the site.
func (p dcPull) pull(site string) *pull {
	source := ""
	if p.From.Repo.Slug != "" {
		source = untrusted.Line(p.From.Repo.path(), maxTitle)
	}
	to := p.To.Repo.repo(site)
	neutral := &pull{
		ID: p.ID, Version: p.Version, Title: untrusted.Line(p.Title, maxTitle), URL: firstNonBlank(p.Links.self(), to.pullURL(p.ID)), State: parsePullState(p.State),
		Draft: p.Draft, Author: p.Author.User.person(), ListsReviewers: p.Reviewers != nil, ListsVerdicts: p.Reviewers != nil,
		From: sourceBranch(p.From.branch(), source, to.Name), To: p.To.branch(), Head: validHash(p.From.Latest),
		Merge: validHash(p.Properties.MergeCommit.ID), Updated: untrusted.Latest(p.Created.Time, p.Updated.Time),
	}
	for _, r := range p.Reviewers {
		neutral.addReviewer(r.User.person(), r.verdict())
	}
	return neutral
}

// dcEventType returns the type of a Data Center event, or "".
func dcEventType(key string) eventType {
	switch strings.TrimPrefix(key, "pr:") {
	case "opened":
		return typeOpened
	case "from_ref_updated", "to_ref_updated", "modified", "reviewer:updated":
		return typeUpdated
	case "reviewer:approved":
		return typeApproved
	case "reviewer:unapproved":
		return typeReviewWithdrawn
	case "reviewer:needs_work", "reviewer:changes_requested":
		return typeChangesRequested
	case "merged":
		return typeMerged
	case "declined":
		return typeDeclined
	case "deleted":
		return typeDeleted
	case "comment:added":
		return typeCommented
	}
	return ""
}

// parseDataCenter returns the events in a delivery of Data Center. It sends none about builds, so they have to be looked up.
func parseDataCenter(key string, d provider.Delivery) ([]provider.Event, error) {
	var body dcBody
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, errors.Wrap(err, "read a delivery of Data Center")
	}
	n := eventData{Repo: body.Repository.repo(d.Site), By: body.Actor.person(), At: firstTime(body.Date.Time, d.ReceivedAt), NoBuildEvents: true}
	switch key {
	case dcRefsChanged:
		return body.refs(n, d)
	case dcCommitComment:
		hash := validHash(body.Commit)
		if hash == "" {
			return nil, errors.New("a comment on no commit")
		}
		n.Commit, n.Comment, n.Type = &commit{Hash: hash}, body.Comment.comment(body.ParentID, body.people()), typeCommented
		return []provider.Event{commentEvent(n)}, nil
	}
	return body.pull(key, n, d.Site)
}

// pull returns an event about a pull request of Data Center.
func (b dcBody) pull(key string, n eventData, site string) ([]provider.Event, error) {
	n.Type = dcEventType(key)
	if n.Type == "" {
		return nil, nil
	}
	if b.Pull.ID <= 0 || b.Pull.Title == "" {
		return nil, errors.New("a delivery of no pull request")
	}
	n.Repo, n.Pull = b.Pull.To.Repo.repo(site), b.Pull.pull(site)
	switch n.Type {
	case typeApproved, typeReviewWithdrawn, typeChangesRequested:
		if who := b.Participant.User.person(); who.ID != "" {
			n.By = who
		}
	case typeDeleted:
		n.Pull.State = pullDeleted
	case typeCommented:
		n.Comment = b.Comment.comment(b.ParentID, b.people())
	}
	return []provider.Event{pullEvent(n)}, nil
}

// refs returns the events of the changed branches and tags.
func (b dcBody) refs(n eventData, d provider.Delivery) ([]provider.Event, error) {
	if b.Repository.Slug == "" {
		return nil, errors.New("a delivery of no repository")
	}
	tip := b.ToCommit.commit()
	var all []refChange
	for _, change := range b.Changes {
		m := refChange{
			name: untrusted.Line(firstNonBlank(change.Ref.DisplayID, change.Ref.ID), maxBranch), tag: change.Ref.Type == "TAG",
			from: commit{Hash: validHash(change.From)}, to: commit{Hash: validHash(change.To)},
		}
		if m.name == "" || m.from.Hash == "" && m.to.Hash == "" {
			continue
		}
		if len(b.Changes) == 1 { // otherwise it isn't known which change the commits belong to
			for _, c := range b.Commits {
				m.commits = append(m.commits, c.commit())
			}
			if m.tag && m.to.Hash != "" && tip.Hash != "" {
				m.to = tip // an annotated tag has its own hash
			}
		}
		if tip.Hash == m.to.Hash {
			m.to = tip
		}
		for _, c := range b.Commits {
			if one := c.commit(); one.Hash == m.to.Hash {
				m.to = one
			}
		}
		all = append(all, m)
	}
	return refEvents(n, all, d.Header[headerRequest]), nil
}
