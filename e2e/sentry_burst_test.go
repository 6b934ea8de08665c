package e2e

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// How many errors happen at once, and how many of them at the same moment.
const (
	burst   = 1000
	burstBy = 8
)

// Sentry waits a second for an answer and sends nothing twice. A thousand errors
// at once are answered in time, and each has its card; what a slow answer loses
// anyway is left to the poll of Sentry every ten minutes, and counted here.
func TestAThousandSimultaneousSentryErrorsAreAllShown(t *testing.T) {
	h := newBugs(alone(t, stack.UserApp))
	h.follows("web")
	began := time.Now()
	var next atomic.Int64
	var senders sync.WaitGroup
	failures := make(chan error, burstBy)
	for range burstBy {
		senders.Go(func() {
			for n := next.Add(1); n <= burst; n = next.Add(1) {
				if _, err := h.Error(h.ctx, h.org, "web", fmt.Sprintf("Burst%04d", n), "at once"); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	senders.Wait()
	close(failures)
	require.NoError(t, <-failures)
	sent := time.Since(began)

	var took []time.Duration
	var late, refused int
	h.eventually(func() error {
		took, late, refused = nil, 0, 0
		all, err := h.Deliveries(h.ctx, "chat-"+h.org)
		for _, d := range all {
			for _, a := range d.Attempts {
				took = append(took, time.Duration(a.TookMS)*time.Millisecond)
				if a.Status == 0 {
					late++
				} else if a.Status != 200 {
					refused++
				}
			}
		}
		if err == nil && len(took) < burst {
			err = errors.Errorf("%d of %d deliveries are attempted", len(took), burst)
		}
		return err
	})
	h.settled()
	shown, err := h.DB.Cards(h.ctx, h.channel.Id)
	require.NoError(t, err)
	worked := time.Since(began)
	slices.Sort(took)
	within, _ := slices.BinarySearch(took, time.Second)
	h.keep("sentry_burst.txt", fmt.Sprintf(
		"%d errors of Sentry by %d at once, in %s\ndeliveries %d: answered within one second %d (%.1f %%), no answer in time %d, refused %d\n"+
			"time to the answer: p50 %s, p99 %s, longest %s\ncards %d, all there after %s\n",
		burst, burstBy, sent.Round(time.Millisecond), len(took), within-late, 100*float64(within-late)/float64(len(took)), late, refused,
		took[len(took)/2], took[len(took)*99/100], took[len(took)-1], len(shown), worked.Round(time.Millisecond)))
	require.Zero(t, refused)
	require.GreaterOrEqual(t, len(shown), burst-late, "what was answered is shown")
	require.LessOrEqual(t, len(shown), burst, "and once")
}
