package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// endurance has the stories that last long told in full; otherwise they are told in a short form.
var endurance = flag.Bool("endurance", false, "tell the stories of floods in full length")

// The size of the flood.
const (
	floodJobs    = 50
	floodSenders = 8
	// floodSpread is how far a delivery can be from its place in the order.
	floodSpread = 60
)

// floodBuilds is the number of builds. Each has four deliveries, and every tenth delivery is sent twice.
func floodBuilds() int {
	if *endurance {
		return 500
	}
	return 120
}

// drop is one delivery of the flood.
type drop struct {
	hook stack.Hook
	body []byte
}

// flood is the deliveries to some channels, and their results.
type flood struct {
	*story
	person   *stack.Person
	builds   int
	channels []*model.Channel
	drops    []drop
	// took is the time from request to 200; retried counts what was sent once more since it got no 200.
	took    []time.Duration
	retried atomic.Int64
	began   time.Time
	lasted  time.Duration
	// shown is when the last card was written, counted from the first request.
	shown time.Duration
}

// newFlood connects this many channels, each by its own connection, and prepares
// the deliveries: builds of 50 jobs in four phases, some of them twice, and not in
// order.
func newFlood(w *story, channels int) *flood {
	w.Helper()
	f := &flood{story: w, builds: floodBuilds()}
	var ear *stack.Ear
	f.person, ear = w.person("alice")
	var hooks []stack.Hook
	for i := range channels {
		channel := w.private(f.person)
		f.channels = append(f.channels, channel)
		hooks = append(hooks, w.jenkins(f.person, ear, channel, fmt.Sprintf("CI %d", i)))
	}
	random := rand.New(rand.NewPCG(4, 2000))
	type placed struct {
		drop
		at float64
	}
	var all []placed
	for i := range f.builds {
		b := floodBuild(i, f.builds)
		hook := hooks[i%floodJobs%channels]
		for step, phase := range []string{"QUEUED", "STARTED", "COMPLETED", "FINALIZED"} {
			status := ""
			if step >= 2 {
				status = floodResult(i)
			}
			one := placed{drop{hook, b.Notification(phase, status)}, float64(4*i+step) + floodSpread*random.Float64()}
			all = append(all, one)
			if len(all)%11 == 10 {
				one.at += floodSpread * random.Float64()
				all = append(all, one)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		if a.at < b.at {
			return -1
		}
		return 1
	})
	for _, p := range all {
		f.drops = append(f.drops, p.drop)
	}
	f.took = make([]time.Duration, len(f.drops))
	return f
}

// floodBuild is one of the builds: those of a job follow one another.
func floodBuild(i, of int) stack.Build {
	b := build(1 + i/floodJobs)
	b.Job = fmt.Sprintf("flood/job-%02d", i%floodJobs)
	b.Began = time.Now().Add(time.Duration(i-2*of) * time.Second)
	return b
}

// floodResult is the result of a build: every third one fails.
func floodResult(i int) string { return []string{"SUCCESS", "SUCCESS", "FAILURE"}[i%3] }

// run sends everything, to the servers in turn, and calls middle (nil for nothing)
// when half of it is acknowledged. A delivery without a 200 was not acknowledged: it is
// sent to the next server, until one takes it.
func (f *flood) run(middle func()) {
	f.Helper()
	f.began = time.Now()
	var next, acknowledged atomic.Int64
	var all sync.WaitGroup
	for range floodSenders {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(f.drops) && f.ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				f.took[i] = f.send(f.drops[i], i)
				if acknowledged.Add(1) == int64(len(f.drops)/2) && middle != nil {
					middle()
				}
			}
		})
	}
	all.Wait()
	f.lasted = time.Since(f.began)
	require.NoError(f, f.ctx.Err())
}

// send sends one delivery until it is acknowledged, and returns how long the last
// attempt took.
func (f *flood) send(d drop, server int) time.Duration {
	for f.ctx.Err() == nil {
		began := time.Now()
		status, _, err := d.hook.Send(f.ctx, f.Servers[server%len(f.Servers)], d.hook.Signed(d.body), d.body)
		if err == nil && status == http.StatusOK {
			return time.Since(began)
		}
		f.retried.Add(1)
		server++
		time.Sleep(20 * time.Millisecond)
	}
	return 0
}

// verify looks at all channels: every build has exactly one card, which shows how
// it ended, and its thread says so once.
func (f *flood) verify() {
	f.Helper()
	cards, ends := map[string][]stack.Card{}, map[string]int{}
	for _, channel := range f.channels {
		shown, err := f.person.Cards(f.ctx, channel.Id)
		require.NoError(f, err)
		for _, card := range shown {
			_, name, _ := strings.Cut(card.Title, " · ")
			cards[name] = append(cards[name], card)
		}
		posts, err := f.person.Posts(f.ctx, channel.Id)
		require.NoError(f, err)
		for _, post := range posts {
			f.shown = max(f.shown, time.UnixMilli(post.UpdateAt).Sub(f.began))
			if post.RootId != "" && strings.Contains(post.Message, "** after ") {
				ends[post.RootId]++
			}
		}
	}
	require.Len(f, cards, f.builds)
	for i := range f.builds {
		b := floodBuild(i, f.builds)
		name := fmt.Sprintf("%s #%d", strings.ReplaceAll(b.Job, "/", " » "), b.Number)
		require.Len(f, cards[name], 1, name)
		card := cards[name][0]
		ended := []string{"Succeeded", "Back to normal"}
		if floodResult(i) == "FAILURE" {
			ended = []string{"Failed", "Failed again", "Failed, fixed since", "Failed again, fixed since"}
		}
		_, state, _ := strings.Cut(strings.TrimSuffix(card.Title, " · "+name), " ")
		require.Contains(f, ended, state, card.Title)
		require.LessOrEqual(f, ends[card.Id], 1, "the thread of %s tells of its end more than once", card.Title)
	}
}

