package mmtest

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

func (a *api) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	a.called("CreatePost")
	sent, ok := cross(a.mm, post)
	if !ok {
		return nil, nil
	}
	sent.AddProp(model.PostPropsFromPlugin, "true")
	created, appErr := a.mm.createPost(sent)
	if appErr != nil {
		return nil, appErr
	}
	a.mm.tellOfPost(created)
	answer, _ := cross(a.mm, created)
	return answer, nil
}

func (mm *Mattermost) createPost(post *model.Post) (*model.Post, *model.AppError) {
	post.Id, post.CreateAt = mm.newID("post"), mm.millis()
	post.UpdateAt = post.CreateAt
	if appErr := mm.postable(post); appErr != nil {
		return nil, appErr
	}
	post.GenerateActionIds()
	mm.mu.Lock()
	if mm.users[post.UserId].IsBot {
		post.AddProp(model.PostPropsFromBot, "true")
	}
	mm.mu.Unlock()
	stored := mm.asStored(post)
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.posts[post.Id] = stored
	mm.order = append(mm.order, post.Id)
	return stored.Clone(), nil
}

// postable checks what the real server checks when a plugin posts, which excludes permissions.
func (mm *Mattermost) postable(post *model.Post) *model.AppError {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	channel, known := mm.channels[post.ChannelId]
	root := mm.posts[post.RootId]
	switch _, author := mm.users[post.UserId]; {
	case !known:
		return refusal("api.context.invalid_param.app_error", http.StatusBadRequest)
	case !author:
		return notFound("app.user.missing_account.const")
	case channel.DeleteAt != 0:
		return refusal("api.post.create_post.can_not_post_to_deleted.error", http.StatusBadRequest)
	case post.RootId != "" && (root == nil || root.DeleteAt != 0 || root.ChannelId != post.ChannelId || root.RootId != ""):
		return refusal("api.post.create_post.root_id.app_error", http.StatusBadRequest)
	case len(post.Type) > 26 || post.Type != "" && !strings.HasPrefix(post.Type, model.PostCustomTypePrefix):
		return refusal("model.post.is_valid.type.app_error", http.StatusBadRequest)
	case utf8.RuneCountInString(post.Message) > model.PostMessageMaxRunesV2:
		return refusal("model.post.is_valid.message_length.app_error", http.StatusBadRequest)
	}
	return nil
}

// asStored returns the post as the database returns it: its props have been through JSON.
func (mm *Mattermost) asStored(post *model.Post) *model.Post {
	stored := post.Clone()
	encoded, err := json.Marshal(post.GetProps())
	props := model.StringInterface{}
	if err == nil {
		err = json.Unmarshal(encoded, &props)
	}
	if err != nil {
		mm.t.Errorf("mmtest: the database would not take these props: %v", err)
	}
	stored.SetProps(props)
	return stored
}

func (a *api) GetPost(postID string) (*model.Post, *model.AppError) {
	a.called("GetPost")
	a.mm.mu.Lock()
	post, known := a.mm.posts[postID]
	broken := a.mm.broken
	if known {
		post = post.Clone()
	}
	a.mm.mu.Unlock()
	switch {
	case broken:
		return nil, nil
	case !known || post.DeleteAt != 0:
		return nil, notFound("app.post.get.app_error")
	}
	answer, _ := cross(a.mm, post)
	return answer, nil
}

// UpdatePost replaces message, props, and whether the post is pinned and has reactions. It marks the post as edited if its message or its
// attachments changed.
func (a *api) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	a.called("UpdatePost")
	sent, ok := cross(a.mm, post)
	if !ok {
		return nil, nil
	}
	updated, appErr := a.mm.updatePost(sent)
	if appErr != nil {
		return nil, appErr
	}
	answer, _ := cross(a.mm, updated)
	return answer, nil
}

func (mm *Mattermost) updatePost(sent *model.Post) (*model.Post, *model.AppError) {
	now := mm.millis()
	mm.mu.Lock()
	defer mm.mu.Unlock()
	old, known := mm.posts[sent.Id]
	switch {
	case !known:
		return nil, notFound("app.post.get.app_error")
	case old.DeleteAt != 0:
		return nil, refusal("api.post.update_post.permissions_details.app_error", http.StatusBadRequest)
	case mm.channels[old.ChannelId].DeleteAt != 0:
		return nil, refusal("api.post.update_post.can_not_update_post_in_deleted.error", http.StatusBadRequest)
	}
	updated := old.Clone()
	updated.IsPinned, updated.HasReactions = sent.IsPinned, sent.HasReactions
	updated.SetProps(sent.GetProps())
	updated = mm.asStored(updated)
	updated.UpdateAt = now
	if sent.Message != old.Message || !old.AttachmentsEqual(updated) {
		updated.Message, updated.EditAt = sent.Message, now
	}
	mm.posts[sent.Id] = updated
	return updated.Clone(), nil
}

// SendEphemeralPost shows a note. As on the real server, the post gets a type of its own.
func (a *api) SendEphemeralPost(userID string, post *model.Post) *model.Post {
	a.called("SendEphemeralPost")
	sent, ok := cross(a.mm, post)
	if !ok {
		return nil
	}
	sent.Type = model.PostTypeEphemeral
	if sent.Id == "" {
		sent.Id = a.mm.newID("note")
	}
	if sent.CreateAt == 0 {
		sent.CreateAt = a.mm.millis()
	}
	sent.GenerateActionIds()
	a.mm.show(userID, sent)
	answer, _ := cross(a.mm, sent)
	return answer
}

func (a *api) UpdateEphemeralPost(userID string, post *model.Post) *model.Post {
	a.called("UpdateEphemeralPost")
	sent, ok := cross(a.mm, post)
	if !ok {
		return nil
	}
	sent.Type = model.PostTypeEphemeral
	sent.GenerateActionIds()
	a.mm.show(userID, sent)
	answer, _ := cross(a.mm, sent)
	return answer
}

// show does what the user's client does with a note: a known one is replaced, a new one is appended.
func (mm *Mattermost) show(userID string, post *model.Post) {
	stored := mm.asStored(post)
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for i := range mm.notes {
		if mm.notes[i].userID == userID && mm.notes[i].post.Id == post.Id {
			mm.notes[i].post = stored
			return
		}
	}
	mm.notes = append(mm.notes, note{userID: userID, post: stored})
}
