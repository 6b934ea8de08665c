package recordstest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
)

// SubjectStore is what Subjects examines.
type SubjectStore interface {
	subject.Records
	// CardOf returns the record of a message that shows a subject.
	CardOf(ctx context.Context, m chat.MessageRef) (bridge.CardRecord, bool, error)
	// OpenCards returns the cards of the channel whose subjects are open, the latest first.
	OpenCards(ctx context.Context, place chat.Place, limit int) ([]bridge.CardRecord, error)
	// CloseCard notes that the message no longer shows its subject.
	CloseCard(ctx context.Context, m chat.MessageRef) error
	// Prune removes what has expired.
	Prune(ctx context.Context) error
}

// subjects is an empty store; pass lets its time pass, and another is the same store as another server sees it.
type subjects struct {
	*testing.T
	SubjectStore
	pass    func(time.Duration)
	another SubjectStore
}

// Subjects runs the suite on stores that open returns: two on the same, empty records, and what lets their time pass.
func Subjects(t *testing.T, open func(t *testing.T) (one, another SubjectStore, pass func(time.Duration))) {
	for name, story := range map[string]func(s subjects){
		"a subject is as it was saved":                 subjectIsSaved,
		"one server at a time has a subject":           subjectIsHeldOnce,
		"a dead server's hold is taken over":           holdIsTakenOver,
		"several dead servers' events are handed on":   eventsAreHandedOn,
		"a server takes over from itself at once":      holdIsTakenBack,
		"a lost hold saves nothing":                    lostHoldSavesNothing,
		"a hold can be kept while it is saved":         holdIsKept,
		"what is given back unchanged stays as it is":  unchangedStays,
		"only a known subject is claimed":              onlyKnownIsClaimed,
		"names come with the subject":                  namesComeAlong,
		"cards come with the subject":                  cardsComeAlong,
		"open cards are listed by channel":             openCardsAreListed,
		"a series is changed by one server at a time":  seriesIsVersioned,
		"what isn't changed for long expires":          subjectsExpire,
		"names from outside can be anything":           subjectNames,
		"many servers change many subjects":            subjectsUnderLoad,
		"nothing is done for a requester who has left": subjectsOfNoOne,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, another, pass := open(t)
			story(subjects{T: t, SubjectStore: one, another: another, pass: pass})
		})
	}
}

// claim asks for the subject "build 42" of the connection c1.
func claim(holder string, events ...string) bridge.Claim {
	return bridge.Claim{Connection: "c1", Name: "build 42", Holder: holder, Events: events}
}

// hold claims a subject, which has to succeed.
func (s subjects) hold(c bridge.Claim) bridge.Hold {
	s.Helper()
	h, err := s.Hold(s.Context(), c)
	require.NoError(s, err)
	return h
}

// saved returns the save of a subject that another change has been made of.
func saved(h bridge.Hold) bridge.SubjectSave {
	sub := h.Subject
	sub.Connection, sub.Name, sub.Rev = "c1", "build 42", sub.Rev+1
	sub.State = json.RawMessage(`{"is":"broken"}`)
	return bridge.SubjectSave{Subject: sub, Number: h.Number}
}

func (s subjects) read() (bridge.Subject, bool) {
	s.Helper()
	sub, found, err := s.another.Subject(s.Context(), "c1", "build 42")
	require.NoError(s, err)
	return sub, found
}

