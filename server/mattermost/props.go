package mattermost

import (
	"encoding/json"
	"maps"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// createPost creates the post or fails. The server's client library takes a broken connection for a post and crashes.
func (c *Server) createPost(post *model.Post) (*model.Post, error) {
	created, err := answered(c.api.CreatePost(post))
	return created, errors.Wrapf(err, "post in channel %s", post.ChannelId)
}

// setProps is the only way in which props get onto the plugin's posts.
func setProps(post *model.Post, props map[string]any, attachments []*model.MessageAttachment) error {
	safe, err := safeProps(props)
	if err != nil {
		return err
	}
	if attachments != nil {
		safe[model.PostPropsAttachments] = attachments
	}
	post.SetProps(safe)
	return nil
}

// safeProps returns the props as they are after a round trip through JSON: string, float64, bool, []any and map[string]any. Props travel
// to the server in gob encoding, which knows these types and few others; a map[string]string breaks the connection for good, without an
// error.
func safeProps(props map[string]any) (map[string]any, error) {
	encoded, err := json.Marshal(props)
	if err != nil {
		return nil, errors.Wrap(err, "encode props")
	}
	safe := map[string]any{}
	if err := json.Unmarshal(encoded, &safe); err != nil {
		return nil, errors.Wrap(err, "decode props")
	}
	return safe, nil
}

// sameProps reports whether two posts have the same props, whatever their Go types.
func sameProps(a, b *model.Post) bool {
	one, err := comparable(a)
	if err != nil {
		return false
	}
	other, err := comparable(b)
	return err == nil && string(one) == string(other)
}

// comparable returns the props in a normal form: attachments read from the database lack the type with which they were posted.
func comparable(post *model.Post) ([]byte, error) {
	props := map[string]any{}
	maps.Copy(props, post.GetProps())
	if _, ok := props[model.PostPropsAttachments]; ok {
		props[model.PostPropsAttachments] = post.Attachments()
	}
	return json.Marshal(props)
}
