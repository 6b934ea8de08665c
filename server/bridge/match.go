package bridge

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"mattermost-plugin-zoom/server/provider"
)

// Limits of patterns: a channel's members write them, and each event is held against them.
const (
	// maxPattern is the longest pattern, and the longest label, that is looked at; in bytes.
	maxPattern = 300
	// maxBraces bounds the alternatives in one: their combinations multiply, and take for ever to try.
	maxBraces = 1
)

// wants reports whether the subscription asks for the event, given what it made of its subject.
func (s Subscription) wants(d provider.Descriptor, e provider.Event, c provider.Change) bool {
	if s.Resource != "" && e.Resource != "" && s.Resource != e.Resource {
		return false
	}
	if s.OnlyTurns && !c.Turned {
		return false
	}
	return s.wantsKind(d, c.Kind) && s.passes(d, e.Labels)
}

func (s Subscription) wantsKind(d provider.Descriptor, kind string) bool {
	if s.Events != nil {
		return slices.Contains(s.Events, kind)
	}
	return slices.ContainsFunc(d.Events, func(k provider.EventKind) bool { return k.ID == kind && k.Default })
}

// passes reports whether all filters let the labels through.
func (s Subscription) passes(d provider.Descriptor, labels map[string]string) bool {
	for _, f := range d.Filters {
		wish, label := strings.TrimSpace(s.Filters[f.ID]), labels[f.ID]
		switch {
		case wish == "", label == "":
			// What has no such label passes: a build of which nobody said the branch is better seen than missed.
		case len(f.Levels) > 0:
			if !reaches(f.Levels, wish, label) {
				return false
			}
		case !matches(wish, label):
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

// matches reports whether the label fits one of the patterns, and none of those with a "!". Where there are only such, all others
// fit. Case does not matter; "*" stays within what stands between two slashes, "**" does not.
func matches(patterns, label string) bool {
	included, asked := false, false
	for _, pattern := range split(patterns) {
		out := strings.HasPrefix(pattern, "!")
		fits := fits(strings.TrimSpace(strings.TrimPrefix(pattern, "!")), label)
		if out && fits {
			return false
		}
		asked = asked || !out
		included = included || !out && fits
	}
	return included || !asked
}

// fits tries the alternatives in braces one by one: doublestar, which can do that too, takes very long for some.
func fits(pattern, label string) bool {
	if len(pattern) > maxPattern || len(label) > maxPattern {
		return false
	}
	pattern, label = strings.ToLower(pattern), strings.ToLower(label)
	if pattern == label {
		return true
	}
	before, rest, braced := strings.Cut(pattern, "{")
	inside, after, closed := strings.Cut(rest, "}")
	if !braced {
		return doublestar.MatchUnvalidated(pattern, label)
	}
	if !closed || strings.Count(pattern, "{") > maxBraces {
		return false
	}
	for choice := range strings.SplitSeq(inside, ",") {
		if doublestar.MatchUnvalidated(before+choice+after, label) {
			return true
		}
	}
	return false
}

// split takes the patterns apart at commas, but not at those within braces.
func split(patterns string) []string {
	var parts []string
	begin, depth := 0, 0
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" && part != "!" {
			parts = append(parts, part)
		}
	}
	for i, c := range patterns {
		switch {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			add(patterns[begin:i])
			begin = i + 1
		}
	}
	add(patterns[begin:])
	return parts
}
