package zoomchat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/pause"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

const (
	// maxWait is how long a message waits for its moment here; one that has to wait longer is tried again by the queue.
	maxWait = 5 * time.Second
	// blocked is how long Zoom's shortest block lasts after its limits were broken.
	blocked = 10 * time.Second
)

// sender calls Zoom at the pace that it allows. Several changes of one message that wait for their moment are one call with the last.
type sender struct {
	calls *zoom.Client
	pace  *pace

	mu    sync.Mutex
	edits map[string]*edit
}

// edit is a change of a message that waits for its moment.
type edit struct {
	content json.RawMessage
	// done is closed after the call, whose error is err.
	done chan struct{}
	err  error
}

func newSender(calls *zoom.Client, now func() time.Time) *sender {
	return &sender{calls: calls, pace: newPace(now), edits: map[string]*edit{}}
}

// send sends a message and returns its ID.
func (s *sender) send(ctx context.Context, as zoom.Bot, m zoom.ChatMessage) (string, error) {
	if err := s.wait(ctx, as.AccountID+"/"+m.To); err != nil {
		return "", err
	}
	id, err := s.calls.SendChat(ctx, as, m)
	return id, outcome(err)
}

// edit replaces what a message shows.
func (s *sender) edit(ctx context.Context, as zoom.Bot, channel, messageID, onBehalfOf string, shown json.RawMessage) error {
	key := as.JID + "/" + messageID
	s.mu.Lock()
	if waiting := s.edits[key]; waiting != nil {
		waiting.content = shown
		s.mu.Unlock()
		select {
		case <-waiting.done:
			return waiting.err
		case <-ctx.Done():
			return errors.Wrap(ctx.Err(), "wait for a change of a message")
		}
	}
	own := &edit{content: shown, done: make(chan struct{})}
	s.edits[key] = own
	s.mu.Unlock()
	own.err = s.wait(ctx, as.AccountID+"/"+channel)
	s.mu.Lock()
	delete(s.edits, key)
	last := own.content
	s.mu.Unlock()
	if own.err == nil {
		own.err = outcome(s.calls.EditChat(ctx, as, messageID, onBehalfOf, last))
	}
	close(own.done)
	return own.err
}

// wait waits for the moment of the next message to the channel. Its error says when to try again if that is too far off.
func (s *sender) wait(ctx context.Context, channel string) error {
	wait, ok := s.pace.reserve(channel, maxWait)
	if !ok {
		return queue.RetryAfter(fault.New(fault.RateLimited), wait)
	}
	if wait <= 0 {
		return nil
	}
	return errors.Wrap(pause.For(ctx, wait), "wait for Zoom's limit")
}

// outcome turns the error of a call into what the bridge acts on: a place or message that is gone, or too early.
func outcome(err error) error {
	switch {
	case fault.Is(err, fault.NoPost, fault.MessageGone):
		return errors.Wrap(bridge.ErrGone, err.Error())
	case fault.Is(err, fault.RateLimited):
		return queue.RetryAfter(err, blocked)
	}
	return err
}

// encoded returns the content as Zoom takes it, with its hash.
func encoded(c content.Content) (shown json.RawMessage, hash string, err error) {
	if err = c.Check(); err != nil {
		return nil, "", errors.Wrap(err, "check a message for Zoom Team Chat")
	}
	if shown, err = c.JSON(); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(shown)
	return shown, base64.RawURLEncoding.EncodeToString(sum[:18]), nil
}
