package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// atOnce is how many operations are under way at the same time.
const atOnce = 8

// together measures eight operations at a time, as fast as they are taken.
func (b *bench) together(ctx context.Context) ([]figure, error) {
	fmt.Fprintf(os.Stderr, "measuring %d at a time …\n", atOnce)
	native, err := b.measure(ctx, atOnce, b.n, b.post)
	if err != nil {
		return nil, err
	}
	rooms, meetings := b.take(&b.many), make([]meeting, b.n)
	starts, err := b.measure(ctx, atOnce, b.n, func(ctx context.Context, i int) (err error) {
		meetings[i], err = b.start(ctx, rooms[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var over time.Time
	ended, err := b.measureUntil(ctx, atOnce, b.n, func(ctx context.Context, i int) error { return b.end(ctx, meetings[i]) }, func() (err error) {
		over, err = b.stack.DB.MeetingsEnded(ctx, posts(meetings))
		return err
	})
	if err != nil {
		return nil, err
	}
	builds := make([]stack.Build, b.n)
	for i := range builds {
		builds[i] = b.build()
	}
	accepted, posted, err := b.deliver(ctx, builds, begins)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second) // what was written less than a second ago is left alone for a while
	finished, edited, err := b.deliver(ctx, builds, ends)
	if err != nil {
		return nil, err
	}
	_, replied, err := b.lastShown(ctx, builds, ends) // the threads may have come last
	if err != nil {
		return nil, err
	}
	again, err := b.measure(ctx, atOnce, b.n, b.post)
	if err != nil {
		return nil, err
	}
	base := between(native, again)
	return []figure{
		base.rate("incoming webhook", base, 0),
		accepted.rate("delivery accepted", base, 1),
		accepted.doneBy(posted).rate("new cards until all are shown", base, 0.65),
		finished.doneBy(edited).rate("cards rewritten", base, 0.4),
		finished.doneBy(replied).rate("cards rewritten, with their threads", base, 0),
		starts.rate("/zoom start", base, 0.5),
		ended.rate("meeting.ended accepted", base, 1),
		ended.doneBy(over).rate("meeting.ended rewritten", base, 0.4),
	}, nil
}

// deliver delivers a phase of each build, until the cards show it. It returns when the last card was written.
func (b *bench) deliver(ctx context.Context, builds []stack.Build, p phase) (s sample, card time.Time, err error) {
	tell := func(ctx context.Context, i int) error { return b.tell(ctx, b.jenkins, builds[i], p) }
	s, err = b.measureUntil(ctx, atOnce, len(builds), tell, func() (err error) {
		card, _, err = b.lastShown(ctx, builds, p)
		return err
	})
	return s, card, err
}

// doneBy is the sample with the rate up to the moment when the last operation's effect was there.
func (s sample) doneBy(last time.Time) sample {
	s.perSecond = float64(len(s.took)) / last.Sub(s.began).Seconds()
	return s
}

// lastShown looks for the card of every build in the phase. It returns when the last card was posted, or edited for the end of a build,
// and when the last of their threads was written.
func (b *bench) lastShown(ctx context.Context, builds []stack.Build, p phase) (card, thread time.Time, err error) {
	cards, err := b.stack.DB.Cards(ctx, b.wall.Id)
	if err != nil {
		return card, thread, err
	}
	byTitle := map[string]stack.Stamp{}
	for title, stamp := range cards {
		_, words, _ := strings.Cut(title, " ") // without the symbol
		byTitle[words] = stamp
	}
	for _, build := range builds {
		title := p.title + " · " + label(build)
		stamp, found := byTitle[title]
		if !found {
			return card, thread, errors.Errorf("no card is titled %q", title)
		}
		at := stamp.Posted
		if p == ends {
			at = stamp.Edited
		}
		card, thread = later(card, at), later(thread, stamp.Written)
	}
	return card, thread, nil
}

func posts(meetings []meeting) []string {
	ids := make([]string, len(meetings))
	for i, m := range meetings {
		ids[i] = m.post
	}
	return ids
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
