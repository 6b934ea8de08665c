package subscription

import (
	"context"
	"crypto/rand"
	"strconv"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
)

// maxRules is how many rules of a provider a channel has, unless an admin has set another number.
const maxRules = 10

// RuleLimit returns how many rules of the provider a channel may have.
func (s *Rules) RuleLimit(providerID string) int {
	if limit := s.Settings().Rules[providerID]; limit > 0 {
		return limit
	}
	return maxRules
}

// RuleButtons returns the buttons that add a rule, and, unless it is about all of them, remove this one; none for providers without
// rules.
func (s *Rules) RuleButtons(ctx context.Context, what conversation.Intent, f bridge.Subscribed, all bool) ([]chat.Button, error) {
	if !s.Registry.Describe(f.Provider).MultipleRules {
		return nil, nil
	}
	add := what
	add.Kind, add.Connection, add.Subscription, add.Text = conversation.PressConfigure, f.ID, "", ""
	button, err := s.Prompts.Button(ctx, chat.Say("bridge.rule.add"), false, add)
	if err != nil {
		return nil, err
	}
	buttons := []chat.Button{button}
	if all || len(f.In(what.Place)) < 2 {
		return buttons, nil
	}
	w := what.Request()
	w.Connection, w.Subscription, w.Text = f.ID, f.Subscription.ID, ""
	if button, err = s.Prompts.Button(ctx, chat.Say("bridge.rule.remove"), false, w.Intends(conversation.OpAskRule)); err != nil {
		return nil, err
	}
	return append(buttons, button), nil
}

// AskRuleAway asks whether to end one of the channel's rules.
func (s *Rules) AskRuleAway(ctx context.Context, w conversation.Request) (chat.Note, error) {
	f, err := s.configurator.changeableSubscription(ctx, w.Intends(conversation.OpAskRule))
	if err != nil {
		return chat.Note{}, err
	}
	return s.parts.ConfirmPart(ctx, w, f)
}

// RulesElsewhere returns how many rules of the provider the channel has by other connections than this; none where there are no rules.
func (s *Rules) RulesElsewhere(ctx context.Context, providerID string, place chat.Place, connectionID string) (int, error) {
	if !s.Registry.Describe(providerID).MultipleRules {
		return 0, nil
	}
	all, err := s.Directory.Following(ctx, providerID, place)
	if err != nil {
		return 0, err
	}
	others := connection.Filtered(all, func(c bridge.Connection) bool { return c.ID != connectionID })
	return len(bridge.SubscriptionsIn(others, place)), nil
}

// RoomForRule checks that a channel with so many rules may have one more. Fault: TooMany.
func (s *Rules) RoomForRule(providerID string, rules int) error {
	if limit := s.RuleLimit(providerID); s.Registry.Describe(providerID).MultipleRules && rules >= limit {
		return bridge.TooMany(limit)
	}
	return nil
}

// addRule puts a rule among the channel's, which has so many by other connections. Fault: TooMany.
func (s *Rules) addRule(c *bridge.Connection, what conversation.Intent, rule bridge.Subscription, elsewhere int) (bool, error) {
	here := len(c.In(what.Place))
	if c.ID == "" || here == 0 {
		return false, s.NotFollowed(what.Provider)
	}
	if err := s.RoomForRule(what.Provider, elsewhere+here); err != nil {
		return false, err
	}
	if rule.Name == "" {
		rule.Name = strconv.Itoa(here + 1)
	}
	rule.ID = rand.Text()
	c.Subscriptions = append(c.Subscriptions, rule)
	return true, nil
}

// offerToBegin offers to connect a channel that gets nothing yet: that makes its first rule.
func (s *Rules) offerToBegin(ctx context.Context, what conversation.Intent) error {
	note, err := s.Prompts.Question(ctx, chat.Say("bridge.rule.begin", "Provider", s.Name(what.Provider)),
		conversation.Offer{Label: chat.Say("bridge.configure.connect.button"), Primary: true, Operation: conversation.OpConnect, Request: what.Request()}, conversation.OrCancel(what.Request()))
	if err != nil {
		return err
	}
	s.Notices.Show(ctx, what.Talk, note)
	return nil
}
