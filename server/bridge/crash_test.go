package bridge_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/queue"
)

func TestNoDeathOfAServerLosesOrDoublesAnything(t *testing.T) {
	t.Parallel()
	for _, style := range []bridge.Style{bridge.Live, bridge.Each, bridge.Thread} {
		for _, when := range []string{"before", "after"} {
			for _, nth := range []int{1, 2, 3, 4} {
				t.Run(fmt.Sprintf("style %q, %s the post number %d", style, when, nth), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, bridge.Subscription{Style: style, Mention: "here"}, bridge.Subscription{Place: place("other"), Style: style})
					w.hear(said{ID: "1", Thing: "a", Series: "s", Is: "broken", Say: "one"})
					calls := 0
					w.surface.kill = func(_, at string) bool {
						if at == when {
							calls++
						}
						return at == when && calls == nth
					}
					w.dies()
					w.work()
					expected := 4
					if style == bridge.Thread {
						expected = 6
					}
					require.Len(t, w.surface.posts, expected)
					w.onlyOnce()
				})
			}
		}
	}
}

func TestAHoldIsTakenOverWhenItRanOutAndNotBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "fine"})
	w.surface.kill = func(_, when string) bool { return when == "after" }
	w.dies()
	j, _ := w.queue.pop()
	for range 119 {
		wait, early := queue.Wait(w.server.Handle(context.Background(), j))
		require.True(t, early)
		require.Equal(t, 250*time.Millisecond, wait)
		w.pass(wait)
	}
	require.Zero(t, w.surface.finds)
	w.pass(time.Second)
	require.NoError(t, w.server.Handle(context.Background(), j))
	require.Equal(t, 1, w.surface.finds)
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
}

func TestWhatIsNewWhenASecondServerTakesOverIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.surface.kill = func(_, when string) bool { return when == "after" }
	w.dies()
	w.hear(said{ID: "2", Thing: "a", Is: "fine", N: 1, Say: "ok"})
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.Equal(t, []string{"ok"}, w.surface.thread(theRoom))
	w.onlyOnce()
}

// A card is the same whichever event it was posted for. Here the server that takes over gets events first that the dead one didn't have:
// one that nobody wants, and one that would post the card.
func TestACardIsInDoubtUntilTheDeadServersEventComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun", N: 1})
	w.surface.kill = func(_, when string) bool { return when == "after" }
	w.dies()
	begun, _ := w.queue.pop()
	w.pass(bridge.HoldTime + time.Second)
	w.hear(said{ID: "0", Thing: "a", Is: "noise"})
	w.hear(said{ID: "2", Thing: "a", Is: "fine", N: 2})
	w.queue.push(begun)
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	w.onlyOnce()
}

func TestTwoDeathsInARowDoubleNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "broken", Say: "one"})
	killAfter := func(what, when string) bool { return what == "reply" && when == "after" }
	w.surface.kill = func(what, when string) bool { return what == "post" && when == "after" }
	w.dies()
	w.pass(31 * time.Second)
	w.surface.kill = killAfter
	w.dies()
	w.work()
	require.Len(t, w.surface.posts, 2)
	w.onlyOnce()
}

func TestAShowThatTakesTooLongLeavesTheRestToTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "fine", Say: "one"}, said{ID: "2", Thing: "a", Is: "fine", N: 1, Say: "two"})
	slow := true
	w.surface.kill = func(_, when string) bool {
		if when == "after" && slow {
			w.pass(25 * time.Second)
			slow = false
		}
		return false
	}
	j, _ := w.queue.pop()
	_, early := queue.Wait(w.server.Handle(context.Background(), j))
	require.True(t, early)
	require.Len(t, w.surface.posts, 1)
	w.queue.push(j)
	w.work()
	require.Equal(t, []string{"one|two|"}, w.surface.thread(theRoom))
	require.Zero(t, w.surface.finds, "what was done was recorded")
}

func TestACardThatWasDeletedStaysGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.surface.posts[0].deleted = true
	w.pass(time.Minute)
	for n := 1; n < 4; n++ {
		w.hear(said{ID: fmt.Sprint("n", n), Thing: "a", Is: "broken", N: n, Say: "words", Again: n == 3})
		w.work()
	}
	require.Len(t, w.surface.posts, 1)
	require.Equal(t, bridge.Unwanted, w.results()[0])
	w.hear(said{ID: "x", Thing: "b", Is: "begun"})
	w.work()
	require.Equal(t, []string{"b is begun"}, w.surface.titles(theRoom))
}

func TestAChannelThatIsGoneIsDisconnectedAndItsCreatorToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Place: place("old")}, bridge.Subscription{Place: place("old"), Resource: "r"}, bridge.Subscription{})
	w.surface.gone["old"] = true
	for n := range 3 {
		w.hear(said{ID: fmt.Sprint("n", n), Thing: fmt.Sprint(n), Is: "fine", Say: "words"})
	}
	w.work()
	c := w.connection("con1")
	require.Equal(t, []chat.Place{place(theRoom)}, c.Channels())
	require.Equal(t, []string{"ada: bridge.deliver.tell_channel_gone"}, w.people.told)
	require.Equal(t, []string{"0 is fine", "1 is fine", "2 is fine"}, w.surface.titles(theRoom))
	require.Contains(t, fmt.Sprint(w.journal()), "bridge.deliver.channel_gone")
}

func TestNobodySpeaksForWhoHasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{CreatedBy: actor("bob")}, bridge.Subscription{Place: place("other"), Style: bridge.Each, CreatedBy: actor("bob")}, bridge.Subscription{Place: place("third")})
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.people.left["bob"] = true
	w.pass(time.Minute)
	w.hear(said{ID: "2", Thing: "a", Is: "fine", N: 1})
	w.hear(said{ID: "3", Thing: "b", Is: "fine"})
	w.hear(said{ID: "4", Thing: "c", Is: "fine"})
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom), "a card that is there is kept right")
	require.Equal(t, []string{"a is fine", "b is fine", "c is fine"}, w.surface.titles("third"))
	c := w.connection("con1")
	require.Equal(t, []chat.Place{place("third")}, c.Channels())
	require.ElementsMatch(t, []string{
		"#room: bridge.deliver.announce_creator_gone", "bob: bridge.deliver.tell_creator_gone", "ada: bridge.deliver.tell_creator_gone",
		"#other: bridge.deliver.announce_creator_gone", "bob: bridge.deliver.tell_creator_gone", "ada: bridge.deliver.tell_creator_gone",
	}, w.people.told)
}

func TestAnOutageDisconnectsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.people.left["ada"], w.people.outage = true, context.DeadlineExceeded
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	j, _ := w.queue.pop()
	require.Error(t, w.server.Handle(context.Background(), j))
	w.people.left["ada"], w.people.outage = false, nil
	w.queue.push(j)
	w.work()
	require.Equal(t, []string{"a is begun"}, w.surface.titles(theRoom))
}

func TestWhoConnectedAChannelIsToldAlthoughEndingItFailsAtFirst(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*world){
		"the channel is gone":   func(w *world) { w.surface.gone[theRoom] = true },
		"they left it":          func(w *world) { w.people.left["ada"] = true },
		"it is archived by now": func(w *world) { w.people.left["ada"] = true; w.people.channels[theRoom] = chat.Channel{Archived: true} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leave(w)
			failing := true
			w.memory.OnCall(func(call, key string) error {
				if call == "Connections.UpdateConnection" && key == "con1" && failing {
					failing = false
					return context.DeadlineExceeded
				}
				return nil
			})
			w.hear(said{ID: "1", Thing: "a", Is: "begun"})
			w.work()
			c := w.connection("con1")
			require.Empty(t, c.Subscriptions)
			require.Contains(t, fmt.Sprint(w.people.told), "ada: bridge.deliver.tell_")
		})
	}
}
