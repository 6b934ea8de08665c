package providertest

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxSubject is the longest subject, in characters.
	maxSubject = 200
	// shuffles is how many orders of arrival each story is tried in.
	shuffles = 60
)

// checkEvents checks each event of each fixture.
func (tr *conformance) checkEvents(t *testing.T) {
	for _, f := range tr.Fixtures {
		for _, e := range tr.parse(t, f.Name, tr.delivery(f, 0)) {
			checkEvent(t, e)
			again := tr.parse(t, f.Name, tr.delivery(f, 0))
			require.Contains(t, again, e, "%s: the same delivery says the same", f.Name)
		}
	}
}

func checkEvent(t testing.TB, e provider.Event) {
	t.Helper()
	require.NotEmpty(t, e.Subject)
	require.LessOrEqual(t, utf8.RuneCountInString(e.Subject), maxSubject)
	require.True(t, len(e.Data) == 0 || json.Valid(e.Data))
	require.NotContains(t, e.RelatedSubjects, e.Subject, "a subject is no other than itself")
}

// checkFoldTwice checks that a repeated event is stale, at once and after all others.
func (tr *conformance) checkFoldTwice(t *testing.T) {
	for _, story := range tr.Stories {
		w, steps := tr.play(t, story)
		for _, s := range steps {
			if s.change.Stale {
				continue
			}
			change, err := tr.p.Fold(s.change.State, s.series, s.event)
			require.NoError(t, err)
			require.True(t, change.Stale, "%s: %s of %s at once again changes something", story.Name, s.change.Kind, s.subject)
			change, err = tr.p.Fold(w.subjects[s.subject], s.series, s.event)
			require.NoError(t, err)
			require.True(t, change.Stale, "%s: %s of %s again at the end changes something", story.Name, s.change.Kind, s.subject)
		}
	}
}

// checkFoldOrder checks that the events of a subject, and of a series, lead to the same state in any order. Each event comes with the
// series in its original order: a card shows what was known then.
func (tr *conformance) checkFoldOrder(t *testing.T) {
	for _, story := range tr.Stories {
		w, steps := tr.play(t, story)
		want := w.cards(t)
		for seed := range uint64(shuffles) {
			random := rand.New(rand.NewPCG(seed, 1))
			shuffled := append([]step(nil), steps...)
			// Some come twice.
			for _, s := range steps {
				if random.IntN(3) == 0 {
					shuffled = append(shuffled, s)
				}
			}
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			other := tr.newWorld()
			for _, s := range shuffled {
				other.fold(t, s.subject, s.series, s.event)
			}
			require.Equal(t, want, other.cards(t), "%s: order %d", story.Name, seed)
			tr.checkSeriesOrder(t, story, w, shuffled)
		}
	}
}

func (tr *conformance) checkSeriesOrder(t *testing.T, story Story, w *world, shuffled []step) {
	serial, ok := tr.p.(provider.Series)
	if !ok {
		return
	}
	series := map[string]json.RawMessage{}
	for _, s := range shuffled {
		if s.event.Series == "" {
			continue
		}
		next, err := serial.FoldSeries(series[s.event.Series], s.event)
		require.NoError(t, err)
		series[s.event.Series] = next
	}
	for name, state := range w.series {
		require.Equal(t, string(state), string(series[name]), "%s: the series %s", story.Name, name)
	}
}

// checkStorage checks that events and states are the same after encoding and decoding.
func (tr *conformance) checkStorage(t *testing.T) {
	for _, story := range tr.Stories {
		w := tr.newWorld()
		_, steps := tr.play(t, story)
		for _, s := range steps {
			stored, err := json.Marshal(s.event)
			require.NoError(t, err)
			var e provider.Event
			require.NoError(t, json.Unmarshal(stored, &e))
			again := w.fold(t, s.subject, s.series, e)
			require.Equal(t, s.card, again.card, "%s: %s", story.Name, s.subject)
			require.Equal(t, s.change.Stale, again.change.Stale)
			if state, ok := w.subjects[s.subject]; ok {
				w.subjects[s.subject] = indented(t, state)
			}
		}
	}
}

// indented returns the JSON with other white space, as a store may return it.
func indented(t *testing.T, state json.RawMessage) json.RawMessage {
	t.Helper()
	var any any
	require.NoError(t, json.Unmarshal(state, &any))
	again, err := json.MarshalIndent(any, "", " ")
	require.NoError(t, err)
	return again
}
