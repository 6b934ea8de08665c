package console

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// What the stories of the whole bridge look at beside what is exported.
const (
	ClickPause     = clickPause
	DeedConnect    = deedConnect
	FormSetup      = formSetup
	MaxAddress     = maxAddress
	MaxChannels    = maxChannels
	MaxConnections = maxConnections
	MaxName        = maxName
	SealedValue    = sealedValue
	SubjectField   = subjectField
)

type (
	Intent = intent
	Wish   = wish
)

var (
	AsTrial   = asTrial
	ForTrial  = forTrial
	HasOption = hasOption
	Namesakes = namesakes
	NewWish   = func(actor chat.Actor, at chat.Place, providerID string) wish {
		return wish{actor: actor, place: at, provider: providerID}
	}
	Unquoted = unquoted
)

func (s *Service) CredentialButton(ctx context.Context, c bridge.Connection, at chat.Place, actor chat.Actor) (chat.Button, error) {
	return s.credentialButton(ctx, c, at, actor)
}

func (s *Service) End(ctx context.Context, w Wish, c bridge.Connection) (chat.Message, error) {
	return s.end(ctx, w, c)
}

func (s *Service) OpenForm(ctx context.Context, trigger string, f chat.Form, what Intent) error {
	return s.openForm(ctx, trigger, f, what)
}

func (s *Service) RunConfigure(providerID string) func(context.Context, command.Call) (chat.Message, error) {
	return s.runConfigure(providerID)
}

func (s *Service) RunSetup(providerID string) func(context.Context, command.Call) (chat.Message, error) {
	return s.runSetup(providerID)
}

func (s *Service) ScheduleRepair(ctx context.Context, c bridge.Connection) error {
	return s.scheduleRepair(ctx, c)
}

func (s *Service) Seal(ctx context.Context, what Intent) (string, error) { return s.seal(ctx, what) }

func (s *Service) SiteForm(providerID string, sites []provider.Site) chat.Form {
	return s.siteForm(providerID, sites)
}

func (s *Service) Tree(id, word string) *command.Command { return s.tree(id, word) }

func (s *Service) Unseal(ctx context.Context, actor chat.Actor, sealed string) (Intent, error) {
	return s.unseal(ctx, actor, sealed)
}
