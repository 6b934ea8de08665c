package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

const (
	// noisySenders is how many requests of the noisy connection are under way at the same time.
	noisySenders = 16
	// mostMemory is how much more memory the plugin may take meanwhile, in bytes.
	mostMemory = 64 << 20
)

// One connection sends as fast as it can. Another connection's deliveries and Zoom's events are still accepted and shown soon, and
// the plugin's memory stays bounded. In full length, it goes on for 30 seconds.
func TestANoisyConnectionDelaysNoOneElse(t *testing.T) {
	w := alone(t, stack.UserApp)
	alice, ear := w.connected("alice")
	loud, quiet := w.private(alice), w.private(alice)
	noisy, other := w.jenkins(alice, ear, loud, "Noisy"), w.jenkins(alice, ear, quiet, "Quiet")
	lasts := 3 * time.Second
	if *endurance {
		lasts = 30 * time.Second
	}
	before, err := w.Server(1).Plugin(w.ctx)
	require.NoError(t, err)
	peak := before.RSS

	ctx, stop := context.WithCancel(w.ctx)
	var sent, refused atomic.Int64
	var all sync.WaitGroup
	for range noisySenders {
		all.Go(func() { w.shout(ctx, noisy, &sent, &refused) })
	}
	var report strings.Builder
	shown := 0
	for until := time.Now().Add(lasts); time.Now().Before(until); {
		shown++
		post := w.starts(alice, w.private(alice), "Standup")
		began := time.Now()
		body := build(shown).Notification("STARTED", "")
		w.sends(other, 1, other.Signed(body), body, http.StatusOK)
		w.deliver(1, stack.Event("meeting.ended", meetingID(post), "over"+post.Id, began.Add(-time.Minute), began), time.Now())
		w.card(alice, quiet, shown, "Running")
		w.becomes(alice, post, ended)
		took := time.Since(began)
		now, err := w.Server(1).Plugin(w.ctx)
		require.NoError(t, err)
		peak = max(peak, now.RSS)
		fmt.Fprintf(&report, "a card and the end of a meeting after %d ms\n", took.Milliseconds())
	}
	stop()
	all.Wait()
	fmt.Fprintf(&report, "the noisy connection: %d deliveries accepted, %d refused; memory %d MiB before, at most %d MiB meanwhile\n",
		sent.Load(), refused.Load(), before.RSS>>20, peak>>20)
	w.keep("noise.txt", report.String())
	require.Less(t, peak-before.RSS, int64(mostMemory))
	w.settled()
}

// shout sends deliveries of new builds until the context ends.
func (w *story) shout(ctx context.Context, hook stack.Hook, sent, refused *atomic.Int64) {
	for ctx.Err() == nil {
		body := build(int(serial.Add(1))).Notification("STARTED", "")
		status, _, err := hook.Send(ctx, w.Server(1), hook.Signed(body), body)
		if err == nil && status == http.StatusOK {
			sent.Add(1)
		} else {
			refused.Add(1)
		}
	}
}
