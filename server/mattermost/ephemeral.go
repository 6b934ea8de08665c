package mattermost

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// actionURL is the address for clicks on buttons. It is relative, so that the server passes them to the plugin itself: a request to an
// absolute address would leave through the network and arrive without the user.
const actionURL = "/plugins/zoom/action"

// Keys in the context of a button, which the action route gets back.
const (
	contextAction = "action"
	contextValues = "values"
	contextRootID = "root_id"
)

// Messenger sends notes, direct messages and forms to single users, as the bot.
type Messenger struct {
	*Translator
}

// Ephemeral shows a note to one user in a place, in that user's language.
func (c *Messenger) Ephemeral(_ context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	post, err := c.note(at, actor.Person, note)
	if err != nil {
		return err
	}
	if c.api.SendEphemeralPost(actor.ID, post) == nil {
		return errors.Wrap(ErrNoAnswer, "show a note")
	}
	return nil
}

// replace shows a note in place of an earlier one.
func (c *Messenger) replace(m chat.MessageRef, actor chat.Actor, note chat.Note) error {
	post, err := c.note(m.Place, actor.Person, note)
	if err != nil {
		return err
	}
	// The server stores no notes, so it can't fill in missing fields: without a time the note would move to the top.
	post.Id, post.CreateAt = m.ID, model.GetMillisForTime(c.now())
	if c.api.UpdateEphemeralPost(actor.ID, post) == nil {
		return errors.Wrap(ErrNoAnswer, "replace a note")
	}
	return nil
}

// Direct sends a direct message from the bot, in the actor's language.
func (c *Messenger) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	channel, err := answered(c.api.GetDirectChannel(c.botID, actor.ID))
	if err != nil {
		return errors.Wrapf(err, "open the direct channel with user %s", actor.ID)
	}
	_, err = c.createPost(&model.Post{
		UserId: c.botID, ChannelId: channel.Id, Message: c.Markdown(actor.Person, text),
	})
	return errors.Wrapf(err, "write to user %s", actor.ID)
}

func (c *Messenger) note(at chat.Place, person chat.PersonID, note chat.Note) (*model.Post, error) {
	say := c.to(person)
	post := &model.Post{
		UserId: c.botID, ChannelId: at.Channel, RootId: at.Thread, Message: say.markdown(note.Text),
	}
	if len(note.Buttons) == 0 {
		return post, setProps(post, map[string]any{}, nil)
	}
	return post, setProps(post, map[string]any{}, []*model.MessageAttachment{{
		Fallback: say.plain(note.Text), Actions: say.buttons(at, note.Buttons),
	}})
}

// buttons renders buttons. They get no IDs: the server gives each a unique one, also to two with the same action.
func (w words) buttons(at chat.Place, buttons []chat.Button) []*model.PostAction {
	actions := make([]*model.PostAction, 0, len(buttons))
	for _, b := range buttons {
		values := make(map[string]any, len(b.Values))
		for name, value := range b.Values {
			values[name] = value
		}
		style := "default"
		if b.Primary {
			style = "primary"
		}
		actions = append(actions, &model.PostAction{
			Type: model.PostActionTypeButton, Name: w.plain(b.Label), Style: style,
			Integration: &model.PostActionIntegration{
				URL:     actionURL,
				Context: map[string]any{contextAction: b.Action, contextValues: values, contextRootID: at.Thread},
			},
		})
	}
	return actions
}
