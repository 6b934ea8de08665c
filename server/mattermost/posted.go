package mattermost

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// OpenMeeting returns the meeting that a post of the public plugin announced, if the post shows it as open.
func (c *MeetingBoard) OpenMeeting(_ context.Context, message string) (meeting.Opened, bool, error) {
	post, err := answered(c.api.GetPost(message))
	if statusOf(err) == http.StatusNotFound || statusOf(err) == http.StatusBadRequest {
		return meeting.Opened{}, false, nil
	}
	if err != nil {
		return meeting.Opened{}, false, errors.Wrapf(err, "read post %s", message)
	}
	opened, open := c.openedBy(post)
	return opened, open, nil
}

// Posted returns the meetings that posts of the actor in the channel announced since then, as far as the posts say. Only the latest posts
// are searched. See meeting.Board.
func (c *MeetingBoard) Posted(_ context.Context, at chat.Place, actor chat.Actor, since time.Time) ([]meeting.Opened, error) {
	page, err := answered(c.api.GetPostsForChannel(at.Channel, 0, findPage))
	if statusOf(err) == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, errors.Wrapf(err, "read the latest posts of channel %s", at.Channel)
	}
	var found []meeting.Opened
	for _, id := range page.Order {
		post := page.Posts[id]
		if post.UserId != actor.ID || post.CreateAt < model.GetMillisForTime(since) {
			continue
		}
		if opened, open := c.openedBy(post); open {
			found = append(found, opened)
		}
	}
	return found, nil
}

// openedBy returns the meeting that a post announced, if the post shows it as open. Authors can change the props of their posts, so the link
// isn't taken from there, and the meeting doesn't count as open in its channel.
func (c *MeetingBoard) openedBy(post *model.Post) (meeting.Opened, bool) {
	f := factsIn(post.GetProps())
	if post.DeleteAt != 0 || post.Type != postType || text(post.GetProp(propStatus)) != statusOpen || f.id == "" || strings.Trim(f.id, "0123456789") != "" {
		return meeting.Opened{}, false
	}
	at := model.GetTimeForMillis(post.CreateAt)
	personal, _ := post.GetProp(propPersonal).(bool)
	return meeting.Opened{MeetingID: f.id, Personal: personal, Until: at, Post: meeting.Post{
		Message: RefOf(post), PostedAt: at, Creator: chat.PersonID(post.UserId).Actor(), Topic: f.topic,
		Status: meeting.Announced, Shown: meeting.Announced, RecheckAt: c.now(),
	}}, true
}
