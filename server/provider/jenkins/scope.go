package jenkins

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Limits of a token's scope.
const (
	maxScope   = 1000
	maxEntries = 50
)

var (
	// scopePattern is the full name of a job, with "*" and "**" as wildcards. There are no exclusions: Jenkins compares names by its own
	// rules, so an excluded job could be reached with another spelling.
	scopePattern = regexp.MustCompile(`^[^!?\[\]{}\\/]+(/[^!?\[\]{}\\/]+)*$`)
	// configurationPattern is a configuration of a matrix job ("OS=linux,JDK=21"). Anything else between a job and a number, such as
	// "doDelete", may be an operation of Jenkins.
	configurationPattern = regexp.MustCompile(`^[^=,/]+=[^=,/]*(,[^=,/]+=[^=,/]*)*$`)
)

// parseScope returns the jobs for which the user confirms a token. Each entry must begin with the name of a job or folder: with a token
// for everything, anyone who has the hook's secret could run any job.
func parseScope(text string) ([]string, error) {
	wrong := &provider.FieldError{Field: fieldJobs, Message: chat.Say("jenkins.credential.jobs_bad")}
	var entries []string
	for part := range strings.SplitSeq(text, ",") {
		entry := strings.Trim(strings.TrimSpace(part), "/")
		first, _, _ := strings.Cut(entry, "/")
		switch {
		case entry == "":
			continue
		case !scopePattern.MatchString(entry) || strings.Trim(first, "*") == "":
			return nil, wrong
		case !slices.Contains(entries, entry):
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 || len(entries) > maxEntries || len(text) > maxScope {
		return nil, wrong
	}
	return entries, nil
}

// inScope reports whether the token may be used for the job. A branch is compared as Jenkins stores it, so that its slash isn't a
// folder's.
func inScope(scope []string, p location) bool {
	var names []string
	for _, name := range p.Path {
		names = append(names, strings.ReplaceAll(name, "/", "%2F"))
	}
	full := strings.Join(names, "/")
	return slices.ContainsFunc(scope, func(entry string) bool { return doublestar.MatchUnvalidated(entry, full) })
}
