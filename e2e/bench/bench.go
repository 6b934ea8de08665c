package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// bench is what the measurements work with.
type bench struct {
	stack *stack.Stack
	n     int
	rooms [][]room // by round: a channel without a meeting for each start
	hook  string   // the address of an incoming webhook
	idle  int64    // the plugin's memory before the first measurement, in bytes
	wall  *model.Channel
	tool  stack.Hook // of a Jenkins, whose builds are shown on the wall
	built int        // builds so far
}

// room is a channel and the one person who starts a meeting in it.
type room struct {
	owner   *stack.Person
	channel *model.Channel
}

// meeting is a started meeting.
type meeting struct{ id, post string }

// people is how many take turns.
const people = 8

// prepare connects people, and makes a channel for every start to come.
func prepare(ctx context.Context, s *stack.Stack, n int) (*bench, error) {
	if err := s.Sandbox.LiftLimits(ctx); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "preparing %d people and %d channels …\n", people, n*len(atOnce))
	owners := make([]*stack.Person, people)
	for i := range owners {
		var err error
		if owners[i], err = connected(ctx, s, fmt.Sprintf("person%d", i)); err != nil {
			return nil, err
		}
	}
	b := &bench{stack: s, n: n, rooms: make([][]room, len(atOnce))}
	for round := range atOnce {
		for i := range n {
			owner := owners[i%people]
			channel, err := s.NewChannel(ctx, fmt.Sprintf("room-%d-%d", round, i), model.ChannelTypePrivate, owner)
			if err != nil {
				return nil, err
			}
			b.rooms[round] = append(b.rooms[round], room{owner, channel})
		}
	}
	wall, err := s.NewChannel(ctx, "wall", model.ChannelTypeOpen)
	if err != nil {
		return nil, err
	}
	hook, _, err := s.Admin.API.CreateIncomingWebhook(ctx, &model.IncomingWebhook{ChannelId: wall.Id, DisplayName: "bench"})
	if err != nil {
		return nil, errors.Wrap(err, "create the incoming webhook")
	}
	b.hook, b.wall = s.Servers[0].URL+"/hooks/"+hook.Id, wall
	if b.tool, err = jenkins(ctx, s, owners[0], wall); err != nil {
		return nil, err
	}
	b.idle, err = b.memory(ctx)
	return b, err
}

