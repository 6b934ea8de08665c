package bitbucket_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
)

// undocumented is what the sandbox sends although the document of that product
// does not have it, with the reason.
func undocumented() map[string]string {
	const pipelines = "a field of one of the kinds of states, targets and triggers; the document describes only what all have in common"
	const captured = "in every recorded commit of jenkinsci/bitbucket-branch-source-plugin; the document leaves it out"
	const hook = "webhooks have it in jenkinsci/bitbucket-branch-source-plugin (1.0-projects-amuniz-repos-test-repos-webhooks_start_0_limit_200.json), " +
		"and without the ID none could be changed; the document of 9.2 describes no list of them"
	const author = "in every recorded pull request of that plugin (1.0-projects-amuniz-repos-test-repos-pull-requests-1.json); the document leaves it out"
	all := map[string]string{}
	for _, prefix := range []string{"", "values[]."} {
		for _, field := range []string{"state.name", "state.stage", "target.commit", "target.ref_name", "target.ref_type", "target.selector", "trigger.name"} {
			all["cloud "+prefix+field] = pipelines
		}
		all["dc pull-requests "+prefix+"author"] = author
	}
	all["cloud state.result"] = pipelines
	all["cloud links"], all["cloud values[].target.links"], all["cloud values[].target.parents[].links"] = captured, captured, captured
	for _, field := range []string{"id", "createdDate", "updatedDate", "isLastPage", "limit", "size", "start", "values"} {
		all["dc webhooks "+field] = hook
	}
	all["dc pull-requests properties"] = "the merge commit is in the delivery about a merge, and the plugin reads it of both"
	return all
}

// shape is what is documented of a value: its fields, or that they are not described.
type shape struct {
	open   bool
	fields map[string]*shape
}

// documented reads testdata/documented.txt.
func documented(t *testing.T) map[string]*shape {
	t.Helper()
	text, err := os.ReadFile("testdata/documented.txt")
	require.NoError(t, err)
	entries, name := map[string]string{}, ""
	for line := range strings.SplitSeq(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "#"), line == "":
		case strings.HasPrefix(line, "\t"):
			entries[name] += " " + strings.TrimSpace(line)
		default:
			name = line
			entries[name] = ""
		}
	}
	token := regexp.MustCompile(`[{}]|[^\s{}]+`)
	shapes := map[string]*shape{}
	for name := range entries {
		var read func(tokens []string, into *shape) []string
		read = func(tokens []string, into *shape) []string {
			var last *shape
			for len(tokens) > 0 {
				one := tokens[0]
				tokens = tokens[1:]
				switch {
				case one == "}":
					return tokens
				case one == "{":
					tokens = read(tokens, last)
				case strings.HasPrefix(one, "$"):
					require.Contains(t, entries, one, name)
					read(token.FindAllString(entries[one], -1), into)
				default:
					last = &shape{open: strings.HasSuffix(one, "*"), fields: map[string]*shape{}}
					into.fields[strings.TrimRight(one, "*[]")] = last
				}
			}
			return nil
		}
		shapes[name] = &shape{fields: map[string]*shape{}}
		read(token.FindAllString(entries[name], -1), shapes[name])
	}
	return shapes
}

// beyond returns the fields of a value that are not documented.
func (s *shape) beyond(value any, path string) []string {
	var found []string
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			found = append(found, s.beyond(one, path+"[]")...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			inner := s.fields[name]
			switch {
			case s.open:
			case inner == nil:
				found = append(found, at)
			default:
				found = append(found, inner.beyond(v[name], at)...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// nameless leaves the names of parameters out of an operation.
func nameless(pattern string) string {
	pattern = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ReplaceAll(pattern, "/{$}", ""), "{}")
	return strings.TrimPrefix(pattern, "/api/latest")
}

// stages are both products, with all that their webhooks can ask for.
func stages(t *testing.T) map[string]*stage {
	t.Helper()
	return map[string]*stage{
		"cloud": setStage(t), "dc": setStage(t, dataCenter("9.4.0"), func(o *bitbucket.Options) { o.Seed.Repos[0].Workspace = "ACME" }),
	}
}

func TestAnswersHoldWhatIsDocumentedForTheirCall(t *testing.T) {
	t.Parallel()
	known, reasons, met := documented(t), undocumented(), map[string]bool{}
	for product, s := range stages(t) {
		calls, kind := s.ready().cloudCalls, bitbucket.Cloud
		if product == "dc" {
			calls, kind = s.dcCalls, bitbucket.DataCenter
		}
		called := map[string]bool{}
		for _, c := range calls() {
			a := s.as(c.by, c.method, c.path, c.body)
			require.Less(t, a.status, 300, "%s %s: %s", c.method, c.path, a.text)
			entry := known[product+" "+c.method+" "+c.pattern]
			require.NotNil(t, entry, "%s %s is not documented", c.method, c.pattern)
			called[c.method+" "+nameless(c.pattern)] = true
			for _, field := range entry.beyond(any(a.body), "") {
				reason := reasonFor(product, c.pattern, field)
				require.NotEmpty(t, reasons[reason], "%s %s answers with %s, which is not documented", c.method, c.pattern, field)
				met[reason] = true
			}
		}
		for _, pattern := range bitbucket.Patterns(kind) {
			method, path, _ := strings.Cut(pattern, " ")
			require.True(t, called[method+" "+nameless(path)], "%s is compared with nothing", pattern)
		}
	}
	for reason := range reasons {
		require.True(t, met[reason], "%s is not sent anymore and need not be listed", reason)
	}
}

// reasonFor names a field among those that are not documented.
func reasonFor(product, pattern, field string) string {
	for _, part := range []string{"webhooks", "pull-requests"} {
		if product == "dc" && strings.Contains(pattern, "/"+part) {
			return product + " " + part + " " + field
		}
	}
	return product + " " + field
}

func TestDeliveriesHoldWhatIsDocumentedForTheirEvent(t *testing.T) {
	t.Parallel()
	known := documented(t)
	for product, s := range stages(t) {
		var events []string
		for entry := range known {
			if of, event, _ := strings.Cut(entry, " "); of == product && !strings.Contains(event, " ") {
				events = append(events, event)
			}
		}
		hook := listen(t)
		slices.SortFunc(events, func(a, b string) int { return strings.Compare(b, a) }) // a push comes first, which tells the product
		s.hook(hook, hookSecret, events...)
		s.happens(product)
		s.sbx.Settle()
		heard := map[string]bool{}
		for _, got := range hook.All() {
			heard[got.event] = true
			require.Empty(t, known[product+" "+got.event].beyond(any(got.json), ""), "%s says what is not documented", got.event)
		}
		for _, event := range events {
			require.True(t, heard[event], "%s is compared with nothing", event)
		}
	}
}

// happens has everything happen that deliveries tell of.
func (s *stage) happens(product string) {
	s.t.Helper()
	calls := s.ready().cloudCalls
	if product == "dc" {
		calls = s.dcCalls
	} else {
		_, err := s.repo.RunPipeline("fix", "bob")
		require.NoError(s.t, err)
	}
	_, err := s.repo.Push(bitbucket.Push{Branch: "fix", Commits: []string{"More"}, Also: []bitbucket.Push{{Tag: "v1"}}})
	require.NoError(s.t, err)
	for _, c := range calls() {
		a := s.as(c.by, c.method, c.path, c.body)
		require.Less(s.t, a.status, 300, "%s %s: %s", c.method, c.path, a.text)
	}
}
