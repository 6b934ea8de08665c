package sentry

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// envelope is the common form of deliveries.
type envelope struct {
	Action text               `json:"action"`
	Actor  lenient[sentActor] `json:"actor"`
	Data   json.RawMessage    `json:"data"`
}

// sentActor is who acted. The ID is a number for users, and a string for Sentry itself and integrations.
type sentActor struct {
	Type text `json:"type"`
	ID   text `json:"id"`
	Name text `json:"name"`
}

func (a sentActor) actor() actor {
	return actor{ID: a.ID.id(), Name: a.Name.line(maxName), App: a.Type == "application"}
}

// deliveries verifies and reads what Sentry sends.
type deliveries struct {
	personalData func() bool
}

// Parse implements provider.Provider. A header says what a delivery is about; without it, the delivery comes from the legacy webhook.
func (s deliveries) Parse(d provider.Delivery) ([]provider.Event, error) {
	resource := d.Header[headerResource]
	switch {
	case resource == "" && d.Header[headerAppSignature] != "":
		return nil, nil // a form in Sentry queries its options; see HandleQuery
	case resource == "":
		return s.parseLegacy(d)
	}
	var e envelope
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return nil, errors.Wrap(err, "read a delivery")
	}
	n := eventData{
		Site: location{Base: strings.TrimRight(untrusted.URL(d.Site), "/"), Slug: slugOfPath(d.Resource.Path)},
		At:   d.ReceivedAt, By: e.Actor.get().actor(),
	}
	switch resource {
	case "issue":
		return s.parseIssue(e, n)
	case "event_alert", "error":
		return s.parseEvent(resource, e, n)
	case "comment":
		return parseComment(e, n)
	case "metric_alert":
		return parseMetric(e, n)
	case "activity_alert":
		return s.parseActivity(e, n)
	case "seer":
		return parseSeer(e, n)
	case "preprod_artifact", "size_analysis":
		return parseBuild(e, n)
	case "installation":
		return parseInstallation(e, n)
	}
	return parseOther(resource, e, n)
}

// fillLocation fills in the location from addresses. What the connection knows takes precedence.
func (n *eventData) fillLocation(p location) {
	n.Site.Base, n.Site.Slug = cmp.Or(n.Site.Base, p.Base), cmp.Or(n.Site.Slug, p.Slug)
}

// sentIssue is an issue in deliveries and responses.
type sentIssue struct {
	ID            text                  `json:"id"`
	Short         text                  `json:"shortId"`
	Title         text                  `json:"title"`
	Culprit       text                  `json:"culprit"`
	Level         text                  `json:"level"`
	Status        text                  `json:"status"`
	Substatus     text                  `json:"substatus"`
	Priority      text                  `json:"priority"`
	Category      text                  `json:"issueCategory"`
	Count         text                  `json:"count"`
	Users         text                  `json:"userCount"`
	First         timestamp             `json:"firstSeen"`
	Last          timestamp             `json:"lastSeen"`
	Permalink     text                  `json:"permalink"`
	WebURL        text                  `json:"web_url"`
	ProjectURL    text                  `json:"project_url"`
	URL           text                  `json:"url"`
	Project       lenient[sentProject]  `json:"project"`
	Assignee      lenient[sentActor]    `json:"assignedTo"`
	StatusDetails lenient[sentStatus]   `json:"statusDetails"`
	Metadata      lenient[sentMetadata] `json:"metadata"`
	// missing are the fields that aren't in the JSON: they say nothing.
	missing fieldSet
}

// UnmarshalJSON reads an issue, and notes its missing fields.
func (s *sentIssue) UnmarshalJSON(data []byte) error {
	type fields sentIssue
	var read fields
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(data, &given); err != nil {
		return err
	}
	*s = sentIssue(read)
	for i, f := range optionalFields() {
		if _, there := given[f.name]; !there {
			s.missing |= 1 << i
		}
	}
	return nil
}

type sentProject struct {
	ID   text `json:"id"`
	Slug text `json:"slug"`
	Name text `json:"name"`
}

type sentStatus struct {
	InNext  any  `json:"inNextRelease"`
	Release text `json:"inRelease"`
}

// sentMetadata is the own text of an issue or event. Message is user feedback, with the name and address that the user gave.
type sentMetadata struct {
	Title   text `json:"title"`
	Type    text `json:"type"`
	Value   text `json:"value"`
	Message text `json:"message"`
	Name    text `json:"name"`
	Contact text `json:"contact_email"`
}

// ownText returns the issue's own text: user feedback or a measurement.
func (m sentMetadata) ownText() string {
	return cmp.Or(m.Message.block(maxOwnText), m.Value.block(maxOwnText))
}

// contact returns who wrote user feedback, or "".
func (m sentMetadata) contact() string {
	who, address := m.Name.line(maxName), m.Contact.line(maxName)
	if who != "" && address != "" && who != address {
		return who + " (" + address + ")"
	}
	return cmp.Or(who, address)
}

