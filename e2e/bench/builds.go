package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// crowd is how many connections there are in the last round.
const crowd = 10000

// jenkins connects a channel to a Jenkins.
func jenkins(ctx context.Context, s *stack.Stack, owner *stack.Person, channel *model.Channel) (stack.Hook, error) {
	if err := s.Set(ctx, stack.Settings{"EnableJenkins": true}); err != nil {
		return stack.Hook{}, err
	}
	if _, _, err := s.Admin.API.AddChannelMember(ctx, channel.Id, owner.User.Id); err != nil {
		return stack.Hook{}, errors.Wrap(err, "add somebody to the wall")
	}
	ear, err := owner.Listen()
	if err != nil {
		return stack.Hook{}, err
	}
	defer ear.Close()
	return owner.ConnectJenkins(ctx, ear, channel.Id, "Bench")
}

// builds measures builds from the delivery that tells of the start to the one that
// tells of the end: until each is acknowledged, and until its card shows it.
func (b *bench) builds(ctx context.Context, name string, workers int) ([]row, error) {
	builds := make([]stack.Build, b.n)
	for i := range builds {
		b.built++
		builds[i] = stack.Build{Job: "bench", Number: b.built, Branch: "main", Commit: "3c5a9d1e", Began: time.Now(), Duration: time.Minute}
	}
	starts, err := b.tell(ctx, name+" starts", "Running", workers, builds, "STARTED", "")
	if err != nil {
		return nil, err
	}
	// A card that was written less than a second ago is left alone for a while.
	time.Sleep(time.Second)
	ends, err := b.tell(ctx, name+" ends", "Succeeded", workers, builds, "FINALIZED", "SUCCESS")
	return append(starts, ends...), err
}

// crowded measures builds once more, beside an incoming webhook of its own, with
// thousands of connections in the store.
func (b *bench) crowded(ctx context.Context) ([]row, error) {
	if err := b.stack.DB.Crowd(ctx, crowd); err != nil {
		return nil, err
	}
	workers := atOnce[len(atOnce)-1]
	base, err := b.measure(ctx, "incoming webhook", workers, b.n, b.post)
	if err != nil {
		return nil, err
	}
	rows, err := b.builds(ctx, fmt.Sprintf("of %d, one", crowd), workers)
	return compared(base, append([]row{base}, rows...)), err
}

// tell delivers one phase of each build, as fast as it is taken.
func (b *bench) tell(ctx context.Context, name, state string, workers int, builds []stack.Build, phase, status string) ([]row, error) {
	sent := make([]time.Time, len(builds))
	acknowledged, err := b.measure(ctx, name+": acknowledged", workers, len(builds), func(ctx context.Context, i int) error {
		body := builds[i].Notification(phase, status)
		sent[i] = time.Now()
		got, answer, err := b.tool.Send(ctx, b.stack.Servers[0], b.tool.Signed(body), body)
		if err == nil && got != http.StatusOK {
			err = errors.Errorf("a delivery was answered %d: %s", got, answer)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	cards, err := b.stack.DB.Cards(ctx, b.wall.Id)
	if err != nil {
		return nil, err
	}
	byBuild := map[string]stack.Stamp{}
	for title, stamp := range cards {
		_, words, _ := strings.Cut(title, " ")
		byBuild[words] = stamp
	}
	shown, last := acknowledged, acknowledged.began
	took := make([]time.Duration, len(builds))
	for i, build := range builds {
		title := fmt.Sprintf("%s · bench #%d", state, build.Number)
		stamp, found := byBuild[title]
		if !found {
			return nil, errors.Errorf("no card is titled %q", title)
		}
		at := stamp.Posted
		if status != "" {
			at = stamp.Written
		}
		took[i] = max(0, at.Sub(sent[i].Truncate(time.Millisecond)))
		if at.After(last) {
			last = at
		}
	}
	shown.name = name + ": shown"
	shown.time(took, last.Sub(shown.began))
	return []row{acknowledged, shown}, nil
}
