package sentry

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// lookPrefix begins the key of a task that looks one issue up; catchUpKey is that of looking for what was missed.
	lookPrefix = "look/"
	catchUpKey = "catchup"
	// pagesAtOnce is how many pages one round of catching up reads, and maxRounds how many rounds there are: a thousand issues.
	pagesAtOnce = 2
	maxRounds   = 5
	// roundPause is the time between two of them.
	roundPause = 5 * time.Second
	// overlap is how far before the last delivery is looked: clocks differ, and Sentry counts events a little late.
	overlap = 2 * time.Minute
	// settledFor is how long before the last look an issue that somebody has settled may have been seen last, to be looked at.
	settledFor = 14 * 24 * time.Hour
)

// catchUpState is what a task to catch up looks for.
type catchUpState struct {
	Since    time.Time `json:"since,omitzero"`
	Projects []string  `json:"projects,omitempty"`
	// Next is the page to go on with.
	Next string `json:"next,omitempty"`
}

// CatchUpTask returns the task of finding out what happened since the last delivery. Sentry tries deliveries of internal integrations only
// once: what it sent while no server was up is lost, unless it is looked up. Projects are the slugs that channels follow.
func CatchUpTask(since time.Time, projects []string) provider.Task {
	return catchUpState{Since: since, Projects: projects}.task(0)
}

// catchUpInterval is how often what was missed is looked for.
const catchUpInterval = 10 * time.Minute

// ReconcileTask has what happened since the last look be looked up.
func (*Sentry) ReconcileTask(since time.Time, parts []string) (time.Duration, provider.Task) {
	return catchUpInterval, CatchUpTask(since, parts)
}

func (m catchUpState) task(round int) provider.Task {
	data, err := json.Marshal(m)
	if err != nil {
		data = nil // cannot be: it holds plain values only
	}
	t := provider.Task{Key: catchUpKey, Round: round, Data: data}
	if round > 0 {
		t.After = roundPause
	}
	return t
}

// lookupTask returns the task of looking an issue up of which only a comment was heard.
func lookupTask(id string) provider.Task { return provider.Task{Key: lookPrefix + id} }

// RunTask looks one issue up, or all that have changed since the last delivery. What it finds changes no card that tells the same already.
func (s *Sentry) RunTask(ctx context.Context, session provider.Session, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	c := newClient(session, r.Path)
	if id, ok := strings.CutPrefix(t.Key, lookPrefix); ok {
		found, at, err := c.issue(ctx, id)
		if fault.Is(err, fault.ResourceUnknown) {
			return nil, nil, nil // it is gone
		}
		if err != nil {
			return nil, nil, err
		}
		return []provider.Event{s.lookedUpEvent(c, found, at, time.Time{})}, nil, nil
	}
	var m catchUpState
	if err := json.Unmarshal(t.Data, &m); err != nil {
		return nil, nil, errors.Wrap(err, "read a task")
	}
	return s.catchUp(ctx, c, m, t.Round)
}

// catchUp reads some pages of what changed, the latest first, and has the next task go on.
func (s *Sentry) catchUp(ctx context.Context, c client, m catchUpState, round int) ([]provider.Event, []provider.Task, error) {
	var events []provider.Event
	since := time.Time{}
	collect := func(page []sentIssue) bool {
		for _, sent := range page {
			if found, at := sent.issue(s.personalData()); found.ID != "" {
				events = append(events, s.lookedUpEvent(c, found, at, since))
			}
		}
		return true
	}
	if round == 0 {
		// First, so that of an issue that is found in both ways the other news is kept: it may be a new one.
		if _, err := pages(ctx, c.Session, c.settledIssues(m), 1, collect); err != nil {
			return nil, nil, err
		}
	}
	since = m.Since
	address := m.Next
	if address == "" {
		address = c.changedSince(m)
	}
	next, err := pages(ctx, c.Session, address, pagesAtOnce, collect)
	if err != nil {
		return nil, nil, err
	}
	events = oldestFirst(events)
	if next == "" || round+1 >= maxRounds {
		return events, nil, nil
	}
	m.Next = next
	return events, []provider.Task{m.task(round + 1)}, nil
}

// changedSince returns the address of the issues that have seen an event since, in whatever state, the latest first.
func (c client) changedSince(m catchUpState) string { return c.search(m, "", m.Since.Add(-overlap)) }

// settledIssues returns the address of the issues that somebody has resolved or archived and that were seen in the weeks before or later, the latest first:
// what was done about an issue changes no time that could be searched for.
// https://docs.sentry.io/concepts/search/searchable-properties/issues/
func (c client) settledIssues(m catchUpState) string {
	return c.search(m, "!is:unresolved ", m.Since.Add(-settledFor))
}

// search returns the address of the issues that fit and were seen since, in the projects that are followed.
func (c client) search(m catchUpState, fitting string, seenSince time.Time) string {
	query := fitting + "lastSeen:>=" + seenSince.UTC().Format("2006-01-02T15:04:05")
	slugs := slices.DeleteFunc(slices.Clone(m.Projects), func(slug string) bool { return slugOf(slug) == "" })
	if len(slugs) > 0 {
		query += " project:[" + strings.Join(slugs, ",") + "]"
	}
	return c.endpoint("issues") + "?" + url.Values{"query": {query}, "sort": {"date"}, "limit": {perPage}, "project": {"-1"}}.Encode()
}

// lookedUpEvent returns the event of having seen an issue. One that is younger than the last delivery is new; of others only cards that are
// there already are brought up to date.
func (s *Sentry) lookedUpEvent(c client, found *issue, at location, since time.Time) provider.Event {
	n := eventData{
		Site: location{Base: c.Site.URL, Slug: c.org}, At: s.now(), Type: typeLookedUp, Issue: found,
		IsNew: !since.IsZero() && !found.First.Before(since.Add(-overlap)),
	}
	n.fillLocation(at)
	return issueEvent(n)
}

// oldestFirst turns the order round, and leaves out what was found twice.
func oldestFirst(events []provider.Event) []provider.Event {
	slices.Reverse(events)
	seen := map[string]bool{}
	return slices.DeleteFunc(events, func(e provider.Event) bool {
		again := seen[e.Subject]
		seen[e.Subject] = true
		return again
	})
}
