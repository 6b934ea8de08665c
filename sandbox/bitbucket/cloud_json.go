package bitbucket

import (
	"html"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// page is the address of a repository's page.
func (w *world) page(r *repo) string {
	if w.kind == Cloud {
		return w.Base + "/" + r.fullName()
	}
	if r.personal() {
		return w.Base + "/users/" + strings.TrimPrefix(r.Workspace, "~") + "/repos/" + r.Slug
	}
	return w.Base + "/projects/" + r.Workspace + "/repos/" + r.Slug
}

// api is the address of a repository in Cloud's API.
func (w *world) api(r *repo) string { return w.Base + "/2.0/repositories/" + r.fullName() }

// cloudUser is a person as Cloud shows one: without a user name since 2019.
func (w *world) cloudUser(u *User) any {
	if u == nil {
		return nil
	}
	kind := "user"
	if u.bot {
		kind = "app_user"
	}
	return object{
		"type": kind, "uuid": u.UUID, "account_id": u.AccountID, "display_name": u.DisplayName, "nickname": u.Nickname,
		"links": object{
			"self": link(w.Base + "/2.0/users/" + u.UUID), "html": link(w.Base + "/" + u.UUID + "/"),
			"avatar": link(w.Base + "/account/" + trimBraces(u.UUID) + "/avatar/"),
		},
	}
}

// cloudWorkspace is a workspace.
func (w *world) cloudWorkspace(slug string) object {
	return object{
		"type": "workspace", "uuid": w.workspaceUUID(slug), "slug": slug, "name": slug,
		"links": object{"self": link(w.Base + "/2.0/workspaces/" + slug), "html": link(w.Base + "/" + slug + "/")},
	}
}

// cloudRepo is a repository: what deliveries say of it, or all.
func (w *world) cloudRepo(r *repo, all bool) object {
	o := object{
		"type": "repository", "full_name": r.fullName(), "name": r.Name, "uuid": r.uuid, "is_private": r.Private,
		"scm": "git", "parent": nil,
		"owner": object{
			"type": "team", "display_name": r.Workspace, "uuid": w.workspaceUUID(r.Workspace),
			"links": object{"html": link(w.Base + "/" + r.Workspace + "/")},
		},
		"project": object{
			"type": "project", "key": r.Project, "name": r.Project, "uuid": "{" + kit.StableUUID("project "+r.Workspace+r.Project) + "}",
			"links": object{"html": link(w.Base + "/" + r.Workspace + "/workspace/projects/" + r.Project)},
		},
		"links": object{
			"self": link(w.api(r)), "html": link(w.page(r)),
			"avatar": link(w.Base + "/ravatar/" + r.uuid + "?ts=default"),
		},
	}
	if all {
		o["description"], o["language"], o["size"] = "", "", 1024
		o["created_on"], o["updated_on"] = stamp(r.created), stamp(r.updated)
		o["mainbranch"] = object{"type": "branch", "name": r.MainBranch}
		o["fork_policy"], o["has_issues"], o["has_wiki"] = "allow_forks", false, false
	}
	return o
}

// cloudRepoName is a repository as what belongs to it names it.
func (w *world) cloudRepoName(r *repo) object {
	return object{
		"type": "repository", "full_name": r.fullName(), "name": r.Name, "uuid": r.uuid,
		"links": object{
			"self": link(w.api(r)), "html": link(w.page(r)),
			"avatar": link(w.Base + "/ravatar/" + r.uuid + "?ts=default"),
		},
	}
}

// cloudCommit is a commit.
func (w *world) cloudCommit(r *repo, c *commit) object {
	parents := []object{}
	if c.parent != "" {
		parents = append(parents, object{"type": "commit", "hash": c.parent, "links": w.commitLinks(r, c.parent)})
	}
	return object{
		"type": "commit", "hash": c.hash, "date": c.at.Format("2006-01-02T15:04:05-07:00"), "message": c.message + "\n",
		"author": object{
			"type": "author", "raw": c.author.DisplayName + " <" + c.author.Email + ">", "user": w.cloudUser(c.author),
		},
		"summary": rendered(c.message), "parents": parents, "links": w.commitLinks(r, c.hash),
	}
}

// commitLinks are the addresses of a commit.
func (w *world) commitLinks(r *repo, hash string) object {
	return object{"self": link(w.api(r) + "/commit/" + hash), "html": link(w.page(r) + "/commits/" + hash)}
}

// rendered is a text with its markup.
func rendered(text string) object {
	return object{"raw": text, "markup": "markdown", "html": "<p>" + html.EscapeString(text) + "</p>"}
}

// cloudStatus is the status of a build of a commit. Statuses of external builds have
// no branch; only deliveries of pipelines carry the commit, and no answer does.
func (w *world) cloudStatus(r *repo, st *status, delivery bool) object {
	o := object{
		"type": "build", "key": st.Key, "name": st.Name, "state": st.State, "description": st.Description, "url": st.URL,
		"refname": nil, "created_on": stamp(st.created), "updated_on": stamp(st.updated),
		"links": object{
			"commit": link(w.api(r) + "/commit/" + st.Hash),
			"self":   link(w.api(r) + "/commit/" + st.Hash + "/statuses/build/" + st.Key),
		},
	}
	if st.Ref != "" {
		o["refname"] = st.Ref
	}
	if st.Ref != "" && delivery {
		o["commit"] = w.cloudCommit(r, r.commits[st.Hash])
	}
	return o
}

// cloudPipeline is a run of a pipeline.
func (w *world) cloudPipeline(r *repo, p *pipeline) object {
	o := object{
		"type": "pipeline", "uuid": p.uuid, "build_number": p.number, "creator": w.cloudUser(p.by),
		"repository": w.cloudRepoName(r), "created_on": stamp(p.created), "build_seconds_used": 0,
		"trigger": object{"type": "pipeline_trigger_push", "name": "PUSH"},
		"state": object{
			"type": "pipeline_state_in_progress", "name": "IN_PROGRESS",
			"stage": object{"type": "pipeline_state_in_progress_running", "name": "RUNNING"},
		},
		"target": object{
			"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": p.branch,
			"commit":   object{"type": "commit", "hash": p.hash, "links": w.commitLinks(r, p.hash)},
			"selector": object{"type": "default"},
		},
		"links": object{
			"self": link(w.api(r) + "/pipelines/" + p.uuid), "steps": link(w.api(r) + "/pipelines/" + p.uuid + "/steps/"),
		},
	}
	if p.state != InProgress {
		o["completed_on"] = stamp(p.ended)
		o["state"] = object{
			"type": "pipeline_state_completed", "name": "COMPLETED",
			"result": object{"type": "pipeline_state_completed_" + strings.ToLower(p.state), "name": p.state},
		}
	}
	return o
}

// shortHash is how pull requests name commits in Cloud.
func shortHash(hash string) string { return hash[:min(12, len(hash))] }

// cloudEnd is the source or the destination of a pull request.
func (w *world) cloudEnd(p *pull, branch, hash string) object {
	end := object{"branch": object{"name": branch}, "repository": w.cloudRepoName(p.repo), "commit": nil}
	if hash != "" {
		end["commit"] = object{"hash": shortHash(hash)}
	}
	return end
}

// pullLinks are the addresses of a pull request.
func (w *world) pullLinks(p *pull) object {
	id := "/pullrequests/" + strconv.Itoa(p.id)
	links := object{"html": link(w.page(p.repo) + "/pull-requests/" + strconv.Itoa(p.id)), "self": link(w.api(p.repo) + id)}
	for _, name := range []string{"approve", "merge", "decline", "comments", "commits", "diff"} {
		links[name] = link(w.api(p.repo) + id + "/" + name)
	}
	return links
}

// cloudParticipant is a user's part in a pull request.
func (w *world) cloudParticipant(part *participant) object {
	o := object{
		"type": "participant", "user": w.cloudUser(part.user), "role": "PARTICIPANT",
		"approved": part.opinion == opinionApproved, "state": nil, "participated_on": nil,
	}
	if part.reviewer {
		o["role"] = "REVIEWER"
	}
	if part.opinion != opinionNone {
		o["state"] = part.opinion
	}
	if !part.at.IsZero() {
		o["participated_on"] = stamp(part.at)
	}
	return o
}

// cloudPull is a pull request.
func (w *world) cloudPull(p *pull) object {
	reviewers, participants := []any{}, []object{}
	for _, part := range p.participants {
		participants = append(participants, w.cloudParticipant(part))
		if part.reviewer {
			reviewers = append(reviewers, w.cloudUser(part.user))
		}
	}
	o := object{
		"type": "pullrequest", "id": p.id, "title": p.title, "state": p.state, "draft": p.draft,
		"author": w.cloudUser(p.author), "source": w.cloudEnd(p, p.source, p.head), "destination": w.cloudEnd(p, p.destination, p.target()),
		"reviewers": reviewers, "participants": participants, "merge_commit": nil, "closed_by": w.cloudUser(p.closedBy), "reason": "",
		"comment_count": len(p.shownComments()), "task_count": 0, "close_source_branch": p.closeSource,
		"created_on": stamp(p.created), "updated_on": stamp(p.updated), "summary": rendered(p.description),
		"links": w.pullLinks(p),
	}
	if p.merge != "" {
		o["merge_commit"] = object{"hash": shortHash(p.merge)}
	}
	return o
}

// cloudComment is a comment on a pull request.
func (w *world) cloudComment(p *pull, c *comment) object {
	id := strconv.Itoa(c.id)
	pullID := strconv.Itoa(p.id)
	o := object{
		"type": "pullrequest_comment", "id": c.id, "content": rendered(c.text), "user": w.cloudUser(c.author),
		"deleted": c.deleted, "pending": false, "created_on": stamp(c.created), "updated_on": stamp(c.updated),
		"pullrequest": object{"type": "pullrequest", "id": p.id, "title": p.title, "links": object{"html": link(w.page(p.repo) + "/pull-requests/" + pullID)}},
		"links": object{
			"self": link(w.api(p.repo) + "/pullrequests/" + pullID + "/comments/" + id),
			"html": link(w.page(p.repo) + "/pull-requests/" + pullID + "/_/diff#comment-" + id),
		},
	}
	if c.parent != nil {
		o["parent"] = object{"id": c.parent.id}
	}
	if c.path != "" {
		o["inline"] = object{"path": c.path, "from": nil, "to": c.line}
	}
	if c.resolved {
		o["resolution"] = object{"type": "comment_resolution", "user": w.cloudUser(c.author), "created_on": stamp(c.updated)}
	}
	return o
}

// cloudHook is a webhook; its secret is never shown.
func (w *world) cloudHook(h *hook) object {
	return object{
		"type": "webhook_subscription", "uuid": h.uuid, "url": h.url, "description": h.name, "active": h.active,
		"events": h.events, "secret_set": h.secret != "", "subject_type": "repository", "subject": object{"type": "repository"}, "created_at": stamp(h.created),
	}
}
