package pagerduty

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// isUnknown reports whether the error says that something doesn't exist.
func isUnknown(err error) bool { return fault.Is(err, fault.ResourceUnknown) }

// incident returns the incident with this ID or number.
func (c client) incident(ctx context.Context, id string) (object, error) {
	if idOf(id) == "" {
		return nil, c.notFound("an incident without an ID")
	}
	answer, err := c.do(ctx, http.MethodGet, "/incidents/"+id, withBridge(url.Values{}), nil)
	return c.incidentIn(answer, err)
}

// withBridge requests the conference bridge, which responses otherwise leave out. Responses to changes always leave it out.
func withBridge(query url.Values) url.Values {
	query.Set("include[]", "conference_bridge")
	return query
}

// incidentIn returns the incident in a response.
func (c client) incidentIn(answer object, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	shown := answer.object("incident")
	if idOf(shown.text("id")) == "" {
		return nil, c.missing("an incident")
	}
	return shown, nil
}

// change changes an incident and returns its new state.
func (c client) change(ctx context.Context, id string, fields object) (object, error) {
	if idOf(id) == "" {
		return nil, c.notFound("an incident without an ID")
	}
	fields["type"] = "incident_reference"
	answer, err := c.do(ctx, http.MethodPut, "/incidents/"+id, nil, object{"incident": fields})
	return c.incidentIn(answer, err)
}

// lookedUp returns the event data for the incident in a response. Replies come from its differences to what is known, so nothing is
// posted twice, whether the response or the delivery comes first.
func lookedUp(shown object, by Person) eventData {
	n := eventData{
		Type: typeLookedUp, Incident: idOf(shown.text("id")), By: reference{ID: by.ID, Name: by.Name, URL: by.URL}, Shown: shown.snapshot(),
		Bridge: shown.bridgeShown(),
		At:     untrusted.Latest(shown.time("created_at"), untrusted.Latest(shown.time("updated_at"), shown.time("last_status_change_at"))),
	}
	changed := milestone{By: shown.object("last_status_change_by").reference(), At: shown.time("last_status_change_at")}
	switch n.Shown.Status {
	case statusResolved:
		n.Resolved = changed
	case statusAcknowledged:
		n.Acknowledged = changed
		for _, one := range shown.list("acknowledgements") {
			ack := milestone{By: one.object("acknowledger").reference(), At: one.time("at")}
			if !ack.At.IsZero() && (n.Acknowledged.At.IsZero() || ack.compare(n.Acknowledged) < 0) {
				n.Acknowledged = ack
			}
		}
	}
	n.ID = ownPrefix + n.Shown.Status + "/" + strconv.FormatInt(n.At.UnixMilli(), 10) + "/" + shortHash(provider.Encode(n.Shown))
	return n
}

// after returns the event data with a time right after what is known: responses have a precision of one second, and our change is newer
// than what was known before it.
func (n eventData) after(i incident) eventData {
	n.At = untrusted.Latest(n.At, i.Latest.At.Add(time.Millisecond))
	return n
}

// NewIncident is an incident to trigger.
type NewIncident struct {
	// ServiceID and Title are required.
	ServiceID, Title string
	// AssigneeID is the ID of a user; "" for the user on call.
	AssigneeID string
	// Urgency is "high" or "low"; "" for the urgency of the service.
	Urgency string
	Details string
	// Key is the same each time the same form is submitted, so that the incident is created once.
	Key string
}

// PagerDuty's limits, in characters.
const (
	maxIncidentTitle = 255
	maxIncidentKey   = 255
	maxDetails       = 10_000
	maxNote          = 10_000
)

// The fields of the form for a new incident.
const (
	FieldService  = "service"
	FieldTitle    = "title"
	FieldAssignee = "assignee"
	FieldUrgency  = "urgency"
	FieldDetails  = "details"
)

// check returns a *provider.FieldError for an invalid field.
func (w NewIncident) check() error {
	slip := func(field, id string) error { return &provider.FieldError{Field: field, Message: chat.Say(id)} }
	switch {
	case idOf(w.ServiceID) == "":
		return slip(FieldService, "pagerduty.form.no_service")
	case w.Title == "":
		return slip(FieldTitle, "pagerduty.form.no_title")
	case len([]rune(w.Title)) > maxIncidentTitle:
		return slip(FieldTitle, "pagerduty.form.long_title")
	case w.AssigneeID != "" && idOf(w.AssigneeID) == "":
		return slip(FieldAssignee, "pagerduty.form.no_person")
	case !slices.Contains([]string{"", urgencyHigh, urgencyLow}, w.Urgency):
		return slip(FieldUrgency, "pagerduty.form.no_choice")
	case len([]rune(w.Details)) > maxDetails:
		return slip(FieldDetails, "pagerduty.form.long_text")
	}
	return nil
}

// incidents triggers, finds and annotates incidents.
type incidents struct{ directory }

