package mattermost

import (
	"context"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// findPage is the number of a channel's posts read per call. The server caches pages of 30 and 60; other sizes than this one aren't
// cached either.
const findPage = 200

// Recover returns the first post in the place that carries the mark and was made since then. See bridge.Surface.
func (s *Surface) Recover(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error) {
	var found chat.MessageRef
	first := int64(0)
	err := s.eachPost(ctx, at, model.GetMillisForTime(since), func(post *model.Post) {
		has, marked := markOf(post)
		switch {
		case post.UserId != s.botID, post.DeleteAt != 0, post.ChannelId != at.Channel, post.RootId != at.Thread:
		case !marked, has != mark, post.CreateAt < model.GetMillisForTime(since):
		case found.Zero() || post.CreateAt < first:
			found, first = RefOf(post), post.CreateAt
		}
	})
	if statusOf(err) == http.StatusNotFound {
		return chat.MessageRef{}, nil
	}
	return found, errors.Wrapf(err, "look for a post in channel %s", at.Channel)
}

// eachPost calls do for each post of the thread, or of the channel since the time in milliseconds; for some twice, and for some older
// ones. The server has a call for posts changed since a time, but it returns an arbitrary thousand of them, which isn't enough in a
// flood.
func (s *Surface) eachPost(ctx context.Context, at chat.Place, since int64, do func(*model.Post)) error {
	visit := func(list *model.PostList) {
		for _, post := range list.Posts {
			do(post)
		}
	}
	if at.Thread == "" {
		return s.eachPage(ctx, at.Channel, since, visit)
	}
	list, err := answered(s.api.GetPostThread(at.Thread))
	if err == nil {
		visit(list)
	}
	return err
}

// eachPage calls do for page after page of the channel, the latest first, until the time is reached. Some posts are on two pages.
func (s *Surface) eachPage(ctx context.Context, channelID string, since int64, do func(*model.PostList)) error {
	page, err := answered(s.api.GetPostsForChannel(channelID, 0, findPage))
	for err == nil {
		do(page)
		anchor, more := nextPage(page, since)
		if !more {
			return nil
		}
		if err = ctx.Err(); err == nil {
			page, err = answered(s.api.GetPostsBefore(channelID, anchor, 0, findPage))
		}
	}
	return err
}

// nextPage returns the post before which the next page is, unless this page, latest post first, reaches back to the time. "Before"
// excludes posts of the same millisecond, so the anchor is the last post that is newer than the oldest.
func nextPage(page *model.PostList, since int64) (anchor string, more bool) {
	if len(page.Order) == 0 {
		return "", false
	}
	oldest := page.Posts[page.Order[len(page.Order)-1]].CreateAt
	for _, id := range page.Order {
		if page.Posts[id].CreateAt > oldest {
			anchor = id
		}
	}
	return anchor, anchor != "" && oldest >= since && len(page.Order) >= findPage
}
