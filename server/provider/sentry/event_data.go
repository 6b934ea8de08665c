package sentry

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// unknownProject is the resource of what names no project: no channel that follows one project sees it.
const unknownProject = "?"

// eventData is what one event says; see provider.Event.Data.
type eventData struct {
	Site location `json:"site,omitzero"`
	// At is when it was heard, by this server's clock: Sentry signs no time of its own.
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
	// Activity is what happened to an issue where nothing here knows more than its name.
	Activity string `json:"activity,omitempty"`

	// Rule is the alert rule that had it sent, Channel the one that the rule names.
	Rule    string `json:"rule,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Unsigned says that nothing but the secrecy of an address vouches for it.
	Unsigned bool `json:"unsigned,omitempty"`
	// IsNew says that an issue which was looked up is younger than what was heard last.
	IsNew  bool `json:"is_new,omitempty"`
	Sample bool `json:"sample,omitempty"`
	// OriginChannel is the channel in whose thread a comment that is expected stands already.
	OriginChannel string `json:"origin_channel,omitempty"`
}

// eventType is what happened.
type eventType string

// The deeds.
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
	// typeSeer is a step of Seer, didActivity something that this code knows by its name alone.
	typeSeer     eventType = "seer"
	typeActivity eventType = "activity"
	// typeLookedUp is somebody having looked at the issue: nothing happened.
	typeLookedUp eventType = "look"
	// typeNoteExpected is our own: a comment with this text is about to be written by us, and is not to be told where it stands already.
	typeNoteExpected eventType = "expect"
)

// location is where something is: the address of Sentry, and the organization.
type location struct {
	Base string `json:"base,omitempty"`
	Slug string `json:"slug,omitempty"`
}

// issueURL returns the page of an issue, "" where that is not known.
func (p location) issueURL(id string) string {
	if p.Base == "" || p.Slug == "" || id == "" {
		return ""
	}
	return untrusted.URL(p.Base + "/organizations/" + url.PathEscape(p.Slug) + "/issues/" + url.PathEscape(id) + "/")
}

// actor is who did something: somebody with a login, an integration, or Sentry itself.
type actor struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// App says that it is no person.
	App bool `json:"app,omitempty"`
}

// project is one of the organization's.
type project struct {
	ID   string `json:"id,omitempty"`
	Slug string `json:"slug,omitempty"`
	Name string `json:"name,omitempty"`
}

// resource returns what a channel follows it by.
func (p project) resource() string { return cmp.Or(p.Slug, p.ID, unknownProject) }

// issue is one issue, as far as it was shown.
type issue struct {
	ID      string  `json:"id"`
	Short   string  `json:"short,omitempty"`
	URL     string  `json:"url,omitempty"`
	Project project `json:"project,omitzero"`
	// Shown is how it was at the time; nil where only an event of it was told.
	Shown *snapshot `json:"shown,omitempty"`
	Count int64     `json:"count,omitempty"`
	Users int64     `json:"users,omitempty"`
	// First is when it was seen first.
	First time.Time `json:"first,omitzero"`
	// Contact is who wrote a user's feedback, where that may be told.
	Contact string `json:"contact,omitempty"`
}

// snapshot is what of an issue changes.
type snapshot struct {
	// Missing are the fields that nothing is known of.
	Missing fieldSet `json:"missing,omitempty"`

	Title     string `json:"title,omitempty"`
	Culprit   string `json:"culprit,omitempty"`
	Level     string `json:"level,omitempty"`
	Category  string `json:"category,omitempty"`
	Status    string `json:"status"`
	Substatus string `json:"substatus,omitempty"`
	Priority  string `json:"priority,omitempty"`
	Assignee  actor  `json:"assignee,omitzero"`
	// Release is the one in which it is resolved; Next says that it is the one to come.
	Release string `json:"release,omitempty"`
	Next    bool   `json:"next,omitempty"`
	// Said is what the issue says for itself: a user's feedback, or what was measured; line by line.
	Said string `json:"said,omitempty"`
	// Seen is the time of its last event, to the second: what shows an older one is older, whenever it arrives.
	Seen time.Time `json:"seen,omitzero"`
}

// The states of an issue, and what "unresolved" and "ignored" may mean in detail.
const (
	statusOpen     = "unresolved"
	statusResolved = "resolved"
	statusArchived = "ignored"

	subNew        = "new"
	subRegressed  = "regressed"
	subEscalating = "escalating"
)

// occurrence is one event of an issue, as far as it explains it.
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
	// User is who was hit, where that may be told.
	User string `json:"user,omitempty"`
}

// comment is one comment by its number, with its first lines on their way to the thread.
type comment struct {
	ID      string `json:"id"`
	Action  string `json:"action"`
	Excerpt string `json:"excerpt,omitempty"` // line by line
	// At is Sentry's own time.
	At time.Time `json:"at,omitzero"`
}

// commentDeleted is what happened to a comment that is gone.
const commentDeleted = "deleted"

// metric is one metric alert. Its environment is "" where the rule watches all of them, or doesn't say.
type metric struct {
	ID          string    `json:"id"`
	Status      string    `json:"status"`
	Title       string    `json:"title,omitempty"`
	Text        string    `json:"text,omitempty"` // line by line
	Rule        string    `json:"rule,omitempty"`
	Query       string    `json:"query,omitempty"`
	Environment string    `json:"environment,omitempty"`
	URL         string    `json:"url,omitempty"`
	Project     string    `json:"project,omitempty"`
	Started     time.Time `json:"started,omitzero"`
	// AllEnvironments says that the rule is told to watch all of them; else an environment that is missing isn't known.
	AllEnvironments bool `json:"all_environments,omitempty"`
}

// install is the integration in an organization.
type install struct {
	App    string `json:"app,omitempty"`
	Action string `json:"action"`
}

// other is a kind of delivery that came up later than this code.
type other struct {
	Resource string `json:"resource"`
	Action   string `json:"action,omitempty"`
	Title    string `json:"title,omitempty"`
	URL      string `json:"url,omitempty"`
}

// event returns the event with the news as its data.
func event(n eventData, e provider.Event) provider.Event {
	data, err := json.Marshal(n)
	if err != nil {
		data = nil // cannot be: news holds plain values only
	}
	e.Data, e.Channel = data, n.Channel
	if e.At.IsZero() {
		e.At = n.At
	}
	return e
}

// issueEvent returns the event of something that happened to an issue. What tells a repetition is what it says, and when it was heard
// where it can be true twice: an issue may be resolved, opened and resolved again without an event between.
func issueEvent(n eventData) provider.Event {
	i := n.Issue
	e := provider.Event{Subject: "issue/" + i.ID, Resource: i.Project.resource(), Labels: n.labels()}
	if n.namesIssueOnly() && e.Resource == unknownProject {
		e.Resource = "" // what is known of the issue, or looked up, tells
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

// labels are what filters look at; what isn't known is no label. An issue or event that says no level has none.
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

// noLevelLabel are the labels of what has no level, so that a filter by level lets it through.
func noLevelLabel() map[string]string { return map[string]string{labelLevel: ""} }

// namesIssueOnly reports whether the event names an issue and says nothing of it.
func (n eventData) namesIssueOnly() bool { return n.Issue.Shown == nil && n.Event == nil }

// eventPart is what follows an issue's address in that of one of its events.
const eventPart = "/events/"

// readAddresses returns what the addresses of an event or issue tell: the page of the issue, where it is, and the project's slug.
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

// slugOf returns the text if it can be the slug of an organization, project or team, else "".
func slugOf(s string) string { return text(s).id() }
