package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/queue"
)

// frail are the subjects as a server sees them that is killed, or loses its connection, at a call of its choice.
type frail struct {
	assembly.Subjects
	// at is asked before and after each call what happens; nil for nothing.
	at func(call, when string) error
}

func (f *frail) Hold(ctx context.Context, c bridge.Claim) (bridge.Hold, error) {
	if err := f.at("hold", "before"); err != nil {
		return bridge.Hold{}, err
	}
	h, err := f.Subjects.Hold(ctx, c)
	if broken := f.at("hold", "after"); broken != nil {
		return bridge.Hold{}, broken
	}
	return h, err
}

func (f *frail) Save(ctx context.Context, s bridge.SubjectSave) error {
	if err := f.at("save", "before"); err != nil {
		return err
	}
	err := f.Subjects.Save(ctx, s)
	if broken := f.at("save", "after"); broken != nil {
		return broken
	}
	return err
}

func (f *frail) SaveSeries(ctx context.Context, connectionID, name string, state json.RawMessage, version int64) (int64, error) {
	if err := f.at("series", "before"); err != nil {
		return 0, err
	}
	next, err := f.Subjects.SaveSeries(ctx, connectionID, name, state, version)
	if broken := f.at("series", "after"); broken != nil {
		return 0, broken
	}
	return next, err
}

// fails lets the n-th of the world's calls fail this way: by the error, or by a panic, which is the server's death.
func (w *world) fails(call, when string, n int, err error) {
	calls := 0
	w.subjects = &frail{Subjects: w.memory.Subjects, at: func(now, moment string) error {
		if now != call || moment != when {
			return nil
		}
		if calls++; calls != n {
			return nil
		}
		if err == nil {
			panic("the server was killed " + when + " a " + call)
		}
		return err
	}}
	w.server = w.newServer()
}

// survives has a server that doesn't fail carry on.
func (w *world) survives() {
	w.subjects = w.memory.Subjects
	w.server = w.newServer()
}

// A server is killed between the acknowledgement of a delivery, each post, and each record; two jobs later all is there, once.
func TestAServerThatIsKilledAtAnyRecordLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, style := range []bridge.Style{bridge.Live, bridge.Each, bridge.Thread} {
		for _, call := range []string{"hold", "save", "series"} {
			for _, when := range []string{"before", "after"} {
				for n := 1; n <= 3; n++ {
					t.Run(fmt.Sprintf("style %q, %s %s %d", style, when, call, n), func(t *testing.T) {
						t.Parallel()
						w := newWorld(t, bridge.Subscription{Style: style, Mention: "here"}, bridge.Subscription{Place: place("other"), Style: style})
						w.fails(call, when, n, nil)
						w.hear(said{ID: "1", Thing: "a", Series: "s", Is: "broken", N: 1, Say: "one"})
						j, _ := w.queue.pop()
						w.queue.push(j)
						func() {
							defer func() { _ = recover() }()
							_ = w.server.Handle(context.Background(), j)
						}()
						w.survives()
						w.pass(time.Second)
						w.hear(said{ID: "2", Thing: "a", Series: "s", Is: "fine", N: 1, Say: "two"})
						w.work()
						for _, channel := range []string{theRoom, "other"} {
							require.ElementsMatch(t, []string{"one", "two"}, w.surface.replies(channel))
						}
						w.onlyOnce()
					})
				}
			}
		}
	}
}

// replies are all replies in the channel.
func (s *surface) replies(channelID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []string
	for _, p := range s.posts {
		if p.at.Channel == channelID && p.title == "" {
			found = append(found, p.text)
		}
	}
	return found
}

