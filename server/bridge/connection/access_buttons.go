package connection

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// AccessButtons makes the buttons that change a connection's API access.
type AccessButtons struct {
	bridge.Providers
	Prompts *conversation.Prompts
}

// Enter returns a button that opens the form for the connection's API access. There is none where the provider takes none.
func (s *AccessButtons) Enter(ctx context.Context, c bridge.Connection, at chat.Place, actor chat.Actor) (chat.Button, error) {
	label := chat.Say("bridge.credential.enter")
	if c.HasCredential {
		label = chat.Say("bridge.credential.replace")
	}
	return s.Prompts.Button(ctx, label, false, conversation.Intent{Actor: actor, Kind: conversation.PressAccess, Provider: c.Provider, Place: at, Connection: c.ID})
}

// All returns the buttons that change the connection's API access; none where the provider takes none.
func (s *AccessButtons) All(ctx context.Context, c bridge.Connection, at chat.Place, actor chat.Actor) ([]chat.Button, error) {
	p := s.Registry.Get(c.Provider)
	_, takes := p.(provider.TokenAuth)
	if _, installs := p.(provider.Installer); !takes || installs && c.Resource.ID == "" {
		return nil, nil // what people set up by hand is not called
	}
	enter, err := s.Enter(ctx, c, at, actor)
	if err != nil || !c.HasCredential {
		return []chat.Button{enter}, err
	}
	what := conversation.Intent{Actor: actor, Kind: conversation.PressAccessAsk, Provider: c.Provider, Place: at, Connection: c.ID}
	remove, err := s.Prompts.Button(ctx, chat.Say("bridge.credential.remove"), false, what)
	return []chat.Button{enter, remove}, err
}
