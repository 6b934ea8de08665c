package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
)

func TestPatternsFitAsPeopleMeanThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		patterns, label string
		fits            bool
	}{
		{"main", "main", true},
		{"main", "MAIN", true},
		{"main", "maintenance", false},
		{"main, release/*", "release/1.2", true},
		{"release/*", "release/1.2/fix", false},
		{"release/**", "release/1.2/fix", true},
		{"**/web", "folder/deep/web", true},
		{"**", "any/thing", true},
		{"!main", "feature", true},
		{"!main", "main", false},
		{"feature/*, !feature/x*", "feature/xyz", false},
		{"feature/*, !feature/x*", "feature/abc", true},
		{"!feature/x*, feature/*", "main", false},
		{"{main,develop}", "develop", true},
		{"{main,develop}, x", "x", true},
		{"{a,b}{c,d}", "ac", false},
		{"{a,b}{c}", "{a,b}{c}", true},
		{"release/{1,2}/*", "release/2/x", true},
		{"{a,b", "a", false},
		{"v?.[0-9]", "v1.2", true},
		{"[broken", "[broken", true},
		{"[broken", "broken", false},
		{"main", "", false},
		{"!main", "", true},
		{" , !, ", "anything", true},
	} {
		require.Equal(t, row.fits, bridge.MatchPatterns(row.patterns, row.label), "%q and %q", row.patterns, row.label)
	}
}

func TestASubscriptionWantsWhatItAsksFor(t *testing.T) {
	t.Parallel()
	desc := provider.Descriptor{
		Events:  []provider.EventKind{{ID: "fine"}, {ID: "broken", Default: true}},
		Filters: []provider.Filter{{ID: "branch"}, {ID: "level", Levels: []string{"low", "medium", "high"}}},
	}
	event := provider.Event{Resource: "r1", Labels: map[string]string{"branch": "main", "level": "medium"}}
	broken := provider.Change{Kind: "broken", ResultChanged: true}
	for name, row := range map[string]struct {
		sub    bridge.Subscription
		event  provider.Event
		change provider.Change
		wanted bool
	}{
		"the defaults":           {bridge.Subscription{}, event, broken, true},
		"not among the defaults": {bridge.Subscription{}, event, provider.Change{Kind: "fine"}, false},
		"chosen":                 {bridge.Subscription{Events: []string{"fine"}}, event, provider.Change{Kind: "fine"}, true},
		"nothing chosen":         {bridge.Subscription{Events: []string{}}, event, broken, false},
		"its resource":           {bridge.Subscription{Resource: "r1"}, event, broken, true},
		"another resource":       {bridge.Subscription{Resource: "r2"}, event, broken, false},
		"of an unknown resource": {bridge.Subscription{Resource: "r2"}, provider.Event{}, broken, false},
		"of all resources":       {bridge.Subscription{Resource: "r2"}, provider.Event{Labels: map[string]string{"branch": "main"}}, broken, true},
		"a turn":                 {bridge.Subscription{OnlyTurns: true}, event, broken, true},
		"no turn":                {bridge.Subscription{OnlyTurns: true}, event, provider.Change{Kind: "broken"}, false},
		"a branch":               {bridge.Subscription{Filters: map[string]string{"branch": "main"}}, event, broken, true},
		"another branch":         {bridge.Subscription{Filters: map[string]string{"branch": "!main"}}, event, broken, false},
		"bad enough":             {bridge.Subscription{Filters: map[string]string{"level": "low"}}, event, broken, true},
		"just as bad":            {bridge.Subscription{Filters: map[string]string{"level": "medium"}}, event, broken, true},
		"not bad enough":         {bridge.Subscription{Filters: map[string]string{"level": "high"}}, event, broken, false},
		"of an unknown severity": {bridge.Subscription{Filters: map[string]string{"level": "high"}}, provider.Event{Resource: "r1"}, broken, true},
		"an unknown level":       {bridge.Subscription{Filters: map[string]string{"level": "high"}}, provider.Event{Labels: map[string]string{"level": "odd"}}, broken, true},
		"all filters count":      {bridge.Subscription{Filters: map[string]string{"level": "low", "branch": "x"}}, event, broken, false},
	} {
		require.Equal(t, row.wanted, judges(row.sub, desc, row.event, row.change) == wanted, name)
	}
}

func FuzzPatterns(f *testing.F) {
	f.Add("main, !release/**", "release/1")
	f.Add("{a,{b,c}},[x-", "b")
	f.Add("**/**/**/**/*a*a*a*a*b", "a/a/a/a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Add("{*,**}{*,**}{*,**}{*,**}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b")
	f.Fuzz(func(t *testing.T, patterns, label string) {
		began := time.Now()
		bridge.MatchPatterns(patterns, label)
		require.Less(t, time.Since(began), time.Second)
		if parts := bridge.SplitPatterns(label); len(parts) == 1 && parts[0] == label && len(label) <= bridge.MaxPattern && label[0] != '!' {
			require.True(t, bridge.MatchPatterns(label, label), "a text fits itself")
		}
	})
}

func TestWhatHasNoLabelPassesItsFilter(t *testing.T) {
	t.Parallel()
	d := provider.Descriptor{Events: []provider.EventKind{{ID: "failure", Default: true}}, Filters: []provider.Filter{{ID: "branch"}}}
	sub := bridge.Subscription{Filters: map[string]string{"branch": "main"}}
	failed := provider.Change{Kind: "failure"}
	require.True(t, judges(sub, d, provider.Event{Labels: map[string]string{"job": "web"}}, failed) == wanted, "the branch is unknown")
	require.True(t, judges(sub, d, provider.Event{Labels: map[string]string{"branch": "main"}}, failed) == wanted)
	require.False(t, judges(sub, d, provider.Event{Labels: map[string]string{"branch": "dev"}}, failed) == wanted)
	d.Filters[0].AlwaysPresent = true
	require.Equal(t, undecided, judges(sub, d, provider.Event{Labels: map[string]string{"job": "web"}}, failed), "it has one, which is waited for")
	require.Equal(t, wanted, judges(sub, d, provider.Event{Labels: map[string]string{"branch": ""}}, failed), "it has no branch")
}

// judges is judge for the first event of a subject.
func judges(s bridge.Subscription, d provider.Descriptor, e provider.Event, c provider.Change) verdict {
	sub := &bridge.Subject{}
	learn(sub, d, e)
	return judge(s, d, sub, e, c)
}