// figures are the times of a measurement.
func figures(name string, took []time.Duration, lasted time.Duration) (line string, middle, perSecond float64) {
	sorted := slices.Sorted(slices.Values(took))
	at := func(p int) float64 {
		return float64(sorted[min(len(sorted)-1, len(sorted)*p/100)]) / float64(time.Millisecond)
	}
	perSecond = float64(len(took)) / lasted.Seconds()
	return fmt.Sprintf("%-44s %6d  p50 %7.1f ms  p99 %7.1f ms  %7.1f/s", name, len(took), at(50), at(99), perSecond), at(50), perSecond
}

// incoming posts through the server's own incoming webhook, to the servers in turn
// and by as many senders.
func (w *story) incoming(n int) (took []time.Duration, lasted time.Duration) {
	w.Helper()
	wall := w.channel(model.ChannelTypeOpen)
	hook, _, err := w.Admin.API.CreateIncomingWebhook(w.ctx, &model.IncomingWebhook{ChannelId: wall.Id, DisplayName: "flood"})
	require.NoError(w, err)
	took = make([]time.Duration, n)
	failures := make([]error, floodSenders)
	began := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for sender := range floodSenders {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failures[sender] == nil; i = int(next.Add(1)) - 1 {
				took[i], failures[sender] = postIncoming(w.ctx, w.Servers[i%len(w.Servers)], hook.Id, i)
			}
		})
	}
	all.Wait()
	for _, err := range failures {
		require.NoError(w, err)
	}
	return took, time.Since(began)
}

func postIncoming(ctx context.Context, server *stack.Server, hook string, i int) (time.Duration, error) {
	body := fmt.Sprintf(`{"text":"folder/web #%d failed"}`, i)
	began := time.Now()
	status, answer, err := stack.Post(ctx, server.URL+"/hooks/"+hook, http.Header{"Content-Type": {"application/json"}}, []byte(body))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the incoming webhook answered %d: %s", status, answer)
	}
	return time.Since(began), err
}

// Signed deliveries are sent eight at a time to two servers, some twice and not in order, spread over four channels with a connection each.
// Then all go through one connection, and half way the plugin of one server is killed, or PostgreSQL is stopped for a moment. Every build has
// one card, and it shows how the build ended. In full length, there are 2,000 deliveries.
func TestAFloodOfDeliveriesSurvivesAKillAndARestartOfPostgreSQL(t *testing.T) {
	w := alone(t, stack.UserApp)
	var report strings.Builder
	defer func() { w.keep("bridge_load.txt", report.String()) }()
	took, lasted := w.incoming(1000)
	line, middle, rate := figures("the server's own incoming webhook", took, lasted)
	fmt.Fprintln(&report, line)
	for _, run := range []struct {
		name     string
		channels int
		middle   func() error
		after    func() error
	}{
		{"4 connections", 4, nothing, nothing},
		{
			"1 connection, 1 of 2 plugins killed", 1,
			func() error { return w.Server(2).KillPlugin(w.ctx) },
			func() error { return w.Server(2).RestartPlugin(w.ctx) },
		},
		{
			"1 connection, PostgreSQL stopped for 2 s", 1,
			func() error { _, err := w.RestartPostgres(w.ctx, 2*time.Second); return err },
			nothing,
		},
	} {
		f := newFlood(w, run.channels)
		var disturbed error
		statements := w.statements(func() {
			f.run(func() { disturbed = run.middle() })
			require.NoError(t, run.after())
			f.settled()
		})
		require.NoError(t, disturbed)
		f.verify()
		line, p50, perSecond := figures(run.name, f.took, f.lasted)
		fmt.Fprintf(&report, "%s  (%.2fx the p50 and %.2fx the rate of the incoming webhook)\n", line, p50/middle, perSecond/rate)
		fmt.Fprintf(&report, "    %d sent again until acknowledged; the last card was written %.1f s after the first request;\n",
			f.retried.Load(), f.shown.Seconds())
		fmt.Fprintf(&report, "    SQL statements per delivery, handling and sweeps included: %.1f for the plugin's records, %.1f others\n",
			float64(statements.Own())/float64(len(f.drops)), float64(statements.Server)/float64(len(f.drops)))
	}
}

func nothing() error { return nil }

// statements counts the SQL statements meanwhile.
func (w *story) statements(happens func()) stack.Statements {
	w.Helper()
	counted := w.DB.ResetStatements(w.ctx) == nil
	happens()
	if !counted {
		return stack.Statements{} // the database keeps no statistics
	}
	counts, err := w.DB.Statements(w.ctx)
	require.NoError(w, err)
	return counts
}