func subjectIsSaved(s subjects) {
	h := s.hold(claim("a", "e1"))
	require.Zero(s, h.Subject.Rev)
	require.False(s, h.Again)
	require.Empty(s, h.Events)
	require.WithinDuration(s, time.Now(), h.Since, 10*365*24*time.Hour)
	_, found := s.read()
	require.False(s, found, "it isn't there before it is saved")

	save := saved(h)
	save.Subject.Labels = map[string][]string{"branch": {"main\x00", "§"}}
	save.Subject.Shown = []bridge.Shown{{Subscription: "s1", Place: inRoom(""), Message: card("p1").Message, Rev: 1}}
	require.NoError(s, s.Save(s.Context(), save))
	sub, found := s.read()
	require.True(s, found)
	require.Equal(s, save.Subject, sub)

	h = s.hold(claim("b"))
	require.Equal(s, save.Subject, h.Subject)
	require.False(s, h.Again, "it was given back")
	require.NoError(s, s.Save(s.Context(), saved(h)))
	sub, _ = s.read()
	require.Equal(s, 2, sub.Rev)
	_, found, err := s.Subject(s.Context(), "c2", "build 42")
	require.NoError(s, err)
	require.False(s, found, "another connection has builds of its own")
}

func subjectIsHeldOnce(s subjects) {
	s.hold(claim("a"))
	for range 2 {
		_, err := s.another.Hold(s.Context(), claim("b"))
		require.ErrorIs(s, err, bridge.ErrHeld)
	}
	other := claim("b")
	other.Name = "build 43"
	require.False(s, s.hold(other).Again)
	s.pass(bridge.HoldTime - 5*time.Second)
	_, err := s.another.Hold(s.Context(), claim("b"))
	require.ErrorIs(s, err, bridge.ErrHeld)
}

func holdIsTakenOver(s subjects) {
	first := s.hold(claim("a", "e1", "e2"))
	require.NoError(s, s.Save(s.Context(), saved(first)))
	first = s.hold(claim("a", "e3"))
	s.pass(bridge.HoldTime + time.Second)
	h, err := s.another.Hold(s.Context(), claim("b", "e4"))
	require.NoError(s, err)
	require.True(s, h.Again)
	require.Equal(s, []string{"e3"}, h.Events)
	require.WithinDuration(s, first.Since, h.Since, bridge.HoldTime+2*time.Second, "since the first began")
	require.Equal(s, 1, h.Subject.Rev, "as it was saved")
	require.NoError(s, s.Save(s.Context(), saved(h)))
	h = s.hold(claim("a"))
	require.False(s, h.Again)
	require.Empty(s, h.Events)
}

func eventsAreHandedOn(s subjects) {
	for n, server := range []string{"a", "b", "c"} {
		s.hold(claim(server, fmt.Sprint("e", n)))
		s.pass(bridge.HoldTime + time.Second)
	}
	h := s.hold(claim("d", "e4"))
	require.True(s, h.Again)
	require.Equal(s, []string{"e0", "e1", "e2"}, h.Events)
	save := saved(h)
	save.Unchanged = true
	require.NoError(s, s.Save(s.Context(), save))
	since := h.Since
	h = s.hold(claim("d"))
	require.True(s, h.Again, "giving it back unchanged doesn't settle what they did")
	require.Equal(s, since, h.Since)
	require.Equal(s, []string{"e0", "e1", "e2"}, h.Events)
	require.NoError(s, s.Save(s.Context(), saved(h)))
	require.Empty(s, s.hold(claim("d")).Events)
}

func holdIsTakenBack(s subjects) {
	s.hold(claim("a", "e1"))
	h := s.hold(claim("a", "e1"))
	require.True(s, h.Again, "the save before failed, and nobody knows what was posted")
	require.Equal(s, []string{"e1"}, h.Events)
}

func lostHoldSavesNothing(s subjects) {
	lost := s.hold(claim("a"))
	s.pass(bridge.HoldTime + time.Second)
	h := s.hold(claim("b"))
	save := saved(lost)
	save.Aliases, save.Cards = []string{"commit 1"}, []bridge.CardRecord{card("p1")}
	require.ErrorIs(s, s.Save(s.Context(), save), bridge.ErrHoldLost)
	_, found := s.read()
	require.False(s, found)
	_, found, err := s.CardOf(s.Context(), card("p1").Message)
	require.NoError(s, err)
	require.False(s, found)
	alias, err := s.Alias(s.Context(), "c1", "commit 1")
	require.NoError(s, err)
	require.Empty(s, alias)

	require.NoError(s, s.Save(s.Context(), saved(h)))
	require.ErrorIs(s, s.Save(s.Context(), saved(lost)), bridge.ErrHoldLost, "nor after it was given back")
	require.ErrorIs(s, s.Save(s.Context(), saved(h)), bridge.ErrHoldLost, "nor twice")
	none := saved(h)
	none.Subject.Name = "nothing"
	require.ErrorIs(s, s.Save(s.Context(), none), bridge.ErrHoldLost)
}

