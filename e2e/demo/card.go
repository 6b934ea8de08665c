package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// patience is how long a card may take to show what happened. Edits of one card
// are a second apart at least.
const patience = 20 * time.Second

// newest waits until the channel's newest card contains all words.
func newest(ctx context.Context, c *cast, words ...string) (stack.Card, error) {
	var card stack.Card
	err := stack.Eventually(ctx, patience, func() error {
		cards, err := c.alice.Cards(ctx, c.tools.Id)
		if err != nil {
			return err
		}
		if len(cards) == 0 {
			return errors.New("there is no card")
		}
		card = cards[len(cards)-1]
		return says(picture(card), words...)
	})
	return card, err
}

// sameCard waits until a card that was seen before contains all words. It has
// to be the same post, and the only one about its subject.
func sameCard(ctx context.Context, c *cast, before stack.Card, words ...string) (stack.Card, error) {
	now := before
	err := stack.Eventually(ctx, patience, func() error {
		cards, err := c.alice.Cards(ctx, c.tools.Id)
		if err != nil {
			return err
		}
		posts := 0
		for _, card := range cards {
			if card.Subject == before.Subject {
				posts++
			}
			if card.Id == before.Id {
				now = card
			}
		}
		if posts != 1 {
			return errors.Errorf("%d posts are about %s instead of one", posts, before.Subject)
		}
		return says(picture(now), words...)
	})
	return now, err
}

// thread waits until the thread of a card contains all words, and draws it.
func thread(ctx context.Context, c *cast, card stack.Card, words ...string) (string, error) {
	var drawn string
	err := stack.Eventually(ctx, patience, func() error {
		posts, err := c.alice.Posts(ctx, card.ChannelId)
		if err != nil {
			return err
		}
		var lines []string
		for _, post := range posts {
			if post.RootId == card.Id {
				lines = append(lines, "    > "+strings.ReplaceAll(readable(stack.Text(post)), "\n", "\n      "))
			}
		}
		drawn = "in its thread:\n" + strings.Join(lines, "\n")
		return says(drawn, words...)
	})
	return drawn, err
}

// says checks that a text contains all words.
func says(text string, words ...string) error {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return errors.Errorf("%q is missing in:\n%s", word, text)
		}
	}
	return nil
}

// picture draws a card in plain text.
func picture(card stack.Card) string {
	shown := card.Attachments()[0]
	lines := []string{"post " + card.Id + ":"}
	add := func(text string) {
		if text != "" {
			lines = append(lines, strings.Split(readable(text), "\n")...)
		}
	}
	if shown.AuthorName != "" {
		add("(" + shown.AuthorName + ")")
	}
	add(shown.Title)
	add(shown.Text)
	for _, field := range shown.Fields {
		add(fmt.Sprintf("%s: %v", field.Title, field.Value))
	}
	add(buttons(card.Post))
	add(shown.Footer)
	return strings.Join(lines, "\n  ")
}

// buttons names the buttons of a post.
func buttons(post *model.Post) string {
	var names []string
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			names = append(names, "["+action.Name+"]")
		}
	}
	return strings.Join(names, " ")
}

// link is a Markdown link.
var link = regexp.MustCompile(`\[([^\]]*)\]\([^)\s]*\)`)

// readable is Markdown as readers see it in a channel: links by their labels, and
// without what keeps names from outside from being formatted.
func readable(text string) string {
	return strings.NewReplacer("\u200b", "", "\u2060", "", "\\", "").Replace(link.ReplaceAllString(text, "$1"))
}
