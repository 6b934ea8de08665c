package mmtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// Post is a snapshot of a post, or a note that one user sees.
type Post struct {
	*model.Post

	mm *Mattermost
}

func (p *Post) place() (channelID, rootID string) {
	if p.RootId != "" {
		return p.ChannelId, p.RootId
	}
	return p.ChannelId, p.Id
}

// Prop returns a prop, nil for a missing one.
func (p *Post) Prop(name string) any { return p.GetProp(name) }

// Edited reports whether clients mark the post as edited.
func (p *Post) Edited() bool { return p.EditAt != 0 }

// Text returns all text that a client without the plugin's own view shows: the message and the attachments.
func (p *Post) Text() string {
	parts := []string{p.Message}
	for _, a := range p.Attachments() {
		parts = append(parts, a.AuthorName, a.Title, a.Text)
		for _, field := range a.Fields {
			parts = append(parts, fmt.Sprint(field.Title, ": ", field.Value))
		}
		parts = append(parts, a.Footer)
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// Buttons returns the labels of the post's buttons and menus.
func (p *Post) Buttons() []string {
	var labels []string
	for _, a := range p.Attachments() {
		for _, action := range a.Actions {
			labels = append(labels, action.Name)
		}
	}
	return labels
}

// Refreshed returns the post in its current state; nil if it is deleted.
func (p *Post) Refreshed() *Post {
	for _, post := range (&Channel{ID: p.ChannelId, mm: p.mm}).Posts() {
		if post.Id == p.Id {
			return post
		}
	}
	return nil
}

// Delete deletes the post, as its author can.
func (p *Post) Delete() {
	now := p.mm.millis()
	p.mm.mu.Lock()
	p.mm.posts[p.Id].DeleteAt = now
	deleted := p.mm.posts[p.Id].Clone()
	p.mm.mu.Unlock()
	p.mm.tellOfDeletion(deleted)
}

// PinAndReact pins the post and adds a reaction, as any member can.
func (p *Post) PinAndReact() {
	p.mm.mu.Lock()
	defer p.mm.mu.Unlock()
	stored := p.mm.posts[p.Id].Clone()
	stored.IsPinned, stored.HasReactions = true, true
	p.mm.posts[p.Id] = stored
}

// Forge changes props of the post to anything, as its author can with an API client.
func (p *Post) Forge(props map[string]any) {
	p.mm.mu.Lock()
	stored := p.mm.posts[p.Id].Clone()
	p.mm.mu.Unlock()
	for name, value := range props {
		stored.AddProp(name, value)
	}
	stored = p.mm.asStored(stored)
	p.mm.mu.Lock()
	defer p.mm.mu.Unlock()
	p.mm.posts[p.Id] = stored
}

// Posts returns the channel's posts, oldest first, threads included.
func (c *Channel) Posts() []*Post {
	c.mm.mu.Lock()
	defer c.mm.mu.Unlock()
	var posts []*Post
	for _, id := range c.mm.order {
		if p := c.mm.posts[id]; p.ChannelId == c.ID && p.DeleteAt == 0 {
			posts = append(posts, &Post{Post: p.Clone(), mm: c.mm})
		}
	}
	return posts
}

// LastPost returns the newest post. Without one the test fails.
func (c *Channel) LastPost() *Post {
	c.mm.t.Helper()
	posts := c.Posts()
	if len(posts) == 0 {
		c.mm.t.Fatal("mmtest: nothing was posted in the channel")
	}
	return posts[len(posts)-1]
}

// Says posts a message as the user.
func (u *User) Says(text string, at Place) *Post {
	u.mm.t.Helper()
	channelID, rootID := at.place()
	created, appErr := u.mm.createPost(&model.Post{UserId: u.ID, ChannelId: channelID, RootId: rootID, Message: text})
	if appErr != nil {
		u.mm.t.Fatalf("mmtest: %s cannot post: %v", u.Username, appErr)
	}
	u.mm.tellOfPost(created)
	return &Post{Post: created, mm: u.mm}
}

// Notes returns the notes that only this user sees, oldest first.
func (u *User) Notes() []*Post {
	u.mm.mu.Lock()
	defer u.mm.mu.Unlock()
	var notes []*Post
	for _, n := range u.mm.notes {
		if n.userID == u.ID {
			notes = append(notes, &Post{Post: n.post.Clone(), mm: u.mm})
		}
	}
	return notes
}

// LastNote returns the newest note that only this user sees. Without one the test fails.
func (u *User) LastNote() *Post {
	u.mm.t.Helper()
	notes := u.Notes()
	if len(notes) == 0 {
		u.mm.t.Fatalf("mmtest: %s was shown nothing", u.Username)
	}
	return notes[len(notes)-1]
}

// DirectWith returns the user's direct channel with another account, such as the bot.
func (u *User) DirectWith(other string) *Channel { return u.mm.direct(u.ID, other) }

// DirectMessages returns what the other account wrote to this user, oldest first.
func (u *User) DirectMessages(from string) []*Post {
	var received []*Post
	for _, p := range u.mm.direct(u.ID, from).Posts() {
		if p.UserId == from {
			received = append(received, p)
		}
	}
	return received
}
