package mattermost

import (
	"context"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// propMark is the prop with the mark of a bridge post.
	propMark = "bridge"
	// propCard is the prop with the parts of a card that its attachment can't hold; see cardProp.
	propCard = "card"
	// propTimes is the prop with the times in a card's texts; see addTimes.
	propTimes = "times"
	// replicaLag is how long a new post may be missing on a server that reads from replicas. The age of an unknown post is unknown, so
	// this counts from when it was first missed.
	replicaLag = time.Minute
	// maxMissed is the most posts that are remembered as missing.
	maxMissed = 1000
)

// username is the pattern of usernames; nothing else is mentioned.
var username = regexp.MustCompile(`^[a-z0-9._-]{1,64}$`)

// cardType is the type of card posts. The webapp draws those; other clients show their attachment.
const cardType = "custom_zoom_card"

// Surface shows the bridge's cards in channels, as the bot. It is safe for concurrent use.
type Surface struct {
	*Client
	// name returns a provider's name by its ID.
	name func(providerID string) string

	mu sync.Mutex
	// missed holds the time since which an expected post couldn't be found.
	missed map[string]time.Time
}

// NewSurface returns the surface of the client's server; name returns a provider's name by its ID.
func NewSurface(c *Client, name func(providerID string) string) *Surface {
	return &Surface{Client: c, name: name, missed: map[string]time.Time{}}
}

// Post posts a card to a channel or thread. See bridge.Surface.
func (s *Surface) Post(_ context.Context, p chat.Posting) (chat.MessageRef, error) {
	attachment, err := s.card(p.Place.Thread, p.Card)
	if err != nil {
		return chat.MessageRef{}, err
	}
	post := &model.Post{Type: cardType, Message: s.mention(p.Place.Channel, p.Mention)}
	props := map[string]any{propCard: cardProp(p.Card)}
	s.addTimes(props, p.Card)
	return s.say(p.Place, post, p.Mark, props, []*model.MessageAttachment{attachment})
}

// Update updates the card of a post. The message beside the card, including its mention, stays as it was.
func (s *Surface) Update(_ context.Context, m chat.MessageRef, p chat.Posting) error {
	post, err := s.ours(m.ID)
	if err != nil {
		return err
	}
	attachment, err := s.card(post.RootId, p.Card)
	if err != nil {
		return err
	}
	updated := post.Clone()
	props := map[string]any{}
	for name, value := range post.GetProps() {
		if name != model.PostPropsAttachments && name != propTimes {
			props[name] = value
		}
	}
	props[propMark], props[propCard] = markProp(p.Mark), cardProp(p.Card)
	s.addTimes(props, p.Card)
	if err = setProps(updated, props, []*model.MessageAttachment{attachment}); err != nil {
		return err
	}
	if sameProps(post, updated) {
		return nil
	}
	// What the server knows about links and files in the post stays as it is.
	updated.Metadata = nil
	_, err = answered(s.api.UpdatePost(updated))
	if refused(err) && s.closed(post.ChannelId) {
		return bridge.ErrGone
	}
	if statusOf(err) == http.StatusNotFound {
		return s.missing(m.ID)
	}
	return errors.Wrapf(err, "update post %s", m.ID)
}

// Reply posts a line to the thread. See bridge.Surface.
func (s *Surface) Reply(_ context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	actions, err := s.actions(at.Thread, r.Actions)
	if err != nil {
		return chat.MessageRef{}, err
	}
	text := s.toAll().text(r.Text)
	said := fitting(text, maxText)
	var attachments []*model.MessageAttachment
	if len(actions) > 0 {
		attachments = append(attachments, &model.MessageAttachment{Fallback: markdown.Plain(text, markdown.Reader{}), Actions: actions})
	}
	post := &model.Post{Message: joinedBy(" ", s.mention(at.Channel, r.Mention), said)}
	return s.say(at, post, mark, map[string]any{}, attachments)
}

// Announce posts a text as the bot to a channel or thread, for everyone. Error: ErrGone for a channel or thread that is gone.
func (s *Surface) Announce(_ context.Context, at chat.Place, text chat.Message) error {
	_, err := s.say(at, &model.Post{Message: fitting(s.toAll().text(text), maxMessage)}, chat.Mark{}, map[string]any{}, nil)
	return err
}

