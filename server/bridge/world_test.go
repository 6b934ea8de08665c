package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// world is a table, a chat product and any number of servers, with a clock that only tests move.
type world struct {
	t      testing.TB
	mu     sync.Mutex
	time   time.Time
	memory *memory.Memory
	// subjects are those in the memory, where they aren't in a database.
	subjects assembly.Subjects
	surface  *surface
	people   *people
	queue    *memoryQueue
	tool     *tool
	off      bool
	// real has the clock be the one of everybody.
	real bool
	// speed is how much faster the clock goes then, where that isn't 0.
	speed  time.Duration
	server *assembly.Bridge
	log    []string
}

const (
	theHook   = "con1.key1"
	theSecret = "s3cret"
	theRoom   = "room"
)

func newWorld(t testing.TB, subs ...bridge.Subscription) *world {
	t.Helper()
	w := &world{t: t, time: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), tool: &tool{}}
	w.memory = memory.New(w.now)
	w.subjects = w.memory.Subjects
	w.surface = &surface{w: w, gone: map[string]bool{}}
	w.people = &people{left: map[string]bool{}, channels: map[string]chat.Channel{}}
	w.queue = &memoryQueue{known: map[string]bool{}}
	w.server = w.newServer()
	if len(subs) == 0 {
		subs = []bridge.Subscription{{}}
	}
	for i := range subs {
		subs[i].ID = fmt.Sprint("sub", i)
		if subs[i].Place.Zero() {
			subs[i].Place = place(theRoom)
		}
		if subs[i].CreatedBy.Zero() {
			subs[i].CreatedBy = actor("ada")
		}
	}
	w.connect("con1", subs)
	return w
}

// newServer returns one more server on the same records.
func (w *world) newServer() *assembly.Bridge { return w.newServerOn(w.surface) }

// newServerOn returns one that sees the chat product in its own way.
func (w *world) newServerOn(seen bridge.Surface) *assembly.Bridge {
	return assembly.New(assembly.Dependencies{
		Registry: provider.NewRegistry(w.tool), Products: map[chat.SurfaceID]bridge.Product{on: product{seen, w.people}}, Persons: w.people, Subjects: w.subjects, Connections: w.memory.Connections, Deliveries: w.memory.Deliveries, Inbox: w.queue,
		Seals: openSeals{}, Sessions: sessions{}, Now: w.now,
		Settings: func() bridge.Settings {
			if w.off {
				return bridge.Settings{}
			}
			return bridge.Settings{Enabled: map[string]string{"tool": "tool"}}
		},
		Log: logging.New(func(_ slog.Level, msg string, pairs ...any) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.log = append(w.log, msg+fmt.Sprint(pairs...))
		}),
	})
}

func (w *world) connect(id string, subs []bridge.Subscription) {
	w.t.Helper()
	keys, err := json.Marshal(bridge.Keys{Secrets: []bridge.Secret{{Value: theSecret}, {Value: "old", Until: w.now().Add(time.Hour)}}})
	require.NoError(w.t, err)
	w.changeConnection(id, func(c *bridge.Connection) {
		*c = bridge.Connection{
			ID: id, Provider: "tool", Name: "Acme", HookKey: "key1", CreatedBy: actor("ada"), Sealed: string(keys), HasCredential: true,
			Site: "https://tool.test", Subscriptions: subs,
		}
	})
}

// changeConnection changes the record of a connection, which the server learns at once.
func (w *world) changeConnection(id string, change func(*bridge.Connection)) {
	w.t.Helper()
	_, err := w.memory.Connections.UpdateConnection(context.Background(), id, func(c *bridge.Connection) (bool, error) {
		change(c)
		return true, nil
	})
	require.NoError(w.t, err)
	w.server.Forget(id)
}

