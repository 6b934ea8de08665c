package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/e2e/stack"
)

const (
	// noisySenders is how many requests of the noisy connection are under way at the same time.
	noisySenders = 16
	// probeEvery is how often the quiet connection and Zoom send something meanwhile.
	probeEvery = 250 * time.Millisecond
)

// noisy measures what one connection that sends as fast as it can does to another connection and to Zoom, beside an idle run.
func (b *bench) noisy(ctx context.Context, lasts time.Duration) ([]figure, error) {
	fmt.Fprintf(os.Stderr, "measuring beside one noisy connection for %s …\n", lasts)
	meetings, err := b.startMany(ctx, 2*int(lasts/probeEvery)+2)
	if err != nil {
		return nil, err
	}
	before, err := b.server().Plugin(ctx)
	if err != nil {
		return nil, err
	}
	idleCard, idleEvent, err := b.probe(ctx, meetings[:len(meetings)/2], lasts)
	if err != nil {
		return nil, err
	}
	noise, stop := context.WithCancel(ctx)
	defer stop()
	var sent, refused, peak atomic.Int64
	var all sync.WaitGroup
	for range noisySenders {
		all.Go(func() { b.shout(noise, &sent, &refused) })
	}
	all.Go(func() { b.watchMemory(noise, &peak) })
	card, event, err := b.probe(ctx, meetings[len(meetings)/2:], lasts)
	stop()
	all.Wait()
	if err != nil {
		return nil, err
	}
	if _, err := b.idle(ctx); err != nil {
		return nil, err
	}
	return []figure{
		{Name: "noisy connection: accepted", Value: float64(sent.Load()) / lasts.Seconds(), Unit: "/s"},
		{Name: "noisy connection: refused", Value: float64(refused.Load()) / lasts.Seconds(), Unit: "refusals/s"},
		{Name: "noisy connection: memory above idle", Value: mib(peak.Load() - before.RSS), Unit: "MiB", Goal: 8},
		{Name: "another connection's card, p50", Value: card.p(50), Unit: "ms", Ratio: card.p(50) / idleCard.p(50)},
		{Name: "another connection's card, p95", Value: card.p(95), Unit: "ms", Ratio: card.p(95) / idleCard.p(95)},
		{Name: "Zoom event to rewritten post, p50", Value: event.p(50), Unit: "ms", Ratio: event.p(50) / idleEvent.p(50)},
		{Name: "Zoom event to rewritten post, p95", Value: event.p(95), Unit: "ms", Ratio: event.p(95) / idleEvent.p(95)},
	}, nil
}

// startMany starts meetings, each in a channel of its own, and waits until the plugin has recorded them: it answers before.
func (b *bench) startMany(ctx context.Context, n int) ([]meeting, error) {
	meetings := make([]meeting, n)
	for i := range meetings {
		rooms, err := b.addRoom(ctx, nil, fmt.Sprintf("noise-%d", i), b.other)
		if err != nil {
			return nil, err
		}
		if meetings[i], err = b.start(ctx, rooms[0]); err != nil {
			return nil, err
		}
	}
	_, err := b.idle(ctx)
	return meetings, err
}

// shout sends new builds of the noisy connection until the context ends.
func (b *bench) shout(ctx context.Context, sent, refused *atomic.Int64) {
	for ctx.Err() == nil {
		body := b.build().Notification(begins.name, begins.result)
		status, _, err := b.jenkins.Send(ctx, b.server(), b.jenkins.Signed(body), body)
		switch {
		case err == nil && status == http.StatusOK:
			sent.Add(1)
		case err == nil:
			refused.Add(1)
		}
	}
}

// watchMemory notes the most memory that the plugin has.
func (b *bench) watchMemory(ctx context.Context, peak *atomic.Int64) {
	for ctx.Err() == nil {
		if now, err := b.server().Plugin(ctx); err == nil && now.RSS > peak.Load() {
			peak.Store(now.RSS)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// probe sends a delivery and a Zoom event in turn, and measures until a client has received what they wrote.
func (b *bench) probe(ctx context.Context, meetings []meeting, lasts time.Duration) (card, event sample, err error) {
	watch, err := b.other.Watch()
	if err != nil {
		return card, event, err
	}
	defer watch.Close()
	var cards, events []time.Duration
	for until := time.Now().Add(lasts); time.Now().Before(until) && len(meetings) > 0; meetings = meetings[1:] {
		next := time.Now().Add(probeEvery)
		build := b.build()
		took, err := timed(ctx, watch, begins.shows(build), func() error { return b.tell(ctx, b.jenkinsOfQuiet, build, begins) })
		if err != nil {
			return card, event, err
		}
		cards = append(cards, took)
		m := meetings[0]
		over := func(p *model.Post) bool { return p.Id == m.post && p.GetProp("meeting_status") == "ENDED" }
		if took, err = timed(ctx, watch, over, func() error { return b.end(ctx, m) }); err != nil {
			return card, event, err
		}
		events = append(events, took)
		time.Sleep(time.Until(next))
	}
	card.time(cards, lasts)
	event.time(events, lasts)
	return card, event, nil
}

// timed is how long it takes from a request until a client has received the post that fits.
func timed(ctx context.Context, watch *stack.Watch, fits func(*model.Post) bool, send func() error) (time.Duration, error) {
	began := time.Now()
	if err := send(); err != nil {
		return 0, err
	}
	_, err := watch.Await(ctx, fits)
	return time.Since(began), err
}
