package main

import (
	"context"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

func connectJenkins(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Type(ctx, c.tools.Id, "/jenkins connect"); err != nil {
		return "", err
	}
	note, err := c.ear.Ephemeral(ctx, p.from, "is ready")
	if err != nil {
		return "", err
	}
	message, err := handedOver(ctx, c, p)
	if err != nil {
		return "", err
	}
	if p.job, err = c.stack.Sandbox.NewJob(ctx, "web", p.hook); err != nil {
		return "", err
	}
	answer, err := p.job.TestConnection(ctx)
	if err == nil && answer != "Connect ok" {
		err = errors.Errorf("Test Connection says %q", answer)
	}
	return "only alice sees:\n" + stack.Text(note) + "\n\nand the bot sends her a direct message (shortened):\n" + shortened(message, p.hook) +
		"\n\nTest Connection in Jenkins, with the URL and token entered in its plugin “Zoom”, says: " + answer, err
}

// handedOver waits for the direct message with the URL and the token.
func handedOver(ctx context.Context, c *cast, p *props) (message string, err error) {
	conversation, err := c.alice.WithBot(ctx)
	if err != nil {
		return "", err
	}
	return message, stack.Eventually(ctx, patience, func() error {
		posts, err := c.alice.Posts(ctx, conversation.Id)
		if err != nil {
			return err
		}
		err = errors.New("the bot hasn't posted anything")
		for _, post := range posts {
			if p.hook, err = stack.HookOf(post); err == nil {
				message = post.Message
				break
			}
		}
		return err
	})
}

func buildFails(ctx context.Context, c *cast, p *props) (string, error) {
	number, err := p.job.Start(ctx, stack.Cause{Text: "Started by user alice", Changes: []stack.Change{
		{ID: "3c5a9d1e7b22f00d3c5a9d1e7b22f00d3c5a9d1e", Author: "Bob", Message: "Count the discount once\n\nIt was counted for each line."},
	}})
	if err != nil {
		return "", err
	}
	before, err := newest(ctx, c, "Running · web #1", "Start Zoom meeting")
	if err != nil {
		return "", err
	}
	err = p.job.Finish(ctx, number, stack.Ending{
		Result: "FAILURE", After: 83 * time.Second, Tests: 120, Failed: []string{"CartTest.total", "CartTest.discount"},
	})
	if err != nil {
		return "", err
	}
	p.card, err = sameCard(ctx, c, before, "Failed · web #1", "120 in all, 2 failed", "1 min 23 s")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, p.card, "Count the discount once", "CartTest.discount")
	return "before:\n" + picture(before) + "\nafter, in the same post:\n" + picture(p.card) + "\n" + said, err
}

func meetAboutBuild(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Click(ctx, p.card.Post, "Start Zoom meeting"); err != nil {
		return "", err
	}
	var meeting *model.Post
	err := stack.Eventually(ctx, patience, func() error {
		posts, err := c.alice.MeetingPosts(ctx, c.tools.Id)
		if err == nil && len(posts) == 0 {
			err = errors.New("no meeting was posted")
		}
		if err == nil {
			meeting = posts[0]
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if meeting.RootId != p.card.Id {
		return "", errors.Errorf("the meeting is in the thread %q and not in the card's", meeting.RootId)
	}
	drawn := strings.ReplaceAll(describe(meeting), "\u200b", "")
	return "in the card's thread:\n" + drawn, says(drawn, "web #1")
}

func buildFixed(ctx context.Context, c *cast, p *props) (string, error) {
	number, err := p.job.Start(ctx, stack.Cause{Text: "Started by an SCM change"})
	if err != nil {
		return "", err
	}
	before, err := newest(ctx, c, "Running · web #2")
	if err != nil {
		return "", err
	}
	if err := p.job.Finish(ctx, number, stack.Ending{Result: "SUCCESS", After: 79 * time.Second, Tests: 120}); err != nil {
		return "", err
	}
	after, err := sameCard(ctx, c, before, "Back to normal · web #2", "After 1 failure", "all 120 passed")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "Back to normal")
	return "before:\n" + picture(before) + "\nafter, in the same post:\n" + picture(after) + "\n" + said, err
}

func jenkinsStatus(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Type(ctx, c.tools.Id, "/jenkins status"); err != nil {
		return "", err
	}
	note, err := c.ear.Ephemeral(ctx, p.from, "Connection test")
	if err != nil {
		return "", err
	}
	text := readable(stack.Text(note))
	return "only alice sees:\n" + text, says(text, "web #1 (Failure, secret in a header)", "web #2 (Back to normal")
}
