package pagerduty

import (
	"cmp"
	"regexp"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// parts is a set of the parts of an incident. No delivery or response has all parts: a missing part stays as it was, and a part that is
// null is cleared.
type parts uint32

// The parts. Their values are stored, so new ones go to the end.
const (
	partNumber parts = 1 << iota
	partTitle
	partURL
	partStatus
	partUrgency
	partPriority
	partKind
	partCreated
	partService
	partPolicy
	partTeams
	partAssignees
	partMerged
	partsEnd
)

// has reports whether the set contains the part.
func (p parts) has(one parts) bool { return p&one != 0 }

// snapshot is an incident as PagerDuty showed it.
type snapshot struct {
	// Known are the parts that were shown; all others are zero.
	Known     parts       `json:"known"`
	Number    int         `json:"number,omitempty"`
	Title     string      `json:"title,omitempty"`
	URL       string      `json:"url,omitempty"`
	Status    string      `json:"status,omitempty"`
	Urgency   string      `json:"urgency,omitempty"`
	Priority  string      `json:"priority,omitempty"`
	Kind      string      `json:"kind,omitempty"`
	Created   time.Time   `json:"created,omitzero"`
	Service   reference   `json:"service,omitzero"`
	Policy    reference   `json:"policy,omitzero"`
	Teams     []reference `json:"teams,omitempty"`
	Assignees []reference `json:"assignees,omitempty"`
	// Assigned counts all assignees, of whom only the first are kept.
	Assigned int `json:"assigned,omitempty"`
	// Merged is the incident that this one was merged into.
	Merged reference `json:"merged,omitzero"`
}

// copyPart copies one part from another snapshot.
func (s *snapshot) copyPart(one parts, from snapshot) {
	s.Known |= one
	switch one {
	case partNumber:
		s.Number = from.Number
	case partTitle:
		s.Title = from.Title
	case partURL:
		s.URL = from.URL
	case partStatus:
		s.Status = from.Status
	case partUrgency:
		s.Urgency = from.Urgency
	case partPriority:
		s.Priority = from.Priority
	case partKind:
		s.Kind = from.Kind
	case partCreated:
		s.Created = from.Created
	case partService:
		s.Service = from.Service
	case partPolicy:
		s.Policy = from.Policy
	case partTeams:
		s.Teams = from.Teams
	case partAssignees:
		s.Assignees, s.Assigned = from.Assignees, from.Assigned
	case partMerged:
		s.Merged = from.Merged
	}
}

// asOf orders what was shown. At the same time, the status with more progress wins.
type asOf struct {
	At   time.Time `json:"at,omitzero"`
	Rank int       `json:"rank,omitempty"`
	By   string    `json:"by,omitempty"`
}

func (m asOf) compare(o asOf) int {
	return cmp.Or(m.At.Compare(o.At), cmp.Compare(m.Rank, o.Rank), cmp.Compare(m.By, o.By))
}

// mergeSnapshot merges what an event shows: each part comes from the latest event that shows it, in whatever order events come.
func (i *incident) mergeSnapshot(n eventData) {
	var is snapshot
	if i.Shown != nil {
		is = *i.Shown
	}
	version := asOf{At: n.At, Rank: statusRank(n.Shown.Status), By: n.ID}
	if n.MentionOnly {
		version = asOf{} // everything else takes precedence over a mention
	}
	latest := i.Shown == nil || version.compare(i.Latest) > 0
	older := map[parts]asOf{}
	for one := partNumber; one < partsEnd; one <<= 1 {
		since, apart := i.Older[one]
		if !apart {
			since = i.Latest
		}
		switch {
		case n.Shown.Known.has(one) && (!is.Known.has(one) || version.compare(since) > 0):
			is.copyPart(one, *n.Shown)
			since = version
		case !is.Known.has(one):
			continue
		}
		older[one] = since
	}
	if latest {
		i.Latest = version
	}
	for one, since := range older {
		if since.compare(i.Latest) == 0 {
			delete(older, one)
		}
	}
	i.Shown, i.Older = &is, nil
	if len(older) > 0 {
		i.Older = older
	}
}

// wasShown reports whether the part was shown by more than a mention.
func (i incident) wasShown(one parts) bool {
	since, apart := i.Older[one]
	if !apart {
		since = i.Latest
	}
	return i.Shown != nil && i.Shown.Known.has(one) && since != (asOf{})
}

// complete reports whether all parts that cards and filters need were shown.
func (i incident) complete() bool {
	const needed = partTitle | partURL | partStatus | partUrgency | partPriority | partService | partTeams
	return i.Shown != nil && i.Shown.Known&needed == needed
}

// has reports whether the object has the field, even if it is null.
func (o object) has(name string) bool {
	_, there := o[name]
	return there
}

// snapshot returns the incident in a delivery or response.
func (o object) snapshot() *snapshot {
	s := &snapshot{
		Number: max(o.number("number"), o.number("incident_number")), Title: untrusted.Line(o.text("title"), maxTitle), URL: untrusted.URL(o.text("html_url")),
		Created: o.time("created_at"), Service: o.object("service").reference(), Policy: o.object("escalation_policy").reference(),
		Kind: untrusted.Line(o.object("incident_type").text("name"), maxName), Priority: o.object("priority").reference().Name,
	}
	switch status := o.text("status"); status {
	case statusTriggered, statusAcknowledged, statusResolved:
		s.Status = status
	}
	switch urgency := o.text("urgency"); urgency {
	case urgencyHigh, urgencyLow:
		s.Urgency = urgency
	}
	for _, team := range o.list("teams") {
		if len(s.Teams) < maxListed {
			s.Teams = append(s.Teams, team.reference())
		}
	}
	assignees := o.list("assignees")
	for _, assignment := range o.list("assignments") {
		assignees = append(assignees, assignment.object("assignee"))
	}
	s.Assigned = len(assignees)
	for _, assignee := range assignees[:min(len(assignees), maxListed)] {
		s.Assignees = append(s.Assignees, assignee.reference())
	}
	if reason := o.object("resolve_reason"); reason.text("type") == "merge_resolve_reason" {
		s.Merged = reason.object("incident").reference()
	}
	s.Known = o.knownParts(*s)
	return s
}

// knownParts returns the parts that the incident shows. A part that can't be null, or has an unexpected form, counts as missing.
func (o object) knownParts(s snapshot) parts {
	var known parts
	for one, there := range map[parts]bool{
		partNumber: s.Number > 0, partTitle: s.Title != "", partURL: s.URL != "", partStatus: s.Status != "", partUrgency: s.Urgency != "",
		partPriority: o.has("priority"), partKind: s.Kind != "", partCreated: !s.Created.IsZero(), partService: s.Service != (reference{}),
		partPolicy: s.Policy != (reference{}), partTeams: o.has("teams"), partAssignees: o.has("assignees") || o.has("assignments"),
		partMerged: o.has("resolve_reason"),
	} {
		if there {
			known |= one
		}
	}
	return known
}

// numberedTitle is how responses show an incident: its number and title.
var numberedTitle = regexp.MustCompile(`^\[#([0-9]{1,9})\] (.+)$`)

// mentionedIncident returns what a delivery about a note or the like says about its incident: title and link, and for a workflow the
// service.
func (o object) mentionedIncident() *snapshot {
	about := o.object("incident")
	s := &snapshot{Title: untrusted.Line(about.text("summary"), maxTitle), URL: untrusted.URL(about.text("html_url")), Service: o.object("service").reference()}
	if match := numberedTitle.FindStringSubmatch(s.Title); match != nil {
		s.Title = match[2]
		s.Number, _ = strconv.Atoi(match[1]) // nine digits
	}
	s.Known = object{}.knownParts(*s)
	if s.Known == 0 {
		return nil
	}
	return s
}
