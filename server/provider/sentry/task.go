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
	// lookupPrefix is the prefix of the keys of tasks that look up one issue; catchUpKey is the key of the task that looks for missed
	// events.
	lookupPrefix = "look/"
	catchUpKey   = "catchup"
	// pagesAtOnce is how many pages one round of catching up reads, and maxRounds limits the rounds: together a thousand issues.
	pagesAtOnce = 2
	maxRounds   = 5
	// roundPause is the time between two rounds.
	roundPause = 5 * time.Second
	// overlap is how far before the last delivery a lookup begins: clocks differ, and Sentry counts events a little late.
	overlap = 2 * time.Minute
	// settledFor limits when a resolved or archived issue was last seen, before the last lookup, to be looked up again.
	settledFor = 14 * 24 * time.Hour
)

// catchUpState is the data of the task.
type catchUpState struct {
	Since    time.Time `json:"since,omitzero"`
	Projects []string  `json:"projects,omitempty"`
	// Next is the page to continue with.
	Next string `json:"next,omitempty"`
}

// CatchUpTask returns the task that finds what happened since the last delivery. Sentry sends each delivery of an internal integration
// only once, so what it sends while no server runs is lost unless it is looked up. Projects are the slugs of subscribed projects.
func CatchUpTask(since time.Time, projects []string) provider.Task {
	return catchUpState{Since: since, Projects: projects}.task(0)
}

// catchUpInterval is how often missed events are looked up.
const catchUpInterval = 10 * time.Minute

// ReconcileTask implements provider.Reconciler.
func (*Sentry) ReconcileTask(since time.Time, parts []string) (time.Duration, provider.Task) {
	return catchUpInterval, CatchUpTask(since, parts)
}

func (m catchUpState) task(round int) provider.Task {
	t := provider.Task{Key: catchUpKey, Round: round, Data: provider.Encode(m)}
	if round > 0 {
		t.After = roundPause
	}
	return t
}

// lookupTask returns the task that looks up an issue of which only a comment is known.
func lookupTask(id string) provider.Task { return provider.Task{Key: lookupPrefix + id} }

// RunTask implements provider.TaskRunner. It looks up one issue, or all that have changed since the last delivery. Cards that are up to
// date don't change.
func (s *Sentry) RunTask(ctx context.Context, session provider.Session, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	c := newClient(session, r.Path)
	if id, ok := strings.CutPrefix(t.Key, lookupPrefix); ok {
		found, at, err := c.issue(ctx, id)
		if fault.Is(err, fault.ResourceUnknown) {
			return nil, nil, nil // the issue is gone
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

// catchUp reads some pages of changed issues, latest first. If there are more, the next task continues.
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
		// These come first so that the other event of an issue that is found twice is kept: it may be a new issue.
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

// changedSince returns the address of issues with an event since then in any status, latest first.
func (c client) changedSince(m catchUpState) string { return c.search(m, "", m.Since.Add(-overlap)) }

// settledIssues returns the address of resolved or archived issues that were seen in recent weeks, latest first: resolving or archiving
// an issue changes no time that can be searched.
//
// https://docs.sentry.io/concepts/search/searchable-properties/issues/
func (c client) settledIssues(m catchUpState) string {
	return c.search(m, "!is:unresolved ", m.Since.Add(-settledFor))
}

// search returns the address of matching issues that were seen since then in the subscribed projects.
func (c client) search(m catchUpState, fitting string, seenSince time.Time) string {
	query := fitting + "lastSeen:>=" + seenSince.UTC().Format("2006-01-02T15:04:05")
	slugs := slices.DeleteFunc(slices.Clone(m.Projects), func(slug string) bool { return slugOf(slug) == "" })
	if len(slugs) > 0 {
		query += " project:[" + strings.Join(slugs, ",") + "]"
	}
	return c.endpoint("issues") + "?" + url.Values{"query": {query}, "sort": {"date"}, "limit": {perPage}, "project": {"-1"}}.Encode()
}

// lookedUpEvent returns the event for an issue that was looked up. An issue that is newer than the last delivery is new; for others, only
// existing cards are updated.
func (s *Sentry) lookedUpEvent(c client, found *issue, at location, since time.Time) provider.Event {
	n := eventData{
		Site: location{Base: c.Site.URL, Slug: c.org}, At: s.now(), Type: typeLookedUp, Issue: found,
		IsNew: !since.IsZero() && !found.First.Before(since.Add(-overlap)),
	}
	n.fillLocation(at)
	return issueEvent(n)
}

// oldestFirst reverses the order and removes duplicates.
func oldestFirst(events []provider.Event) []provider.Event {
	slices.Reverse(events)
	seen := map[string]bool{}
	return slices.DeleteFunc(events, func(e provider.Event) bool {
		again := seen[e.Subject]
		seen[e.Subject] = true
		return again
	})
}
