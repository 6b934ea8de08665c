package console

import "mattermost-plugin-zoom/server/command"

// Tree returns what can be typed about a provider.
func (s *Service) Tree(id, word string) *command.Command { return s.tree(id, word) }
