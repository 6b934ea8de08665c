package bitbucket

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// cloudPush is Cloud's event for changed branches and tags.
const cloudPush = "repo:push"

// cloudBody is a delivery of Cloud.
type cloudBody struct {
	Repository cloudRepo   `json:"repository"`
	Actor      cloudUser   `json:"actor"`
	Status     cloudStatus `json:"commit_status"`
	Push       struct {
		Changes []cloudChange `json:"changes"`
	} `json:"push"`
	Pull     cloudPull    `json:"pullrequest"`
	Comment  cloudComment `json:"comment"`
	Commit   cloudCommit  `json:"commit"`
	Approval cloudVerdict `json:"approval"`
	Changes  cloudVerdict `json:"changes_request"`
}

// cloudLinks are the addresses of an object.
type cloudLinks struct {
	HTML   cloudLink `json:"html"`
	Commit cloudLink `json:"commit"`
}

type cloudLink struct {
	Href string `json:"href"`
}

type cloudRepo struct {
	FullName string     `json:"full_name"`
	UUID     string     `json:"uuid"`
	Private  bool       `json:"is_private"`
	Links    cloudLinks `json:"links"`
}

// repo returns the repository at the site.
func (r cloudRepo) repo(site string) repo {
	page := untrusted.URL(r.Links.HTML.Href)
	if page == "" && site != "" && r.FullName != "" {
		page = untrusted.URL(site + "/" + r.FullName)
	}
	return repo{Name: untrusted.Line(r.FullName, maxTitle), URL: strings.TrimRight(page, "/")}
}

// cloudUser is a user; "username" was removed in 2019.
type cloudUser struct {
	DisplayName string     `json:"display_name"`
	Nickname    string     `json:"nickname"`
	AccountID   string     `json:"account_id"`
	UUID        string     `json:"uuid"`
	Links       cloudLinks `json:"links"`
}

func (u cloudUser) person() person {
	return person{ID: untrusted.Line(firstNonBlank(u.UUID, u.AccountID, u.Nickname), maxName), Name: untrusted.Line(firstNonBlank(u.DisplayName, u.Nickname), maxName)}
}

type cloudCommit struct {
	Hash    string    `json:"hash"`
	Message string    `json:"message"`
	Date    timestamp `json:"date"`
	Author  struct {
		Raw  string    `json:"raw"`
		User cloudUser `json:"user"`
	} `json:"author"`
}

func (c cloudCommit) commit() commit {
	name, _, _ := strings.Cut(c.Author.Raw, "<")
	return commit{Hash: validHash(c.Hash), Title: firstLine(c.Message), Author: firstNonBlank(c.Author.User.person().Name, untrusted.Line(name, maxName))}
}

type cloudComment struct {
	ID      int64 `json:"id"`
	Content struct {
		Raw  string `json:"raw"`
		HTML string `json:"html"`
	} `json:"content"`
	Inline struct {
		Path string `json:"path"`
		From int    `json:"from"`
		To   int    `json:"to"`
	} `json:"inline"`
	Parent struct {
		ID int64 `json:"id"`
	} `json:"parent"`
	User    cloudUser  `json:"user"`
	Created timestamp  `json:"created_on"`
	Updated timestamp  `json:"updated_on"`
	Links   cloudLinks `json:"links"`
}

func (c cloudComment) comment(known people) *comment {
	return &comment{
		ID: c.ID, Parent: c.Parent.ID, Excerpt: untrusted.Line(cloudText(c.Content.Raw, c.Content.HTML, known), maxExcerpt), URL: untrusted.URL(c.Links.HTML.Href),
		Path: untrusted.Line(c.Inline.Path, maxTitle), Line: max(c.Inline.To, c.Inline.From, 0),
	}
}

// parseCloud returns the events in a delivery of Cloud.
func parseCloud(key string, d provider.Delivery) ([]provider.Event, error) {
	var body cloudBody
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, errors.Wrap(err, "read a delivery of Cloud")
	}
	if body.Repository.FullName == "" {
		return nil, errors.New("a delivery of no repository")
	}
	n := eventData{Repo: body.Repository.repo(d.Site), By: body.Actor.person(), At: d.ReceivedAt}
	switch key {
	case "repo:commit_status_created", "repo:commit_status_updated":
		return body.Status.events(n)
	case "repo:commit_comment_created":
		return body.commitComment(n)
	case cloudPush:
		return body.pushes(n, d), nil
	}
	return body.pull(key, n)
}

// commitComment returns a comment on a commit.
func (b cloudBody) commitComment(n eventData) ([]provider.Event, error) {
	about := b.Commit.commit()
	if about.Hash == "" {
		return nil, errors.New("a comment on no commit")
	}
	n.Commit, n.Comment, n.Type, n.At = &about, b.Comment.comment(b.people()), typeCommented, firstTime(b.Comment.Created.Time, n.At)
	return []provider.Event{commentEvent(n)}, nil
}

// commentEvent returns the event about a comment on a commit.
func commentEvent(n eventData) provider.Event {
	return event(n, provider.Event{
		ID: untrusted.HashID("comment", strconv.FormatInt(n.Comment.ID, 10)), Subject: commitSubject(n.Commit.Hash), At: n.At,
	})
}

// firstNonBlank returns the first text that isn't blank, or "".
func firstNonBlank(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}
