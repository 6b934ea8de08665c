package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// botMessages returns the bot's direct messages to a person, the oldest first.
func (w *story) botMessages(p *stack.Person) []*model.Post {
	w.Helper()
	conversation, err := p.WithBot(w.ctx)
	require.NoError(w, err)
	posts, err := p.Posts(w.ctx, conversation.Id)
	require.NoError(w, err)
	return posts
}

// handed returns the URL and token in the bot's latest direct message.
func (w *story) handed(p *stack.Person) stack.Hook {
	w.Helper()
	hook, err := p.Handed(w.ctx)
	require.NoError(w, err)
	return hook
}

// jenkins has a person connect a channel to a Jenkins, and returns what they have
// to enter there.
func (w *story) jenkins(p *stack.Person, ear *stack.Ear, channel *model.Channel, name string) stack.Hook {
	w.Helper()
	hook, err := p.ConnectJenkins(w.ctx, ear, channel.Id, name)
	require.NoError(w, err)
	return hook
}

// answer types a command and waits for its ephemeral answer.
func (w *story) answer(p *stack.Person, ear *stack.Ear, channel *model.Channel, command, word string) *model.Post {
	w.Helper()
	from := ear.Count()
	require.NoError(w, p.Type(w.ctx, channel.Id, command))
	return w.ephemeral(ear, from, word)
}

// sends delivers a body to a server, which must answer with this status and text.
func (w *story) sends(h stack.Hook, server int, header http.Header, body []byte, status int) string {
	w.Helper()
	got, answer, err := h.Send(w.ctx, w.Server(server), header, body)
	require.NoError(w, err)
	require.Equal(w, status, got, answer)
	return answer
}

// card waits until a channel has this many cards and the last one's title has these
// words in it.
func (w *story) card(p *stack.Person, channel *model.Channel, count int, words ...string) stack.Card {
	w.Helper()
	var last stack.Card
	w.eventually(func() error {
		cards, err := p.Cards(w.ctx, channel.Id)
		if err != nil {
			return err
		}
		if len(cards) != count {
			return errors.Errorf("%d cards in the channel, not %d", len(cards), count)
		}
		last = cards[count-1]
		for _, word := range words {
			if !strings.Contains(last.Title, word) {
				return errors.Errorf("the card is titled %q, without %q", last.Title, word)
			}
		}
		return nil
	})
	return last
}

// replies waits until a thread has this many, and returns their texts, the oldest first.
func (w *story) replies(p *stack.Person, root *model.Post, atLeast int) []*model.Post {
	w.Helper()
	var all []*model.Post
	w.eventually(func() error {
		posts, err := p.Posts(w.ctx, root.ChannelId)
		all = nil
		for _, post := range posts {
			if post.RootId == root.Id {
				all = append(all, post)
			}
		}
		if err == nil && len(all) < atLeast {
			err = errors.Errorf("%d replies in the thread, not %d", len(all), atLeast)
		}
		return err
	})
	return all
}

// picture draws a card and its thread for people to read in the log.
func picture(card stack.Card, replies []*model.Post) string {
	shown := card.Attachments()[0]
	var out strings.Builder
	fmt.Fprintf(&out, "post %s\n| %s  [%s]\n", card.Id, shown.Title, shown.Color)
	for line := range strings.Lines(shown.Text) {
		fmt.Fprintf(&out, "| %s\n", strings.TrimSpace(line))
	}
	for _, field := range shown.Fields {
		fmt.Fprintf(&out, "| %s: %v\n", field.Title, field.Value)
	}
	var buttons []string
	for _, action := range shown.Actions {
		buttons = append(buttons, "["+action.Name+"]")
	}
	fmt.Fprintf(&out, "| %s\n| %s\n  fallback: %s\n", strings.Join(buttons, " "), shown.Footer, shown.Fallback)
	for _, reply := range replies {
		fmt.Fprintf(&out, "    > %s\n", strings.ReplaceAll(stack.Text(reply), "\n", "\n      "))
	}
	return out.String()
}

// build is a build of the stories' job.
func build(number int) stack.Build {
	return stack.Build{
		Job: "folder/web", Number: number, Branch: "main", Commit: "3c5a9d1e7b22f00d3c5a9d1e7b22f00d3c5a9d1e",
		Began: time.Now().Add(-2 * time.Minute), Duration: 83211 * time.Millisecond,
	}
}
