package bridge

import (
	"context"

	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/i18n"
)

func (s *Service) runConfigure(providerID string) func(context.Context, command.Call) (i18n.Message, error) {
	return s.runs(providerID, s.list)
}

func (s *Service) runSetup(providerID string) func(context.Context, command.Call) (i18n.Message, error) {
	return s.runs(providerID, s.list)
}
