package bitbucket

import (
	"strconv"
	"strings"
	"time"
)

// selfLinks are the links of a Data Center's objects.
func selfLinks(href string) object { return object{"self": []object{{"href": href}}} }

// textDates turns the dates in an object into text, in place, as deliveries have
// them from version 10 on. All else has them as numbers.
func textDates(v any) {
	switch v := v.(type) {
	case object:
		for name, inner := range v {
			if ms, ok := inner.(int64); ok && (strings.HasSuffix(name, "Date") || strings.HasSuffix(name, "Timestamp")) {
				v[name] = time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
				continue
			}
			textDates(inner)
		}
	case []object:
		for _, inner := range v {
			textDates(inner)
		}
	case []any:
		for _, inner := range v {
			textDates(inner)
		}
	}
}

// dcUser is a person. What belongs to a personal repository shows no links.
func (w *world) dcUser(u *User, r *repo) any {
	if u == nil {
		return nil
	}
	o := object{
		"name": u.Nickname, "slug": u.Nickname, "displayName": u.DisplayName, "emailAddress": u.Email, "id": u.ID,
		"active": true, "type": "NORMAL",
	}
	if r == nil || !r.personal() {
		o["links"] = selfLinks(w.Base + "/users/" + u.Nickname)
	}
	return o
}

// dcUsers are several persons.
func (w *world) dcUsers(users []*User, r *repo) []any {
	list := []any{}
	for _, u := range users {
		list = append(list, w.dcUser(u, r))
	}
	return list
}

// dcProject is the project of a repository, or the person it belongs to.
func (w *world) dcProject(r *repo) object {
	if r.personal() {
		owner := w.user(r.Workspace[1:])
		o := object{"key": r.Workspace, "id": r.id, "name": r.Workspace[1:], "type": "PERSONAL"}
		if owner != nil {
			o["name"], o["owner"] = owner.DisplayName, w.dcUser(owner, r)
		}
		return o
	}
	return object{
		"key": r.Workspace, "id": r.id, "name": r.Workspace, "public": !r.Private, "type": "NORMAL",
		"links": selfLinks(w.Base + "/projects/" + r.Workspace),
	}
}

// dcRepo is a repository.
func (w *world) dcRepo(r *repo) object {
	o := object{
		"slug": r.Slug, "id": r.id, "name": r.Name, "hierarchyId": trimBraces(r.uuid)[:8], "scmId": "git", "state": "AVAILABLE",
		"statusMessage": "Available", "forkable": true, "project": w.dcProject(r), "public": !r.Private, "archived": false,
	}
	if !r.personal() {
		o["links"] = selfLinks(w.page(r) + "/browse")
	}
	return o
}

// dcCommit is a commit.
func (w *world) dcCommit(c *commit) object {
	author := object{"name": c.author.DisplayName, "emailAddress": c.author.Email}
	parents := []object{}
	if c.parent != "" {
		parents = append(parents, object{"id": c.parent, "displayId": c.parent[:11]})
	}
	return object{
		"id": c.hash, "displayId": c.hash[:11], "message": c.message, "author": author, "committer": author,
		"authorTimestamp": c.at.UnixMilli(), "committerTimestamp": c.at.UnixMilli(), "parents": parents,
	}
}

// dcRef is a branch at a commit.
func (w *world) dcRef(r *repo, branch, hash string) object {
	return object{
		"id": "refs/heads/" + branch, "displayId": branch, "latestCommit": hash, "type": "BRANCH", "repository": w.dcRepo(r),
	}
}

// dcOpinion is what a Data Center calls an opinion.
func dcOpinion(opinion string) string {
	switch opinion {
	case opinionApproved:
		return "APPROVED"
	case opinionChanges:
		return "NEEDS_WORK"
	}
	return "UNAPPROVED"
}

// dcParticipant is a user's part in a pull request.
func (w *world) dcParticipant(p *pull, part *participant) object {
	role := "PARTICIPANT"
	if part.reviewer {
		role = "REVIEWER"
	}
	o := object{
		"user": w.dcUser(part.user, p.repo), "role": role, "approved": part.opinion == opinionApproved, "status": dcOpinion(part.opinion),
	}
	if part.opinion != opinionNone {
		o["lastReviewedCommit"] = p.head
	}
	return o
}

// dcPull is a pull request.
func (w *world) dcPull(p *pull) object {
	reviewers, participants := []object{}, []object{}
	for _, part := range p.participants {
		if part.reviewer {
			reviewers = append(reviewers, w.dcParticipant(p, part))
		} else {
			participants = append(participants, w.dcParticipant(p, part))
		}
	}
	o := object{
		"id": p.id, "version": p.version, "title": p.title, "description": p.description, "state": p.state, "draft": p.draft,
		"open": p.state == pullOpen, "closed": p.state != pullOpen, "locked": false,
		"createdDate": p.created.UnixMilli(), "updatedDate": p.updated.UnixMilli(),
		"fromRef": w.dcRef(p.repo, p.source, p.head), "toRef": w.dcRef(p.repo, p.destination, p.target()),
		"author":    object{"user": w.dcUser(p.author, p.repo), "role": "AUTHOR", "approved": false, "status": "UNAPPROVED"},
		"reviewers": reviewers, "participants": participants,
	}
	if p.description == "" {
		delete(o, "description")
	}
	if !p.closed.IsZero() {
		o["closedDate"] = p.closed.UnixMilli()
	}
	if p.merge != "" {
		o["properties"] = object{"mergeCommit": object{"id": p.merge, "displayId": p.merge[:11]}}
	}
	if !p.repo.personal() {
		o["links"] = selfLinks(w.page(p.repo) + "/pull-requests/" + strconv.Itoa(p.id))
	}
	return o
}

// dcComment is a comment.
func (w *world) dcComment(c *comment, r *repo) object {
	o := object{
		"id": c.id, "version": c.version, "text": c.text, "author": w.dcUser(c.author, r), "createdDate": c.created.UnixMilli(),
		"updatedDate": c.updated.UnixMilli(), "comments": []any{}, "severity": "NORMAL", "state": "OPEN",
		"properties": object{"repositoryId": r.id},
	}
	if c.path != "" {
		o["anchor"] = object{"path": c.path, "line": c.line, "lineType": "ADDED", "fileType": "TO", "diffType": "EFFECTIVE"}
	}
	return o
}

// dcBuild is the status of a build of a commit.
func (w *world) dcBuild(st *status) object {
	o := object{
		"key": st.Key, "name": st.Name, "state": st.State, "description": st.Description, "url": st.URL,
		"createdDate": st.created.UnixMilli(), "updatedDate": st.updated.UnixMilli(),
	}
	if st.State == Stopped {
		o["state"] = "CANCELLED"
	}
	if st.Ref != "" {
		o["ref"] = "refs/heads/" + st.Ref
	}
	return o
}

// dcHook is a webhook; its secret is never shown.
func (w *world) dcHook(h *hook) object {
	return object{
		"id": h.id, "name": h.name, "url": h.url, "active": h.active, "events": h.events, "configuration": object{},
		"createdDate": h.created.UnixMilli(), "updatedDate": h.created.UnixMilli(), "sslVerificationRequired": !h.skipTLS,
		"scopeType": "repository", "statistics": object{},
	}
}
