package console

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
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

// called reports whether the subscription is what somebody has named: by the names of the whole and the part, in this order, by what names
// them at the tool, or by the part's alone.
func (f subscribed) called(p provider.Provider, typed string) bool {
	names := []string{f.title(), f.subscription.ResourceName, f.subscription.Name}
	if parted, has := p.(provider.Subresources); has {
		names = append(names, parted.SubresourceText(f.Resource, provider.Resource{ID: f.subscription.Resource}))
	}
	return folded(typed) != "" && slices.ContainsFunc(names, func(name string) bool { return folded(name) == folded(typed) })
}

// partsCalled returns the channel's subscriptions that somebody has named, where the provider's things have parts.
func (s *Service) partsCalled(ctx context.Context, w wish) ([]subscribed, error) {
	p := s.Registry.Get(w.provider)
	if _, has := p.(provider.Subresources); !has || w.text == "" || w.text == everything {
		return nil, nil
	}
	all, err := s.Directory.Following(ctx, w.provider, w.place)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(subscriptionsOf(all, w.place), func(f subscribed) bool {
		return f.subscription.Resource == "" || !f.called(p, w.text)
	})
	return found, nil
}

// confirmPart asks whether to end one subscription, where the channel follows other parts of the same as well.
func (s *Service) confirmPart(ctx context.Context, w wish, f subscribed) (chat.Note, error) {
	w.connection, w.subscription, w.text = f.ID, f.subscription.ID, ""
	text := chat.Say("bridge.disconnect.confirm_part", "Name", chat.Escape(f.title()))
	return s.question(ctx, text, offer{label: chat.Say("bridge.button.disconnect"), primary: true, deed: deedDisconnectNow, wish: w}, orCancel(w))
}

// unfollow takes back that the channel follows a part, or the whole where there are none. What else the channel follows stays.
func (s *Service) unfollow(ctx context.Context, w wish, c bridge.Connection, part provider.Resource) error {
	if mine := c.In(w.place); len(mine) > 1 {
		at := slices.IndexFunc(mine, func(sub bridge.Subscription) bool { return sub.Resource == part.ID })
		if at < 0 {
			return nil
		}
		_, err := s.dropPart(ctx, w, c.ID, mine[at].ID)
		return err
	}
	_, _, err := s.detach(ctx, c.ID, w.provider, w.place)
	return err
}

// endPart ends one subscription of the channel; the connection goes on.
func (s *Service) endPart(ctx context.Context, w wish, c bridge.Connection) (chat.Message, error) {
	title, err := s.dropPart(ctx, w, c.ID, w.subscription)
	if err != nil {
		return chat.Message{}, err
	}
	if title == "" {
		return chat.Message{}, s.NotFollowed(w.provider)
	}
	s.did(bridge.AuditDisconnect, w, c.ID)
	s.Notices.Tell(ctx, w.place, chat.Say("bridge.disconnect.told", "Who", s.Notices.Who(ctx, w.actor), "Provider", s.Name(w.provider), "Name", chat.Escape(title)))
	return chat.Say("bridge.disconnect.done", "Name", chat.Escape(title)), nil
}

// dropPart removes the channel's subscription from the record and returns what it was called, or "" if there is none.
func (s *Service) dropPart(ctx context.Context, w wish, id, subscription string) (title string, err error) {
	_, err = s.Records.UpdateConnection(ctx, id, func(now *bridge.Connection) (bool, error) {
		title = ""
		whole := *now
		now.Subscriptions = slices.DeleteFunc(slices.Clone(now.Subscriptions), func(sub bridge.Subscription) bool {
			if sub.ID != subscription || sub.Place != w.place {
				return false
			}
			title = subscribed{Connection: whole, subscription: sub}.title()
			return true
		})
		return title != "", nil
	})
	return title, errors.Wrap(err, "end a subscription")
}
