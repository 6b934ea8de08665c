package subscription

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// folded returns the letters and digits of a name, in lower case: quotes, blanks and slashes between names do not count.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// isCalled reports whether the text names the subscription: by the names of the whole and the part, in this order, by what names them at
// the provider, or by the part's alone.
func isCalled(f bridge.Subscribed, p provider.Provider, typed string) bool {
	names := []string{f.Title(), f.Subscription.ResourceName, f.Subscription.Name}
	if parted, has := p.(provider.Subresources); has {
		names = append(names, parted.SubresourceText(f.Resource, provider.Resource{ID: f.Subscription.Resource}))
	}
	return folded(typed) != "" && slices.ContainsFunc(names, func(name string) bool { return folded(name) == folded(typed) })
}

// PartsCalled returns the channel's subscriptions that the request names, where the provider's resources have parts.
func (s *Parts) PartsCalled(ctx context.Context, w conversation.Request) ([]bridge.Subscribed, error) {
	p := s.Registry.Get(w.Provider)
	if _, has := p.(provider.Subresources); !has || w.Text == "" || w.Text == connection.Everything {
		return nil, nil
	}
	all, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(bridge.SubscriptionsIn(all, w.Place), func(f bridge.Subscribed) bool {
		return f.Subscription.Resource == "" || !isCalled(f, p, w.Text)
	})
	return found, nil
}

// ConfirmPart asks whether to end one subscription, where the channel follows other parts of the same as well.
func (s *Parts) ConfirmPart(ctx context.Context, w conversation.Request, f bridge.Subscribed) (chat.Note, error) {
	w.Connection, w.Subscription, w.Text = f.ID, f.Subscription.ID, ""
	text := chat.Say("bridge.disconnect.confirm_part", "Name", f.Title())
	return s.Prompts.Question(ctx, text, conversation.Offer{Label: chat.Say("bridge.button.disconnect"), Primary: true, Operation: conversation.OpDisconnectNow, Request: w}, conversation.OrCancel(w))
}

// EndPart ends one subscription of the channel; the connection stays.
func (s *Parts) EndPart(ctx context.Context, w conversation.Request, c bridge.Connection) (chat.Message, error) {
	title, err := s.DropPart(ctx, w, c.ID, w.Subscription)
	if err != nil {
		return chat.Message{}, err
	}
	if title == "" {
		return chat.Message{}, s.NotFollowed(w.Provider)
	}
	s.Trail.Did(bridge.AuditDisconnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.disconnect.told", "Provider", s.Name(w.Provider), "Name", title).WithText("Who", s.Notices.Who(ctx, w.Actor)))
	return chat.Say("bridge.disconnect.done", "Name", title), nil
}

// DropPart removes the channel's subscription from the record and returns what it was called, or "" if there is none.
func (s *Parts) DropPart(ctx context.Context, w conversation.Request, id, subscription string) (title string, err error) {
	_, err = s.Connections.UpdateConnection(ctx, id, func(now *bridge.Connection) (bool, error) {
		title = ""
		whole := *now
		now.Subscriptions = slices.DeleteFunc(slices.Clone(now.Subscriptions), func(sub bridge.Subscription) bool {
			if sub.ID != subscription || sub.Place != w.Place {
				return false
			}
			title = bridge.Subscribed{Connection: whole, Subscription: sub}.Title()
			return true
		})
		return title != "", nil
	})
	return title, errors.Wrap(err, "end a subscription")
}