// connection returns the record of a connection.
func (w *world) connection(id string) bridge.Connection {
	w.t.Helper()
	c, _, err := w.memory.Connections.Connection(context.Background(), id)
	require.NoError(w.t, err)
	return c
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.real {
		return w.time.Add(time.Since(w.time) * max(w.speed, 1))
	}
	return w.time
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// hear has a server take what the tool sends.
func (w *world) hear(says ...said) {
	w.t.Helper()
	require.NoError(w.t, w.deliver(theSecret, says...))
}

func (w *world) deliver(secret string, says ...said) error {
	body, err := json.Marshal(says)
	require.NoError(w.t, err)
	return w.deliverBytes(secret, body)
}

func (w *world) deliverBytes(secret string, body []byte) error {
	header := map[string]string{"Authorization": secret}
	return w.server.Ingest(context.Background(), theHook, "", func(name string) string { return header[name] }, bytes.NewReader(body))
}

// work has the server carry out what the inbox holds, and the time pass that it asks for, until nothing is left.
func (w *world) work() {
	w.t.Helper()
	for range 500 {
		j, ok := w.queue.pop()
		if !ok {
			return
		}
		if late := j.NotBefore.Sub(w.now()); late > 0 {
			w.pass(late)
		}
		err := w.server.Handle(context.Background(), j)
		switch wait, early := queue.Wait(err); {
		case early:
			j.NotBefore = w.now().Add(wait)
			w.queue.push(j)
		case queue.IsPermanent(err):
		case err != nil:
			j.NotBefore = w.now().Add(time.Second)
			w.queue.push(j)
		}
	}
	w.t.Fatal("the inbox does not get empty")
}

// dies has the server begin the next job and be killed in the middle of it.
func (w *world) dies() {
	w.t.Helper()
	j, ok := w.queue.pop()
	require.True(w.t, ok)
	w.queue.push(j)
	require.Panics(w.t, func() { _ = w.server.Handle(context.Background(), j) })
	w.surface.kill = nil
	w.server = w.newServer()
}

func (w *world) journal() []bridge.Entry {
	w.t.Helper()
	w.server.Flush(context.Background())
	return w.memory.Deliveries.All("con1")
}

func (w *world) results() []bridge.Result {
	var all []bridge.Result
	for _, e := range w.journal() {
		all = append(all, e.Result)
	}
	return all
}

// post is a card or a reply as the channel has it.
type post struct {
	id, title, text, mention string
	at                       chat.Place
	mark                     chat.Mark
	made                     time.Time
	edits                    int
	deleted                  bool
}

// surface is the chat product in memory. It can die before or after it does something, which takes the server with it, and fail.
type surface struct {
	w     *world
	mu    sync.Mutex
	posts []*post
	finds int
	// gone are channels that are archived.
	gone map[string]bool
	// kill is asked with what is done, and when ("before", "after"), whether the server dies.
	kill func(what, when string) bool
	fail error
}

func (s *surface) may(what, when string) {
	if s.kill != nil && s.kill(what, when) {
		panic("the server was killed " + when + " a " + what)
	}
}

func (s *surface) put(what string, p *post) (chat.MessageRef, error) {
	s.may(what, "before")
	s.mu.Lock()
	defer func() { s.mu.Unlock(); s.may(what, "after") }()
	if s.fail != nil {
		return chat.MessageRef{}, s.fail
	}
	if s.gone[p.at.Channel] || p.at.Thread != "" && s.live(p.at.Thread) == nil {
		return chat.MessageRef{}, bridge.ErrGone
	}
	p.id, p.made = fmt.Sprint("p", len(s.posts)+1), s.w.now()
	s.posts = append(s.posts, p)
	return p.ref(), nil
}

func (s *surface) live(id string) *post {
	for _, p := range s.posts {
		if p.id == id && !p.deleted {
			return p
		}
	}
	return nil
}

func (s *surface) Post(_ context.Context, p chat.Posting) (chat.MessageRef, error) {
	return s.put("post", &post{title: p.Card.Title, text: fmt.Sprint(p.Card.Text), mention: p.Mention, at: p.Place, mark: p.Mark})
}

func (s *surface) Reply(_ context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	return s.put("reply", &post{text: plainText(r), mention: r.Mention, at: at, mark: mark})
}

// plainText returns the lines of a reply; those of the bridge by their ids.
func plainText(r chat.Reply) string {
	text := r.Text.Verbatim.String() + r.Text.ID
	for _, part := range r.Text.Parts {
		text += plainText(chat.Reply{Text: part}) + "|"
	}
	return text
}

func (s *surface) Update(_ context.Context, m chat.MessageRef, p chat.Posting) error {
	s.may("edit", "before")
	s.mu.Lock()
	defer func() { s.mu.Unlock(); s.may("edit", "after") }()
	at := s.live(m.ID)
	if s.fail != nil {
		return s.fail
	}
	if at == nil || s.gone[at.at.Channel] {
		return bridge.ErrGone
	}
	if at.title != p.Card.Title {
		at.title = p.Card.Title
		at.edits++
	}
	return nil
}

func (s *surface) Recover(_ context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds++
	for _, p := range s.posts {
		if p.at == at && p.mark == mark && !p.made.Before(since) {
			return p.ref(), nil
		}
	}
	return chat.MessageRef{}, nil
}

func (s *surface) Link(m chat.MessageRef) string { return "https://chat.test/pl/" + m.ID }

// cards returns what a channel has outside of threads, or in the thread.
func (s *surface) in(channelID, rootID string) []*post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*post
	for _, p := range s.posts {
		if p.at == place(channelID).In(rootID) && !p.deleted {
			found = append(found, p)
		}
	}
	return found
}

// titles returns the cards of the channel, as they read now.
func (s *surface) titles(channelID string) []string {
	return each(s.in(channelID, ""), func(p *post) string { return p.title })
}

// thread returns the replies of the channel's first card.
func (s *surface) thread(channelID string) []string {
	return each(s.in(channelID, s.in(channelID, "")[0].id), func(p *post) string { return p.text })
}

func each(posts []*post, of func(*post) string) []string {
	var all []string
	for _, p := range posts {
		all = append(all, of(p))
	}
	return all
}

func (s *surface) marks() map[string]int {
	counts := map[string]int{}
	for _, p := range s.posts {
		counts[p.at.Channel+"|"+p.mark.Subject+"|"+p.mark.Key]++
	}
	return counts
}

// onlyOnce checks that nothing was posted twice.
func (w *world) onlyOnce() {
	w.t.Helper()
	for mark, n := range w.surface.marks() {
		require.Equal(w.t, 1, n, "posted %d times: %s", n, mark)
	}
}
