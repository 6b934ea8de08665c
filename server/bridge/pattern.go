package bridge

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ValidPattern reports whether the pattern can match anything.
func ValidPattern(pattern string) bool {
	pattern = strings.TrimSpace(strings.TrimPrefix(pattern, "!"))
	return pattern != "" && len(pattern) <= MaxPattern && strings.Count(pattern, "{") <= maxBraces && doublestar.ValidatePattern(pattern)
}

// Limits of patterns: a channel's members write them, and each event is held against them.
const (
	// MaxPattern is the longest pattern, and the longest label, that is looked at; in bytes.
	MaxPattern = 300
	// maxBraces bounds the alternatives in one: their combinations multiply, and take for ever to try.
	maxBraces = 1
	// MaxValues is how many values of one label a subject remembers, the latest.
	MaxValues = 20
)

// MatchPatterns reports whether the label fits one of the patterns, and none of those with a "!". Where there are only such, all others
// fit. Case does not matter; "*" stays within what stands between two slashes, "**" does not.
func MatchPatterns(patterns, label string) bool {
	included, asked := false, false
	for _, pattern := range SplitPatterns(patterns) {
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
	if len(pattern) > MaxPattern || len(label) > MaxPattern {
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

// SplitPatterns takes the patterns apart at commas, but not at those within braces.
func SplitPatterns(patterns string) []string {
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
