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

// postType is the type of a meeting's post, which both this plugin's webapp and the public plugin's render.
const postType = "custom_zoom"

// MeetingBoard posts meetings in channels. It implements meeting.Board.
type MeetingBoard struct {
	*Translator
}

// Announce posts the meeting in its creator's name. Everything that changes later is in the props; the message is the creator's and is
// never changed.
func (c *MeetingBoard) Announce(_ context.Context, a meeting.Announcement) (chat.MessageRef, error) {
	f, progress := factsOf(a), meeting.Progress{Status: meeting.Announced, UUID: a.Meeting.UUID}
	props := f.props()
	props[propPersonal], props[propCreator] = a.Meeting.Personal, a.Creator.Username
	message := c.here(chat.Say("post.message"))
	props[propMessage] = message
	apply(props, progressProps(progress))
	if a.Meeting.Running() {
		// Someone is in the room already; Zoom doesn't say since when.
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

// Rewrite updates the post to show the progress; a post that already shows it stays as it is. It returns meeting.ErrMissing for a post
// that the server doesn't find, and meeting.ErrGone for one that can never change again, as in an archived channel.
//
// A meeting's start changes no attachment. Its end does, for clients that show nothing else; there the server marks the post as edited.
// The plugin's own view shows no such mark.
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
	// What the server knows about links and files in the post stays as it is.
	updated.Metadata = nil
	_, err = answered(c.api.UpdatePost(updated))
	if statusOf(err) == http.StatusBadRequest && c.archived(post.ChannelId) {
		return meeting.ErrGone
	}
	return errors.Wrapf(err, "update post %s", m.ID)
}

// archived reports whether the channel is archived, so that its posts can't change.
func (c *MeetingBoard) archived(channelID string) bool {
	channel, err := answered(c.api.GetChannel(channelID))
	return err == nil && channel.DeleteAt != 0
}

// PromptRunning asks one user whether to join the meeting that is open here or to start another. The webapp draws the prompt from the
// props; other clients show the text, the link and the button.
func (c *MeetingBoard) PromptRunning(_ context.Context, at chat.Place, actor chat.Actor, r meeting.Running) error {
	say := c.to(actor.Person)
	post := &model.Post{
		UserId: c.botID, ChannelId: at.Channel, RootId: at.Thread, Type: postType,
		Message: say.markdown(chat.Say("prompt.running", "Creator", r.Creator)),
	}
	props := facts{topic: r.Topic, id: r.MeetingID, link: r.JoinURL}.props()
	// The server gives every ephemeral post a type of its own, so the webapp goes by this prop.
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

// apply writes the changed props over the others; a nil removes one.
func apply(props, changed map[string]any) {
	for name, value := range changed {
		if value == nil {
			delete(props, name)
			continue
		}
		props[name] = value
	}
}
