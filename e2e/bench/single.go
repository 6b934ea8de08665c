package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/e2e/stack"
)

// single measures one operation at a time: the next one begins when a client has received what the last one wrote.
func (b *bench) single(ctx context.Context) ([]figure, error) {
	fmt.Fprintln(os.Stderr, "measuring one at a time …")
	watch, err := b.person.Watch()
	if err != nil {
		return nil, err
	}
	defer watch.Close()
	native, err := b.measure(ctx, 1, b.n/2, b.post)
	if err != nil {
		return nil, err
	}
	rooms, meetings := b.take(&b.one), make([]meeting, b.n)
	starts, err := b.measure(ctx, 1, b.n, func(ctx context.Context, i int) (err error) {
		meetings[i], err = b.start(ctx, rooms[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	ended, err := b.until(ctx, watch, func(i int) (func() error, func(*model.Post) bool) {
		rewritten := func(p *model.Post) bool { return p.Id == meetings[i].post && p.GetProp("meeting_status") == "ENDED" }
		return func() error { return b.end(ctx, meetings[i]) }, rewritten
	})
	if err != nil {
		return nil, err
	}
	builds := make([]stack.Build, b.n)
	cards, err := b.until(ctx, watch, func(i int) (func() error, func(*model.Post) bool) {
		builds[i] = b.build()
		return func() error { return b.tell(ctx, b.jenkins, builds[i], begins) }, begins.shows(builds[i])
	})
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second) // what was written less than a second ago is left alone for a while
	rewritten, err := b.until(ctx, watch, func(i int) (func() error, func(*model.Post) bool) {
		return func() error { return b.tell(ctx, b.jenkins, builds[i], ends) }, ends.shows(builds[i])
	})
	if err != nil {
		return nil, err
	}
	again, err := b.measure(ctx, 1, b.n/2, b.post)
	if err != nil {
		return nil, err
	}
	base := between(native, again)
	return []figure{
		base.latency("incoming webhook, p50", base, 0),
		cards.latency("request to visible card, p50", base, 1.5),
		rewritten.latency("request to rewritten card, p50", base, 0),
		starts.latency("/zoom start, p50", base, 2),
		ended.latency("meeting.ended to rewritten post, p50", base, 0),
	}, nil
}

// until measures operations from the request until a client has received the post that fits.
func (b *bench) until(ctx context.Context, watch *stack.Watch, operation func(i int) (send func() error, fits func(*model.Post) bool)) (sample, error) {
	return b.measure(ctx, 1, b.n, func(ctx context.Context, i int) error {
		send, fits := operation(i)
		if err := send(); err != nil {
			return err
		}
		_, err := watch.Await(ctx, fits)
		return err
	})
}

// between is the mean of the measurements before and after a round.
func between(before, after sample) sample {
	s := before
	s.time(append(before.took, after.took...), time.Second)
	s.perSecond = (before.perSecond + after.perSecond) / 2
	return s
}
