package sentry

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// unknownProject is the resource of events that name no project. Channels subscribed to a project don't see them.
const unknownProject = "?"

// eventData is what one event says; see provider.Event.Data.
type eventData struct {
	Site location `json:"site,omitzero"`
	// At is when it was received, because Sentry signs no time.
	At   time.Time `json:"at,omitzero"`
	By   actor     `json:"by,omitzero"`
	Type eventType `json:"type"`

	Issue   *issue      `json:"issue,omitempty"`
	Event   *occurrence `json:"event,omitempty"`
	Comment *comment    `json:"comment,omitempty"`
	Metric  *metric     `json:"metric,omitempty"`
	Install *install    `json:"install,omitempty"`
	Seer    *seerStep   `json:"seer,omitempty"`
	Build   *buildInfo  `json:"build,omitempty"`
	Other   *other      `json:"other,omitempty"`
	// Activity is the type of an activity that we know only by name.
	Activity string `json:"activity,omitempty"`

	// Rule is the alert rule that sent it, Channel the channel that the rule names.
	Rule    string `json:"rule,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Unsigned is set if only a secret address proves the origin.
	Unsigned bool `json:"unsigned,omitempty"`
	// IsNew is set if an issue that was looked up is newer than the last delivery.
	IsNew  bool `json:"is_new,omitempty"`
	Sample bool `json:"sample,omitempty"`
	// OriginChannel is the channel whose thread already has an expected comment.
	OriginChannel chat.Place `json:"origin_channel,omitzero"`
}

// eventType is what happened.
type eventType string

// The event types.
const (
	typeCreated         eventType = "created"
	typeResolved        eventType = "resolved"
	typeUnresolved      eventType = "unresolved"
	typeArchived        eventType = "archived"
	typeAssigned        eventType = "assigned"
	typeAlert           eventType = "alert"
	typeError           eventType = "error"
	typeCommented       eventType = "comment"
	typePriorityChanged eventType = "priority"
	// typeSeer is a step of Seer, typeActivity an activity that we know only by name.
	typeSeer     eventType = "seer"
	typeActivity eventType = "activity"
	// typeLookedUp means that the issue was looked up and nothing happened.
	typeLookedUp eventType = "look"
	// typeNoteExpected is our own: we are about to post a comment with this text, which is already in a thread.
	typeNoteExpected eventType = "expect"
)

// location is where something happened: the address of Sentry and the organization.
type location struct {
	Base string `json:"base,omitempty"`
	Slug string `json:"slug,omitempty"`
}

// issueURL returns the page of an issue, or "" if it isn't known.
func (p location) issueURL(id string) string {
	if p.Base == "" || p.Slug == "" || id == "" {
		return ""
	}
	return untrusted.URL(p.Base + "/organizations/" + url.PathEscape(p.Slug) + "/issues/" + url.PathEscape(id) + "/")
}

// actor is who acted: a user, an integration, or Sentry itself.
type actor struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// App is set if it isn't a person.
	App bool `json:"app,omitempty"`
}

// project is a project of the organization.
type project struct {
	ID   string `json:"id,omitempty"`
	Slug string `json:"slug,omitempty"`
	Name string `json:"name,omitempty"`
}

// resource returns the resource that channels subscribe to.
func (p project) resource() string { return cmp.Or(p.Slug, p.ID, unknownProject) }

// issue is an issue as far as a delivery shows it.
type issue struct {
	ID      string  `json:"id"`
	Short   string  `json:"short,omitempty"`
	URL     string  `json:"url,omitempty"`
	Project project `json:"project,omitzero"`
	// Shown is its state then; nil if only an event of it was shown.
	Shown *snapshot `json:"shown,omitempty"`
	Count int64     `json:"count,omitempty"`
	Users int64     `json:"users,omitempty"`
	// First is when it was first seen.
	First time.Time `json:"first,omitzero"`
	// Contact is who wrote user feedback, if personal data is allowed.
	Contact string `json:"contact,omitempty"`
}

// snapshot is what changes about an issue.
type snapshot struct {
	// Missing are the fields that aren't known.
	Missing fieldSet `json:"missing,omitempty"`

	Title     string `json:"title,omitempty"`
	Culprit   string `json:"culprit,omitempty"`
	Level     string `json:"level,omitempty"`
	Category  string `json:"category,omitempty"`
	Status    string `json:"status"`
	Substatus string `json:"substatus,omitempty"`
	Priority  string `json:"priority,omitempty"`
	Assignee  actor  `json:"assignee,omitzero"`
	// Release is the release that resolves it; Next is set for the next release.
	Release string `json:"release,omitempty"`
	Next    bool   `json:"next,omitempty"`
	// OwnText is the issue's own text, such as user feedback or a measurement, with its line breaks.
	OwnText string `json:"own_text,omitempty"`
	// Seen is the time of its last event in seconds. It tells older snapshots from newer ones, whenever they arrive.
	Seen time.Time `json:"seen,omitzero"`
}

// The statuses of an issue, and substatuses of "unresolved".
const (
	statusOpen     = "unresolved"
	statusResolved = "resolved"
	statusArchived = "ignored"

	subNew        = "new"
	subRegressed  = "regressed"
	subEscalating = "escalating"
)

// occurrence is what explains one event of an issue.
type occurrence struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at,omitzero"`
	Title       string    `json:"title,omitempty"`
	Message     string    `json:"message,omitempty"`
	Culprit     string    `json:"culprit,omitempty"`
	Level       string    `json:"level,omitempty"`
	Release     string    `json:"release,omitempty"`
	Environment string    `json:"environment,omitempty"`
	Frame       *frame    `json:"frame,omitempty"`
	// User is the affected user, if personal data is allowed.
	User string `json:"user,omitempty"`
}

