package bridge_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// member is one server of a cluster, with a queue and a bridge of its own. Once it is dead nothing that it does reaches anybody.
type member struct {
	bridge.Surface
	bridge *assembly.Bridge
	jobs   *queue.Engine
	dead   atomic.Bool
}

// mortalSubjects is how a member sees the subjects.
type mortalSubjects struct {
	assembly.Subjects
	m *member
}

func (s mortalSubjects) Hold(ctx context.Context, c bridge.Claim) (bridge.Hold, error) {
	if s.m.dead.Load() {
		return bridge.Hold{}, context.Canceled
	}
	return s.Subjects.Hold(ctx, c)
}

func (s mortalSubjects) Save(ctx context.Context, save bridge.SubjectSave) error {
	if s.m.dead.Load() {
		return context.Canceled
	}
	return s.Subjects.Save(ctx, save)
}

// slow lets some time pass on the way to the chat product, and reports whether the server still lives then.
func (m *member) slow() error {
	time.Sleep(rand.N(5 * time.Second))
	if m.dead.Load() {
		return context.Canceled
	}
	return nil
}

func (m *member) Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error) {
	if err := m.slow(); err != nil {
		return chat.MessageRef{}, err
	}
	return m.Surface.Post(ctx, p)
}

func (m *member) Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	if err := m.slow(); err != nil {
		return chat.MessageRef{}, err
	}
	return m.Surface.Reply(ctx, at, r, mark)
}

func (m *member) Update(ctx context.Context, card chat.MessageRef, p chat.Posting) error {
	if err := m.slow(); err != nil {
		return err
	}
	return m.Surface.Update(ctx, card, p)
}

// joins starts one more server of the cluster.
func (w *world) joins() *member {
	m := &member{Surface: w.surface}
	faults := &memory.Faults{}
	faults.OnCall(func(string, string) error {
		if m.dead.Load() {
			return context.Canceled
		}
		return nil
	})
	m.jobs = queue.New(queue.Dependencies{
		Store: w.memory.Jobs.Seen(faults), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Handle: func(ctx context.Context, d queue.Job) error {
			j, err := bridge.ReadJob(d)
			if err != nil {
				return queue.Permanent(err)
			}
			return m.bridge.Handle(ctx, j)
		},
	}, queue.Options{})
	m.bridge = assembly.New(assembly.Dependencies{
		Registry: provider.NewRegistry(w.tool), Products: map[chat.SurfaceID]bridge.Product{on: product{m, w.people}}, Persons: w.people, Subjects: mortalSubjects{w.subjects, m}, Connections: w.memory.Connections, Deliveries: w.memory.Deliveries, Inbox: bridge.NewJobInbox(m.jobs),
		Seals: openSeals{}, Sessions: sessions{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Settings: func() bridge.Settings {
			return bridge.Settings{Enabled: map[string]string{"tool": "tool"}}
		},
	})
	m.jobs.Start()
	return m
}

func (m *member) leaves() {
	m.dead.Store(true)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_ = m.jobs.Close(ended)
}

func TestAClusterWhoseServersDieShowsEachThingOnce(t *testing.T) {
	t.Parallel()
	for _, style := range []bridge.Style{bridge.Live, bridge.Thread, bridge.Each} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { clusterStory(t, style) })
		})
	}
}

func clusterStory(t *testing.T, style bridge.Style) {
	const things, changes = 6, 8
	w := newWorld(t, bridge.Subscription{Style: style}, bridge.Subscription{Place: place("other"), Style: style})
	w.real, w.time = true, time.Now()
	w.memory = memory.New(time.Now)
	w.subjects = w.memory.Subjects
	w.connect("con1", everyKindOf(style, changes))
	servers := []*member{w.joins(), w.joins(), w.joins()}
	for at, n := range rand.Perm(things * changes) {
		says := said{ID: fmt.Sprint(n), Thing: fmt.Sprint("thing ", n%things), Series: fmt.Sprint("s", n%3), Is: fmt.Sprint("state ", n/things), N: n / things, Say: fmt.Sprint("said ", n)}
		for range 1 + rand.IntN(2) { // some come twice, to any server
			w.server = servers[rand.IntN(len(servers))].bridge
			w.hear(says)
		}
		time.Sleep(rand.N(800 * time.Millisecond))
		if at == things*changes/2 {
			servers[0].leaves()
			servers = servers[1:]
		}
	}
	time.Sleep(time.Hour)
	for _, s := range servers {
		s.leaves()
	}
	require.Empty(t, w.memory.Jobs.Unfinished(), "all was carried out")
	for _, channel := range []string{theRoom, "other"} {
		var shown, want []string
		for _, p := range w.surface.posts {
			if p.at.Channel == channel && p.mark.Subject != "" && p.title != "" {
				shown = append(shown, p.title)
			}
		}
		for n := range things {
			want = append(want, fmt.Sprintf("thing %d is state %d", n, changes-1))
		}
		if style == bridge.Each {
			require.Subset(t, shown, want)
			continue
		}
		require.ElementsMatch(t, want, shown)
	}
	w.onlyOnce()
}

func everyKindOf(style bridge.Style, n int) []bridge.Subscription {
	subs := []bridge.Subscription{{ID: "s0", Place: place(theRoom), Style: style, CreatedBy: actor("ada")}, {ID: "s1", Place: place("other"), Style: style, CreatedBy: actor("ada")}}
	for i := range subs {
		for k := range n {
			subs[i].Events = append(subs[i].Events, fmt.Sprint("state ", k))
		}
	}
	return subs
}
