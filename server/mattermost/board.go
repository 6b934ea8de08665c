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

// postType is the type of a meeting's post, which the plugin's browser side and the public plugin's both render.
const postType = "custom_zoom"

// MeetingBoard shows meetings in channels. It implements meeting.Board.
type MeetingBoard struct {
	*Translator
}

// Announce posts the meeting in its creator's name. All that changes later is in the props; the
// text is the creator's and is never touched again.
func (c *MeetingBoard) Announce(_ context.Context, a meeting.Announcement) (chat.MessageRef, error) {
	f, progress := factsOf(a), meeting.Progress{Status: meeting.Announced, UUID: a.Meeting.UUID}
	props := f.props()
	props[propPersonal], props[propCreator] = a.Meeting.Personal, a.Creator.Username
	message := c.here(chat.Say("post.message"))
	props[propMessage] = message
	apply(props, progressProps(progress))
	if a.Meeting.Running() {
		// Somebody is in the room already, since when Zoom does not say.
		props[propStarted] = true
	}
	post := &model.Post{
		UserId: string(a.Creator.ID), ChannelId: a.Place.Channel, RootId: a.Place.Thread, Type: postType,
		Message: message,
	}
	if err := setProps(post, props, []*model.MessageAttachment{c.attachment(f, progress)}); err != nil {
		return chat.MessageRef{}, err
	}
	created, err := c.createPost(post)
	if err != nil {
		return chat.MessageRef{}, errors.Wrap(err, "announce the meeting")
	}
	return RefOf(created), nil
}

// Rewrite brings the post to the progress; a post that shows it already is left alone. It returns meeting.ErrMissing
// for a post that the server does not find, and meeting.ErrGone for one that it will never let be changed, as in an archived
// channel.
//
// That a meeting began changes no attachment. That it ended does, for clients that show nothing else, and there the server
// marks the post as edited; the plugin's own view shows no such mark.
func (c *MeetingBoard) Rewrite(_ context.Context, m chat.MessageRef, p meeting.Progress) error {
	post, err := answered(c.api.GetPost(m.ID))
	switch {
	case statusOf(err) == http.StatusNotFound:
		return meeting.ErrMissing
	case err == nil && post.DeleteAt != 0:
		return meeting.ErrGone
	}
	if err != nil {
		return errors.Wrapf(err, "read post %s", m.ID)
	}
	updated := post.Clone()
	props := map[string]any{}
	for name, value := range post.GetProps() {
		if name != model.PostPropsAttachments {
			props[name] = value
		}
	}
	apply(props, progressProps(p))
	if err = setProps(updated, props, []*model.MessageAttachment{c.attachment(factsIn(props), p)}); err != nil {
		return err
	}
	if sameProps(post, updated) {
		return nil
	}
	// What the server knows of links and files in the post stays as it has it.
	updated.Metadata = nil
	_, err = answered(c.api.UpdatePost(updated))
	if statusOf(err) == http.StatusBadRequest && c.archived(post.ChannelId) {
		return meeting.ErrGone
	}
	return errors.Wrapf(err, "update post %s", m.ID)
}

// archived reports whether the channel takes no changes any more.
func (c *MeetingBoard) archived(channelID string) bool {
	channel, err := answered(c.api.GetChannel(channelID))
	return err == nil && channel.DeleteAt != 0
}

// PromptRunning asks one person whether to join the meeting that is open here or to start another. The browser side draws
// it from the props; other clients show the text, the link and the button.
func (c *MeetingBoard) PromptRunning(_ context.Context, at chat.Place, actor chat.Actor, r meeting.Running) error {
	say := c.to(actor.Person)
	post := &model.Post{
		UserId: c.botID, ChannelId: at.Channel, RootId: at.Thread, Type: postType,
		Message: say.markdown(chat.Say("prompt.running", "Creator", r.Creator)),
	}
	props := facts{topic: r.Topic, id: r.MeetingID, link: r.JoinURL}.props()
	// The server gives every note a type of its own; the browser side goes by this prop then.
	props["type"] = postType
	props[propStatus], props[propCreator], props[propPost] = statusRunning, r.Creator, r.Message.ID
	props[propRequested], props[propRequestedRoot], props[propRequestedIdentity] = r.Requested, r.RequestedThread, string(r.RequestedChoice)
	err := setProps(post, props, []*model.MessageAttachment{say.runningAttachment(at, post.Message, r)})
	if err != nil {
		return err
	}
	if c.api.SendEphemeralPost(actor.ID, post) == nil {
		return errors.Wrap(ErrNoAnswer, "show the prompt")
	}
	return nil
}

func (w words) runningAttachment(at chat.Place, question string, r meeting.Running) *model.MessageAttachment {
	join := chat.Strong(chat.LinkText(w.text(chat.Say("prompt.join")), r.JoinURL))
	topic := chat.Truncate(strings.Join(strings.Fields(r.Topic), " "), maxTopic)
	return &model.MessageAttachment{
		Fallback: question, Title: asMarkdown(chat.Plain(topic)), Text: asMarkdown(join),
		Actions: w.buttons(at, []chat.Button{r.Another}),
	}
}

// apply writes the changed props over the others; a nil takes one away.
func apply(props, changed map[string]any) {
	for name, value := range changed {
		if value == nil {
			delete(props, name)
			continue
		}
		props[name] = value
	}
}
