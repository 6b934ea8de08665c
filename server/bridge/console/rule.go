package console

import (
	"context"
	"crypto/rand"
	"strconv"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
)

// maxRules is how many rules of a provider a channel has, unless an admin has set another number.
const maxRules = 10

// ruleLimit returns how many rules of the provider a channel may have.
func (s *Service) ruleLimit(providerID string) int {
	if limit := s.Settings().Rules[providerID]; limit > 0 {
		return limit
	}
	return maxRules
}

// ruleButtons returns the buttons that add a rule, and, unless it is about all of them, remove this one; none for providers without
// rules.
func (s *Service) ruleButtons(ctx context.Context, what intent, f subscribed, all bool) ([]chat.Button, error) {
	if !s.Registry.Describe(f.Provider).MultipleRules {
		return nil, nil
	}
	add := what
	add.Kind, add.Connection, add.Subscription, add.Text = pressConfigure, f.ID, "", ""
	button, err := s.button(ctx, chat.Say("bridge.rule.add"), false, add)
	if err != nil {
		return nil, err
	}
	buttons := []chat.Button{button}
	if all || len(f.In(what.Place)) < 2 {
		return buttons, nil
	}
	w := what.wish()
	w.connection, w.subscription, w.text = f.ID, f.subscription.ID, ""
	if button, err = s.button(ctx, chat.Say("bridge.rule.remove"), false, w.intends(deedAskRule)); err != nil {
		return nil, err
	}
	return append(buttons, button), nil
}

// askRuleAway asks whether to end one of the channel's rules.
func (s *Service) askRuleAway(ctx context.Context, w wish) (chat.Note, error) {
	f, err := s.changeableSubscription(ctx, w.intends(deedAskRule))
	if err != nil {
		return chat.Note{}, err
	}
	return s.confirmPart(ctx, w, f)
}

// rulesElsewhere returns how many rules of the provider the channel has by other connections than this; none where there are no rules.
func (s *Service) rulesElsewhere(ctx context.Context, providerID string, place chat.Place, connectionID string) (int, error) {
	if !s.Registry.Describe(providerID).MultipleRules {
		return 0, nil
	}
	all, err := s.Directory.Following(ctx, providerID, place)
	if err != nil {
		return 0, err
	}
	others := connection.Filtered(all, func(c bridge.Connection) bool { return c.ID != connectionID })
	return len(subscriptionsOf(others, place)), nil
}

// roomForRule checks that a channel with so many rules may have one more. Fault: TooMany.
func (s *Service) roomForRule(providerID string, rules int) error {
	if limit := s.ruleLimit(providerID); s.Registry.Describe(providerID).MultipleRules && rules >= limit {
		return tooMany(limit)
	}
	return nil
}

// addRule puts a rule among the channel's, which has so many by other connections. Fault: TooMany.
func (s *Service) addRule(c *bridge.Connection, what intent, rule bridge.Subscription, elsewhere int) (bool, error) {
	here := len(c.In(what.Place))
	if c.ID == "" || here == 0 {
		return false, s.NotFollowed(what.Provider)
	}
	if err := s.roomForRule(what.Provider, elsewhere+here); err != nil {
		return false, err
	}
	if rule.Name == "" {
		rule.Name = strconv.Itoa(here + 1)
	}
	rule.ID = rand.Text()
	c.Subscriptions = append(c.Subscriptions, rule)
	return true, nil
}

// offerToBegin offers to connect a channel that gets nothing yet: its first rule comes with that.
func (s *Service) offerToBegin(ctx context.Context, what intent) error {
	note, err := s.question(ctx, chat.Say("bridge.rule.begin", "Provider", chat.Escape(s.Name(what.Provider))),
		offer{label: chat.Say("bridge.configure.connect.button"), primary: true, deed: deedConnect, wish: what.wish()}, orCancel(what.wish()))
	if err != nil {
		return err
	}
	s.Notices.Whisper(ctx, what.Place, what.Actor, note)
	return nil
}
