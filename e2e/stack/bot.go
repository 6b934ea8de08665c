package stack

import (
	"cmp"
	"context"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// BotName is the user name of the plugin's bot.
const BotName = "zoom"

// WithBot returns this person's conversation with the plugin's bot.
func (p *Person) WithBot(ctx context.Context) (*model.Channel, error) {
	bot, _, err := p.API.GetUserByUsername(ctx, BotName, "")
	if err != nil {
		return nil, errors.Wrap(err, "look up the bot")
	}
	channel, _, err := p.API.CreateDirectChannel(ctx, p.User.Id, bot.Id)
	return channel, errors.Wrapf(err, "open the conversation of %s with the bot", p.User.Username)
}

// Posts returns all posts of a channel, the oldest first.
func (p *Person) Posts(ctx context.Context, channelID string) ([]*model.Post, error) {
	const page = 200
	all := map[string]*model.Post{} // pages overlap while others post
	for number := 0; ; number++ {
		list, _, err := p.API.GetPostsForChannel(ctx, channelID, number, page, "", false, false)
		if err != nil {
			return nil, errors.Wrap(err, "read the channel")
		}
		for _, id := range list.Order { // list.Posts holds roots of other pages, too
			all[id] = list.Posts[id]
		}
		if len(list.Order) < page {
			break
		}
	}
	posts := make([]*model.Post, 0, len(all))
	for _, post := range all {
		posts = append(posts, post)
	}
	slices.SortFunc(posts, func(a, b *model.Post) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
	})
	return posts, nil
}

// Card is a post of the bridge about one build, pull request or the like.
type Card struct {
	*model.Post
	// Subject is what the post is about.
	Subject string
	// Title, Text and Color are what it shows.
	Title, Text, Color string
}

// Cards returns the bridge's cards in a channel, the oldest first; posts in
// threads are left out.
func (p *Person) Cards(ctx context.Context, channelID string) ([]Card, error) {
	posts, err := p.Posts(ctx, channelID)
	var cards []Card
	for _, post := range posts {
		mark, marked := post.GetProp("bridge").(map[string]any)
		attachments := post.Attachments()
		if !marked || len(attachments) == 0 || post.RootId != "" {
			continue
		}
		subject, _ := mark["subject"].(string)
		shown := attachments[0]
		cards = append(cards, Card{Post: post, Subject: subject, Title: shown.Title, Text: shown.Text, Color: shown.Color})
	}
	return cards, err
}
