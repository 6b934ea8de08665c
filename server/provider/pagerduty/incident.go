package pagerduty

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxToldOnce limits how many keys are remembered.
	maxToldOnce = 200
	// ownPrefix is the prefix of the IDs of events that are responses to our own calls.
	ownPrefix = "act/"
)

// incident is the state of an incident.
type incident struct {
	ID     string `json:"id"`
	Sample bool   `json:"sample,omitempty"`
	// Shown is the incident as shown by events, nil for nothing. Its parts are as of Latest, except those in Older.
	Shown  *snapshot      `json:"shown,omitempty"`
	Latest asOf           `json:"latest,omitzero"`
	Older  map[parts]asOf `json:"older,omitempty"`
	// Bridge is the conference bridge as of BridgeAt. It comes with the incident and also with an event of its own.
	Bridge   bridge    `json:"bridge,omitzero"`
	BridgeAt time.Time `json:"bridge_at,omitzero"`
	// FirstAck is the end of the time to acknowledge; LastAck is the current acknowledgement.
	FirstAck milestone `json:"first_ack,omitzero"`
	LastAck  milestone `json:"last_ack,omitzero"`
	Resolved milestone `json:"resolved,omitzero"`
	Reopened milestone `json:"reopened,omitzero"`
	// Escalations counts escalations to the next level.
	Escalations int `json:"escalations,omitempty"`
	// ToldOnce has the keys of facts that are posted only once; Expected are notes that we are about to add.
	ToldOnce []string              `json:"told_once,omitempty"`
	Expected provider.PendingNotes `json:"expected,omitempty"`
}

// readIncident decodes a state.
func readIncident(state json.RawMessage) (incident, error) {
	var i incident
	if len(state) == 0 {
		return i, nil
	}
	return i, errors.Wrap(json.Unmarshal(state, &i), "read an incident")
}

// apply returns the incident after the event, whether a fact that is posted only once is new, and the channel whose thread already has
// it.
func (i incident) apply(n eventData) (after incident, fresh bool, origin chat.Place) {
	i.ID, i.Sample = n.Incident, i.Sample || n.Sample
	if n.Shown != nil {
		i.mergeSnapshot(n)
	}
	if n.Bridge != nil {
		i.setBridge(*n.Bridge, n.At)
	}
	i.recordMilestones(n)
	if n.Type == typeNoteExpected {
		i.Expected = i.Expected.Add(provider.PendingNote{Text: noteFingerprint(n.Note.Text), Place: n.OriginChannel})
		return i, false, chat.Place{}
	}
	name := n.onceKey()
	if name == "" || slices.Contains(i.ToldOnce, name) {
		return i, false, chat.Place{}
	}
	i.ToldOnce = append(slices.Clone(i.ToldOnce), name)
	i.ToldOnce = i.ToldOnce[max(0, len(i.ToldOnce)-maxToldOnce):]
	if n.Type == typeEscalated {
		i.Escalations++
	}
	if n.Type != typeNote {
		return i, true, chat.Place{}
	}
	i.Expected, origin = i.Expected.Remove(noteFingerprint(n.Note.Text))
	return i, true, origin
}

// statusRank orders statuses by progress.
func statusRank(status string) int {
	return slices.Index([]string{statusTriggered, statusAcknowledged, statusResolved}, status)
}

// setBridge sets the conference bridge, unless a later one is known.
func (i *incident) setBridge(b bridge, at time.Time) {
	later := cmp.Or(at.Compare(i.BridgeAt), cmp.Compare(b.URL, i.Bridge.URL), cmp.Compare(b.Number, i.Bridge.Number))
	if later > 0 {
		i.Bridge, i.BridgeAt = b, at
	}
}

// recordMilestones records who changed the status, and when.
func (i *incident) recordMilestones(n eventData) {
	did := milestone{By: n.By, At: n.At}
	switch n.Type {
	case typeAcknowledged:
		i.acknowledged(did)
	case typeResolved:
		i.Resolved = i.Resolved.latest(did)
	case typeReopened:
		i.Reopened = i.Reopened.latest(did)
	}
	if !n.Acknowledged.At.IsZero() {
		i.acknowledged(n.Acknowledged)
	}
	if !n.Resolved.At.IsZero() {
		i.Resolved = i.Resolved.latest(n.Resolved)
	}
}

func (i *incident) acknowledged(did milestone) {
	if i.FirstAck.At.IsZero() || i.FirstAck.compare(did) > 0 {
		i.FirstAck = did
	}
	i.LastAck = i.LastAck.latest(did)
}

// latest returns the later milestone.
func (d milestone) latest(o milestone) milestone {
	if d.compare(o) < 0 {
		return o
	}
	return d
}

func (d milestone) compare(o milestone) int {
	return cmp.Or(d.At.Compare(o.At), cmp.Compare(d.By.ID, o.By.ID), cmp.Compare(d.By.Name, o.By.Name))
}

// onceKey identifies a fact that is posted only once. It is "" for what shows on the incident itself, and for our own changes.
func (n eventData) onceKey() string {
	switch {
	case n.Type == typeNote && n.Note.ID != "":
		return "note/" + n.Note.ID
	case isIncidentData(n.Type) && n.Type != typeEscalated, n.Type == typeConference, n.Type == typeNoteExpected:
		return ""
	case len(n.ID) >= len(ownPrefix) && n.ID[:len(ownPrefix)] == ownPrefix:
		return ""
	}
	return n.ID
}

// status returns the status, or "" if it isn't known.
func (i incident) status() string {
	if i.Shown == nil {
		return ""
	}
	return i.Shown.Status
}

// toAcknowledge and toResolve return how long it took, or 0 if it hasn't happened or isn't known.
func (i incident) toAcknowledge() time.Duration { return i.since(i.FirstAck.At) }

func (i incident) toResolve() time.Duration {
	if i.status() != statusResolved {
		return 0
	}
	return i.since(i.Resolved.At)
}

func (i incident) since(at time.Time) time.Duration {
	if i.Shown == nil || i.Shown.Created.IsZero() || at.IsZero() {
		return 0
	}
	return max(at.Sub(i.Shown.Created), time.Second)
}