// comment is a comment by ID, with an excerpt for the thread.
type comment struct {
	ID      string `json:"id"`
	Action  string `json:"action"`
	Excerpt string `json:"excerpt,omitempty"` // with line breaks
	// At is Sentry's time.
	At time.Time `json:"at,omitzero"`
}

// commentDeleted is the action of a deleted comment.
const commentDeleted = "deleted"

// metric is a metric alert. Environment is "" if the rule watches all environments or doesn't say.
type metric struct {
	ID          string    `json:"id"`
	Status      string    `json:"status"`
	Title       string    `json:"title,omitempty"`
	Text        string    `json:"text,omitempty"` // with line breaks
	Rule        string    `json:"rule,omitempty"`
	Query       string    `json:"query,omitempty"`
	Environment string    `json:"environment,omitempty"`
	URL         string    `json:"url,omitempty"`
	Project     string    `json:"project,omitempty"`
	Started     time.Time `json:"started,omitzero"`
	// AllEnvironments is set if the rule is known to watch all of them; otherwise a missing environment isn't known.
	AllEnvironments bool `json:"all_environments,omitempty"`
}

// install is the integration in an organization.
type install struct {
	App    string `json:"app,omitempty"`
	Action string `json:"action"`
}

// other is a kind of delivery that this code doesn't know.
type other struct {
	Resource string `json:"resource"`
	Action   string `json:"action,omitempty"`
	Title    string `json:"title,omitempty"`
	URL      string `json:"url,omitempty"`
}

// event returns the provider.Event with the event data.
func event(n eventData, e provider.Event) provider.Event {
	e.Data, e.Channel = provider.Encode(n), n.Channel
	if e.At.IsZero() {
		e.At = n.At
	}
	return e
}

// issueEvent returns the event about an issue. Its ID is what it says, and also when it was received if it can be true twice: an issue
// may be resolved, reopened and resolved again without an event in between.
func issueEvent(n eventData) provider.Event {
	i := n.Issue
	e := provider.Event{Subject: "issue/" + i.ID, Resource: i.Project.resource(), Labels: n.labels()}
	if n.namesIssueOnly() && e.Resource == unknownProject {
		e.Resource = "" // the state of the issue, or a lookup, knows it
	}
	parts := []string{string(n.Type), i.ID}
	switch {
	case n.Comment != nil:
		parts = append(parts, n.Comment.ID, n.Comment.Action, timeKey(n.Comment.At))
		e.At = n.Comment.At
	case n.Event != nil:
		parts = append(parts, n.Event.ID, n.Rule, n.Channel)
		e.At = n.Event.At
	case n.Seer != nil:
		parts = append(parts, n.Seer.Run, n.Seer.Name, n.Seer.contentHash(), n.Rule, n.Channel)
	case i.Shown != nil:
		s := i.Shown
		if n.Activity != "" || n.Rule != "" {
			parts = append(parts, n.Activity, n.Rule, n.Channel)
		}
		parts = append(parts, s.Status, s.Substatus, s.Assignee.ID, s.Priority, timeKey(s.Seen), timeKey(n.At))
	}
	if n.Activity != "" && i.Shown == nil {
		parts = append(parts, n.Activity, timeKey(n.At))
	}
	e.ID = untrusted.HashID(parts...)
	return event(n, e)
}

// labels returns the labels for filters. What isn't known isn't a label. An issue or event without a level has none.
func (n eventData) labels() map[string]string {
	all := map[string]string{labelRule: n.Rule}
	if e := n.Event; e != nil {
		all[labelLevel], all[labelEnvironment], all[labelRelease] = e.Level, e.Environment, e.Release
	}
	if n.Issue != nil && n.Issue.Shown != nil {
		s := n.Issue.Shown
		all[labelLevel], all[labelAssignee], all[labelCategory] = s.Level, s.Assignee.Name, s.Category
	}
	for id, value := range all {
		level := id == labelLevel && (n.Event != nil || !n.Issue.Shown.Missing.has(jsonLevel))
		if value == "" && !level {
			delete(all, id)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// noLevelLabel returns the labels of a subject without a level, so that it passes filters by level.
func noLevelLabel() map[string]string { return map[string]string{labelLevel: ""} }

// namesIssueOnly reports whether the event says nothing about its issue.
func (n eventData) namesIssueOnly() bool { return n.Issue.Shown == nil && n.Event == nil }

// eventPart follows the issue's address in the address of an event.
const eventPart = "/events/"

// readAddresses returns what the addresses of an event or issue say: the page of the issue, its location, and the project's slug.
func readAddresses(addresses ...string) (page string, at location, slug string) {
	for _, address := range addresses {
		u, err := url.Parse(untrusted.URL(address))
		if err != nil || u.Host == "" {
			continue
		}
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		for i, part := range parts {
			switch {
			case i+1 == len(parts):
			case part == "organizations" && at.Slug == "":
				at.Slug = slugOf(parts[i+1])
			case part == "projects" && i+2 < len(parts) && i >= 2 && parts[i-2] == "api":
				at.Slug, slug = cmp.Or(at.Slug, slugOf(parts[i+1])), cmp.Or(slug, slugOf(parts[i+2]))
			case part == "issues" && page == "" && !strings.Contains(u.Path, "/api/"):
				page, _, _ = strings.Cut(address, "?")
				page, _, _ = strings.Cut(page, "#")
				if before, _, ok := strings.Cut(page, eventPart); ok {
					page = before + "/"
				}
			}
		}
		if at.Base == "" {
			at.Base = u.Scheme + "://" + u.Host
		}
	}
	return page, at, slug
}

// slugOf returns the text if it can be a slug of an organization, project or team, or "".
func slugOf(s string) string { return text(s).id() }
