package pagerduty

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// searchPages is how many pages of 100 incidents are searched: PagerDuty can't search titles.
	searchPages = 3
	// searchWindow is how far back a search goes: PagerDuty lists at most six months at once.
	searchWindow = 179 * 24 * time.Hour
	// maxFound limits the results.
	maxFound = 25
)

// numberForm is the number of an incident as users type it.
var numberForm = regexp.MustCompile(`^#?([0-9]{1,9})$`)

// Search is a search for incidents.
type Search struct {
	// Text is part of the title, a number with or without "#", or "" for all.
	Text string
	// Statuses limits the statuses; empty for all.
	Statuses []string
	// ServiceIDs limits the services; empty for all.
	ServiceIDs []string
	// Mine limits the search to incidents assigned to the user.
	Mine bool
}

// FoundIncident is a search result.
type FoundIncident struct {
	// Title begins with the number. All fields are untrusted text.
	ID, Title, Status, Service, URL string
	// Event creates the incident's card.
	Event provider.Event
}

// Find returns incidents, latest first, and whether there may be more.
func (incidents) Find(ctx context.Context, s provider.Session, q Search, now time.Time) (hits []FoundIncident, more bool, err error) {
	c := newClient(s)
	if match := numberForm.FindStringSubmatch(strings.TrimSpace(q.Text)); match != nil {
		shown, err := c.incident(ctx, match[1])
		if err == nil {
			return []FoundIncident{foundIncident(shown)}, false, nil
		}
		if !isUnknown(err) {
			return nil, false, err
		}
	}
	asked := url.Values{
		"sort_by": {"created_at:desc"}, "since": {now.Add(-searchWindow).UTC().Format(time.RFC3339)}, "until": {now.Add(time.Minute).UTC().Format(time.RFC3339)},
		"statuses[]": {statusTriggered, statusAcknowledged, statusResolved},
	}
	if len(q.Statuses) > 0 {
		asked["statuses[]"] = q.Statuses
	}
	if len(q.ServiceIDs) > 0 {
		asked["service_ids[]"] = q.ServiceIDs
	}
	if q.Mine {
		me, err := c.me(ctx)
		if err != nil {
			return nil, false, err
		}
		asked["user_ids[]"] = []string{me.ID}
	}
	found, more, err := c.pages(ctx, "/incidents", "incidents", withBridge(asked), searchPages*pageSize)
	if err != nil {
		return nil, false, err
	}
	words := strings.Fields(strings.ToLower(q.Text))
	for _, shown := range found {
		if idOf(shown.text("id")) == "" || !contains(strings.ToLower(shown.text("title")), words) {
			continue
		}
		if len(hits) == maxFound {
			return hits, true, nil
		}
		hits = append(hits, foundIncident(shown))
	}
	return hits, more, nil
}

// contains reports whether the title contains all words.
func contains(title string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(title, word) {
			return false
		}
	}
	return true
}

func foundIncident(shown object) FoundIncident {
	n := lookedUp(shown, Person{})
	i := incident{ID: n.Incident, Shown: n.Shown}
	return FoundIncident{ID: n.Incident, Title: i.title(), Status: n.Shown.Status, Service: n.Shown.Service.Name, URL: n.Shown.URL, Event: n.event()}
}

// Lookup returns the incident with this ID or number as an event. Fault: ResourceUnknown.
func (incidents) Lookup(ctx context.Context, s provider.Session, id string) (provider.Event, error) {
	shown, err := newClient(s).incident(ctx, id)
	if err != nil {
		return provider.Event{}, err
	}
	return lookedUp(shown, Person{}).event(), nil
}
