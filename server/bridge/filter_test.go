package bridge_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
)

func filtered(filters map[string]string) bridge.Subscription {
	return bridge.Subscription{Filters: filters}
}

func TestACommentIsFilteredByWhatItsSubjectIsKnownToBe(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		filters map[string]string
		first   said
		comment said
		titles  []string
	}{
		"a comment on something too low": {
			map[string]string{"level": "high"}, said{Level: "low"}, said{}, nil,
		},
		"a comment on something high enough": {
			map[string]string{"level": "high"}, said{Level: "high"}, said{}, []string{"a is fine"},
		},
		"a comment on another branch": {
			map[string]string{"branch": "main"}, said{Branch: "dev"}, said{}, nil,
		},
		"an event of another stage, though the subject has ours too": {
			map[string]string{"stage": "production"}, said{Stage: "production"}, said{Stage: "test"}, []string{"a is begun"},
		},
		"a comment on a subject with ours among its stages": {
			map[string]string{"stage": "production"}, said{Stage: "production"}, said{}, []string{"a is fine"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, filtered(row.filters))
			row.first.ID, row.first.Thing, row.first.Is = "1", "a", "begun"
			w.hear(row.first)
			w.work()
			w.pass(time.Minute)
			row.comment.ID, row.comment.Thing, row.comment.Is, row.comment.N, row.comment.Say = "2", "a", "fine", 1, "a comment"
			w.hear(row.comment)
			w.work()
			if row.comment.Stage == "" {
				require.Equal(t, row.titles, w.surface.titles(theRoom))
				return
			}
			require.Empty(t, w.surface.thread(theRoom), "its card is kept true, but nothing is said of it")
		})
	}
}

func TestACommentOnASubjectThatNobodyKnowsProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, filtered(map[string]string{"level": "high"}), bridge.Subscription{Place: place("all")})
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "a comment"})
	w.work()
	require.Empty(t, w.surface.titles(theRoom))
	require.Equal(t, []string{"a is fine"}, w.surface.titles("all"))
}

func TestALabelThatEverySubjectHasIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		urgency string
		titles  []string
		replies []string
	}{
		"it passes": {"high", []string{"a is broken"}, []string{"a comment|looked up|"}},
		"it fails":  {"low", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, filtered(map[string]string{"urgency": "high"}))
			w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "a comment", Branch: "main"})
			w.work()
			require.Empty(t, w.surface.titles(theRoom), "nobody knows how urgent it is")
			require.Equal(t, []bridge.Result{bridge.Unwanted}, w.results())
			w.pass(time.Minute)
			w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1, Say: "looked up", Urgency: row.urgency})
			w.work()
			require.Equal(t, row.titles, w.surface.titles(theRoom))
			require.Equal(t, row.replies, w.surface.replies(theRoom), "what was held back comes with the card")
		})
	}
}

func TestAnEditOfACardCountsAsUpdatedAndAReplyAsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.pass(time.Hour)
	w.hear(said{ID: "2", Thing: "a", Is: "fine", N: 1})
	w.work()
	w.pass(time.Hour)
	w.hear(said{ID: "3", Thing: "a", Is: "fine", N: 2, Say: "a comment"})
	w.work()
	require.Equal(t, []bridge.Result{bridge.Posted, bridge.Updated, bridge.Posted}, w.results())
}