// say posts as the bot.
func (s *Surface) say(at chat.Place, post *model.Post, mark chat.Mark, props map[string]any, attachments []*model.MessageAttachment) (chat.MessageRef, error) {
	post.UserId, post.ChannelId, post.RootId = s.botID, at.Channel, at.Thread
	props[model.PostPropsFromBot] = "true"
	if mark != (chat.Mark{}) {
		props[propMark] = markProp(mark)
		// Clients show these if the server allows overrides, and only on posts of a webhook.
		props[model.PostPropsFromWebhook] = "true"
		props[model.PostPropsOverrideUsername] = s.name(mark.Provider)
		props[model.PostPropsOverrideIconURL] = s.SiteURL() + "/plugins/zoom/public/" + mark.Provider + ".png"
	}
	if err := setProps(post, props, attachments); err != nil {
		return chat.MessageRef{}, err
	}
	created, err := s.createPost(post)
	switch {
	case err == nil:
		return RefOf(created), nil
	case !refused(err):
		return chat.MessageRef{}, err
	case s.closed(at.Channel):
		return chat.MessageRef{}, bridge.ErrGone
	case at.Thread == "":
		return chat.MessageRef{}, err
	}
	if _, rootErr := answered(s.api.GetPost(at.Thread)); statusOf(rootErr) == http.StatusNotFound {
		return chat.MessageRef{}, s.missing(at.Thread)
	}
	return chat.MessageRef{}, err
}

// Link returns the URL of a post, which works in whichever team the reader is.
func (s *Surface) Link(m chat.MessageRef) string { return s.SiteURL() + "/_redirect/pl/" + m.ID }

// ours returns a post of the bot. Anyone can give their own posts any props, so others' posts don't count.
func (s *Surface) ours(postID string) (*model.Post, error) {
	post, err := answered(s.api.GetPost(postID))
	switch {
	case statusOf(err) == http.StatusNotFound:
		return nil, s.missing(postID)
	case err != nil:
		return nil, errors.Wrapf(err, "read post %s", postID)
	case post.DeleteAt != 0, post.UserId != s.botID:
		return nil, bridge.ErrGone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.missed, postID)
	return post, nil
}

// missing returns the error for a post that wasn't found: it is deleted, or, on a server that reads from replicas, perhaps hasn't arrived
// yet.
func (s *Surface) missing(postID string) error {
	if !s.Replicas() {
		return bridge.ErrGone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since, known := s.missed[postID]
	switch {
	case !known && len(s.missed) >= maxMissed:
		clear(s.missed) // counting starts over for those that are looked up again
		fallthrough
	case !known:
		s.missed[postID] = s.now()
		return queue.ErrNotYet
	case s.now().Sub(since) < replicaLag:
		return queue.ErrNotYet
	}
	delete(s.missed, postID)
	return bridge.ErrGone
}

// closed reports whether the channel can show nothing any more, because it is archived or gone.
func (s *Surface) closed(channelID string) bool {
	channel, err := answered(s.api.GetChannel(channelID))
	return statusOf(err) == http.StatusNotFound || err == nil && channel.DeleteAt != 0
}

// refused reports whether the server rejected the request, as opposed to failing.
func refused(err error) bool {
	status := statusOf(err)
	return status >= 400 && status < 500
}

// mention returns the mention for a post; "" for no one, and for an invalid name.
func (s *Surface) mention(channelID, who string) string {
	switch {
	case !username.MatchString(who), who == "all":
		return ""
	case who == "here", who == "channel":
		s.join(channelID)
	}
	return "@" + who
}

// join makes the bot a member of the channel and its team: the server accepts a mention of everyone only from members. Without it the
// post appears and notifies no one.
func (s *Surface) join(channelID string) {
	if _, err := answered(s.api.GetChannelMember(channelID, s.botID)); err == nil {
		return
	}
	channel, err := answered(s.api.GetChannel(channelID))
	if err == nil && channel.TeamId != "" {
		_, err = answered(s.api.CreateTeamMember(channel.TeamId, s.botID))
	}
	if err == nil {
		_, err = answered(s.api.AddChannelMember(channelID, s.botID))
	}
	if err != nil {
		s.Warn("The bot couldn't join a channel, so its @here and @channel mentions don't notify anyone", "channel_id", channelID, "error", err.Error())
	}
}

// cardProp returns the part of a card that the webapp renders for its reader and the attachment, which is the same for all, can't: the
// time.
func cardProp(card chat.Card) map[string]any {
	prop := map[string]any{"footer": asItIs(card.Footer, maxFooter)}
	if !card.At.IsZero() {
		prop["at"] = model.GetMillisForTime(card.At)
	}
	return prop
}

// addTimes adds the times in the card's text and fields to the props of its post, if there are any. The webapp shows them in the reader's
// format; see webapp/src/times.ts.
func (s *Surface) addTimes(props map[string]any, card chat.Card) {
	say := s.toAll()
	texts := []chat.Text{say.text(card.Text)}
	for _, f := range card.Fields {
		texts = append(texts, say.text(f.Value))
	}
	if times := markdown.Times(texts...); len(times) > 0 {
		props[propTimes] = times
	}
}

func markProp(m chat.Mark) map[string]any {
	return map[string]any{"provider": m.Provider, "connection": m.Connection, "subject": m.Subject, "key": m.Key}
}

func markOf(post *model.Post) (chat.Mark, bool) {
	m, ok := post.GetProp(propMark).(map[string]any)
	if !ok {
		return chat.Mark{}, false
	}
	return chat.Mark{
		Provider: text(m["provider"]), Connection: text(m["connection"]), Subject: text(m["subject"]), Key: text(m["key"]),
	}, true
}
