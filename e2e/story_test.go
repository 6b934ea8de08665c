package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// story is one story: the stack, and the steps that it is told with.
type story struct {
	*testing.T
	ctx context.Context
	*stack.Stack
	// alone reports that no other story runs meanwhile.
	alone bool
}

// serial makes names of people and channels unique among the stories.
var serial atomic.Int64

// begin starts a story that runs beside others: it has users, channels and connections of its own, and changes nothing that they
// share. The plugin is set up as usual says, with a user-level Zoom app.
func begin(t *testing.T) *story {
	t.Helper()
	t.Parallel()
	return newStory(t)
}

// alone starts a story that changes the plugin's settings or the Zoom app, ends or stops a plugin, counts all requests or needs the
// whole machine: no other story runs meanwhile. What it changes is undone in the end.
func alone(t *testing.T, mode stack.Mode, settings ...stack.Settings) *story {
	t.Helper()
	w := newStory(t)
	w.alone = true
	all := usual()
	for _, more := range settings {
		maps.Copy(all, more)
	}
	require.NoError(t, w.Use(w.ctx, mode, all))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, w.Use(ctx, stack.UserApp, usual()))
	})
	return w
}

func newStory(t *testing.T) *story {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return &story{T: t, ctx: ctx, Stack: shared}
}

// keep leaves a text for people to read in e2e/artifacts, and in the test's log.
func (w *story) keep(name, text string) {
	w.Helper()
	path := filepath.Join(filepath.Dir(w.Logs()), name)
	w.Logf("%s:\n%s", path, text)
	require.NoError(w, os.WriteFile(path, []byte(text), 0o600))
}

// person creates a person with a Mattermost user and a Zoom account of the same
// address, and an open tab that receives their events.
func (w *story) person(name string) (*stack.Person, *stack.Ear) {
	w.Helper()
	name = fmt.Sprintf("%s%d", name, serial.Add(1))
	p, err := w.NewPerson(w.ctx, name)
	require.NoError(w, err)
	_, err = w.Sandbox.NewAccount(w.ctx, stack.Account{Email: p.User.Email, FirstName: name, LastName: "Acme"})
	require.NoError(w, err)
	return p, w.listen(p)
}

func (w *story) listen(p *stack.Person) *stack.Ear {
	w.Helper()
	ear, err := p.Listen()
	require.NoError(w, err)
	w.Cleanup(ear.Close)
	return ear
}

// connected creates a person who has connected their Zoom account already.
func (w *story) connected(name string) (*stack.Person, *stack.Ear) {
	w.Helper()
	p, ear := w.person(name)
	w.connect(p, ear)
	return p, ear
}

// connect has a person type /zoom connect and follow the link.
func (w *story) connect(p *stack.Person, ear *stack.Ear) {
	w.Helper()
	from := ear.Count()
	require.NoError(w, p.Type(w.ctx, w.private(p).Id, "/zoom connect"))
	w.follow(p, w.ephemeral(ear, from, "/oauth2/connect"))
}

// follow opens the connect link of a post, allows the app in Zoom and returns.
func (w *story) follow(p *stack.Person, prompt *model.Post) *stack.Page {
	w.Helper()
	link, err := stack.ConnectLink(prompt)
	require.NoError(w, err)
	page, err := p.Authorize(w.ctx, link, p.User.Email)
	require.NoError(w, err)
	require.Equal(w, 200, page.Status, "%s: %.400s", page.URL.Path, page.Body)
	return page
}

// ephemeral waits for an ephemeral post with a word in it.
func (w *story) ephemeral(ear *stack.Ear, from int, word string) *model.Post {
	w.Helper()
	post, err := ear.Ephemeral(w.ctx, from, word)
	require.NoError(w, err)
	return post
}

// private creates a private channel with these people in it.
func (w *story) private(members ...*stack.Person) *model.Channel {
	w.Helper()
	return w.channel(model.ChannelTypePrivate, members...)
}

func (w *story) channel(kind model.ChannelType, members ...*stack.Person) *model.Channel {
	w.Helper()
	channel, err := w.NewChannel(w.ctx, fmt.Sprintf("room%d", serial.Add(1)), kind, members...)
	require.NoError(w, err)
	return channel
}

// starts has a connected person start a meeting with the slash command, and
// returns its post.
func (w *story) starts(p *stack.Person, channel *model.Channel, topic string) *model.Post {
	w.Helper()
	before := len(w.meetings(p, channel))
	require.NoError(w, p.Type(w.ctx, channel.Id, "/zoom start "+topic))
	return w.meetingPost(p, channel, before)
}

// meetingPost waits for the meeting post number n, counted from 0.
func (w *story) meetingPost(p *stack.Person, channel *model.Channel, n int) *model.Post {
	w.Helper()
	var post *model.Post
	w.eventually(func() error {
		posts := w.meetings(p, channel)
		if len(posts) != n+1 {
			return errors.Errorf("%d meeting posts in the channel, not %d", len(posts), n+1)
		}
		post = posts[n]
		return nil
	})
	return post
}

func (w *story) meetings(p *stack.Person, channel *model.Channel) []*model.Post {
	w.Helper()
	posts, err := p.MeetingPosts(w.ctx, channel.Id)
	require.NoError(w, err)
	return posts
}

// becomes waits until a meeting's post has a status, and returns it.
func (w *story) becomes(p *stack.Person, post *model.Post, status string) *model.Post {
	w.Helper()
	var now *model.Post
	w.eventually(func() error {
		var err error
		if now, err = p.Post(w.ctx, post.Id); err != nil {
			return err
		}
		switch {
		case status == begun && now.GetProp("meeting_started") != true:
			return errors.New("the post does not say that the meeting began")
		case status == ended && now.GetProp("meeting_status") != ended:
			return errors.Errorf("the post's status is %v", now.GetProp("meeting_status"))
		}
		return nil
	})
	return now
}

// What a meeting's post can become.
const (
	begun = "begun" // meeting_started, while meeting_status stays STARTED
	ended = "ENDED"
)

func (w *story) eventually(check func() error) {
	w.Helper()
	require.NoError(w, stack.Eventually(w.ctx, 30*time.Second, check))
}

// meetingID is the number of a post's meeting.
func meetingID(post *model.Post) string { return fmt.Sprint(post.GetProp("meeting_id")) }

// zoomCalls counts what the plugin asked Zoom for while something happens. The story must be alone.
func (w *story) zoomCalls(happens func()) map[string]int {
	w.Helper()
	require.True(w, w.alone, "the requests of other stories would be counted too")
	before, err := w.Sandbox.Counts(w.ctx)
	require.NoError(w, err)
	happens()
	after, err := w.Sandbox.Counts(w.ctx)
	require.NoError(w, err)
	calls := map[string]int{}
	for operation, count := range after {
		if more := count - before[operation]; more > 0 && !strings.Contains(operation, "/_sandbox") {
			calls[operation] = more
		}
	}
	return calls
}
