package mmtest

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Listener is a plugin that handles new and deleted posts.
type Listener interface {
	// MessageHasBeenPosted is called after each new post, including those of plugins.
	MessageHasBeenPosted(c *plugin.Context, post *model.Post)
	// MessageHasBeenDeleted is called after each deleted one.
	MessageHasBeenDeleted(c *plugin.Context, post *model.Post)
}

// tellOfPost notifies the plugin of a new post. The real server does so a moment later; here it happens before the post is returned.
func (mm *Mattermost) tellOfPost(post *model.Post) {
	listener, ok := mm.attached().(Listener)
	if !ok {
		return
	}
	if sent, ok := cross(mm, post); ok {
		listener.MessageHasBeenPosted(&plugin.Context{}, sent)
	}
}

// tellOfDeletion notifies the plugin of a deleted post.
func (mm *Mattermost) tellOfDeletion(post *model.Post) {
	listener, ok := mm.attached().(Listener)
	if !ok {
		return
	}
	if sent, ok := cross(mm, post); ok {
		listener.MessageHasBeenDeleted(&plugin.Context{}, sent)
	}
}

// GetPostsForChannel returns a page of the channel's posts, the latest first, with the first posts of their threads.
func (a *api) GetPostsForChannel(channelID string, page, perPage int) (*model.PostList, *model.AppError) {
	a.called("GetPostsForChannel")
	return a.posts(channelID, page, perPage, func(*model.Post) bool { return true })
}

// GetPostsBefore does the same for the posts made before another. As on the real server, those of its millisecond are excluded.
func (a *api) GetPostsBefore(channelID, postID string, page, perPage int) (*model.PostList, *model.AppError) {
	a.called("GetPostsBefore")
	a.mm.mu.Lock()
	anchor := a.mm.posts[postID]
	a.mm.mu.Unlock()
	return a.posts(channelID, page, perPage, func(p *model.Post) bool { return anchor != nil && p.CreateAt < anchor.CreateAt })
}

func (a *api) posts(channelID string, page, perPage int, wanted func(*model.Post) bool) (*model.PostList, *model.AppError) {
	a.mm.mu.Lock()
	list, skip := model.NewPostList(), page*perPage
	for _, id := range slices.Backward(a.mm.order) {
		post := a.mm.posts[id]
		if post.ChannelId != channelID || post.DeleteAt != 0 || !wanted(post) {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		if len(list.Order) == perPage {
			break
		}
		list.AddPost(post.Clone())
		list.AddOrder(id)
		if root := a.mm.posts[post.RootId]; root != nil {
			list.AddPost(root.Clone())
		}
	}
	a.mm.mu.Unlock()
	sent, _ := cross(a.mm, list)
	return sent, nil
}

// GetPostThread returns all posts of the post's thread.
func (a *api) GetPostThread(postID string) (*model.PostList, *model.AppError) {
	a.called("GetPostThread")
	a.mm.mu.Lock()
	list, rootID := model.NewPostList(), postID
	if post := a.mm.posts[postID]; post != nil && post.RootId != "" {
		rootID = post.RootId
	}
	for _, id := range a.mm.order {
		if post := a.mm.posts[id]; post.DeleteAt == 0 && (id == rootID || post.RootId == rootID) {
			list.AddPost(post.Clone())
			list.AddOrder(id)
		}
	}
	broken, asked := a.mm.broken, a.mm.posts[postID]
	a.mm.mu.Unlock()
	if !broken && (asked == nil || asked.DeleteAt != 0) {
		return nil, notFound("app.post.get.app_error")
	}
	sent, _ := cross(a.mm, list)
	return sent, nil
}
