package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/queue"
)

func TestABuildFromStartToMendedIsOneCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, says := range []said{{Is: "begun"}, {Is: "broken", Say: "2 tests failed"}, {Is: "fine", Say: "mended after 2 h"}} {
		says.ID, says.Thing, says.N = fmt.Sprint("e", n), "web 42", n
		w.hear(says)
		w.work()
		w.pass(time.Minute)
	}
	require.Equal(t, []string{"web 42 is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []string{"2 tests failed", "mended after 2 h"}, w.surface.thread(theRoom))
	require.Equal(t, []bridge.Result{bridge.Posted, bridge.Posted, bridge.Posted}, w.results())
	require.Equal(t, "web 42 is fine", w.journal()[0].Views[0].Title)
}

func TestARepetitionChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "done"})
	w.work()
	w.pass(time.Hour)
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "done"})
	w.work()
	require.Len(t, w.surface.posts, 2)
	require.Equal(t, []bridge.Result{bridge.Unchanged, bridge.Posted}, w.results())
}

func TestANewerEventWinsInWhateverOrderTheyCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "2", Thing: "a", Is: "fine", N: 2})
	w.hear(said{ID: "1", Thing: "a", Is: "broken", N: 1})
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []bridge.Result{bridge.Unchanged, bridge.Posted}, w.results())
}

func TestEventsOfOneDeliveryMakeOneChangeOfACard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"}, said{Thing: "b", Is: "begun"}, said{ID: "2", Thing: "a", Is: "fine", N: 1, Say: "ok"})
	w.work()
	require.Equal(t, []string{"a is fine", "b is begun"}, w.surface.titles(theRoom))
	require.Zero(t, w.surface.posts[0].edits)
}

func TestACardDoesNotLieAboutWhatItsChannelDoesNotWant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Events: []string{"broken"}, Mention: "here"}, bridge.Subscription{Place: place("other"), Events: []string{}})
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	require.Empty(t, w.surface.posts)
	w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "3", Thing: "a", Is: "fine", N: 2, Say: "mended"})
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.Empty(t, w.surface.thread(theRoom))
	require.Equal(t, "here", w.surface.posts[0].mention)
	require.Equal(t, []bridge.Result{bridge.Unwanted, bridge.Posted, bridge.Unwanted}, w.results())
}

func TestWhoIsToBeCalledIsCalledWhenItGetsWorse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Mention: "channel"})
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "3", Thing: "a", Is: "broken", N: 2, Say: "still"})
	w.work()
	replies := w.surface.in(theRoom, "p1")
	require.Equal(t, []string{"bridge.deliver.worse", "still"}, w.surface.thread(theRoom))
	require.Equal(t, []string{"", "channel", "channel"}, []string{w.surface.posts[0].mention, replies[0].mention, replies[1].mention})
}

func TestANewPostEachIsNeverChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Style: bridge.Each, Mention: "ada"})
	w.hear(said{ID: "1", Thing: "a", Is: "begun", Say: "off we go"})
	w.work()
	w.hear(said{ID: "2", Thing: "a", Is: "noise", N: 1})
	w.hear(said{ID: "3", Thing: "a", Is: "broken", N: 2, Say: "oh"})
	w.work()
	require.Equal(t, []string{"a is begun", "a is broken"}, w.surface.titles(theRoom))
	require.Equal(t, "ada", w.surface.in(theRoom, "")[1].mention)
	require.Equal(t, "oh", w.surface.in(theRoom, w.surface.in(theRoom, "")[1].id)[0].text)
	w.onlyOnce()
}

func TestAThreadHoldsTheCardsOfASeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Style: bridge.Thread})
	w.hear(said{ID: "1", Thing: "web 1", Series: "web", Is: "begun"})
	w.hear(said{ID: "2", Thing: "web 2", Series: "web", Is: "begun"})
	w.hear(said{ID: "3", Thing: "x", Is: "begun"})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "4", Thing: "web 1", Series: "web", Is: "fine", N: 1, Say: "ok"})
	w.work()
	require.Equal(t, []string{"web", "Acme"}, w.surface.titles(theRoom))
	inThread := w.surface.in(theRoom, "p1")
	require.Equal(t, []string{"web 1 is fine", "web 2 is begun", ""}, each(inThread, func(p *post) string { return p.title }))
	require.Equal(t, "ok", inThread[2].text)

	w.surface.posts[0].deleted = true
	w.hear(said{ID: "5", Thing: "web 3", Series: "web", Is: "begun"})
	w.work()
	require.Equal(t, []string{"Acme", "web"}, w.surface.titles(theRoom), "a new thread takes the place of a deleted one")
}

func TestWhatComesUpAgainGetsANewPostThatLinksTheOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Mention: "here"})
	w.hear(said{ID: "1", Thing: "a", Is: "fine"})
	w.work()
	w.pass(time.Hour)
	w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1, Again: true, Say: "again"})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "3", Thing: "a", Is: "fine", N: 2})
	w.work()
	cards := w.surface.in(theRoom, "")
	require.Equal(t, []string{"a is fine", "a is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []int{0, 1}, []int{cards[0].edits, cards[1].edits})
	require.Contains(t, cards[1].text, "https://chat.test/pl/p1")
	require.Equal(t, "here", cards[1].mention)
	require.Equal(t, []string{"bridge.deliver.moved"}, w.surface.thread(theRoom))
	require.Equal(t, "again", w.surface.in(theRoom, cards[1].id)[0].text)
}

func TestABuildIsPartOfItsPullRequestToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "pr 7", Is: "begun", Names: []string{"commit c1"}})
	w.work()
	w.pass(time.Minute)
	w.hear(said{ID: "2", Thing: "build 1", Is: "fine", N: 1, Also: []string{"commit c1", "commit nobody has"}, Say: "passed"})
	w.work()
	require.Equal(t, []string{"pr 7 is fine", "build 1 is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []string{"passed"}, w.surface.thread(theRoom))
}

func TestTheStateKnowsTheResourceThatADeliveryLeavesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Resource: "r1"}, bridge.Subscription{Place: place("other"), Resource: "r2"})
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Resource: "?"})
	w.work()
	require.Empty(t, w.surface.posts, "nobody follows what isn't known")
	w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1, Resource: "?", Of: "r2"})
	w.work()
	require.Equal(t, []string{"a is broken"}, w.surface.titles("other"))
	require.Len(t, w.surface.posts, 1)
}

func TestOneChannelHasOneCardHoweverOftenItAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Resource: "r1"}, bridge.Subscription{}, bridge.Subscription{Place: place("other"), Resource: "r2"})
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Resource: "r1"})
	w.work()
	require.Len(t, w.surface.posts, 1)
}

func TestWhatOneEventSaysIsOneReply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Mention: "here"})
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.hear(said{ID: "2", Thing: "a", Is: "broken", N: 1, Say: "failed | 2 of 9 tests failed"})
	w.work()
	w.hear(said{ID: "3", Thing: "a", Is: "fine", N: 2, Say: "passed"})
	w.work()
	thread := w.surface.thread(theRoom)
	require.Len(t, thread, 2)
	require.Contains(t, thread[0], "failed")
	require.Contains(t, thread[0], "2 of 9 tests failed")
	require.Equal(t, "passed", thread[1])
}

func TestAFloodIsAFewEditsAndFewReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 100 {
		w.hear(said{ID: fmt.Sprint(n), Thing: "a", Is: []string{"begun", "fine"}[n%2], N: n, Say: fmt.Sprintf("line %02d", n)})
	}
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.LessOrEqual(t, w.surface.posts[0].edits, 2)
	all := ""
	for _, line := range w.surface.thread(theRoom) {
		all += line
	}
	require.LessOrEqual(t, len(w.surface.posts), 12)
	last := -1
	for n := range 100 {
		at := indexOf(all, fmt.Sprintf("line %02d", n))
		require.Greater(t, at, last, "line %d is lost or out of order", n)
		last = at
	}
}

