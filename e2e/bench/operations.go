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

// post posts a message through the server's own incoming webhook.
func (b *bench) post(ctx context.Context, i int) error {
	body := fmt.Appendf(nil, `{"text":"I have started a meeting, number %d"}`, i)
	status, answer, err := stack.Post(ctx, b.hook, http.Header{"Content-Type": {"application/json"}}, body)
	if err == nil && (status != http.StatusOK || answer != "ok") {
		err = errors.Errorf("the incoming webhook answered %d: %s", status, answer)
	}
	return err
}

// meeting is a started meeting.
type meeting struct{ id, post string }

// start starts a meeting as the camera icon does.
func (b *bench) start(ctx context.Context, r room) (meeting, error) {
	answer, err := r.owner.ClickIcon(ctx, stack.IconRequest{ChannelID: r.channel.Id, Topic: "Bench"})
	if err != nil {
		return meeting{}, err
	}
	if answer.Outcome != "started" {
		return meeting{}, errors.Errorf("a start came to %+v", answer)
	}
	_, number, _ := strings.Cut(answer.MeetingURL, "/j/")
	id, _, _ := strings.Cut(number, "?")
	return meeting{id, answer.PostID}, nil
}

// end sends the event that the meeting ended.
func (b *bench) end(ctx context.Context, m meeting) error {
	began := time.Now().Add(-time.Minute)
	body := stack.Event("meeting.ended", m.id, "bench"+m.post, began, began.Add(30*time.Second))
	status, answer, err := stack.Post(ctx, b.server().URL+"/plugins/"+stack.PluginID+"/webhook", stack.Signed(stack.WebhookSecret, time.Now(), body), body)
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("an event was answered %d: %s", status, answer)
	}
	return err
}

// build returns a build that no one has heard of.
func (b *bench) build() stack.Build {
	number := int(b.built.Add(1))
	return stack.Build{Job: "bench", Number: number, Branch: "main", Commit: "3c5a9d1e", Began: time.Now(), Duration: time.Minute}
}

// phase is a moment of a build: what Jenkins calls it, the result, and how its card begins.
type phase struct{ name, result, title string }

var (
	begins = phase{"STARTED", "", "Running"}
	ends   = phase{"FINALIZED", "SUCCESS", "Succeeded"}
)

// tell delivers a moment of a build.
func (b *bench) tell(ctx context.Context, hook stack.Hook, build stack.Build, p phase) error {
	body := build.Notification(p.name, p.result)
	status, answer, err := hook.Send(ctx, b.server(), hook.Signed(body), body)
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("a delivery was answered %d: %s", status, answer)
	}
	return err
}

// shows returns whether a post is the card of the build in the phase.
func (p phase) shows(build stack.Build) func(*model.Post) bool {
	return func(post *model.Post) bool {
		if post.RootId != "" || len(post.Attachments()) == 0 {
			return false
		}
		return strings.HasSuffix(post.Attachments()[0].Title, p.title+" · "+label(build))
	}
}

// label is how a card names the build.
func label(build stack.Build) string { return fmt.Sprintf("%s #%d", build.Job, build.Number) }

// warm runs each operation a few times, so that no measurement pays for what is only done once.
func (b *bench) warm(ctx context.Context) error {
	for i := range 20 {
		build := b.build()
		if err := errors.Wrap(b.post(ctx, i), "warm up"); err != nil {
			return err
		}
		if err := b.tell(ctx, b.jenkins, build, begins); err != nil {
			return err
		}
		if err := b.tell(ctx, b.jenkins, build, ends); err != nil {
			return err
		}
	}
	_, err := b.idle(ctx)
	return err
}
