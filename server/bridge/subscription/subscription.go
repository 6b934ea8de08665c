// Package subscription is what channels want from the connections that they follow: the form that asks for it, rules, parts of a
// connection, and the list of it all. What an event that arrives does is the delivery package's.
package subscription

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
)

// Connections is what subscriptions are kept in.
type Connections interface {
	// Connection returns the connection with this ID; false means that there is none.
	Connection(ctx context.Context, id string) (bridge.Connection, bool, error)
	// UpdateConnection changes a connection with its subscriptions.
	UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error)
}

// Dependencies are what subscriptions are changed with.
type Dependencies struct {
	bridge.Providers
	Channels      bridge.Channels
	Permissions   bridge.Permissions
	Connections   Connections
	Sessions      connection.Sites
	Rights        *access.Rights
	Directory     *connection.Directory
	Notices       *notice.Notices
	Prompts       *conversation.Prompts
	Trail         *conversation.Trail
	AccessButtons *connection.AccessButtons
	Now           func() time.Time
	Log           *slog.Logger
}

// core is what all parts of the package share, and through which they reach each other.
type core struct {
	Dependencies
	rules        *Rules
	parts        *Parts
	configurator *Configurator
}

// Service is the package's parts, by what they are for.
type Service struct {
	*Rules
	*Parts
	Configurator *Configurator
	Lister       *Lister
}

type (
	// Rules are several subscriptions of a channel to one connection.
	Rules struct{ *core }
	// Parts are subscriptions to parts of a connection.
	Parts struct{ *core }
	// Configurator asks what a channel wants of a connection, and keeps it.
	Configurator struct{ *core }
	// Lister says what a channel is connected to.
	Lister struct{ *core }
)

// New returns the package's parts. They are safe for use by several goroutines.
func New(d Dependencies) *Service {
	c := &core{Dependencies: d}
	c.rules, c.parts, c.configurator = &Rules{c}, &Parts{c}, &Configurator{c}
	return &Service{Rules: c.rules, Parts: c.parts, Configurator: c.configurator, Lister: &Lister{c}}
}

// Operations returns what users can have done about subscriptions.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpList:         {Run: s.Lister.List},
		conversation.OpAskRule:      {Run: s.AskRuleAway},
		conversation.PressConfigure: {Press: s.Configurator.pressConfigure},
		conversation.FormConfigure:  {Answer: s.Configurator.configured},
	}
}