// connected creates a person who has connected Zoom.
func connected(ctx context.Context, s *stack.Stack, name string) (*stack.Person, error) {
	p, err := s.NewPerson(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := s.Sandbox.NewAccount(ctx, stack.Account{Email: p.User.Email, FirstName: name, LastName: "Acme"}); err != nil {
		return nil, err
	}
	home, err := s.NewChannel(ctx, "home-"+name, model.ChannelTypePrivate, p)
	if err != nil {
		return nil, err
	}
	ear, err := p.Listen()
	if err != nil {
		return nil, err
	}
	defer ear.Close()
	if err := p.Type(ctx, home.Id, "/zoom connect"); err != nil {
		return nil, err
	}
	prompt, err := ear.Ephemeral(ctx, 0, "/oauth2/connect")
	if err != nil {
		return nil, err
	}
	link, err := stack.ConnectLink(prompt)
	if err != nil {
		return nil, err
	}
	_, err = p.Authorize(ctx, link, p.User.Email)
	return p, err
}

// round measures the operations with so many at a time. Half of the meetings end
// one after another: the next event is sent when the last one's post is written.
// The others end in a burst, as fast as the events are taken.
func (b *bench) round(ctx context.Context, number, workers int) ([]row, error) {
	base, err := b.measure(ctx, "incoming webhook", workers, b.n, b.post)
	if err != nil {
		return nil, err
	}
	meetings := make([]meeting, b.n)
	start, err := b.measure(ctx, "start a meeting", workers, b.n, func(ctx context.Context, i int) error {
		return b.start(ctx, b.rooms[number][i], &meetings[i])
	})
	if err != nil {
		return nil, err
	}
	steady, err := b.ends(ctx, "ended", workers, meetings[:b.n/2], b.awaitRewrite)
	if err != nil {
		return nil, err
	}
	burst, err := b.ends(ctx, "ended, burst", workers, meetings[b.n/2:], nil)
	if err != nil {
		return nil, err
	}
	builds, err := b.builds(ctx, "a build", workers)
	rows := slices.Concat([]row{base, start}, steady, burst, builds)
	return compared(base, rows), err
}

// compared fills in the ratios.
func compared(base row, rows []row) []row {
	for i := range rows {
		rows[i].ratio = float64(rows[i].middle) / float64(base.middle)
	}
	return rows
}

// ends ends meetings, and measures until the events are acknowledged and until
// their posts are written. wait is what to do after each event; nil is nothing.
func (b *bench) ends(ctx context.Context, name string, workers int, meetings []meeting, wait func(context.Context, meeting, time.Time) error) ([]row, error) {
	sent, answered := make([]time.Time, len(meetings)), make([]time.Duration, len(meetings))
	acknowledged, err := b.measure(ctx, name+": acknowledged", workers, len(meetings), func(ctx context.Context, i int) error {
		sent[i] = time.Now()
		err := b.end(ctx, meetings[i])
		answered[i] = time.Since(sent[i])
		if err == nil && wait != nil {
			err = wait(ctx, meetings[i], sent[i])
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, err := b.shown(ctx, acknowledged, meetings, sent)
	shown.name = name + ": post rewritten"
	all := time.Duration(float64(len(meetings)) / acknowledged.perSecond * float64(time.Second))
	acknowledged.time(answered, all)
	return []row{acknowledged, shown}, err
}

// awaitRewrite waits until the meeting's post was written after a moment. How
// long that took is read from the post itself, so a coarse look will do.
func (b *bench) awaitRewrite(ctx context.Context, m meeting, since time.Time) error {
	return stack.Eventually(ctx, time.Minute, func() error {
		at, err := b.stack.DB.UpdatedAt(ctx, m.post)
		if err == nil && at.Before(since.Truncate(time.Millisecond)) {
			err = errors.Errorf("post %s was not rewritten", m.post)
		}
		return err
	})
}

// post posts a message through the server's own incoming webhook.
func (b *bench) post(ctx context.Context, i int) error {
	body := fmt.Sprintf(`{"text":"I have started a meeting, number %d"}`, i)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.hook, strings.NewReader(body))
	if err != nil {
		return errors.Wrap(err, "make a request")
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.Wrap(err, "post through the webhook")
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != 200 || !bytes.Equal(answer, []byte("ok"))) {
		err = errors.Errorf("the incoming webhook answered %s: %s", response.Status, answer)
	}
	return err
}

// start starts a meeting as the camera icon does.
func (b *bench) start(ctx context.Context, r room, m *meeting) error {
	answer, err := r.owner.ClickIcon(ctx, stack.IconRequest{ChannelID: r.channel.Id, Topic: "Bench"})
	if err != nil {
		return err
	}
	if answer.Outcome != "started" {
		return errors.Errorf("a start came to %+v", answer)
	}
	_, number, _ := strings.Cut(answer.MeetingURL, "/j/")
	m.id, _, _ = strings.Cut(number, "?")
	m.post = answer.PostID
	return nil
}

// end sends the event that the meeting ended.
func (b *bench) end(ctx context.Context, m meeting) error {
	began := time.Now().Add(-time.Minute)
	body := stack.Event("meeting.ended", m.id, "bench"+m.post, began, began.Add(30*time.Second))
	status, answer, err := b.stack.Servers[0].Deliver(ctx, stack.Signed(stack.WebhookSecret, time.Now(), body), body)
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("an event was answered %d: %s", status, answer)
	}
	return err
}