func holdIsKept(s subjects) {
	h := s.hold(claim("a", "e1"))
	save := saved(h)
	save.Keep = true
	require.NoError(s, s.Save(s.Context(), save))
	sub, _ := s.read()
	require.Equal(s, 1, sub.Rev)
	_, err := s.another.Hold(s.Context(), claim("b"))
	require.ErrorIs(s, err, bridge.ErrHeld)
	h.Subject = sub
	require.NoError(s, s.Save(s.Context(), saved(h)))
	require.Equal(s, 2, s.hold(claim("b")).Subject.Rev)
}

func unchangedStays(s subjects) {
	require.NoError(s, s.Save(s.Context(), saved(s.hold(claim("a")))))
	before, _ := s.read()
	save := saved(s.hold(claim("a")))
	save.Unchanged, save.Subject.Rev = true, 99
	require.NoError(s, s.Save(s.Context(), save))
	after, _ := s.read()
	require.Equal(s, before, after)
	require.False(s, s.hold(claim("b")).Again)
}

func onlyKnownIsClaimed(s subjects) {
	known := claim("a")
	known.Existing = true
	_, err := s.Hold(s.Context(), known)
	require.ErrorIs(s, err, bridge.ErrNoSubject)
	require.NoError(s, s.Save(s.Context(), saved(s.hold(claim("a")))))
	s.hold(known)
	known.Holder = "b"
	_, err = s.Hold(s.Context(), known)
	require.ErrorIs(s, err, bridge.ErrHeld)
}

func seriesIsVersioned(s subjects) {
	state, version, err := s.Series(s.Context(), "c1", "web")
	require.NoError(s, err)
	require.Empty(s, state)
	require.Zero(s, version)
	version, err = s.SaveSeries(s.Context(), "c1", "web", json.RawMessage(`{"n":1}`), 0)
	require.NoError(s, err)
	_, err = s.another.SaveSeries(s.Context(), "c1", "web", json.RawMessage(`{"n":2}`), 0)
	require.ErrorIs(s, err, bridge.ErrSeriesChanged, "both were the first")
	next, err := s.another.SaveSeries(s.Context(), "c1", "web", json.RawMessage(`{"n":3}`), version)
	require.NoError(s, err)
	_, err = s.SaveSeries(s.Context(), "c1", "web", json.RawMessage(`{"n":4}`), version)
	require.ErrorIs(s, err, bridge.ErrSeriesChanged)
	state, version, err = s.Series(s.Context(), "c1", "web")
	require.NoError(s, err)
	require.Equal(s, next, version)
	require.Equal(s, `{"n":3}`, string(state))
	_, err = s.SaveSeries(s.Context(), "c1", "no such series", json.RawMessage(`{}`), 5)
	require.ErrorIs(s, err, bridge.ErrSeriesChanged, "it has expired since")
}