func indexOf(text, part string) int {
	for i := range len(text) - len(part) + 1 {
		if text[i:i+len(part)] == part {
			return i
		}
	}
	return -1
}

func TestTwoServersMakeOneCardOfShuffledEvents(t *testing.T) {
	t.Parallel()
	for _, style := range []bridge.Style{bridge.Live, bridge.Thread} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, bridge.Subscription{Style: style}, bridge.Subscription{Place: place("other"), Style: style})
			w.real, w.time = true, time.Now()
			for _, n := range rand.Perm(40) {
				w.hear(said{ID: fmt.Sprint(n), Thing: fmt.Sprint("thing ", n%2), Series: "s", Is: fmt.Sprint("state ", n), N: n})
			}
			w.connect("con1", everyKind(w, 40))
			servers := []*assembly.Bridge{w.newServer(), w.newServer()}
			var running sync.WaitGroup
			for i := range 6 {
				running.Go(func() { runUntilEmpty(w, servers[i%2]) })
			}
			running.Wait()
			for _, channel := range []string{theRoom, "other"} {
				root := ""
				if style == bridge.Thread {
					root = w.surface.in(channel, "")[0].id
				}
				titles := each(w.surface.in(channel, root), func(p *post) string { return p.title })
				require.ElementsMatch(t, []string{"thing 0 is state 38", "thing 1 is state 39"}, titles)
			}
			w.onlyOnce()
		})
	}
}

func everyKind(w *world, n int) []bridge.Subscription {
	c := w.connection("con1")
	for i := range c.Subscriptions {
		for k := range n {
			c.Subscriptions[i].Events = append(c.Subscriptions[i].Events, fmt.Sprint("state ", k))
		}
	}
	return c.Subscriptions
}

// runUntilEmpty carries out jobs, and waits when it is told to.
func runUntilEmpty(w *world, server *assembly.Bridge) {
	for {
		j, ok := w.queue.pop()
		if !ok {
			return
		}
		if err := server.Handle(context.Background(), j); err != nil {
			wait, _ := queue.Wait(err)
			time.Sleep(wait / max(w.speed, 1))
			w.queue.push(j)
		}
	}
}

func TestADeliveryThatCannotBeFoldedKeepsNoOtherFromBeingShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Garbled: true}, said{ID: "2", Thing: "a", Is: "fine"}, said{ID: "3", Thing: "b", Is: "fine"})
	j, _ := w.queue.pop()
	err := w.server.Handle(context.Background(), j)
	require.True(t, queue.IsPermanent(err))
	require.Equal(t, []string{"a is fine", "b is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []bridge.Result{bridge.Unreadable}, w.results())
}

func TestWhatIsDisconnectedOrSwitchedOffMeanwhileIsLetGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "fine"})
	w.off = true
	w.work()
	require.Empty(t, w.surface.posts)
	require.NoError(t, w.server.Handle(context.Background(), bridge.Job{Connection: "gone"}))
}

func TestAnErrorSaysWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	_, early := queue.Wait(errors.New("outage"))
	require.False(t, early)
	wait, early := queue.Wait(fmt.Errorf("wrapped: %w", queue.ErrNotYet))
	require.True(t, early)
	require.Positive(t, wait)
	require.False(t, queue.IsPermanent(nil))
}

func TestTheChatProductsFailureIsMadeUpForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.surface.fail = errors.New("outage")
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "ok"})
	j, _ := w.queue.pop()
	require.Error(t, w.server.Handle(context.Background(), j))
	require.Equal(t, bridge.Failed, w.results()[0])
	w.surface.fail = nil
	w.queue.push(j)
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []string{"ok"}, w.surface.thread(theRoom))
	require.Equal(t, 2, w.surface.finds, "for what may have been posted, the card and the reply, it has looked")
}
