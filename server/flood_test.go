package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// Posting takes so long that nothing gets done, and one sender goes on sending.
func TestAFloodOnOneHookBlocksNeitherAnotherNorZoom(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	noisy, quiet := w.connects(w.alice, "/jenkins connect noisy", w.town), w.connects(w.bob, "/jenkins connect quiet", w.backroom)
	w.alice.Types("/zoom start", w.town)
	met := meetings(w.town)[0]
	stuck := make(chan struct{})
	release := sync.OnceFunc(func() { close(stuck) })
	t.Cleanup(release)
	w.plugin.meddle(func(call string) *model.AppError {
		if call == "CreatePost" {
			<-stuck
		}
		return nil
	})
	build := func(number int) string {
		return fmt.Sprintf(`{"name":"web","url":"job/web/","build":{"full_url":"https://ci.acme.test/job/web/%d/","number":%d,`+
			`"phase":"FINALIZED","status":"SUCCESS","url":"job/web/%d/"}}`, number, number, number)
	}
	refused := 0
	for number := range 1100 {
		answer := w.arrives(noisy.address, build(number+1), map[string]string{"Authorization": noisy.token})
		if answer.Status == http.StatusOK {
			continue
		}
		refused++
		require.Equal(t, http.StatusServiceUnavailable, answer.Status)
		require.Equal(t, "30", answer.Header.Get("Retry-After"))
	}
	require.Positive(t, refused)
	require.Equal(t, http.StatusOK, w.arrives(quiet.address, build(7), map[string]string{"Authorization": quiet.token}).Status)
	w.deliver(w.plugin, w.event("meeting.started", met, "session==", w.zoom.Now(), time.Time{}))
	require.Eventually(t, func() bool { return statusOf(w, met.Id) == "STARTED" }, patience, tick, "Zoom's event is not held up by what cannot be posted")
	release()
	require.Eventually(t, func() bool { return len(w.backroom.Posts()) > 1 }, patience, tick, "the other channel has its card")
}

// statusOf returns the status in a meeting's post.
func statusOf(w *bridgeWorld, postID string) any {
	for _, post := range w.town.Posts() {
		if post.Id == postID {
			return post.Prop("meeting_status")
		}
	}
	return nil
}
