package stack

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// Sight is a post at the moment when a client received it, new or edited.
type Sight struct {
	Post *model.Post
	At   time.Time
}

// Watch is a WebSocket connection of a person that is only told about posts. Unlike an Ear it keeps nothing.
type Watch struct {
	client *model.WebSocketClient
	seen   chan Sight
}

// Watch opens a connection.
func (p *Person) Watch() (*Watch, error) {
	client, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(p.Server.URL, "http"), p.API.AuthToken)
	if err != nil {
		return nil, errors.Wrapf(err, "connect %s", p.User.Username)
	}
	w := &Watch{client: client, seen: make(chan Sight, 10_000)}
	client.Listen()
	go func() {
		for event := range client.EventChannel {
			w.take(event)
		}
	}()
	go func() {
		for range client.ResponseChannel { // nothing is asked
		}
	}()
	return w, nil
}

func (w *Watch) take(event *model.WebSocketEvent) {
	at := time.Now()
	text, ok := event.GetData()["post"].(string)
	if !ok || event.EventType() != model.WebsocketEventPosted && event.EventType() != model.WebsocketEventPostEdited {
		return
	}
	var post model.Post
	if json.Unmarshal([]byte(text), &post) != nil {
		return
	}
	select {
	case w.seen <- Sight{&post, at}:
	default: // no one reads
	}
}

// Await returns the next post that fits, and drops those before it.
func (w *Watch) Await(ctx context.Context, fits func(*model.Post) bool) (Sight, error) {
	timeout := time.After(time.Minute)
	for {
		select {
		case sight := <-w.seen:
			if fits(sight.Post) {
				return sight, nil
			}
		case <-ctx.Done():
			return Sight{}, errors.Wrap(ctx.Err(), "interrupted")
		case <-timeout:
			return Sight{}, errors.New("no such post within a minute")
		}
	}
}

// Close closes the connection.
func (w *Watch) Close() { w.client.Close() }
