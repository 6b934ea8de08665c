package mattermost

import (
	"context"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// OpenMeeting returns the meeting that a post of the public plugin announced, if the post shows it as open. Authors can change the props of
// their posts, so the link isn't taken from there.
func (c *MeetingBoard) OpenMeeting(_ context.Context, message string) (meeting.Opened, bool, error) {
	post, err := answered(c.api.GetPost(message))
	if statusOf(err) == http.StatusNotFound || statusOf(err) == http.StatusBadRequest {
		return meeting.Opened{}, false, nil
	}
	if err != nil {
		return meeting.Opened{}, false, errors.Wrapf(err, "read post %s", message)
	}
	f := factsIn(post.GetProps())
	if post.DeleteAt != 0 || post.Type != postType || text(post.GetProp(propStatus)) != statusOpen || f.id == "" || strings.Trim(f.id, "0123456789") != "" {
		return meeting.Opened{}, false, nil
	}
	at := model.GetTimeForMillis(post.CreateAt)
	return meeting.Opened{MeetingID: f.id, Until: at, Post: meeting.Post{
		Message: RefOf(post), PostedAt: at, Creator: chat.PersonID(post.UserId).Actor(), Topic: f.topic,
		Status: meeting.Announced, Shown: meeting.Announced, RecheckAt: c.now(),
	}}, true, nil
}