func subjectsExpire(s subjects) {
	change := func() {
		save := saved(s.hold(claim("a")))
		save.Aliases, save.Cards = []string{"commit 1"}, []bridge.CardRecord{card("p1")}
		require.NoError(s, s.Save(s.Context(), save))
		_, version, err := s.Series(s.Context(), "c1", "web")
		require.NoError(s, err)
		_, err = s.SaveSeries(s.Context(), "c1", "web", json.RawMessage(`{}`), version)
		require.NoError(s, err)
	}
	kept := func() (subject, alias, shown, series bool) {
		require.NoError(s, s.Prune(s.Context()))
		_, subject = s.read()
		name, err := s.Alias(s.Context(), "c1", "commit 1")
		require.NoError(s, err)
		_, shown, err = s.CardOf(s.Context(), card("p1").Message)
		require.NoError(s, err)
		_, version, err := s.Series(s.Context(), "c1", "web")
		require.NoError(s, err)
		return subject, name != "", shown, version > 0
	}
	const day = 24 * time.Hour
	change()
	s.pass(29 * day)
	change()
	s.pass(29 * day)
	a, b, c, d := kept()
	require.Equal(s, []bool{true, true, true, true}, []bool{a, b, c, d}, "each change keeps them")
	s.pass(3 * day)
	a, b, c, d = kept()
	require.Equal(s, []bool{false, false, false, true}, []bool{a, b, c, d})
	s.pass(150 * day)
	_, _, _, d = kept()
	require.False(s, d)

	save := saved(s.hold(claim("a")))
	save.KeepFor = bridge.SeriesKept
	require.NoError(s, s.Save(s.Context(), save))
	s.pass(170 * day)
	a, _, _, _ = kept()
	require.True(s, a)
}

func subjectNames(s subjects) {
	for _, name := range []string{"", strings.Repeat("§", 10000), "a\x00b", "\xff", "a b\nc"} {
		h := s.hold(bridge.Claim{Connection: "c1", Name: name, Holder: "a", Events: []string{"e"}})
		sub := bridge.Subject{Connection: "c1", Name: name, Rev: 7}
		require.NoError(s, s.Save(s.Context(), bridge.SubjectSave{Subject: sub, Number: h.Number, Aliases: []string{"of " + name}}))
		read, found, err := s.Subject(s.Context(), "c1", name)
		require.NoError(s, err)
		require.True(s, found)
		require.Equal(s, 7, read.Rev)
		_, err = s.SaveSeries(s.Context(), "c1", name, json.RawMessage(`{}`), 0)
		require.NoError(s, err)
		_, err = s.Alias(s.Context(), "c1", "of "+name)
		require.NoError(s, err)
	}
}

// subjectsUnderLoad has several servers count in several subjects; a server that finds one held tries again.
func subjectsUnderLoad(s subjects) {
	const servers, rounds, things = 6, 10, 4
	var running sync.WaitGroup
	for n := range servers {
		store := []SubjectStore{s.SubjectStore, s.another}[n%2]
		running.Go(func() {
			for round := range rounds {
				c := claim(fmt.Sprint("server ", n))
				c.Name = fmt.Sprint("thing ", (round+n)%things)
				if err := count(s.Context(), store, c); err != nil {
					s.Error(err)
				}
			}
		})
	}
	running.Wait()
	total := 0
	for n := range things {
		sub, _, err := s.Subject(s.Context(), "c1", fmt.Sprint("thing ", n))
		require.NoError(s, err)
		total += sub.Rev
	}
	require.Equal(s, servers*rounds, total)
}

// count adds one to the subject.
func count(ctx context.Context, store SubjectStore, c bridge.Claim) error {
	h, err := store.Hold(ctx, c)
	for ; err == bridge.ErrHeld; h, err = store.Hold(ctx, c) { //nolint:errorlint // it is this one
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		return err
	}
	sub := h.Subject
	sub.Connection, sub.Name, sub.Rev = c.Connection, c.Name, sub.Rev+1
	return store.Save(ctx, bridge.SubjectSave{Subject: sub, Number: h.Number})
}

func subjectsOfNoOne(s subjects) {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, _, subject := s.Subject(ctx, "c1", "build 42")
	_, held := s.Hold(ctx, claim("a"))
	_, alias := s.Alias(ctx, "c1", "commit 1")
	_, _, series := s.Series(ctx, "c1", "web")
	_, _, shown := s.CardOf(ctx, card("p1").Message)
	for _, err := range []error{subject, held, alias, series, shown} {
		require.ErrorIs(s, err, context.Canceled)
	}
}