// title returns a short text from the metadata.
func (m sentMetadata) title() string {
	kind, value := m.Type.line(maxName), m.Value.line(maxTitle)
	switch {
	case kind != "" && value != "":
		return untrusted.Line(kind+": "+value, maxTitle)
	case m.Title != "":
		return m.Title.line(maxTitle)
	}
	return cmp.Or(kind, value)
}

// issue returns the issue with its snapshot and location. Contact is set only if personal data is allowed.
func (s sentIssue) issue(personal bool) (*issue, location) {
	page, at, slug := readAddresses(string(s.Permalink), string(s.WebURL), string(s.ProjectURL), string(s.URL))
	p, next := s.Project.get(), false
	if details := s.StatusDetails.get(); details.InNext != nil {
		next, _ = details.InNext.(bool)
	}
	i := &issue{
		ID: s.ID.id(), Short: s.Short.line(maxName), URL: page,
		Project: project{ID: p.ID.id(), Slug: cmp.Or(p.Slug.id(), slug), Name: p.Name.line(maxName)},
		Count:   s.Count.number(), Users: s.Users.number(), First: s.First.Time,
		Shown: &snapshot{
			Missing: s.missing, OwnText: s.Metadata.get().ownText(),
			Title: cmp.Or(s.Title.line(maxTitle), s.Metadata.get().title()), Culprit: s.Culprit.line(maxCulprit),
			Level: s.Level.id(), Category: s.Category.id(), Status: status(s.Status.id()), Substatus: s.Substatus.id(),
			Priority: s.Priority.id(), Release: s.StatusDetails.get().Release.line(maxName), Next: next,
			Seen: s.Last.Truncate(1e9), // lists and deliveries have different fractions of a second
		},
	}
	if a := s.Assignee.get(); a.ID.id() != "" {
		kind := "user"
		if a.Type == "team" {
			kind = "team"
		}
		i.Shown.Assignee = actor{ID: kind + ":" + a.ID.id(), Name: a.Name.line(maxName)}
	}
	if personal {
		i.Contact = s.Metadata.get().contact()
	}
	if i.Shown.Status != statusResolved {
		i.Shown.Release, i.Shown.Next = "", false
	}
	return i, at
}

// status returns one of the three statuses; Sentry has others while it merges or deletes issues.
func status(s string) string {
	switch s {
	case statusResolved, statusArchived:
		return s
	case "resolvedInNextRelease":
		return statusResolved
	case "muted":
		return statusArchived
	}
	return statusOpen
}

// setStatusFrom sets the status that follows from the event type, for a snapshot without a status.
func (s *snapshot) setStatusFrom(did eventType) {
	if status, known := map[eventType]string{typeResolved: statusResolved, typeArchived: statusArchived, typeUnresolved: statusOpen}[did]; known {
		s.Status, s.Missing = status, s.Missing&^field(jsonStatus)
	}
}

// parseIssue reads an event about an issue. Archiving has two names, of which Sentry sends one or both.
func (s deliveries) parseIssue(e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Issue      sentIssue `json:"issue"`
		Resolution text      `json:"resolution_type"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read an issue")
	}
	i, at := data.Issue.issue(s.personalData())
	if i.ID == "" {
		return nil, errors.New("an issue without an ID")
	}
	deeds := map[text]eventType{
		"created": typeCreated, "resolved": typeResolved, "unresolved": typeUnresolved, "assigned": typeAssigned,
		"ignored": typeArchived, "archived": typeArchived,
	}
	did, known := deeds[e.Action]
	if !known {
		did = typeLookedUp
	}
	if i.Shown.Missing.has(jsonStatus) {
		i.Shown.setStatusFrom(did)
	}
	if did == typeResolved && data.Resolution == "in_next_release" {
		i.Shown.Next = true
	}
	n.Type, n.Issue = did, i
	n.fillLocation(at)
	return []provider.Event{issueEvent(n)}, nil
}

// parseComment reads a comment. It has only the number of its issue and the slug of its project.
func parseComment(e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Comment text      `json:"comment"`
		ID      text      `json:"comment_id"`
		Issue   text      `json:"issue_id"`
		Project text      `json:"project_slug"`
		At      timestamp `json:"timestamp"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read a comment")
	}
	if data.ID.id() == "" || data.Issue.id() == "" {
		return nil, errors.New("a comment without an ID")
	}
	n.Type, n.Issue = typeCommented, &issue{ID: data.Issue.id(), Project: project{Slug: data.Project.id()}}
	n.Comment = &comment{ID: data.ID.id(), Action: e.Action.id(), Excerpt: data.Comment.block(maxExcerpt), At: data.At.Time}
	event := issueEvent(n)
	event.UpdateOnly = n.Comment.Action == commentDeleted // a card about a deleted comment would say nothing
	return []provider.Event{event}, nil
}

// slugOfPath returns the slug of the connection's organization.
func slugOfPath(path string) string {
	_, slug := splitPath(path)
	return slugOf(slug)
}