// Trigger creates an incident and returns it as an event. If an incident with the same key exists, that one is returned, so that
// submitting a form twice creates one. An incident that users assign to themselves is acknowledged from the start. Errors: a
// *provider.FieldError, and the faults of calls.
func (incidents) Trigger(ctx context.Context, s provider.Session, w NewIncident) (provider.Event, error) {
	w.Title, w.Details = strings.TrimSpace(w.Title), strings.TrimSpace(w.Details)
	if err := w.check(); err != nil {
		return provider.Event{}, err
	}
	c, me, err := newClient(s).asUser(ctx)
	if err != nil {
		return provider.Event{}, err
	}
	wanted := object{"type": "incident", "title": w.Title, "service": object{"id": w.ServiceID, "type": "service_reference"}}
	if w.Urgency != "" {
		wanted["urgency"] = w.Urgency
	}
	if w.Details != "" {
		wanted["body"] = object{"type": "incident_body", "details": w.Details}
	}
	if w.AssigneeID != "" {
		wanted["assignments"] = []object{{"assignee": object{"id": w.AssigneeID, "type": "user_reference"}}}
	}
	if w.Key = strings.TrimSpace(w.Key); w.Key != "" && len(w.Key) <= maxIncidentKey {
		wanted["incident_key"] = w.Key
	}
	shown, err := c.incidentIn(c.do(ctx, http.MethodPost, "/incidents", nil, object{"incident": wanted}))
	if err != nil {
		made, again := c.byKey(ctx, w)
		if again != nil || made == nil {
			return provider.Event{}, err
		}
		shown = made
	}
	return lookedUp(shown, me).event(), nil
}

// byKey returns the incident that was created with the key before, or nil.
func (c client) byKey(ctx context.Context, w NewIncident) (object, error) {
	if w.Key == "" {
		return nil, nil
	}
	found, _, err := c.pages(ctx, "/incidents", "incidents", withBridge(url.Values{"incident_key": {w.Key}, "date_range": {"all"}}), 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	made := found[0]
	if made.text("incident_key") != w.Key || made.object("service").text("id") != w.ServiceID {
		return nil, nil
	}
	return made, nil
}

// AddNote adds a note to an incident and returns it as an event. PagerDuty's delivery about the note then changes nothing.
func (incidents) AddNote(ctx context.Context, s provider.Session, incidentID, text string) (provider.Event, error) {
	c, me, err := newClient(s).asUser(ctx)
	if err != nil {
		return provider.Event{}, err
	}
	n, err := c.note(ctx, incidentID, text, me)
	return n.event(), err
}

// note adds a note.
func (c client) note(ctx context.Context, incidentID, text string, by Person) (eventData, error) {
	text = strings.TrimSpace(text)
	switch {
	case idOf(incidentID) == "":
		return eventData{}, c.notFound("an incident without an ID")
	case text == "":
		return eventData{}, &provider.FieldError{Field: fieldText, Message: chat.Say("pagerduty.form.no_text")}
	case len([]rune(text)) > maxNote:
		return eventData{}, &provider.FieldError{Field: fieldText, Message: chat.Say("pagerduty.form.long_text")}
	}
	answer, err := c.do(ctx, http.MethodPost, "/incidents/"+incidentID+"/notes", nil, object{"note": object{"content": text}})
	if err != nil {
		return eventData{}, err
	}
	made := answer.object("note")
	id := idOf(made.text("id"))
	return eventData{
		Type: typeNote, ID: ownPrefix + "note/" + id, Incident: incidentID, At: made.time("created_at"),
		By: reference{ID: by.ID, Name: by.Name, URL: by.URL}, Note: &note{ID: id, Text: untrusted.Line(text, maxText)},
	}, nil
}

// ExpectNote implements provider.ReplySync.
func (incidents) ExpectNote(state json.RawMessage, reply provider.UserReply) (provider.Event, error) {
	id, err := incidentOf(state)
	if err != nil {
		return provider.Event{}, err
	}
	n := eventData{
		Type: typeNoteExpected, ID: ownPrefix + "expected/" + reply.ID, Incident: id, At: reply.At,
		OriginChannel: reply.Place, Note: &note{Text: untrusted.Line(reply.Text, maxText)},
	}
	e := n.event()
	e.UpdateOnly = true // it doesn't create a card
	return e, nil
}

// SyncReply implements provider.ReplySync.
func (p incidents) SyncReply(ctx context.Context, s provider.Session, c provider.ActionRequest, reply provider.UserReply) ([]provider.Event, error) {
	id, err := incidentOf(c.State)
	if err != nil {
		return nil, err
	}
	noted, err := p.AddNote(ctx, s, id, reply.Text)
	if err != nil {
		return nil, err
	}
	return []provider.Event{noted}, nil
}

// incidentOf returns the ID of the card's incident. Fault: InvalidInput for a sample.
func incidentOf(state json.RawMessage) (string, error) {
	card, err := readIncident(state)
	if err == nil && (idOf(card.ID) == "" || card.Sample) {
		err = fault.New(fault.InvalidInput)
	}
	return card.ID, err
}
