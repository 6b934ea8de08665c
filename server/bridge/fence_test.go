package bridge_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// A server can be stopped in the middle of its work, by the machine or by a slow answer, for longer than it holds a card. Another goes on
// with the card meanwhile, and the first must notice before it posts anything more.
func TestAServerThatLostItsHoldPostsNothingMore(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]bridge.Subscription{"one card": {}, "posts of their own": {Style: bridge.Each}, "a thread": {Style: bridge.Thread}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sub)
			w.hear(said{ID: "1", Thing: "a", Is: "begun", Say: "who began it", Series: "line"})
			job, ok := w.queue.pop()
			require.True(t, ok)
			stopped := false
			w.surface.kill = func(what, when string) bool {
				if !stopped && what == "post" && when == "after" {
					stopped = true
					w.pass(time.Minute)
					require.NoError(t, w.newServer().Handle(context.Background(), job), "another server finishes the work")
				}
				return false
			}
			err := w.server.Handle(context.Background(), job)
			_, early := queue.Wait(err)
			require.True(t, err == nil || early, "%v", err)
			require.True(t, stopped)
			require.NoError(t, w.newServer().Handle(context.Background(), job))
			w.onlyOnce()
			texts := each(w.surface.posts, func(p *post) string { return p.text })
			require.Equal(t, 1, strings.Count(strings.Join(texts, "\n"), "who began it"))
		})
	}
}

// With little of the hold left, nothing is begun that could outlast it.
func TestNothingIsBegunWithLittleOfTheHoldLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun", Say: "who began it"})
	job, _ := w.queue.pop()
	w.surface.kill = func(what, when string) bool {
		if what == "post" && when == "after" {
			w.pass(21 * time.Second)
		}
		return false
	}
	_, early := queue.Wait(w.server.Handle(context.Background(), job))
	require.True(t, early)
	require.Empty(t, w.surface.thread(theRoom))
	w.surface.kill = nil
	w.queue.push(job)
	w.pass(time.Minute)
	w.work()
	require.Equal(t, []string{"who began it"}, w.surface.thread(theRoom))
}

// An alert rule at the provider can name one channel. No other hears of it, whatever it subscribed to.
func TestAnEventForOneChannelIsShownThereOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		bridge.Subscription{Place: place("all")}, bridge.Subscription{Place: place("each"), Style: bridge.Each},
		bridge.Subscription{Place: place("chosen"), Events: []string{}, Filters: map[string]string{"branch": "main"}},
	)
	w.hear(said{ID: "1", Thing: "a", Is: "broken", Branch: "draft", Channel: place("chosen").Key()})
	w.work()
	require.Equal(t, []string{"a is broken"}, w.surface.titles("chosen"), "whatever its filters say")
	require.Empty(t, w.surface.titles("all"))
	require.Empty(t, w.surface.titles("each"))

	w.pass(time.Minute)
	w.hear(said{ID: "2", Thing: "b", Is: "broken", Channel: "elsewhere"})
	w.work()
	for _, channelID := range []string{"all", "each", "elsewhere"} {
		require.Empty(t, w.surface.titles(channelID), "nor a channel that doesn't follow the connection")
	}
	w.hear(said{ID: "3", Thing: "c", Is: "broken"})
	w.work()
	require.Equal(t, []string{"c is broken"}, w.surface.titles("all"), "what names no channel is for all")
}

// Providers add levels; a filter for the least one must not swallow what it doesn't know.
func TestALevelThatIsNotKnownPassesTheFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Filters: map[string]string{"level": "high"}})
	for n, level := range []string{"low", "high", "catastrophic"} {
		w.hear(said{Thing: level, Is: "broken", Level: level, N: n})
		w.work()
	}
	require.Equal(t, []string{"high is broken", "catastrophic is broken"}, w.surface.titles(theRoom))
}

// The header can hold the secret in another spelling than ours, such as that of Basic authentication.
func TestTheAuthorizationHeaderIsNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("ci:"+theSecret))
	header := map[string]string{"Authorization": basic, "X-Event": "build"}
	body := strings.NewReader(`[{"Thing":"a","Is":"fine"}]`)
	require.NoError(t, w.server.Ingest(context.Background(), theHook, theSecret, func(n string) string { return header[n] }, body))
	require.Equal(t, map[string]string{"X-Event": "build"}, w.queue.jobs[0].Delivery.Header)
	require.Equal(t, provider.ByPath, w.queue.jobs[0].Proof.By)
	require.Empty(t, w.queue.jobs[0].Delivery.PathSecret)
}
