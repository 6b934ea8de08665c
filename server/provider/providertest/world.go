package providertest

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// maxState limits the state of a subject or series, in bytes.
const maxState = 32 << 10

// world is what the bridge would know: the subjects and series of one connection.
type world struct {
	tr       *conformance
	subjects map[string]json.RawMessage
	series   map[string]json.RawMessage
	aliases  map[string]string
}

// step is one event applied to one subject.
type step struct {
	event   provider.Event
	subject string
	series  json.RawMessage
	change  provider.Change
	card    chat.Card
}

func (tr *conformance) newWorld() *world {
	return &world{tr: tr, subjects: map[string]json.RawMessage{}, series: map[string]json.RawMessage{}, aliases: map[string]string{}}
}

// copy returns an independent copy.
func (w *world) copy() *world {
	return &world{tr: w.tr, subjects: maps.Clone(w.subjects), series: maps.Clone(w.series), aliases: maps.Clone(w.aliases)}
}

// apply applies the event to its series, its subject and its related subjects.
func (w *world) apply(t testing.TB, e provider.Event) []step {
	t.Helper()
	var series json.RawMessage
	if serial, ok := w.tr.p.(provider.Series); ok && e.Series != "" {
		next, err := serial.FoldSeries(w.series[e.Series], e)
		require.NoError(t, err)
		require.True(t, next == nil || json.Valid(next), "the state of a series is JSON: %s", next)
		require.Less(t, len(next), maxState)
		w.series[e.Series], series = next, next
	}
	for _, name := range e.ContextSubjects {
		if state, ok := w.subjects[name]; ok {
			if e.ContextStates == nil {
				e.ContextStates = map[string]json.RawMessage{}
			}
			e.ContextStates[name] = state
		}
	}
	if d, ok := w.tr.p.(provider.SubjectResolver); ok && e.Series != "" {
		subject, err := d.ResolveSubject(series, e)
		require.NoError(t, err)
		e.Subject = subject
	}
	steps := []step{w.fold(t, e.Subject, series, e)}
	done := map[string]bool{e.Subject: true}
	for _, also := range e.RelatedSubjects {
		if alias, ok := w.aliases[also]; ok {
			also = alias
		}
		if _, exists := w.subjects[also]; exists && !done[also] {
			done[also] = true
			steps = append(steps, w.fold(t, also, series, e))
		}
	}
	return steps
}

// fold applies the event to one subject.
func (w *world) fold(t testing.TB, subject string, series json.RawMessage, e provider.Event) step {
	t.Helper()
	before := w.subjects[subject]
	untouched := bytes.Clone(before)
	change, err := w.tr.p.Fold(before, series, e)
	require.NoError(t, err)
	require.Equal(t, string(untouched), string(before), "Fold writes into the state that it was given")
	done := step{event: e, subject: subject, series: series, change: change}
	if change.Stale {
		if before == nil {
			return done // such as the deletion of an unknown subject
		}
	} else {
		require.True(t, json.Valid(change.State), "a state is JSON: %s", change.State)
		require.Less(t, len(change.State), maxState)
		w.subjects[subject] = change.State
		for _, name := range change.Aliases {
			w.aliases[name] = subject
		}
	}
	card, err := w.tr.p.Card(w.subjects[subject])
	require.NoError(t, err)
	done.card = card
	return done
}

// parse returns the events of a delivery that has to be understood.
func (tr *conformance) parse(t testing.TB, name string, d provider.Delivery) []provider.Event {
	t.Helper()
	events, err := tr.p.Parse(d)
	require.NoError(t, err, name)
	return events
}

// play returns all steps of the story in order.
func (tr *conformance) play(t testing.TB, s Story) (*world, []step) {
	t.Helper()
	w := tr.newWorld()
	var steps []step
	for minute, name := range s.Fixtures {
		for _, e := range tr.parse(t, name, tr.delivery(tr.fixture(t, name), minute)) {
			steps = append(steps, w.apply(t, e)...)
		}
	}
	return w, steps
}

// cards draws all subjects.
func (w *world) cards(t testing.TB) map[string]chat.Card {
	t.Helper()
	all := map[string]chat.Card{}
	for subject, state := range w.subjects {
		card, err := w.tr.p.Card(state)
		require.NoError(t, err)
		all[subject] = card
	}
	return all
}

// maxFields limits the facts on a card, so that it stays readable.
const maxFields = 6

// checkStep checks what the bridge and the surface rely on.
func (tr *conformance) checkStep(t testing.TB, s step) {
	t.Helper()
	if s.change.Stale {
		return
	}
	known := false
	for _, e := range tr.d.Events {
		known = known || e.ID == s.change.Kind
	}
	require.True(t, known, "the kind %q is none that people choose from", s.change.Kind)
	tr.checkCard(t, s.card)
	for _, reply := range s.change.Replies {
		tr.requireHarmless(t, tr.requireMessage(t, reply.Text))
		tr.checkActions(t, reply.Actions)
	}
	for _, task := range s.change.Tasks {
		require.NotEmpty(t, task.Key)
	}
}

func (tr *conformance) checkCard(t testing.TB, c chat.Card) {
	t.Helper()
	require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9_]+$`), c.Emoji)
	require.Contains(t, []chat.Tone{
		chat.ToneNeutral, chat.ToneRunning, chat.ToneSuccess, chat.ToneWarning, chat.ToneFailure, chat.ToneInactive,
	}, c.Tone)
	tr.requireHarmless(t, tr.requireMessage(t, c.State))
	require.NotEmpty(t, c.Title)
	require.NoError(t, webAddress(c.URL))
	if !c.Text.Zero() {
		tr.requireHarmless(t, tr.requireMessage(t, c.Text))
	}
	require.LessOrEqual(t, len(c.Fields), maxFields)
	for _, f := range c.Fields {
		tr.requireHarmless(t, tr.requireMessage(t, f.Label))
		tr.requireHarmless(t, tr.requireMessage(t, f.Value))
	}
	tr.checkActions(t, c.Actions)
}

func (tr *conformance) checkActions(t testing.TB, actions []chat.Action) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range actions {
		require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9]+$`), a.ID)
		require.False(t, seen[a.ID], "two actions are called %q", a.ID)
		seen[a.ID] = true
		tr.requireHarmless(t, tr.requireMessage(t, a.Label))
		for _, o := range a.Options {
			tr.requireHarmless(t, tr.requireMessage(t, o.Label))
		}
	}
}
