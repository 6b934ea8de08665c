package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// These stories show the absence of defects that fit no other file; docs/peer-defects.md lists all of them.

func TestDefect07_NoRequestAndNoTokenGoesToMattermostOverTheNetwork(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(site.Close)
	w := newWorld(t, "s2s")
	w.mm.Configure(func(c *model.Config) { *c.ServiceSettings.SiteURL = site.URL })
	for _, line := range []string{"/zoom settings", "/zoom doctor", "/zoom connect", "/zoom start"} {
		w.admin.Types(line, w.town)
	}
	w.begins(meetings(w.town)[0])
	w.ends(meetings(w.town)[0])
	require.Zero(t, reached.Load())
}

func TestDefect22_ARevokedGrantIsOneClickFromANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.connect(w.alice)
	require.NoError(t, w.zoom.RevokeGrant(address(w.alice), clientID))
	w.alice.Types("/zoom start Weekly", w.town)
	w.authorizes(w.alice)
	require.Len(t, meetings(w.town), 1, "without disconnecting first")
	require.Equal(t, "Weekly", meetings(w.town)[0].Prop("meeting_topic"))

	require.NoError(t, w.zoom.RevokeGrant(address(w.alice), clientID))
	w.alice.Types("/zoom start", w.backroom)
	w.alice.Types("/zoom connect", w.backroom)
	require.NotContains(t, w.alice.LastNote().Text(), "You're connected", "a dead grant is none")
	w.authorizes(w.alice)
	require.True(t, w.canStart(w.alice))
}

// The stand-in has no other call that reads posts than GetPost: one that did would panic, and the post would not end.
func TestDefect29_EndingCostsTheSameInABusyChannel(t *testing.T) {
	t.Parallel()
	cost := func(messages int) map[string]int {
		w := newWorld(t, "s2s")
		w.alice.Types("/zoom start", w.town)
		post := meetings(w.town)[0]
		w.begins(post)
		for i := range messages {
			w.bob.Says(fmt.Sprint("message ", i), w.town)
		}
		var mu sync.Mutex
		calls := map[string]int{}
		w.plugin.meddle(func(call string) *model.AppError {
			mu.Lock()
			defer mu.Unlock()
			if !strings.HasPrefix(call, "KV") {
				calls[call]++
			}
			return nil
		})
		w.ends(post)
		w.plugin.meddle(nil)
		require.Equal(t, "ENDED", post.Refreshed().Prop("meeting_status"))
		mu.Lock()
		defer mu.Unlock()
		return calls
	}
	require.Equal(t, map[string]int{"GetPost": 1, "UpdatePost": 1}, cost(0))
	require.Equal(t, map[string]int{"GetPost": 1, "UpdatePost": 1}, cost(1000))
}

// TestDefect36_SettingsChangeWhileMeetingsStart is meaningful under the race detector only.
func TestDefect36_SettingsChangeWhileMeetingsStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	var all sync.WaitGroup
	for i := range 8 {
		room := w.mm.AddChannel(fmt.Sprint("room", i), mmtest.Private, w.alice)
		all.Go(func() { w.typesOn(w.plugin, w.alice, "/zoom start", room) })
		all.Go(func() { w.mm.Set(map[string]any{"RestrictMeetingCreation": i%2 == 0}) })
		all.Go(func() { w.mm.Set(map[string]any{"EncryptionKey": encryptionKey + strconv.Itoa(i)}) })
		all.Go(func() { w.admin.Get("/api/v1/setup") })
	}
	all.Wait()
	require.True(t, w.canStart(w.alice))
}

// TestDefect24_TheBodyOfAMeetingHasTopicAndTypeOnly checks the request as sent.
func TestDefect24_TheBodyOfAMeetingHasTopicAndTypeOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start Weekly", w.town)
	for _, entry := range w.zoom.Journal(kit.Filter{Kind: kit.EntryRequest, Method: http.MethodPost}) {
		if strings.HasSuffix(entry.Path, "/meetings") {
			require.JSONEq(t, `{"topic":"Weekly","type":1}`, entry.RequestBody)
			return
		}
	}
	require.Fail(t, "no meeting was created")
}

func TestDefect27_ALateEventShowsZoomsOwnTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.alice.Types("/zoom start", w.town)
	post := meetings(w.town)[0]
	w.begins(post)
	w.zoom.Advance(25 * time.Minute)
	body := w.event("meeting.ended", post, post.Refreshed().Prop("meeting_uuid").(string), w.zoom.Now().Add(-25*time.Minute), w.zoom.Now())
	w.zoom.Advance(85 * time.Minute)
	w.deliver(w.plugin, body)
	w.settle()
	over := post.Refreshed()
	require.InDelta(t, 25*60, over.Prop("meeting_duration"), 2)
	require.False(t, strings.Contains(over.Text(), "%!"), over.Text())
	require.Contains(t, over.Attachments()[0].Fallback, "ended after 25 minutes.")
	require.Contains(t, over.Text(), "UTC")
}