// The job of a server that died can come back long after another one about the same subject.
func TestWhatADeadServerPostedIsFoundHoweverLateItsJobIsRepeated(t *testing.T) {
	t.Parallel()
	for _, style := range []bridge.Style{bridge.Live, bridge.Each} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, bridge.Subscription{Style: style})
			w.hear(said{ID: "0", Thing: "a", Is: "begun"})
			w.work()
			w.pass(time.Minute)
			w.hear(said{ID: "1", Thing: "a", Is: "broken", N: 1, Say: "one"})
			first, _ := w.queue.pop()
			w.surface.kill = func(what, when string) bool { return what == "reply" && when == "after" }
			require.Panics(t, func() { _ = w.server.Handle(context.Background(), first) })
			w.surface.kill = nil
			w.server = w.newServer()

			for n := range 3 { // others about the same subject go ahead
				w.pass(time.Hour)
				w.hear(said{ID: fmt.Sprint("next", n), Thing: "a", Is: "broken", N: 1, Say: fmt.Sprint("next ", n)})
				w.work()
			}
			w.queue.push(first)
			w.work()
			require.ElementsMatch(t, []string{"one", "next 0", "next 1", "next 2"}, w.surface.replies(theRoom))
			w.onlyOnce()

			sub, _, err := w.subjects.Subject(context.Background(), "con1", "a")
			require.NoError(t, err)
			require.Empty(t, sub.Doubtful)
			require.Zero(t, sub.DoubtSince)
			require.Zero(t, sub.Shown[0].DoubtSince)
			finds := w.surface.finds
			w.pass(time.Hour)
			w.hear(said{ID: "last", Thing: "a", Is: "fine", N: 2, Say: "last"})
			w.work()
			require.Equal(t, finds, w.surface.finds, "once it is settled, nothing is looked for")
		})
	}
}

// A flood is put together into few replies. Which ones isn't known to another server, unless it was saved before.
func TestAFloodThatIsCutOffIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tool.maxBody = 1 << 20
	w.server = w.newServer()
	w.hear(said{ID: "0", Thing: "a", Is: "begun"})
	w.work()
	var says []said
	for n := range 30 {
		says = append(says, said{ID: fmt.Sprint("n", n), Thing: "a", Is: "fine", N: 1, Say: fmt.Sprintf("line %02d", n)})
	}
	w.pass(time.Minute)
	w.hear(says...)
	w.surface.kill = func(what, when string) bool { return what == "reply" && when == "after" }
	w.dies()
	w.hear(said{ID: "x", Thing: "a", Is: "fine", N: 1, Say: "the end"})
	w.work()
	all := fmt.Sprint(w.surface.replies(theRoom))
	for n := range 30 {
		require.Equal(t, 1, countOf(all, fmt.Sprintf("line %02d", n)), n)
	}
	w.onlyOnce()
}

func countOf(text, part string) int {
	n := 0
	for at := indexOf(text, part); at >= 0; at = indexOf(text, part) {
		n, text = n+1, text[at+len(part):]
	}
	return n
}

// A save that fails leaves a post behind that no record has.
func TestASaveThatFailsIsMadeUpFor(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fails("save", when, 1, errors.New("the connection broke"))
			w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "one"})
			j, _ := w.queue.pop()
			require.Error(t, w.server.Handle(context.Background(), j))
			require.Equal(t, bridge.Failed, w.results()[0])
			w.queue.push(j)
			begun := w.now()
			w.work()
			require.Less(t, w.now().Sub(begun), 10*time.Second, "the same server needs not wait for its own hold to run out")
			require.Equal(t, []string{"one"}, w.surface.replies(theRoom))
			w.onlyOnce()
		})
	}
}

// While a server posts, another server's job about the same subject waits, and so does one that a user waits for.
func TestASubjectIsLeftToTheServerThatHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"}, said{ID: "b", Thing: "b", Is: "begun"})
	j, _ := w.queue.pop()
	other := w.newServer()
	w.surface.kill = func(what, when string) bool {
		if what == "post" && when == "before" {
			err := other.Handle(context.Background(), jobOf(said{ID: "2", Thing: "a", Is: "fine", N: 1}))
			_, early := queue.Wait(err)
			require.True(t, early)
		}
		return false
	}
	require.NoError(t, w.server.Handle(context.Background(), j))
	require.Equal(t, []string{"a is begun", "b is begun"}, w.surface.titles(theRoom))
}
