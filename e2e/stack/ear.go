package stack

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// Ear is one WebSocket connection of a person: the events that one open tab receives.
type Ear struct {
	person *Person
	client *model.WebSocketClient

	mu     sync.Mutex
	events []*model.WebSocketEvent
}

// Listen opens a connection and keeps all events.
func (p *Person) Listen() (*Ear, error) {
	address := "ws" + strings.TrimPrefix(p.Server.URL, "http")
	client, err := model.NewWebSocketClient4(address, p.API.AuthToken)
	if err != nil {
		return nil, errors.Wrapf(err, "connect %s", p.User.Username)
	}
	e := &Ear{person: p, client: client}
	client.Listen()
	go func() {
		for event := range client.EventChannel {
			e.mu.Lock()
			e.events = append(e.events, event)
			e.mu.Unlock()
		}
	}()
	go func() {
		for range client.ResponseChannel { // answers to what we never ask
		}
	}()
	return e, nil
}

// Close closes the connection.
func (e *Ear) Close() { e.client.Close() }

// Count is how many events have arrived so far, to be passed to Ephemeral or Event as
// the place to begin.
func (e *Ear) Count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.events)
}

// Event waits for the first event of a kind after the given place.
func (e *Ear) Event(ctx context.Context, after int, kind string) (*model.WebSocketEvent, error) {
	return e.match(ctx, after, kind, func(*model.WebSocketEvent) bool { return true })
}

// Heard reports whether an event of a kind has arrived after the given place.
func (e *Ear) Heard(after int, kind string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range e.events[after:] {
		if string(event.EventType()) == kind {
			return true
		}
	}
	return false
}

// Ephemeral waits for an ephemeral post (one that only this person sees) whose
// text, in the message or in its attachments, has a word in it.
func (e *Ear) Ephemeral(ctx context.Context, after int, word string) (*model.Post, error) {
	var found *model.Post
	heard := map[string]bool{}
	_, err := e.match(ctx, after, string(model.WebsocketEventEphemeralMessage), func(event *model.WebSocketEvent) bool {
		text, ok := event.GetData()["post"].(string)
		var post model.Post
		if !ok || json.Unmarshal([]byte(text), &post) != nil {
			return false
		}
		if !strings.Contains(Text(&post), word) {
			heard[Text(&post)] = true
			return false
		}
		found = &post
		return true
	})
	return found, errors.Wrapf(err, "no ephemeral post with %q among %q", word, slices.Collect(maps.Keys(heard)))
}

// Offer waits for an ephemeral post with a button of this label.
func (e *Ear) Offer(ctx context.Context, after int, label string) (*model.Post, error) {
	var found *model.Post
	_, err := e.match(ctx, after, string(model.WebsocketEventEphemeralMessage), func(event *model.WebSocketEvent) bool {
		text, ok := event.GetData()["post"].(string)
		var post model.Post
		if !ok || json.Unmarshal([]byte(text), &post) != nil {
			return false
		}
		for _, attachment := range post.Attachments() {
			for _, action := range attachment.Actions {
				if action.Name == label {
					found = &post
				}
			}
		}
		return found != nil
	})
	return found, errors.Wrapf(err, "no ephemeral post with the button %q", label)
}

func (e *Ear) match(ctx context.Context, after int, kind string, fits func(*model.WebSocketEvent) bool) (*model.WebSocketEvent, error) {
	var found *model.WebSocketEvent
	err := eventually(ctx, 20*time.Second, 20*time.Millisecond, func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, event := range e.events[min(after, len(e.events)):] {
			if string(event.EventType()) == kind && fits(event) {
				found = event
				return nil
			}
		}
		return errors.Errorf("%s heard no %s event like that in %d events", e.person.User.Username, kind, len(e.events)-after)
	})
	return found, err
}

// Text is all the text of a post: its message and its attachments.
func Text(post *model.Post) string {
	parts := []string{post.Message}
	for _, a := range post.Attachments() {
		parts = append(parts, a.Pretext, a.Title, a.Text)
		for _, field := range a.Fields {
			if value, ok := field.Value.(string); ok {
				parts = append(parts, field.Title+": "+value)
			}
		}
	}
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, "\n")
}
