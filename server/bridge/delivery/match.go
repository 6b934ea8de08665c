package delivery

import (
	"maps"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
)

// verdict is what a subscription says of an event.
type verdict int

// The verdicts.
const (
	refused verdict = iota
	// undecided is an event of a subject of which too little is known to tell whether it passes the filters.
	undecided
	wanted
)

// learn remembers what the event says of its subject, for the filters of later events that don't say it.
func learn(sub *bridge.Subject, d provider.Descriptor, e provider.Event) {
	if e.Resource != "" {
		sub.Resource = e.Resource
	}
	for _, f := range d.Filters {
		value, there := e.Labels[f.ID]
		if !there {
			continue
		}
		if sub.Labels == nil {
			sub.Labels = map[string][]string{}
		}
		if !f.MultiValue {
			sub.Labels[f.ID] = []string{value}
			continue
		}
		said := strings.Split(value, "\n")
		values := append(slices.DeleteFunc(sub.Labels[f.ID], func(known string) bool { return slices.Contains(said, known) }), said...)
		sub.Labels[f.ID] = values[max(0, len(values)-bridge.MaxValues):]
	}
}

// labelsOf returns what filters look at for the event: what it says itself, else what is known of its subject.
func labelsOf(sub *bridge.Subject, e provider.Event) map[string][]string {
	all := maps.Clone(sub.Labels)
	for label, value := range e.Labels {
		if all == nil {
			all = map[string][]string{}
		}
		all[label] = strings.Split(value, "\n")
	}
	return all
}

// judge says whether the subscription asks for an event that changed its subject in this way.
func judge(s bridge.Subscription, d provider.Descriptor, sub *bridge.Subject, e provider.Event, c provider.Change) verdict {
	if s.OnlyTurns && !c.ResultChanged || !wantsKind(s, d, c.Kind) {
		return refused
	}
	return filterVerdict(s, d, sub.Resource, labelsOf(sub, e))
}

// filterVerdict says whether the subscription's resource and filters let through a subject with these.
func filterVerdict(s bridge.Subscription, d provider.Descriptor, resource string, labels map[string][]string) verdict {
	switch {
	case s.Resource != "" && resource != "" && s.Resource != resource, !passes(s, d, labels):
		return refused
	case resource == "" && len(labels) == 0 && narrows(s, d), lacksLabel(s, d, labels):
		return undecided
	}
	return wanted
}

// narrows reports whether the subscription wants only some subjects of the connection.
func narrows(s bridge.Subscription, d provider.Descriptor) bool {
	return s.Resource != "" || slices.ContainsFunc(d.Filters, func(f provider.Filter) bool { return strings.TrimSpace(s.Filters[f.ID]) != "" })
}

// lacksLabel reports whether a filter looks at a label that every subject has, and that isn't known yet.
func lacksLabel(s bridge.Subscription, d provider.Descriptor, labels map[string][]string) bool {
	return slices.ContainsFunc(d.Filters, func(f provider.Filter) bool {
		return f.AlwaysPresent && strings.TrimSpace(s.Filters[f.ID]) != "" && len(labels[f.ID]) == 0
	})
}

func wantsKind(s bridge.Subscription, d provider.Descriptor, kind string) bool {
	if s.Events != nil {
		return slices.Contains(s.Events, kind)
	}
	return slices.ContainsFunc(d.Events, func(k provider.EventKind) bool { return k.ID == kind && k.Default })
}

// passes reports whether each filter lets a value of its label through. A label that isn't known passes, as does one that is known to be none:
// a build whose branch is unknown, or an incident without a priority, is better shown than missed.
func passes(s bridge.Subscription, d provider.Descriptor, labels map[string][]string) bool {
	for _, f := range d.Filters {
		wish, values := strings.TrimSpace(s.Filters[f.ID]), labels[f.ID]
		if wish == "" || len(values) == 0 {
			continue
		}
		if !slices.ContainsFunc(values, func(value string) bool {
			if value == "" {
				return true
			}
			if len(f.Levels) > 0 {
				return reaches(f.Levels, wish, value)
			}
			return bridge.MatchPatterns(wish, value)
		}) {
			return false
		}
	}
	return true
}

// reaches reports whether the level is the least one or above it. One that is not known passes: better seen than missed.
func reaches(levels []string, least, level string) bool {
	at := slices.Index(levels, level)
	return at < 0 || at >= slices.Index(levels, least)
}
